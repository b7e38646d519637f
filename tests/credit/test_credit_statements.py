"""Statements: which are read, what their lines mean, and that the data files name all that the measures read."""

from __future__ import annotations

import csv
import re
from datetime import date
from importlib.resources import files
from typing import Any

import duckdb
import pytest

from fairdue.credit.catalogue import PACKAGE, indicators, measure_names
from fairdue.credit.worked import Example, tables, values
from fairdue.engine.measures import hand_in, load, run

T = date(2026, 6, 30)


def listed(name: str) -> list[dict[str, str]]:
    text = files("fairdue.credit").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def statement(place: int, period_end: date, known_on: date, **more: Any) -> dict[str, Any]:
    own = {"id": place, "customer_id": 1, "period_end": period_end, "known_on": known_on, "months": 12}
    return own | {"currency": "EUR", "consolidated": False} | more


def read(statements: list[dict[str, Any]], lines: list[tuple[int, str, int]], as_of: date = T) -> list[dict[str, Any]]:
    rows = [{"statement_id": of, "code": code, "amount_minor": amount} for of, code, amount in lines]
    con = duckdb.connect(":memory:", config={"threads": "1"})
    try:
        hand_in(con, **tables({"credit_statements": statements, "credit_statement_lines": rows}))
        return run(con, load(PACKAGE, "credit_statements_read"), as_of=as_of).to_pylist()
    finally:
        con.close()


def test_the_lines_that_are_read_are_the_lines_that_are_listed() -> None:
    sql = load(PACKAGE, "credit_statements_read").sql
    read_codes = set(re.findall(r"'([a-z_]+)'", sql)) - {"day"}
    assert read_codes == {row["code"] for row in listed("statement_lines")}
    of_period = re.search(r"l\.code IN \(([^)]*)\)", sql)
    assert of_period
    flows = {row["code"] for row in listed("statement_lines") if row["statement"] in ("income", "cash_flow")}
    assert set(re.findall(r"'([a-z_]+)'", of_period[1])) == flows
    assert all(row["name_en"] and row["name_zh"] for row in listed("statement_lines"))


def test_the_kinds_that_statements_and_scores_read_are_listed() -> None:
    known = {row["kind"] for row in listed("figure_kinds") + listed("event_kinds")}
    for name in measure_names():
        if name.startswith(("statement_", "score_", "reporting_")):
            sql = load(PACKAGE, name).sql
            found = re.findall(r"kind = '(\w+)'", sql) + [
                one for some in re.findall(r"kind IN \(([^)]*)\)", sql) for one in re.findall(r"'(\w+)'", some)
            ]
            assert set(found) <= known, name


def test_the_consensus_asks_the_red_zones_of_the_catalogue() -> None:
    sql = load(PACKAGE, "score_consensus").sql
    for code in ("FSM001", "FSM003", "FSM005", "FSM006", "FSM007", "FSM008", "FSM010"):
        one = indicators()[code]
        sign = ">=" if one.high_is_risk else "<="
        assert re.search(rf"{code.lower()} {sign} {one.thresholds[2]}\b", sql), code


def test_an_amount_of_a_period_is_of_twelve_months_and_one_of_a_day_is_not() -> None:
    (row,) = read([statement(1, date(2025, 12, 31), T, months=14)], [(1, "sales", 1000), (1, "cash", 1000)])
    assert (row["sales"], row["cash"]) == (857, 1000)


def test_lines_of_one_code_add_up_and_totals_are_made_of_the_others() -> None:
    lines = [(1, "total_assets", 900), (1, "total_equity", -50), (1, "bonds", 30), (1, "bonds", 40)]
    (row,) = read([statement(1, date(2025, 12, 31), T)], lines)
    assert (row["total_liabilities"], row["debt"], row["short_debt"], row["cash"]) == (950, 70, 0, None)


