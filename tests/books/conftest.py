"""Fixtures of these tests."""

from books_sample import data_dir, ledger

__all__ = ["data_dir", "ledger"]
