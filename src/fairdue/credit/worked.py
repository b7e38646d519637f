"""Worked examples of indicators: small ledgers with the value that a hand calculates from the formula.

They ship with the product: ``fairdue indicators check`` runs each through the same SQL that measures the portfolio, and counts the
indicators that work. The numbers are those of docs/algorithms/indicators.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from fairdue.credit.catalogue import MICRO, PACKAGE, indicators
from fairdue.credit.snapshot import OTHERS, SHAPES
from fairdue.engine.measures import hand_in, load, run
from fairdue.kernel.rounding import to_int
from fairdue.ledger.snapshot import SOURCES

ONE = 1
"""The customer of an example, where a row names none."""
SCHEMAS: dict[str, pa.Schema] = {source.name: source.schema for source in SOURCES} | OTHERS | SHAPES
"""Every table that a measure may read."""
_EMPTY: dict[pa.DataType, Any] = {pa.string(): "", pa.bool_(): False}


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example. ``expect_micro`` None is "not enough data"; ``tables`` are rows by table of the snapshot."""

    indicator: str
    as_of: date
    working: str
    expect_micro: int | None
    tables: Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an example gave: right where the value is the expected one."""

    example: Example
    value_micro: int | None

    @property
    def right(self) -> bool:
        """Say whether the measure gives what the hand calculated."""
        return self.value_micro == self.example.expect_micro


def examples() -> list[Example]:
    """Read every example, in the order of the files."""
    folder = files("fairdue.credit").joinpath("examples")
    found = []
    for name in sorted(path.name for path in folder.iterdir() if path.name.endswith(".yaml")):
        for told in yaml.safe_load(folder.joinpath(name).read_text(encoding="utf-8")):
            expect = None if told["expect"] is None else to_int(Decimal(str(told["expect"])) * MICRO)
            found.append(Example(told["indicator"], told["as_of"], told["working"], expect, _tables(told)))
    return found


def check() -> Iterator[Outcome]:
    """Run every example through its measure, on tables of its own."""
    known = indicators()
    for example in examples():
        found = known[example.indicator]
        yield Outcome(example, values(example, found.measure).get(example.indicator) if found.works else None)


def working() -> tuple[set[str], list[Outcome]]:
    """Give the indicators that have an example with a value and whose examples are all right; and the outcomes that are wrong."""
    outcomes = list(check())
    wrong = [one for one in outcomes if not one.right]
    shown = {one.example.indicator for one in outcomes if one.example.expect_micro is not None}
    return shown - {one.example.indicator for one in wrong}, wrong


def values(example: Example, measure: str) -> dict[str, int | None]:
    """Give the values of the example's customer by indicator, as one measure computes them."""
    con = duckdb.connect(":memory:", config={"threads": "1"})
    try:
        hand_in(con, **tables(example.tables))
        rows = run(con, load(PACKAGE, measure), as_of=example.as_of, earliest_on=example.as_of - timedelta(days=7))
    finally:
        con.close()
    (row,) = [one for one in rows.to_pylist() if one["customer_id"] == ONE] or [{}]
    return {name.upper(): value for name, value in row.items() if name.upper() in indicators()}


def tables(told: Mapping[str, list[dict[str, Any]]]) -> dict[str, pa.Table]:
    """Give every table that measures read, with the rows told and the rest of each row empty."""
    return {name: _table(shape, told.get(name, [])) for name, shape in SCHEMAS.items()}


def _table(shape: pa.Schema, rows: list[dict[str, Any]]) -> pa.Table:
    whole = []
    for place, row in enumerate(rows, start=1):
        unknown = set(row) - set(shape.names)
        if unknown:
            raise ValueError(f"no column {', '.join(sorted(unknown))}; there are {', '.join(shape.names)}")
        whole.append({name: _EMPTY.get(shape.field(name).type) for name in shape.names} | {"id": place} | row)
    return pa.Table.from_pylist(whole, schema=shape)


