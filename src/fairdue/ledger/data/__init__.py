"""Data files of the ledger, each with its source and date named in its first lines."""
