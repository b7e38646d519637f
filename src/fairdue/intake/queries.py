"""What the ledger holds for a source, read in bulk. No writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from fairdue.formats.values.keys import identity
from fairdue.intake.models import Import
from fairdue.intake.rules import Known, Member, Settlement

_ITEMS = """
SELECT i.id, COALESCE(i.supplements_id, i.id) AS base, b.source_key, b.occurrence, i.customer_id, c.number_key,
  i.document_id, d.number, i.currency, i.amount_minor, i.due_on, i.effective_on
FROM ledger_due_item i
JOIN ledger_due_item b ON b.id = COALESCE(i.supplements_id, i.id)
JOIN ledger_document d ON d.id = i.document_id
JOIN ledger_customer c ON c.id = i.customer_id
WHERE i.source_id = %s AND b.source_key <> ''
ORDER BY base, i.id
"""
_STATED = """
SELECT x.due_item_id, x.due_on FROM ledger_due_date_change x JOIN ledger_due_item i ON i.id = x.due_item_id
WHERE i.source_id = %s AND x.reason = 'source' ORDER BY x.id
"""
"""Due dates that the source stated later, in the order in which it did; what people agreed is not among them."""
_APPLIED = """
SELECT i.id, SUM(a.amount_minor), SUM(CASE WHEN a.kind <> 'source_settlement' AND a.effective_on > %s THEN a.amount_minor ELSE 0 END)
FROM ledger_allocation a JOIN ledger_due_item i ON i.id = {side} WHERE i.source_id = %s GROUP BY i.id
"""
"""What was applied to items, and the part of it that the ledger itself applied after the file's day."""
_SETTLEMENTS = """
SELECT a.id, i.id, COALESCE(i.supplements_id, i.id), a.amount_minor, a.effective_on
FROM ledger_allocation a JOIN ledger_due_item i ON i.id = {side}
WHERE a.kind = 'source_settlement' AND a.reverses_id IS NULL AND i.source_id = %s
  AND NOT EXISTS (SELECT 1 FROM ledger_allocation r WHERE r.reverses_id = a.id)
ORDER BY a.id
"""
_SIDES = ("a.due_item_id", "a.credit_item_id")


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _day(value: date) -> Any:
    return value if connection.vendor == "postgresql" else value.isoformat()


def known_items(source_id: int | None, as_of: date) -> dict[str, list[Known]]:
    """Give a source's items by key, with what remains as a file of ``as_of`` may know it. Six queries, whatever the size."""
    found: dict[str, list[Known]] = {}
    if source_id is None:
        return found
    with connection.cursor() as cursor:
        applied, later = _applied(cursor, source_id, as_of)
        cursor.execute(_STATED, [source_id])
        stated = {item_id: _date(due_on) for item_id, due_on in cursor.fetchall()}
        by_base: dict[int, Known] = {}
        cursor.execute(_ITEMS, [source_id])
        for row in cursor.fetchall():
            item_id, base, key, occurrence, customer, customer_key, document, number, currency, amount, due, since = row
            known = by_base.get(base)
            if known is None:
                known = by_base[base] = Known(
                    key, occurrence, customer_key, document, customer, number, currency, -1 if amount < 0 else 1,
                    stated.get(item_id) or _date(due), _date(since),
                )  # fmt: skip
                found.setdefault(key, []).append(known)
            free = abs(amount) - applied.get(item_id, 0)
            known.members.append(Member(item_id, abs(amount), free + later.get(item_id, 0), free))
        for side in _SIDES:
            cursor.execute(_SETTLEMENTS.format(side=side), [source_id])
            for allocation_id, item_id, base, amount, on in cursor.fetchall():
                if base in by_base:
                    by_base[base].settlements.append(Settlement(allocation_id, item_id, int(amount), _date(on)))
    return found


def _applied(cursor: Any, source_id: int, as_of: date) -> tuple[dict[int, int], dict[int, int]]:
    applied: dict[int, int] = {}
    later: dict[int, int] = {}
    for side in _SIDES:
        cursor.execute(_APPLIED.format(side=side), [_day(as_of), source_id])
        for item_id, total, after in cursor.fetchall():
            applied[item_id] = applied.get(item_id, 0) + int(total)
            if after:
                later[item_id] = later.get(item_id, 0) + int(after)
    return applied, later


