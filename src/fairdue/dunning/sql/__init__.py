"""Measures of dunning, one SQL file each."""
