"""Random portfolios: every measure agrees with its slow reference to the minor unit, as of any date and as known on any."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairdue.engine.snapshot import Snapshot, write_tables
from fairdue.ledger import measures
from fairdue.ledger.measures.nightly import NIGHTLY, parameters

from . import reference
from .portfolios import SPAN_DAYS, START, Maker, known, moment, tables

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")

RATES = [
    ("steps", "float", date(2024, 1, 1), date(2025, 3, 1), 90_000, 365),
    ("steps", "float", date(2025, 3, 1), date(2025, 7, 1), 80_000, 360),
    ("steps", "float", date(2025, 7, 1), date(9999, 12, 31), 70_000, 365),
    ("ends", "float", date(2025, 2, 1), date(2025, 6, 1), 50_000, 365),
    ("daily", "float", date(1900, 1, 1), date(9999, 12, 31), 500, 1),
    ("locked", "locked", date(2025, 1, 1), date(2025, 5, 1), 120_000, 365),
    ("locked", "locked", date(2025, 5, 1), date(2025, 12, 1), 110_000, 365),
]
REGIMES = ("steps", "ends", "daily", "locked", "none")


def opened(rows, as_of, threads=2):
    folder = Path(tempfile.mkdtemp()) / "s"
    write_tables(tables(rows), company_id=1, as_of=as_of, known_at=moment(0), folder=folder)
    return Snapshot.open(folder).connect(threads)


def regimes_of(rows):
    return {row["id"]: REGIMES[row["id"] % len(REGIMES)] for row in rows["due_items"]}


def expected(rows, as_of, name):
    given_names = {
        "dso_classic": ("from_on",), "dso_best_possible": ("from_on",), "average_days_delinquent": ("from_on",),
        "collection_effectiveness": ("from_on",), "turnover": ("from_on",), "payment_behaviour": ("from_on", "prior_on"),
        "due_chart": ("first_on", "last_on"),
    }.get(name, ())  # fmt: skip
    values = parameters(as_of, name)
    return getattr(reference, name)(rows, as_of, **{key: values[key] for key in given_names})


def eventful_day(rows, pick):
    """Pick a day on which something happens, or the day before or after: there the bounds of periods are told apart."""
    names = ("effective_on", "due_on", "since", "until", "released_on")
    days = sorted({row[name] for table in rows.values() for row in table for name in names if row.get(name)})
    return days[pick % len(days)] + timedelta(days=pick % 3 - 1) if days else START


def normal(rows):
    """Countback is compared as an exact fraction: how it is written as numerator and denominator is free."""
    for row in rows:
        if "beyond_minor" in row and "numerator" in row:
            row["days"] = Fraction(row.pop("numerator"), row.pop("denominator"))
    return rows


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10**6),
    pick=st.integers(0, 10**4),
    known_day=st.one_of(st.just(10**4), st.integers(20, SPAN_DAYS + 60)),
    documents=st.sampled_from((1, 12, 60)),
)
def test_every_measure_equals_its_reference(seed, pick, known_day, documents):
    rows = known(Maker(seed, customers=4, documents=documents).rows, moment(known_day))
    as_of = eventful_day(rows, pick)
    con = opened(rows, as_of)
    results = measures.nightly(con, as_of)
    for name in NIGHTLY:
        assert normal(results[name].to_pylist()) == expected(rows, as_of, name), name
    assert measures.open_items(con, as_of).to_pylist() == reference.open_items(rows, as_of)
    assert measures.ageing_items(con, as_of).to_pylist() == reference.ageing_items(rows, as_of)
    assert measures.promises(con, as_of).to_pylist() == reference.promises(rows, as_of)
    regimes = regimes_of(rows)
    levels = measures.interest_levels(con, as_of, measures.regime_table(regimes), measures.rate_table(RATES))
    assert levels.to_pylist() == reference.interest_levels(rows, as_of, regimes, RATES)


def test_the_generator_makes_what_is_hard():
    rows = Maker(7, customers=20, documents=400).rows
    kinds = {row["kind"] for row in rows["allocations"]}
    assert kinds == {"payment", "credit", "source_settlement", "discount", "write_off", "waiver"}
    assert any(row.get("reverses_id") for row in rows["allocations"])
    assert any(row["effective_on"] > row["recorded_at"].date() for row in rows["allocations"])
    assert {row["currency"] for row in rows["due_items"]} == {"EUR", "USD", "JPY"}
    assert {row["state"] for row in reference.promises(rows, START + timedelta(days=300))} == {
        "kept", "broken", "pending", "withdrawn",
    }  # fmt: skip
    assert min(len(rows[name]) for name in ("due_date_changes", "holds", "charges", "payments")) > 30


def test_the_ledger_rolls_forward():
    """Opening balance plus what moved is the closing balance: balance_days and open_items tell one story."""
    rows = Maker(11, customers=10, documents=200).rows
    as_of = START + timedelta(days=300)
    con = opened(rows, as_of)
    closing = {row["currency"]: row["total_minor"] for row in measures.nightly(con, as_of)["dso_classic"].to_pylist()}
    from fairdue.engine.measures import run

    rolled = run(con, measures.measure("opening"), from_on=as_of).to_pylist()
    assert {row["currency"]: row["opening_minor"] for row in rolled} == closing


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_snapshot_gives_the_same_bytes(threads, tmp_path):
    import hashlib

    import pyarrow as pa

    rows = Maker(3, customers=30, documents=900).rows
    as_of = START + timedelta(days=310)
    digests = set()
    for number in (threads, 1, 2):
        for name, table in measures.nightly(opened(rows, as_of, number), as_of).items():
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table.combine_chunks())
            digests.add((name, hashlib.sha256(sink.getvalue()).hexdigest()))
    assert len(digests) == len(NIGHTLY)


def test_results_hold_only_integers_dates_and_text():
    import pyarrow as pa

    as_of = START + timedelta(days=200)
    con = opened(Maker(5, customers=3, documents=40).rows, as_of)
    for name, table in measures.nightly(con, as_of).items():
        kinds = {str(field.type) for field in table.schema}
        assert kinds <= {str(pa.int64()), str(pa.int32()), str(pa.string()), str(pa.date32())}, name
