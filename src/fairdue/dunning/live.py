"""The book of one customer as the ledger stands now: what a run reads for all, read for one, by the same sources and measures.

1. The rows of each source that concern the customer come in one query, whatever their number; nothing is written to the
   database.
2. They become a snapshot in a folder that is gone again at the end, so that ``read_book`` reads them as it reads a run's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from django.db import connection

from fairdue.dunning import snapshot as ours
from fairdue.dunning.facts_reader import Book, read_book
from fairdue.engine.readers import Argument, literals
from fairdue.engine.snapshot import Snapshot, SnapshotSource, in_days, write_tables
from fairdue.ledger import snapshot as ledger

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""Nothing recorded is left out: the live balance."""

_ITEMS = "(SELECT i.id FROM ledger_due_item i WHERE i.customer_id = :customer_id)"
_PAYMENTS = "(SELECT p.id FROM ledger_payment p WHERE p.customer_id = :customer_id)"
_THEIRS = "y.customer_id = :customer_id"
NARROWED: tuple[tuple[SnapshotSource, str], ...] = (
    (ledger.CUSTOMERS, "y.id = :customer_id"),
    (ledger.CONTACTS, _THEIRS),
    (ledger.DOCUMENTS, _THEIRS),
    (ledger.DUE_ITEMS, _THEIRS),
    (ledger.DUE_DATE_CHANGES, f"y.due_item_id IN {_ITEMS}"),
    (ledger.PAYMENTS, _THEIRS),
    (
        ledger.ALLOCATIONS,
        f"(y.due_item_id IN {_ITEMS} OR y.credit_item_id IN {_ITEMS} OR y.payment_id IN {_PAYMENTS})",
    ),
    (ledger.HOLDS, _THEIRS),
    (ledger.FACTS, "y.subject = 'customer:' || CAST(:customer_id AS TEXT)"),
    (ours.CONTACTED, _THEIRS),
    (ours.SIGNS, _THEIRS),
    (ours.ANSWERS, _THEIRS),
    (ours.NOTICES, _THEIRS),
    (
        ours.NOTICE_LINES,
        "y.notice_id IN (SELECT n.id FROM dunning_notice n WHERE n.customer_id = :customer_id)",
    ),
    (ours.DECIDED, _THEIRS),
    (
        ours.DECIDED_LINES,
        "y.proposal_id IN (SELECT p.id FROM dunning_proposal p WHERE p.customer_id = :customer_id)",
    ),
)
"""The sources that the book is read from, each with the condition that leaves one customer's rows.

A source that the book begins to read and that is missing here ends with an error of DuckDB, never with an empty table.
"""


def live_book(
    company_id: int, customer_id: int, today: date, wanted: frozenset[str] = frozenset(), *, zone: tzinfo = UTC
) -> Book:
    """Give the book of one customer on ``today``, with everything recorded so far; ``wanted`` as in ``read_book``. One query.

    Moments have their day in ``zone``, the company's.
    """
    tables = _tables(_rows(company_id, customer_id, today), zone)
    with TemporaryDirectory(prefix="fairdue-live-") as place:
        folder = Path(place) / "book"
        write_tables(tables, company_id=company_id, as_of=today, known_at=FAR, folder=folder)
        return read_book(Snapshot.open(folder), today, wanted)


def _rows(company_id: int, customer_id: int, today: date) -> list[tuple[int, str]]:
    """Give (number of the source, row as a JSON list) of all sources in one query."""
    array = "json_build_array" if connection.vendor == "postgresql" else "json_array"
    parts = [
        f"SELECT {number} AS source, CAST({array}({', '.join(f'y.{name}' for name in source.schema.names)}) AS TEXT)"
        f" AS cells FROM ({source.select}) y WHERE {condition}"
        for number, (source, condition) in enumerate(NARROWED)
    ]
    values: Mapping[str, Argument] = {
        "company_id": company_id, "customer_id": customer_id, "as_of": today, "known_at": FAR,
    }  # fmt: skip
    with connection.cursor() as cursor:
        # Without an argument list Django leaves the text alone, percent signs included.
        cursor.execute(literals(" UNION ALL ".join(parts), values, connection.vendor))
        return list(cursor.fetchall())


def _tables(rows: list[tuple[int, str]], zone: tzinfo) -> dict[str, pa.Table]:
    found: dict[int, list[list[Any]]] = {number: [] for number in range(len(NARROWED))}
    for number, cells in rows:
        found[number].append(json.loads(cells))
    tables = {}
    for number, (source, _) in enumerate(NARROWED):
        ordered = sorted(found[number], key=lambda row: int(row[0]))
        columns = list(zip(*ordered, strict=True)) if ordered else [()] * len(source.schema)
        arrays = [_array(column, field.type) for column, field in zip(columns, source.selected, strict=True)]
        batch = in_days(pa.RecordBatch.from_arrays(arrays, schema=source.selected), source, zone)
        tables[source.name] = pa.Table.from_batches([batch], source.schema)
    return tables


def _array(cells: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    if pa.types.is_date(kind):
        return pa.array([None if cell is None else date.fromisoformat(cell) for cell in cells], kind)
    if pa.types.is_boolean(kind):
        return pa.array([None if cell is None else bool(cell) for cell in cells], kind)
    return pa.array(cells, kind)
