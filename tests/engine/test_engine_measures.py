"""Measure files: their form, their parameters, what is computed once; and that every file carries to Spark."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa
import pytest

from fairdue.engine.check import faults, measure_names
from fairdue.engine.duck import kept
from fairdue.engine.measures import MeasureError, forget, hand_in, load, parse, prepare, run
from fairdue.engine.spark import to_spark

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")

GOOD = """-- thing: What it is.
-- 1. First, over
--    two lines.
-- 2. Second.
-- Uses: base, other.sql:far
-- Tables: small (a, b), large (c)
SELECT a FROM small WHERE a <= $limit
ORDER BY a
"""


def test_a_header_is_read():
    measure = parse("p", "thing", GOOD)
    assert measure.title == "What it is."
    assert measure.sentences == ("First, over two lines.", "Second.")
    assert measure.uses == ("base", "other.sql:far")
    assert measure.tables == ("small", "large")
    assert measure.params == ("limit",)
    assert (measure.rows, measure.order) == ("SELECT a FROM small WHERE a <= $limit", "ORDER BY a")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("thing:", "other:"), "must begin with"),
        (GOOD.replace("-- 2.", "-- 3."), "numbered from 1"),
        (GOOD.replace("ORDER BY a\n", ""), "must end with the ORDER BY"),
        ("SELECT 1\nORDER BY 1\n", "must begin with"),
    ],
)
def test_a_file_that_breaks_the_form_is_refused(text, message):
    with pytest.raises(MeasureError, match=message):
        parse("p", "thing", text)


def test_parameters_are_bound_and_never_spliced():
    con = duckdb.connect(":memory:")
    hand_in(con, small=pa.table({"a": ["x", "y' OR TRUE --"]}))
    text = "-- t: T.\n-- 1. One.\n-- Tables: small (a)\nSELECT a FROM small WHERE a = $wanted\nORDER BY a\n"
    measure = parse("p", "t", text)
    assert run(con, measure, wanted="y' OR TRUE --").to_pydict() == {"a": ["y' OR TRUE --"]}
    with pytest.raises(MeasureError, match="t needs wanted"):
        run(con, measure, other=1)


def test_a_base_is_computed_once_for_its_parameters():
    con = duckdb.connect(":memory:")
    for name in ("due_items", "allocations", "payments", "due_date_changes"):
        from fairdue.ledger.snapshot import SOURCES

        schema = next(source.schema for source in SOURCES if source.name == name)
        hand_in(con, **{name: schema.empty_table()})
    measure = load("fairdue.ledger.sql", "customer_balances")
    assert run(con, measure, as_of=date(2026, 1, 1)).num_rows == 0
    con.execute("INSERT INTO open_items SELECT 1, 1, 1, 'EUR', 5, 5, DATE '2026-01-01', DATE '2026-01-01', 0")
    assert run(con, measure, as_of=date(2026, 1, 1)).num_rows == 1
    assert run(con, measure, as_of=date(2026, 1, 2)).num_rows == 0
    con.execute("INSERT INTO open_items SELECT 1, 1, 1, 'EUR', 5, 5, DATE '2026-01-01', DATE '2026-01-01', 0")
    forget(con)
    assert run(con, measure, as_of=date(2026, 1, 2)).num_rows == 0


def test_a_base_may_not_read_handed_in_tables():
    con = duckdb.connect(":memory:")
    text = "-- t: T.\n-- 1. One.\n-- Uses: fairdue.ledger.sql:ageing_items\nSELECT 1 AS a\nORDER BY a\n"
    with pytest.raises(MeasureError, match="which reads handed-in tables"):
        prepare(con, parse("p", "t", text), {"as_of": date(2026, 1, 1)})


def test_kept_columns_shadow_a_file_for_a_block():
    con = duckdb.connect(":memory:")
    con.execute("CREATE VIEW things AS SELECT 1 AS a, 2 AS b")
    with kept(con, {"things": ("a",)}):
        assert con.execute("SELECT * FROM things").fetchall() == [(1,)]
    assert con.execute("SELECT * FROM things").fetchall() == [(1, 2)]


def test_every_measure_of_the_house_carries_to_spark():
    assert len(measure_names()) >= 25
    assert faults() == []


def test_what_spark_lacks_is_an_error():
    assert to_spark("SELECT a // b AS c FROM t WHERE d <= CAST($as_of AS DATE)") == (
        "SELECT a DIV b AS c FROM t WHERE d <= CAST(:as_of AS DATE)"
    )
    with pytest.raises(ValueError, match="one statement"):
        to_spark("SELECT 1; SELECT 2")
