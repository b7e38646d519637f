"""The ageing by customer, as the latest run measured it: read once, sorted and cut in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairdue.cycle.line import folder_of
from fairdue.cycle.models import Run
from fairdue.ledger.measures import BUCKETS

CODES = (*(bucket.code for bucket in BUCKETS), "unapplied")
"""Columns in order; the last holds credits and money not applied."""
OVERDUE = CODES[1:-1]
RUNS_KEPT = 8


@dataclass(frozen=True, slots=True)
class Line:
    """What one customer owes in one currency, by age. ``amounts`` follow ``CODES``; customer 0 is money of nobody known."""

    customer_id: int
    currency: str
    amounts: tuple[int, ...]
    balance_minor: int
    overdue_minor: int

    @property
    def buckets(self) -> tuple[int, ...]:
        """Give the amounts by age, without credits."""
        return self.amounts[:-1]

    @property
    def credits_minor(self) -> int:
        """Give credits and money not applied; negative."""
        return self.amounts[-1]


def table_of(run: Run | None) -> pa.Table | None:
    """Give the rows of a run's ageing, or None where no run measured it or its files are gone."""
    if run is None:
        return None
    path = folder_of(run) / "measures" / "ageing.parquet"
    return pq.read_table(path) if path.is_file() else None


def lines_of(run: Run | None) -> tuple[Line, ...] | None:
    """Give the lines of a run's ageing, or None as ``table_of``. A measure never changes, so the last few are kept."""
    if run is None:
        return None
    path = folder_of(run) / "measures" / "ageing.parquet"
    return _lines(path, path.stat().st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=RUNS_KEPT)
def _lines(path: Path, _written_ns: int) -> tuple[Line, ...]:
    columns = pq.read_table(path).to_pydict()
    sums: dict[tuple[int, str], dict[str, int]] = {}
    names = ("customer_id", "currency", "bucket", "open_minor", "credit_minor", "unapplied_minor")
    for customer_id, currency, code, open_minor, credit, unapplied in zip(
        *(columns[name] for name in names), strict=True
    ):
        row = sums.setdefault((customer_id, currency), dict.fromkeys(CODES, 0))
        row[code] += open_minor + credit + unapplied
    return tuple(
        Line(
            customer_id, currency, tuple(row.values()), sum(row.values()), sum(row[code] for code in OVERDUE)
        )
        for (customer_id, currency), row in sorted(sums.items())
    )  # fmt: skip


def totals(lines: tuple[Line, ...] | list[Line]) -> list[Line]:
    """Add lines up by currency; customer 0 stands for all of them."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.currency, []).append(line)
    return [
        Line(
            0,
            currency,
            tuple(sum(column) for column in zip(*(line.amounts for line in mine), strict=True)),
            sum(line.balance_minor for line in mine),
            sum(line.overdue_minor for line in mine),
        )
        for currency, mine in sorted(found.items())
    ]