def customer_ids(company_id: int) -> dict[str, int]:
    """Give the customers of a company: number key to id. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number_key, id FROM ledger_customer WHERE company_id = %s", [company_id])
        return dict(cursor.fetchall())


def customers_with_country(company_id: int) -> set[str]:
    """Give the number keys of the customers whose country is known. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number_key FROM ledger_customer WHERE company_id = %s AND country <> ''", [company_id])
        return {row[0] for row in cursor.fetchall()}


def customers_by_name(company_id: int, more: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """Give the number keys of the customers whose name no other one has, by comparable name; ``more``: (key, name) pairs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number_key, name FROM ledger_customer WHERE company_id = %s", [company_id])
        named = [*cursor.fetchall(), *more]
    keys: dict[str, set[str]] = {}
    for key, name in named:
        if name:
            keys.setdefault(identity(name), set()).add(key)
    return {name: next(iter(some)) for name, some in keys.items() if len(some) == 1}


def known_payments(source_id: int | None) -> dict[str, list[tuple[int, int, str, date]]]:
    """Give a source's payments by key: (occurrence, amount in minor units, currency, day). One query."""
    found: dict[str, list[tuple[int, int, str, date]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_key, occurrence, amount_minor, currency, effective_on FROM ledger_payment"
            " WHERE source_id = %s AND source_key <> '' ORDER BY id",
            [source_id],
        )
        for key, occurrence, amount, currency, day in cursor.fetchall():
            found.setdefault(key, []).append((occurrence, int(amount), currency, _date(day)))
    return found


_BY_NUMBER = """
SELECT c.number_key, d.number, i.currency, i.id, i.customer_id, i.amount_minor - COALESCE(a.applied, 0)
FROM ledger_due_item i JOIN ledger_document d ON d.id = i.document_id JOIN ledger_customer c ON c.id = i.customer_id
LEFT JOIN (SELECT due_item_id, SUM(amount_minor) AS applied FROM ledger_allocation WHERE company_id = %s
           GROUP BY due_item_id) a ON a.due_item_id = i.id
WHERE i.company_id = %s AND i.amount_minor > 0 ORDER BY i.due_on, i.id
"""
_REPLACEABLE = """
SELECT a.id, a.due_item_id, a.amount_minor, a.effective_on FROM ledger_allocation a
WHERE a.company_id = %s AND a.kind = 'source_settlement' AND a.reverses_id IS NULL AND a.due_item_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM ledger_allocation r WHERE r.reverses_id = a.id)
ORDER BY a.effective_on, a.id
"""


@dataclass(slots=True)
class Payable:
    """An invoice item that payments may pay, with its source settlements."""

    due_item_id: int
    customer_id: int
    customer_key: str
    currency: str
    rest_minor: int
    settlements: list[Settlement]


def payables(company_id: int, numbers: set[str]) -> dict[tuple[str, str], list[Payable]]:
    """Give the items of the wanted document keys by (document key, currency), the earliest due first. Two queries."""
    found: dict[tuple[str, str], list[Payable]] = {}
    by_item: dict[int, Payable] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BY_NUMBER, [company_id, company_id])
        for customer_key, number, currency, item_id, customer_id, rest in cursor.fetchall():
            key = identity(number) if number else ""
            if key in numbers:
                item = by_item[item_id] = Payable(item_id, customer_id, customer_key, currency, int(rest), [])
                found.setdefault((key, currency), []).append(item)
        cursor.execute(_REPLACEABLE, [company_id])
        for allocation_id, item_id, amount, on in cursor.fetchall():
            if item_id in by_item:
                by_item[item_id].settlements.append(Settlement(allocation_id, item_id, int(amount), _date(on)))
    return found


def last_complete(source_id: int | None) -> Import | None:
    """Give the last written complete list of open items of a source: the latest day, then the latest import."""
    if source_id is None:
        return None
    found = Import.objects.filter(
        source_id=source_id, kind="open_items", state=Import.State.WRITTEN, complete=True
    ).order_by("-as_of", "-id")
    return found.defer("refused_csv").first()


def disputed_items(source_id: int, prefix: str) -> dict[int, int]:
    """Give the standing holds that a source's lists set: due item id to hold id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.due_item_id, h.id FROM ledger_hold h JOIN ledger_due_item i ON i.id = h.due_item_id"
            " WHERE i.source_id = %s AND h.released_on IS NULL AND h.key LIKE %s",
            [source_id, prefix + "%"],
        )
        return dict(cursor.fetchall())
