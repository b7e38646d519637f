"""Demonstration company: a believable ledger made from a seed, and the same ledger as files to import."""
