"""Tables of banks and wallets (CSV, XLSX, XLS, ODS): columns told by their headings, balances checked line by line."""

from fairdue.formats.banktable.read import read_bank_table

__all__ = ["read_bank_table"]
