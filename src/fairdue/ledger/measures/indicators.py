"""DSO in three ways, average days delinquent, collection effectiveness, turnover, overdue share: per currency.

Each is a ratio of two integers that the SQL file gives; the division happens here, once, where a figure is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from fairdue.engine.measures import hand_in, run
from fairdue.kernel.rounding import PPM, divide
from fairdue.ledger.measures.files import measure

PERIOD_DAYS = 90
"""Length of the usual period of an indicator: a quarter, so that a season does not drown in a year."""
MONTHS_BACK = 24
"""How far counting back goes before it says "at least"."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """An exact figure: days, times or a share, as ``numerator`` over ``denominator``; no figure where that is 0.

    ``beyond_minor`` above 0 says that counting back ran out of sales: the figure is a lower bound.
    """

    numerator: int
    denominator: int
    beyond_minor: int = 0

    def scaled(self, units: int) -> int | None:
        """Give the figure in ``units`` of one, rounded half up: 10 for tenths of a day. None where there is no figure."""
        return None if self.denominator == 0 else divide(self.numerator * units, self.denominator)

    def ppm(self) -> int | None:
        """Give the figure in parts per million."""
        return self.scaled(PPM)


Ratios = dict[str, Ratio]
"""A ratio per currency: currencies never add up without a dated rate."""


def dso_classic(con: duckdb.DuckDBPyConnection, as_of: date, period_days: int = PERIOD_DAYS) -> Ratios:
    """Give receivables over sales times days, in days."""
    return _ratios(_period(con, "dso_classic", as_of, period_days))


def dso_best_possible(con: duckdb.DuckDBPyConnection, as_of: date, period_days: int = PERIOD_DAYS) -> Ratios:
    """Give receivables that are not overdue over sales times days, in days."""
    return _ratios(_period(con, "dso_best_possible", as_of, period_days))


def average_days_delinquent(con: duckdb.DuckDBPyConnection, as_of: date, period_days: int = PERIOD_DAYS) -> Ratios:
    """Give classic less best possible DSO, in days."""
    return _ratios(_period(con, "average_days_delinquent", as_of, period_days))


def collection_effectiveness(con: duckdb.DuckDBPyConnection, as_of: date, period_days: int = PERIOD_DAYS) -> Ratios:
    """Give the share of what could be collected in the period that was collected (CEI)."""
    return _ratios(_period(con, "collection_effectiveness", as_of, period_days))


def turnover(con: duckdb.DuckDBPyConnection, as_of: date, period_days: int = PERIOD_DAYS) -> Ratios:
    """Give how often receivables turned over in the period."""
    return _ratios(_period(con, "turnover", as_of, period_days))


def overdue_share(con: duckdb.DuckDBPyConnection, as_of: date) -> Ratios:
    """Give the overdue share of open invoice items."""
    return _ratios(run(con, measure("overdue_share"), as_of=as_of))


def dso_countback(con: duckdb.DuckDBPyConnection, as_of: date, months: int = MONTHS_BACK) -> Ratios:
    """Give DSO by counting back over calendar months, in days."""
    hand_in(con, periods=period_table(as_of, months))
    rows = run(con, measure("dso_countback"), as_of=as_of).to_pylist()
    return {row["currency"]: Ratio(row["numerator"], row["denominator"], row["beyond_minor"]) for row in rows}


def period_table(as_of: date, months: int = MONTHS_BACK) -> pa.Table:
    """Give the months to count back over, newest first; the newest ends on ``as_of`` and may be a part of a month."""
    starts, ends = [], []
    last = as_of
    for _ in range(months):
        first = last.replace(day=1)
        starts.append(first)
        ends.append(last)
        last = first - timedelta(days=1)
    numbers = pa.array(range(1, months + 1), pa.int64())
    return pa.table({"period_no": numbers, "from_on": pa.array(starts), "to_on": pa.array(ends)})


def _period(con: duckdb.DuckDBPyConnection, name: str, as_of: date, period_days: int) -> pa.Table:
    return run(con, measure(name), as_of=as_of, from_on=as_of - timedelta(days=period_days))


def _ratios(table: pa.Table) -> Ratios:
    return {row["currency"]: Ratio(row["numerator"], row["denominator"]) for row in table.to_pylist()}