def test_three_years_of_one_kind_and_currency() -> None:
    told = [
        statement(1, date(2025, 12, 31), T, consolidated=True),
        statement(2, date(2025, 12, 31), date(2026, 2, 1)),
        statement(3, date(2024, 12, 31), date(2025, 2, 1)),
        statement(4, date(2024, 12, 31), date(2026, 2, 1)),
        statement(5, date(2024, 12, 31), date(2026, 7, 1)),
        statement(6, date(2023, 12, 31), date(2024, 2, 1)),
        statement(7, date(2022, 12, 31), date(2023, 2, 1)),
        statement(8, date(2026, 3, 31), T, months=3),
    ]
    rows = read(told, [(place, "cash", place) for place in range(1, 9)])
    assert [(row["years_back"], row["statement_id"]) for row in rows] == [(0, 2), (1, 4), (2, 6)]
    assert [
        row["statement_id"] for row in read(told, [(place, "cash", 1) for place in range(1, 9)], date(2026, 1, 31))
    ] == [3, 6, 7]


@pytest.mark.parametrize("measure", [name for name in measure_names() if name.startswith(("statement_", "score_"))])
def test_no_amount_is_too_large_and_no_statement_too_empty(measure: str) -> None:
    """Amounts of one minor unit beside amounts of a thousand million million, of either sign, and zeros: bounded, never an error."""
    codes = [row["code"] for row in listed("statement_lines")]
    figures = [
        {
            "id": 1,
            "customer_id": 1,
            "subject": "",
            "kind": "market_cap",
            "as_of": T,
            "known_on": T,
            "value_micro": 10**18,
        },
        {
            "id": 2,
            "customer_id": None,
            "subject": "US",
            "kind": "price_index_1968",
            "as_of": T,
            "known_on": T,
            "value_micro": 1,
        },
        {
            "id": 3,
            "customer_id": 1,
            "subject": "a",
            "kind": "covenant_actual",
            "as_of": T,
            "known_on": T,
            "value_micro": -(10**18),
        },
        {
            "id": 4,
            "customer_id": 1,
            "subject": "a",
            "kind": "covenant_floor",
            "as_of": T,
            "known_on": T,
            "value_micro": 1,
        },
        {
            "id": 5,
            "customer_id": 1,
            "subject": "",
            "kind": "sector_dso",
            "as_of": T,
            "known_on": T,
            "value_micro": 10**18,
        },
    ]
    for turn in range(24):
        amounts = [(1, 10**15, -(10**15), 0, -1)[(place * (turn + 1) + turn) % 5] for place in range(len(codes))]
        lines = [
            {"id": 1000 * year + place, "statement_id": year, "code": code, "amount_minor": amounts[place - year]}
            for year in (1, 2, 3)
            for place, code in enumerate(codes)
        ]
        told = {
            "company": [{"id": 1, "currency": "USD"}],
            "customers": [{"id": 1}],
            "credit_statements": [
                statement(year, date(2026 - year, 12, 31), date(2027 - year, 2, 1), currency="USD")
                for year in (1, 2, 3)
            ],
            "credit_statement_lines": lines,
            "credit_figures": figures,
        }
        found = values(Example("", T, "", None, told), measure)
        assert all(value is None or abs(value) <= 10**12 for value in found.values()), found
    empty = told | {"credit_statement_lines": [], "credit_figures": []}
    assert not {value for value in values(Example("", T, "", None, empty), measure).values() if value is not None}


@pytest.mark.parametrize("measure", measure_names())
def test_the_inputs_that_a_header_names_are_columns(measure: str) -> None:
    con = duckdb.connect(":memory:", config={"threads": "1"})
    try:
        hand_in(con, **tables({}))
        columns = set(run(con, load(PACKAGE, measure), as_of=T, earliest_on=T).column_names)
    finally:
        con.close()
    for one in indicators().values():
        if one.measure == measure:
            assert {one.id.lower(), *one.inputs} <= columns, one.id
