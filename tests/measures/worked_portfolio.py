"""One portfolio of all worked examples of indicators: a customer of its own for each, and those it names beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from fairdue.credit import worked

AS_OF = date(2026, 6, 30)
"""The day of most examples."""
APART = 1_000_000
"""Ids of an example lie this far from those of the one before it."""


def tables() -> dict[str, pa.Table]:
    """Give the tables of all examples as one snapshot: their rows, with ids apart, of one company."""
    rows: dict[str, list[dict[str, Any]]] = {"company": [{"id": 1, "currency": "EUR", "country": "DE"}]}
    for number, example in enumerate(worked.examples(), start=1):
        for name, told in example.tables.items():
            if name != "company":
                rows.setdefault(name, []).extend(
                    _apart({"id": place} | row, number * APART) for place, row in enumerate(told, start=1)
                )
    return worked.tables(rows)


def _apart(row: dict[str, Any], by: int) -> dict[str, Any]:
    """Move the row's own id and those that it names."""
    ids = {
        name: value + by for name, value in row.items() if (name == "id" or name.endswith("_id")) and value is not None
    }
    return row | ids
