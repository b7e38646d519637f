"""Indicators of a portfolio as of a day, from a snapshot: each measure once. The numbers are those of docs/algorithms/indicators.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from fairdue.credit.catalogue import PACKAGE, Indicator, Level, indicators, measure_names
from fairdue.credit.worked import SCHEMAS
from fairdue.engine.measures import hand_in, load, run

GATHERED_DAYS = 7
"""How far the day's rates may lie back."""


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator of a customer: its value in millionths or None (not enough data), its level, and the columns it is made from."""

    indicator: Indicator
    value_micro: int | None
    inputs: dict[str, object]

    @property
    def level(self) -> Level:
        """Give what the value says; calm where there is none."""
        return Level.NONE if self.value_micro is None else self.indicator.level(self.value_micro)


def fill_in(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Give the connection every table that measures read and its snapshot lacks, without rows; give their names (15)."""
    there = {row[0] for row in con.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    absent = sorted(set(SCHEMAS) - there)
    hand_in(con, **{name: SCHEMAS[name].empty_table() for name in absent})
    return absent


def measured(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    *,
    names: tuple[str, ...] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[str, pa.Table]]:
    """Compute the named measures, or all: each with its rows, one for each customer that has any."""
    wanted = names or measure_names()
    for done, name in enumerate(wanted, start=1):
        yield name, run(con, load(PACKAGE, name), as_of=as_of, earliest_on=as_of - timedelta(days=GATHERED_DAYS))
        if progress is not None:
            progress(done, len(wanted))


def of_customer(con: duckdb.DuckDBPyConnection, customer_id: int, as_of: date, *, only: str = "") -> list[Measured]:
    """Give the indicators of one customer, in the catalogue's order; ``only`` one of them by its id.

    Peers count in some, so each measure is computed for the portfolio.
    """
    wanted = [one for one in indicators().values() if one.works and only in ("", one.id)]
    rows: dict[str, dict[str, object]] = {}
    for name, table in measured(con, as_of, names=tuple(sorted({one.measure for one in wanted}))):
        found = [row for row in table.to_pylist() if row["customer_id"] == customer_id]
        rows[name] = found[0] if found else {}
    return [_measured(one, rows[one.measure]) for one in wanted]


def _measured(indicator: Indicator, row: dict[str, object]) -> Measured:
    value = row.get(indicator.id.lower())
    return Measured(
        indicator, value if isinstance(value, int) else None, {name: row.get(name) for name in indicator.inputs}
    )
