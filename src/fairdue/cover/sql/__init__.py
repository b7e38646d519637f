"""Measures of cover, one SQL file each."""
