"""The measures of cover agree with its rules on random portfolios, as of any day."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairdue.cover.measures import measured
from fairdue.cover.rules import Dates, Kind, State
from fairdue.engine.snapshot import Snapshot, write_tables

from .cover_portfolios import CoverMaker, judged, tables
from .portfolios import SPAN_DAYS, START, known, moment

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")


def opened(rows, as_of):
    folder = Path(tempfile.mkdtemp()) / "s"
    write_tables(tables(rows), company_id=1, as_of=as_of, known_at=moment(0), folder=folder)
    return Snapshot.open(folder)


def of_row(row) -> Dates:
    return Dates(
        State(row["state"]), row["limit_id"], row["policy_id"], row["extend_until"], row["notify_by"], row["claim_by"],
        bool(row["notified"]), bool(row["claimed"]), row["consent_until"],
    )  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), day=st.integers(120, SPAN_DAYS + 60))
def test_every_open_invoice_is_judged_as_the_rules_judge_it(seed, day):
    as_of = START + timedelta(days=day)
    rows = known(CoverMaker(seed, customers=30, documents=120).rows, moment(day))
    with opened(rows, as_of).connect() as con:
        found = {row["due_item_id"]: of_row(row) for row in measured(con, as_of)["cover_items"].to_pylist()}
    assert found == judged(rows, as_of)


def test_random_portfolios_show_every_state_and_kind():
    states, kinds = Counter(), Counter()
    for seed in range(12):
        as_of = START + timedelta(days=300)
        with opened(known(CoverMaker(seed, 6, 80).rows, moment(300)), as_of).connect() as con:
            results = measured(con, as_of)
        states.update(results["cover_items"].column("state").to_pylist())
        kinds.update(results["cover_deadlines"].column("kind").to_pylist())
    assert set(states) == {state.value for state in State}
    assert set(kinds) == {kind.value for kind in Kind}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6))
def test_deadlines_and_exposure_add_up_to_the_items(seed):
    as_of = START + timedelta(days=330)
    rows = known(CoverMaker(seed, customers=6, documents=60).rows, moment(330))
    with opened(rows, as_of).connect() as con:
        results = {name: table.to_pylist() for name, table in measured(con, as_of).items()}
    items, expected = results["cover_items"], Counter()
    for row in items:
        base = (row["customer_id"], row["policy_id"], row["currency"])
        if row["notify_by"] and not row["notified"] and not row["claimed"]:
            expected[*base, "notify", row["notify_by"]] += row["open_minor"]
        if row["claim_by"] and not row["claimed"]:
            expected[*base, "claim", row["claim_by"]] += row["open_minor"]
        if row["extend_until"] and row["due_on"] > row["extend_until"]:
            expected[*base, "extension", row["extend_until"]] += row["open_minor"]
    found = {
        (row["customer_id"], row["policy_id"], row["currency"], row["kind"], row["day"]): row["at_risk_minor"]
        for row in results["cover_deadlines"]
        if row["kind"] != "stop"
    }
    assert found == dict(expected)
    sums = Counter()
    for row in results["cover_exposure"]:
        if row["state"] != "credit":
            sums[row["state"], row["currency"]] += row["amount_minor"]
    assert sums == _sums(items)


def _sums(items) -> Counter:
    sums = Counter()
    for row in items:
        sums[row["state"], row["currency"]] += row["open_minor"]
    return sums
