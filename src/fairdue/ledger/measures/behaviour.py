"""How customers pay: days beyond terms, payment index, trend, promises."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise

import duckdb
import pyarrow as pa

from fairdue.engine.measures import hand_in, run
from fairdue.kernel.rounding import divide, share_ppm
from fairdue.ledger.measures.files import PACKAGE, measure

WINDOW_DAYS = 365
"""Days of settlements that speak of today's behaviour; the same span before it gives the trend."""
_MILLI = 1_000
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What payment behaviour comes to for one customer and currency. None where nothing was settled in the window.

    ``days_beyond_tenths`` are tenths of a day, early is negative; ``index`` is 0 to 100, 80 is on terms; ``trend_tenths``
    is days beyond terms now less those of the window before: above 0 the customer slows down.
    """

    customer_id: int
    currency: str
    items: int
    days_beyond_tenths: int | None
    index: int | None
    on_time_ppm: int | None
    trend_tenths: int | None


def windows(as_of: date, window_days: int = WINDOW_DAYS) -> dict[str, date]:
    """Give the parameters of the two windows: after ``prior_on`` until ``from_on``, after ``from_on`` until ``as_of``."""
    span = timedelta(days=window_days)
    return {"as_of": as_of, "from_on": as_of - span, "prior_on": as_of - 2 * span}


def payment_behaviour(con: duckdb.DuckDBPyConnection, as_of: date, window_days: int = WINDOW_DAYS) -> pa.Table:
    """Give the sums behind payment behaviour; see ``sql/payment_behaviour.sql``."""
    hand_in(con, index_weights=index_weights())
    return run(con, measure("payment_behaviour"), **windows(as_of, window_days))


def behaviours(table: pa.Table) -> Iterator[Behaviour]:
    """Do the divisions over the rows of ``payment_behaviour``."""
    for row in table.to_pylist():
        amount, prior = row["amount_minor"], row["prior_amount_minor"]
        now = divide(row["days_minor"] * _TENTHS, amount) if amount else None
        before = divide(row["prior_days_minor"] * _TENTHS, prior) if prior else None
        yield Behaviour(
            customer_id=row["customer_id"],
            currency=row["currency"],
            items=row["items"],
            days_beyond_tenths=now,
            index=divide(row["weight_minor"], amount * _MILLI) if amount else None,
            on_time_ppm=share_ppm(row["on_time_minor"], amount),
            trend_tenths=None if now is None or before is None else now - before,
        )


@cache
def index_weights() -> pa.Table:
    """Give the weight of each whole number of days in thousandths of a point, from ``sql/payment_index.csv``."""
    text = files(PACKAGE).joinpath("payment_index.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    knots = [(int(row["days"]), int(row["points"])) for row in csv.DictReader(lines)]
    days, weights = [knots[0][0]], [knots[0][1] * _MILLI]
    for (start, high), (end, low) in pairwise(knots):
        for day in range(start + 1, end + 1):
            days.append(day)
            weights.append(high * _MILLI + divide((low - high) * _MILLI * (day - start), end - start))
    return pa.table({"days": pa.array(days, pa.int64()), "weight_milli": pa.array(weights, pa.int64())})


def promises(con: duckdb.DuckDBPyConnection, as_of: date) -> pa.Table:
    """Give each promise with its state; see ``sql/promises.sql``."""
    return run(con, measure("promises"), as_of=as_of)


def promise_keeping(con: duckdb.DuckDBPyConnection, as_of: date) -> pa.Table:
    """Give how many promises each customer kept; see ``sql/promise_keeping.sql``."""
    return run(con, measure("promise_keeping"), as_of=as_of)
