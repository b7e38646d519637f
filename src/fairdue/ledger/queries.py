"""Bulk reads of the ledger; no writes. The open amount has one definition, here for single customers and live checks, and in
``sql/open_items.sql`` for portfolios; tests hold the two together.

open(item, as of D, as known at K) = amount − Σ allocations to it (an invoice) or amount + Σ its uses (a credit note), over
rows with ``effective_on <= D`` and ``recorded_at <= K``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Max, Sum

from fairdue.ledger.models import Allocation, AllocationKind


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A due item with a balance. ``held_minor`` is the part not to be chased; ``due_on`` is the due date now agreed."""

    due_item_id: int
    document_id: int
    customer_id: int
    document_number: str
    kind: str
    issued_on: date
    due_on: date
    currency: str
    amount_minor: int
    open_minor: int
    held_minor: int
    hold_reasons: tuple[str, ...]

    def days_overdue(self, as_of: date) -> int:
        """Give the days since the due date; negative before it."""
        return (as_of - self.due_on).days


_OPEN = """
SELECT i.id, i.document_id, i.customer_id, d.number, d.kind, d.issued_on,
  COALESCE((SELECT c.due_on FROM ledger_due_date_change c WHERE c.due_item_id = i.id
            AND c.effective_on <= %(as_of)s AND c.recorded_at <= %(known_at)s
            ORDER BY c.effective_on DESC, c.recorded_at DESC, c.id DESC LIMIT 1), i.due_on) AS due_on,
  i.currency, i.amount_minor,
  i.amount_minor
    - COALESCE((SELECT SUM(a.amount_minor) FROM ledger_allocation a WHERE a.due_item_id = i.id
                AND a.effective_on <= %(as_of)s AND a.recorded_at <= %(known_at)s), 0)
    + COALESCE((SELECT SUM(a.amount_minor) FROM ledger_allocation a WHERE a.credit_item_id = i.id
                AND a.effective_on <= %(as_of)s AND a.recorded_at <= %(known_at)s), 0) AS open_minor
FROM ledger_due_item i JOIN ledger_document d ON d.id = i.document_id
WHERE i.company_id = %(company)s AND i.effective_on <= %(as_of)s AND i.recorded_at <= %(known_at)s {only}
ORDER BY i.customer_id, i.due_on, i.id
"""

FAR = datetime(9999, 1, 1, tzinfo=UTC)


def moment(value: datetime) -> Any:
    """Give a moment as the connected database compares it."""
    return value if connection.vendor == "postgresql" else str(value.astimezone(UTC).replace(tzinfo=None))


def _day(value: date) -> Any:
    return value if connection.vendor == "postgresql" else value.isoformat()


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _instant(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    assert isinstance(moment, datetime)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ids(column: str, ids: Iterable[int] | None) -> str:
    if ids is None:
        return ""
    listed = ",".join(str(int(value)) for value in ids)
    return f"AND {column} IN ({listed or 'NULL'})"


def open_items(
    company_id: int,
    as_of: date,
    *,
    customer_ids: Sequence[int] | None = None,
    known_at: datetime = FAR,
    holds: Holds | None = None,
) -> list[OpenItem]:
    """Give the items with a balance, by customer and due date, with the parts on hold on ``as_of``.

    Two queries; one where the ``holds`` of the day were read before.
    """
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(known_at)}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN.format(only=_ids("i.customer_id", customer_ids)), values)
        rows = [row for row in cursor.fetchall() if row[9] != 0]
    return items_of(rows, holds or holds_on(company_id, as_of, customer_ids=customer_ids, known_at=known_at))


def open_items_after(
    company_id: int, as_of: date, *, after_id: int, limit: int, customer_id: int | None = None
) -> list[OpenItem]:
    """Give the next ``limit`` items with a balance whose id is above ``after_id``, by id, with the parts on hold. Two queries.

    Reads no further than the page, so that a list of any length can be walked.
    """
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(FAR), "limit": limit}
    only = f"AND i.id > {int(after_id)}" + ("" if customer_id is None else f" AND i.customer_id = {int(customer_id)}")
    inner = _OPEN.format(only=only).rsplit("ORDER BY", 1)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({inner}) x WHERE x.open_minor <> 0 ORDER BY x.id LIMIT %(limit)s", values)
        rows = cursor.fetchall()
    owners = sorted({row[2] for row in rows})
    found = items_of(rows, holds_on(company_id, as_of, customer_ids=owners)) if rows else []
    return sorted(found, key=lambda item: item.due_item_id)


