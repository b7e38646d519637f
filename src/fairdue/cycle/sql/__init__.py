"""Measures of the cycle, one SQL file each."""
