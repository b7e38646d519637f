"""Open items, what may be chased, ageing, the due chart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from fairdue.engine.measures import hand_in, run
from fairdue.ledger.measures.files import measure


@dataclass(frozen=True, slots=True)
class Bucket:
    """One ageing bucket: days overdue from ``from_days`` to ``to_days``, both included; None is open-ended."""

    code: str
    from_days: int | None
    to_days: int | None


BUCKETS = (
    Bucket("not_due", None, 0),
    Bucket("1_30", 1, 30),
    Bucket("31_60", 31, 60),
    Bucket("61_90", 61, 90),
    Bucket("91_120", 91, 120),
    Bucket("over_120", 121, None),
)
"""The buckets that credit insurers and auditors ask for; a company may hand in others."""


def bucket_table(buckets: tuple[Bucket, ...] = BUCKETS) -> pa.Table:
    """Give the parameter table of ``buckets``, numbered from 1. Raises ValueError unless each day falls into exactly one."""
    lowest, *others = buckets
    if lowest.from_days is not None or buckets[-1].to_days is not None:
        raise ValueError("the first and the last bucket must be open-ended")
    for before, after in zip(buckets, others, strict=False):
        if before.to_days is None or after.from_days != before.to_days + 1:
            raise ValueError(f"bucket {after.code} must begin on the day after {before.code}")
    return pa.table(
        {
            "bucket_no": pa.array(range(1, len(buckets) + 1), pa.int64()),
            "bucket": pa.array([bucket.code for bucket in buckets]),
            "from_days": pa.array([bucket.from_days for bucket in buckets], pa.int64()),
            "to_days": pa.array([bucket.to_days for bucket in buckets], pa.int64()),
        }
    )


def open_items(con: duckdb.DuckDBPyConnection, as_of: date) -> pa.Table:
    """Give every open item; see ``sql/open_items.sql``."""
    return run(con, measure("open_items"), as_of=as_of)


def chase_items(con: duckdb.DuckDBPyConnection, as_of: date) -> pa.Table:
    """Give every open item with its held part; see ``sql/chase_items.sql``."""
    return run(con, measure("chase_items"), as_of=as_of)


def ageing_items(con: duckdb.DuckDBPyConnection, as_of: date, buckets: tuple[Bucket, ...] = BUCKETS) -> pa.Table:
    """Give every open item with its bucket; see ``sql/ageing_items.sql``."""
    hand_in(con, buckets=bucket_table(buckets))
    return run(con, measure("ageing_items"), as_of=as_of)


def ageing(con: duckdb.DuckDBPyConnection, as_of: date, buckets: tuple[Bucket, ...] = BUCKETS) -> pa.Table:
    """Give open amounts by customer, currency and bucket; see ``sql/ageing.sql``."""
    hand_in(con, buckets=bucket_table(buckets))
    return run(con, measure("ageing"), as_of=as_of)


def customer_balances(con: duckdb.DuckDBPyConnection, as_of: date) -> pa.Table:
    """Give what each customer owes per currency; see ``sql/customer_balances.sql``."""
    return run(con, measure("customer_balances"), as_of=as_of)


def open_charges(con: duckdb.DuckDBPyConnection, as_of: date) -> pa.Table:
    """Give the open claims for interest, compensation and fees; see ``sql/open_charges.sql``."""
    return run(con, measure("open_charges"), as_of=as_of)


def due_chart(con: duckdb.DuckDBPyConnection, as_of: date, weeks_back: int = 8, weeks_ahead: int = 8) -> pa.Table:
    """Give open items by due week, from ``weeks_back`` weeks before the week of ``as_of`` to ``weeks_ahead`` after it."""
    first_on, last_on = chart_bounds(as_of, weeks_back, weeks_ahead)
    return run(con, measure("due_chart"), as_of=as_of, first_on=first_on, last_on=last_on)


def chart_bounds(as_of: date, weeks_back: int, weeks_ahead: int) -> tuple[date, date]:
    """Give the first Monday and the last Sunday of a due chart."""
    monday = as_of - timedelta(days=as_of.weekday())
    return monday - timedelta(weeks=weeks_back), monday + timedelta(weeks=weeks_ahead, days=6)
