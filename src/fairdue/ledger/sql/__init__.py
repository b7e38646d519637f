"""Measures of the ledger, one SQL file each."""
