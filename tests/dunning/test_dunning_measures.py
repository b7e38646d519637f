"""overdue_since in SQL against a slow day-by-day walk, over random histories of payments and reversals."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.engine import measures
from fairdue.engine.snapshot import Snapshot, write_tables
from fairdue.ledger import snapshot as ledger

START = date(2026, 1, 1)
LENGTH = 40


def day(number):
    return START + timedelta(days=number)


@st.composite
def histories(draw):
    items, allocations = [], []
    for item_id in range(1, draw(st.integers(1, 5)) + 1):
        amount = draw(st.integers(1, 20))
        items.append((item_id, draw(st.integers(1, 2)), amount, draw(st.integers(-10, LENGTH))))
        left = amount
        for on in sorted(draw(st.lists(st.integers(0, LENGTH), max_size=4))):
            part = draw(st.integers(0, left))
            if part:
                allocations.append((item_id, part, on))
                left -= part
                if draw(st.booleans()) and draw(st.booleans()):
                    back = draw(st.integers(on, LENGTH))
                    allocations.append((item_id, -part, back))
    return items, allocations


def reference(items, allocations):
    found = {}
    for customer in sorted({item[1] for item in items}):
        since = None
        for number in range(LENGTH, -80, -1):
            overdue = 0
            for item_id, owner, amount, due in items:
                if owner == customer and due < number:
                    overdue += amount - sum(part for i, part, on in allocations if i == item_id and on <= number)
            if overdue == 0:
                break
            since = day(number)
        if since is not None:
            found[customer, "EUR"] = since
    return found


def rows_of(source, rows):
    return pa.table(
        {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in source.schema},
        schema=source.schema,
    )


@settings(max_examples=30, deadline=None)
@given(histories())
def test_overdue_since_equals_walking_back_day_by_day(history):
    items, allocations = history
    tables = {
        "due_items": rows_of(
            ledger.DUE_ITEMS,
            [
                {
                    "id": item_id, "customer_id": owner, "document_id": item_id, "seq": 1, "currency": "EUR",
                    "amount_minor": amount, "due_on": day(due), "effective_on": day(-200), "discount_minor": 0,
                    "payment_reference": "",
                }
                for item_id, owner, amount, due in items
            ],
        ),
        "allocations": rows_of(
            ledger.ALLOCATIONS,
            [
                {
                    "id": number, "customer_id": 1, "kind": "payment", "due_item_id": item_id, "currency": "EUR",
                    "amount_minor": amount, "effective_on": day(on),
                }
                for number, (item_id, amount, on) in enumerate(allocations, start=1)
            ],
        ),
        "due_date_changes": rows_of(ledger.DUE_DATE_CHANGES, []),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot"
        write_tables(tables, company_id=1, as_of=day(LENGTH), known_at=datetime(2026, 6, 1, tzinfo=UTC), folder=path)
        with Snapshot.open(path).connect() as con:
            measure = measures.load("fairdue.dunning.sql", "overdue_since")
            table = measures.run(con, measure, as_of=day(LENGTH))
    names = ("customer_id", "currency", "overdue_since")
    found = zip(*(table.column(name).to_pylist() for name in names), strict=True)
    assert {(customer, currency): since for customer, currency, since in found} == reference(items, allocations)
