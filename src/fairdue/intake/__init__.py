"""Intake: files of other systems, read into the ledger with a preview, a record and a way back."""