def _tables(told: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {
        "company": [{"id": 1, "currency": "EUR", "country": "DE"}],
        "customers": [{"id": ONE, "country": "DE"}],
    }
    for name, some in told.get("rows", {}).items():
        own = {} if "customer_id" not in SCHEMAS[name].names else {"customer_id": ONE}
        rows[name] = [own | one for one in some]
    invoices = [one for one in told.get("invoices", ()) for _ in range(one[4].get("times", 1) if len(one) > 4 else 1)]
    for place, invoice in enumerate(invoices, start=1):
        _invoice(rows, place, invoice)
    for place, statement in enumerate(told.get("statements", ()), start=1):
        _statement(rows, place, *statement)
    orders = [one for one in told.get("orders", ()) for _ in range(one[2].get("times", 1) if len(one) > 2 else 1)]
    for place, (amount, ordered_on, *rest) in enumerate(orders, start=1):
        more = {name: value for name, value in (rest[0] if rest else {}).items() if name != "times"}
        rows.setdefault("credit_orders", []).append(
            {"id": place, "customer_id": ONE, "currency": "EUR", "amount_minor": amount, "ordered_on": ordered_on}
            | more
        )
    return rows


def _statement(
    rows: dict[str, list[dict[str, Any]]],
    place: int,
    period_end: date,
    known_on: date,
    lines: Mapping[str, int],
    more: Mapping[str, Any] | None = None,
) -> None:
    """Write ``[period_end, known_on, {code: amount}, {more}]`` as a statement of twelve months, the customer's own, and its lines."""
    rows.setdefault("credit_statements", []).append(
        {
            "id": place,
            "customer_id": ONE,
            "period_end": period_end,
            "known_on": known_on,
            "months": 12,
            "currency": "EUR",
        }
        | dict(more or {})
    )
    rows.setdefault("credit_statement_lines", []).extend(
        {"id": 1000 * place + line, "statement_id": place, "code": code, "amount_minor": amount}
        for line, (code, amount) in enumerate(lines.items())
        if amount is not None
    )


def _invoice(rows: dict[str, list[dict[str, Any]]], place: int, invoice: list[Any]) -> None:
    """Write ``[amount, issued, due, settled or null, {more}]`` as document, item and receipts.

    ``more``: customer, currency, kind, discount (minor units), discount_until, receipts (list of [day, amount]), disputed (minor
    units), times (so many equal invoices).
    """
    amount, issued, due, settled, *rest = invoice
    more: dict[str, Any] = rest[0] if rest else {}
    customer, currency = more.get("customer", ONE), more.get("currency", "EUR")
    common = {"customer_id": customer, "currency": currency}
    rows.setdefault("documents", []).append(
        {"id": place, "kind": more.get("kind", "invoice"), "issued_on": issued, "effective_on": issued, "total_minor": amount, **common}
    )  # fmt: skip
    rows.setdefault("due_items", []).append(
        {"id": place, "document_id": place, "seq": 1, "amount_minor": amount, "due_on": due, "effective_on": issued,
         "discount_until": more.get("discount_until"), "discount_minor": more.get("discount", 0), **common}
    )  # fmt: skip
    receipts = more.get("receipts", [[settled, amount]] if settled else [])
    for day, part in receipts:
        payments = rows.setdefault("payments", [])
        payments.append({"id": len(payments) + 1, "amount_minor": part, "effective_on": day, **common})
        allocations = rows.setdefault("allocations", [])
        allocations.append(
            {"id": len(allocations) + 1, "kind": "payment", "due_item_id": place, "payment_id": len(payments), "amount_minor": part,
             "effective_on": day, **common}
        )  # fmt: skip
    if more.get("disputed"):
        holds = rows.setdefault("holds", [])
        holds.append(
            {"id": len(holds) + 1, "customer_id": customer, "document_id": place, "due_item_id": place, "reason": "dispute",
             "amount_minor": more["disputed"], "currency": currency, "since": due}
        )  # fmt: skip
