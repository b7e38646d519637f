"""Safe writers of CSV and XLSX: numbers stay numbers, dates stay dates, and no cell becomes a formula."""

from __future__ import annotations

from fairdue.formats.spreadsheet.columns import Column, ColumnKind, Sheet
from fairdue.formats.spreadsheet.csv_file import write_csv
from fairdue.formats.spreadsheet.xlsx_file import write_xlsx

__all__ = ["Column", "ColumnKind", "Sheet", "write_csv", "write_xlsx"]