def items_of(rows: Iterable[Sequence[Any]], holds: Holds) -> list[OpenItem]:
    """Put open items together from the rows of their statement, by customer and due date."""
    found = []
    for row in rows:
        held, reasons = holds.held(row[2], row[1], row[0], int(row[9]))
        found.append(
            OpenItem(
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                _date(row[5]),
                _date(row[6]),
                row[7],
                int(row[8]),
                int(row[9]),
                held,
                reasons,
            )
        )
    return sorted(found, key=lambda item: (item.customer_id, item.due_on, item.due_item_id))


def open_amounts(
    company_id: int,
    as_of: date,
    *,
    customer_ids: Sequence[int] | None = None,
    due_item_ids: Sequence[int] | None = None,
    known_at: datetime = FAR,
) -> dict[int, int]:
    """Give the open amount in minor units of every item with a balance, by due item id. One query."""
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(known_at)}
    only = _ids("i.customer_id", customer_ids) + " " + _ids("i.id", due_item_ids)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN.format(only=only), values)
        return {row[0]: int(row[9]) for row in cursor.fetchall() if row[9] != 0}


class PayableItem(NamedTuple):
    """A due item as a payment is matched to it; ``open_minor`` may be 0."""

    due_item_id: int
    customer_id: int
    document_number: str
    currency: str
    amount_minor: int
    open_minor: int
    issued_on: date
    due_on: date
    payment_reference: str
    discount_minor: int
    discount_until: date | None


_PAYABLE = """
WITH taken AS (
  SELECT a.due_item_id AS item_id, SUM(a.amount_minor) AS minor FROM ledger_allocation a
  WHERE a.company_id = %(company)s AND a.effective_on <= %(as_of)s AND a.recorded_at <= %(known_at)s GROUP BY a.due_item_id
),
given AS (
  SELECT a.credit_item_id AS item_id, SUM(a.amount_minor) AS minor FROM ledger_allocation a
  WHERE a.company_id = %(company)s AND a.credit_item_id IS NOT NULL AND a.effective_on <= %(as_of)s AND a.recorded_at <= %(known_at)s
  GROUP BY a.credit_item_id
),
moved AS (
  SELECT c.due_item_id AS item_id, c.due_on,
    ROW_NUMBER() OVER (PARTITION BY c.due_item_id ORDER BY c.effective_on DESC, c.recorded_at DESC, c.id DESC) AS place
  FROM ledger_due_date_change c
  WHERE c.company_id = %(company)s AND c.effective_on <= %(as_of)s AND c.recorded_at <= %(known_at)s
)
SELECT i.id, i.customer_id, d.number, i.currency, i.amount_minor,
  i.amount_minor - COALESCE(t.minor, 0) + COALESCE(g.minor, 0) AS open_minor, d.issued_on, COALESCE(m.due_on, i.due_on) AS due_on,
  i.payment_reference, i.discount_minor, i.discount_until
FROM ledger_due_item i JOIN ledger_document d ON d.id = i.document_id
LEFT JOIN taken t ON t.item_id = i.id LEFT JOIN given g ON g.item_id = i.id LEFT JOIN moved m ON m.item_id = i.id AND m.place = 1
WHERE i.company_id = %(company)s AND i.effective_on <= %(as_of)s AND i.recorded_at <= %(known_at)s
  AND (i.amount_minor - COALESCE(t.minor, 0) + COALESCE(g.minor, 0) <> 0 OR COALESCE(m.due_on, i.due_on) >= %(closed_since)s)
ORDER BY i.id
"""
"""The open amount as ``_OPEN`` defines it, for all items of a company at once: sums by item, not a look-up for each."""


