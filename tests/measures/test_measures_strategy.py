"""The measures behind a policy's branches agree with a slow second form on random portfolios, as of any day."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fairdue.engine.measures import load, run
from fairdue.engine.snapshot import Snapshot, write_tables

from . import strategy_portfolios
from .portfolios import SPAN_DAYS, START, known, moment
from .strategy_portfolios import StrategyMaker, tables

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")

PACKAGE = "fairdue.dunning.sql"
WINDOWED = ("dispute_history", "promise_history")
NAMES = ("silence", *WINDOWED, "published_facts", "told_items", "broken_promises", "overdue_since")


def both(name, rows, as_of, con):
    params = {"from_on": as_of - timedelta(days=200)} if name in WINDOWED else {}
    found = run(con, load(PACKAGE, name), as_of=as_of, **params).to_pylist()
    return found, getattr(strategy_portfolios, name)(rows, as_of, **params)


def opened(rows, as_of):
    folder = Path(tempfile.mkdtemp()) / "s"
    write_tables(tables(rows), company_id=1, as_of=as_of, known_at=moment(0), folder=folder)
    return Snapshot.open(folder)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), day=st.integers(60, SPAN_DAYS + 60))
@example(seed=474354, day=(date(2025, 12, 13) - START).days).via("an item booked after its due date")
def test_what_a_branch_sees_is_what_happened(seed, day):
    as_of = START + timedelta(days=day)
    rows = known(StrategyMaker(seed, customers=12, documents=60).rows, moment(day))
    with opened(rows, as_of).connect() as con:
        for name in NAMES:
            found, expected = both(name, rows, as_of, con)
            assert found == expected, name


def test_random_portfolios_leave_no_measure_empty():
    as_of, lines, states, history = START + timedelta(days=300), Counter(), set(), []
    for seed in range(4):
        rows = known(StrategyMaker(seed, customers=12, documents=150).rows, moment(300))
        with opened(rows, as_of).connect() as con:
            for name in NAMES:
                found, expected = both(name, rows, as_of, con)
                assert found == expected, name
                lines[name] += len(found)
                states |= {row["state"] for row in found} if name == "told_items" else set()
                history += found if name == "dispute_history" else []
    assert set(lines) == set(NAMES)
    assert min(lines.values()) >= 3
    assert any(row["unfounded"] for row in history)
    assert any(row["disputed_invoices"] for row in history)
    assert states >= {"dropped", "postponed", "handed_over"}
