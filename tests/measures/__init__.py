"""Measures: SQL beside a slow exact reference, on DuckDB and Spark."""
