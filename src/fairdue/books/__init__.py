"""Books: what the ledger knows flows back to where it came from, once, and is answered for."""