def payable_items(company_id: int, as_of: date, *, closed_since: date) -> list[PayableItem]:
    """Give every item with a balance, and the settled ones due since a day: they may be paid twice or come back. One query."""
    values = {
        "company": company_id, "as_of": _day(as_of), "known_at": moment(FAR), "closed_since": _day(closed_since),
    }  # fmt: skip
    known: dict[str, date] = {}

    def day(value: Any) -> date:
        if isinstance(value, date):
            return value
        return known.get(value) or known.setdefault(value, date.fromisoformat(value))

    with connection.cursor() as cursor:
        cursor.execute(_PAYABLE, values)
        return [
            PayableItem(
                r[0], r[1], r[2], r[3], int(r[4]), int(r[5]), day(r[6]), day(r[7]), r[8], int(r[9]), day(r[10]) if r[10] else None
            )
            for r in cursor.fetchall()
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holds:
    """The holds in force on a day, ready to be asked per item."""

    whole: dict[tuple[str, int], tuple[str, ...]]
    parts: dict[tuple[str, int], tuple[tuple[int, str], ...]]

    def held(
        self, customer_id: int, document_id: int, due_item_id: int, open_minor: int
    ) -> tuple[int, tuple[str, ...]]:
        """Give the held part of an item (at most its open amount) and the reasons, sorted.

        A hold without an amount holds all of its scope. Amounts of several part holds add up, up to the open amount. A
        part hold on a document or customer holds that much of each of its items: too much held is safer than too much
        chased.
        """
        scopes = (("customer", customer_id), ("document", document_id), ("item", due_item_id))
        reasons = {reason for scope in scopes for reason in self.whole.get(scope, ())}
        part = 0
        for scope in scopes:
            for amount, reason in self.parts.get(scope, ()):
                part += amount
                reasons.add(reason)
        wholly = any(scope in self.whole for scope in scopes)
        limit = max(open_minor, 0)
        return (limit if wholly else min(part, limit)), tuple(sorted(reasons))


_HOLDS = """
SELECT customer_id, document_id, due_item_id, reason, amount_minor FROM ledger_hold
WHERE company_id = %(company)s AND since <= %(as_of)s AND (until IS NULL OR until >= %(as_of)s)
  AND (released_on IS NULL OR released_on > %(as_of)s) AND recorded_at <= %(known_at)s {only} ORDER BY id
"""


def holds_on(
    company_id: int, as_of: date, *, customer_ids: Sequence[int] | None = None, known_at: datetime = FAR
) -> Holds:
    """Give the holds in force on ``as_of``. One query."""
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(known_at)}
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS.format(only=_ids("customer_id", customer_ids)), values)
        return holds_of(cursor.fetchall())


def holds_of(rows: Iterable[Sequence[Any]]) -> Holds:
    """Put holds together from the rows of their statement, in the order of their numbers."""
    whole: dict[tuple[str, int], tuple[str, ...]] = {}
    parts: dict[tuple[str, int], tuple[tuple[int, str], ...]] = {}
    for customer_id, document_id, due_item_id, reason, amount in rows:
        scope = ("item", due_item_id) if due_item_id else ("document", document_id) if document_id else None
        key = scope or ("customer", customer_id)
        if amount is None:
            whole[key] = (*whole.get(key, ()), reason)
        else:
            parts[key] = (*parts.get(key, ()), (int(amount), reason))
    return Holds(whole, parts)


_UNAPPLIED = """
SELECT p.id, p.customer_id, {suspect} AS suspected_customer_id, p.currency, p.effective_on, p.recorded_at, p.amount_minor - COALESCE((
    SELECT SUM(a.amount_minor) FROM ledger_allocation a WHERE a.payment_id = p.id
    AND a.effective_on <= %(as_of)s AND a.recorded_at <= %(known_at)s), 0) AS rest{count}
FROM {payments} WHERE p.company_id = %(company)s AND p.effective_on <= %(as_of)s AND p.recorded_at <= %(known_at)s
  {only}
"""
_SUSPECTS = """, CASE WHEN p.customer_id IS NULL
    THEN (SELECT COUNT(*) FROM ledger_payment_suspect t WHERE t.payment_id = p.id) ELSE 0 END AS further"""


