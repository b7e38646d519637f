"""The measures of the nightly run, in one order, each base computed once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from fairdue.engine import duck
from fairdue.engine.measures import Parameter, hand_in, run
from fairdue.ledger.measures.behaviour import WINDOW_DAYS, index_weights, windows
from fairdue.ledger.measures.exchange import QUOTE_DAYS_MAX
from fairdue.ledger.measures.files import measure
from fairdue.ledger.measures.indicators import PERIOD_DAYS, period_table
from fairdue.ledger.measures.items import BUCKETS, Bucket, bucket_table, chart_bounds

NIGHTLY = (
    "chase_items",
    "ageing",
    "open_charges",
    "overdue_share",
    "customer_balances",
    "dso_classic",
    "dso_best_possible",
    "average_days_delinquent",
    "dso_countback",
    "collection_effectiveness",
    "turnover",
    "payment_behaviour",
    "promise_keeping",
    "due_chart",
    "exchange",
)
"""What every run measures. Interest is apart: which regime applies to an item is decided before it is summed."""

READ_OFTEN = {
    "allocations": (
        "due_item_id", "charge_id", "payment_id", "credit_item_id", "kind", "currency", "amount_minor", "effective_on",
    ),
    "due_items": ("id", "customer_id", "document_id", "currency", "amount_minor", "due_on", "effective_on"),
}  # fmt: skip
"""Columns of the files that most of the measures read."""

CHART_WEEKS = 8


def nightly(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    buckets: tuple[Bucket, ...] = BUCKETS,
    progress: Callable[[str], None] | None = None,
) -> dict[str, pa.Table]:
    """Run every measure of ``NIGHTLY`` as of a date and give its rows by name; ``progress`` is told each name before."""
    hand_in(con, buckets=bucket_table(buckets), periods=period_table(as_of), index_weights=index_weights())
    results = {}
    with duck.kept(con, READ_OFTEN):
        for name in NIGHTLY:
            if progress:
                progress(name)
            results[name] = run(con, measure(name), **parameters(as_of, name))
    return results


def parameters(as_of: date, name: str) -> dict[str, Parameter]:
    """Give the parameters of a nightly measure: the usual period, windows and bounds as of a date."""
    if name == "payment_behaviour":
        return {**windows(as_of, WINDOW_DAYS)}
    first_on, last_on = chart_bounds(as_of, CHART_WEEKS, CHART_WEEKS)
    return {
        "as_of": as_of,
        "from_on": as_of - timedelta(days=PERIOD_DAYS),
        "first_on": first_on,
        "last_on": last_on,
        "earliest_on": as_of - timedelta(days=QUOTE_DAYS_MAX),
    }
