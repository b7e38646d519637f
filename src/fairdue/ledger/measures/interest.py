"""Late interest of simple regimes in bulk. It must equal ``law``; what it cannot say goes through ``law``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import duckdb
import pyarrow as pa

from fairdue.engine.measures import hand_in, run
from fairdue.kernel.rounding import PPM, to_int
from fairdue.ledger.measures.files import measure

RateRow = tuple[str, str, date, date, int, int]
"""regime, mode (float or locked), from_on, to_on (exclusive), rate_ppm, basis_days: as ``law.portfolio.rate_rows`` gives."""


def rate_table(rows: Iterable[RateRow]) -> pa.Table:
    """Give the parameter table of rates by regime and time."""
    columns = list(zip(*rows, strict=True)) or [()] * 6
    types = (pa.string(), pa.string(), pa.date32(), pa.date32(), pa.int64(), pa.int64())
    names = ("regime", "mode", "from_on", "to_on", "rate_ppm", "basis_days")
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, types, strict=True)})


def regime_table(regimes: Mapping[int, str]) -> pa.Table:
    """Give the parameter table that says which simple regime applies to which due item."""
    ids = pa.array(regimes.keys(), pa.int64())
    return pa.table({"due_item_id": ids, "regime": pa.array(regimes.values(), pa.string())})


def interest_levels(con: duckdb.DuckDBPyConnection, as_of: date, item_regimes: pa.Table, rates: pa.Table) -> pa.Table:
    """Give per due item and principal the days times rates; see ``sql/interest_levels.sql``."""
    hand_in(con, item_regimes=item_regimes, rates=rates)
    return run(con, measure("interest_levels"), as_of=as_of)


def interest_minor(levels: pa.Table) -> dict[int, int | None]:
    """Give the interest of each due item in minor units, rounded once, half away from zero.

    None where a day's rate is unknown: such an item goes through ``law``, which says from when it is unknown. Items that
    bear no interest (not overdue, settled in time) are absent.
    """
    names = ("due_item_id", "principal_minor", "basis_days", "rate_days_ppm")
    sums: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for item, principal, basis, rate_days in zip(*(levels[name].to_pylist() for name in names), strict=True):
        sums[item][basis] += principal * rate_days
    return {item: _rounded(by_basis) for item, by_basis in sums.items()}


def _rounded(by_basis: Mapping[int, int]) -> int | None:
    if 0 in by_basis:
        return None
    return to_int(sum((Fraction(total, basis * PPM) for basis, total in by_basis.items()), Fraction(0)))