def _unapplied(only: str = "") -> str:
    return _UNAPPLIED.format(suspect="p.suspected_customer_id", count="", payments="ledger_payment p", only=only)


def _unapplied_or_suspected(only_payments: str = "", only_suspects: str = "") -> str:
    """Give the statement that names a payment once more for each further customer whose it may be, while nobody knows."""
    first = _UNAPPLIED.format(
        suspect="p.suspected_customer_id", count=_SUSPECTS, payments="ledger_payment p", only=only_payments
    )
    further = _UNAPPLIED.format(
        suspect="s.customer_id", count=_SUSPECTS, only=f"AND p.customer_id IS NULL {only_suspects}",
        payments="ledger_payment_suspect s JOIN ledger_payment p ON p.id = s.payment_id AND p.company_id = s.company_id",
    )  # fmt: skip
    return f"{first} UNION ALL {further}"


@dataclass(frozen=True, slots=True)
class Unapplied:
    """Money received and not applied: a credit of its customer, or in transit for a suspected one.

    ``further``: how many customers beside the first it may be of; counted where suspects were asked for.
    """

    payment_id: int
    customer_id: int | None
    suspected_customer_id: int | None
    currency: str
    received_on: date
    rest_minor: int
    recorded_at: datetime
    further: int = 0


def unapplied_payments(
    company_id: int,
    as_of: date,
    *,
    customer_ids: Sequence[int] | None = None,
    known_at: datetime = FAR,
    suspects: bool = False,
) -> list[Unapplied]:
    """Give the payments with an unapplied rest. One query.

    With ``suspects`` a payment of nobody known comes once for each customer whose it may be, as the suspected one.
    """
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(known_at)}
    only = ""
    if customer_ids is not None:
        known = _ids("p.customer_id", customer_ids).removeprefix("AND ")
        only = f"AND ({known} OR {known.replace('p.customer_id', 'p.suspected_customer_id')})"
    asked = _unapplied_or_suspected(only, _ids("s.customer_id", customer_ids)) if suspects else _unapplied(only)
    with connection.cursor() as cursor:
        cursor.execute(asked, values)
        return unapplied_of(cursor.fetchall())


def unapplied_of(rows: Iterable[Sequence[Any]]) -> list[Unapplied]:
    """Put payments with an unapplied rest together from the rows of their statement, in the order of their numbers."""
    ordered = sorted(rows, key=lambda row: (int(row[0]), row[2] or 0))
    return [
        Unapplied(r[0], r[1], r[2], r[3], _date(r[4]), int(r[6]), _instant(r[5]), int(r[7]) if len(r) > 7 else 0)
        for r in ordered
        if r[6] > 0
    ]


def statements_of_one() -> dict[str, str]:
    """Give the SELECTs of one customer's items, holds and unapplied payments, for a reader that joins them to others.

    Parameters are ``%(company)s``, ``%(customer)s``, ``%(as_of)s`` and ``%(known_at)s``; no order. The columns are those that
    ``items_of``, ``holds_of`` and ``unapplied_of`` take; settled items and payments are still among the rows, and payments that
    may be the customer's.
    """
    one = "%(customer)s"
    either = f"AND (p.customer_id = {one} OR p.suspected_customer_id = {one})"
    return {
        "open_items": _OPEN.format(only=f"AND i.customer_id = {one}").rsplit("ORDER BY", 1)[0],
        "holds": _HOLDS.format(only=f"AND customer_id = {one}")
        .replace("SELECT ", "SELECT id, ", 1)
        .rsplit("ORDER BY", 1)[0],
        "unapplied": _unapplied_or_suspected(either, f"AND s.customer_id = {one}"),
    }


_MONEY = f"""
SELECT customer_id, currency, SUM(open_minor), SUM(overdue_minor), SUM(unapplied_minor), SUM(no_terms_minor) FROM (
  SELECT x.customer_id, x.currency, CASE WHEN x.open_minor > 0 THEN x.open_minor ELSE 0 END AS open_minor,
    CASE WHEN x.open_minor > 0 AND x.due_on < %(as_of)s THEN x.open_minor ELSE 0 END AS overdue_minor,
    CASE WHEN x.open_minor < 0 THEN -x.open_minor ELSE 0 END AS unapplied_minor,
    CASE WHEN x.open_minor > 0 AND x.terms = '' THEN x.open_minor ELSE 0 END AS no_terms_minor
  FROM ({_OPEN.format(only="").replace("d.number,", "d.number, d.terms,")}) x WHERE x.open_minor <> 0
  UNION ALL
  SELECT COALESCE(u.customer_id, 0), u.currency, 0, 0, u.rest, 0
  FROM ({_unapplied()}) u WHERE u.rest > 0
) y GROUP BY customer_id, currency ORDER BY customer_id, currency
"""


def money_by_customer(company_id: int, as_of: date) -> list[tuple[int, str, int, int, int, int]]:
    """Give customer, currency, open invoices, their overdue part, credits and money not applied, open invoices without terms.

    Minor units; customers that owe and own nothing are left out; money of an unknown payer is customer 0. One query.
    """
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(FAR)}
    with connection.cursor() as cursor:
        cursor.execute(_MONEY, values)
        return [(r[0], r[1], int(r[2]), int(r[3]), int(r[4]), int(r[5])) for r in cursor.fetchall()]


_OPEN_OF_CUSTOMERS = f"""
SELECT x.customer_id, x.currency, SUM(x.open_minor) FROM ({_OPEN.format(only="").rsplit("ORDER BY", 1)[0]}) x
GROUP BY x.customer_id, x.currency
"""


def open_amounts_by_customer(company_id: int, as_of: date, *, known_at: datetime = FAR) -> dict[tuple[int, str], int]:
    """Give what each customer's items leave open by currency, credit notes negative, settled ones as 0. One query."""
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(known_at)}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_OF_CUSTOMERS, values)
        return {(customer, currency): int(minor) for customer, currency, minor in cursor.fetchall()}


_CUSTOMERS_OPEN = f"""
SELECT DISTINCT x.customer_id FROM ({_OPEN.format(only="").rsplit("ORDER BY", 1)[0]}) x WHERE x.open_minor <> 0
"""


def customers_open(company_id: int, as_of: date) -> set[int]:
    """Give the customers with an item that has a balance, credits too, on a day. One query; no item leaves the database."""
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(FAR)}
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS_OPEN, values)
        return {customer for (customer,) in cursor.fetchall()}


_OPEN_CHARGES = """
SELECT c.id, c.customer_id, c.kind, c.currency, c.amount_minor - COALESCE((
    SELECT SUM(a.amount_minor) FROM ledger_allocation a WHERE a.charge_id = c.id AND a.effective_on <= %(as_of)s
    AND a.recorded_at <= %(known_at)s), 0)
FROM ledger_charge c WHERE c.company_id = %(company)s AND c.effective_on <= %(as_of)s AND c.recorded_at <= %(known_at)s {only}
ORDER BY c.id
"""


def withdrawn_charges(charge_ids: Sequence[int]) -> frozenset[int]:
    """Give those of the charges that were taken back from their first day on, as if never claimed. One query."""
    rows = (
        Allocation.objects.filter(
            charge_id__in=list(charge_ids), kind=AllocationKind.WAIVER, effective_on=F("charge__effective_on")
        )
        .values("charge_id")
        .annotate(taken=Sum("amount_minor"), of=Max("charge__amount_minor"))
    )
    return frozenset(row["charge_id"] for row in rows if row["taken"] == row["of"])


def open_charges(
    company_id: int, as_of: date, *, customer_ids: Sequence[int] | None = None, known_at: datetime = FAR
) -> dict[int, tuple[int, str, str, int]]:
    """Give the unpaid charges: id to (customer id, kind, currency, open minor). One query."""
    values = {"company": company_id, "as_of": _day(as_of), "known_at": moment(known_at)}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_CHARGES.format(only=_ids("c.customer_id", customer_ids)), values)
        return {row[0]: (row[1], row[2], row[3], int(row[4])) for row in cursor.fetchall() if row[4] != 0}
