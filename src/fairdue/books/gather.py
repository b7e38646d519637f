"""Which rows of the ledger have no posting yet: one statement over all kinds, so that all are seen at one moment.

Nothing here goes by a high-water mark of ids or moments: a transaction that took a low id and commits late would be left behind
for ever. A row counts as told when its posting is there, and as not told when it is not; the database holds that it has one at
most. Effects and holds change; they have a posting more for each state that the books were not told of.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection

from fairdue.books.models import Posting
from fairdue.books.rules import TOLD_HOLDS
from fairdue.ledger.queries import moment

NAMES = (
    "fact", "row_id", "revision", "kind", "what", "origin", "customer_id", "customer_number", "source_code", "source_key",
    "occurrence", "document_number", "means", "due_item_id", "credit_item_id", "charge_id", "payment_id", "reverses_id", "currency",
    "amount_minor", "debit", "credit", "reason", "effective_on", "until", "recorded_at",
)  # fmt: skip
"""Columns of a posting that the ledger gives, in the order of every part below."""
FACTS = ("item", "payment", "charge", "allocation", "effect", "hold")
"""The order in which rows of one moment are told: what is paid before what pays it."""

_UNTOLD = "NOT EXISTS (SELECT 1 FROM books_posting p WHERE p.company_id = %(company)s AND p.fact = '{fact}' AND p.row_id = {row})"
_NONE, _NO_DAY = "CAST(NULL AS BIGINT)", "CAST(NULL AS DATE)"

_ITEM = f"""
SELECT 'item' AS fact, i.id AS row_id, 1 AS revision, d.kind AS kind, '' AS what, 'ledger' AS origin, i.customer_id AS customer_id,
  c.number AS customer_number, '' AS source_code, '' AS source_key, i.seq AS occurrence, d.number AS document_number, '' AS means,
  i.id AS due_item_id, {_NONE} AS credit_item_id, {_NONE} AS charge_id, {_NONE} AS payment_id, {_NONE} AS reverses_id,
  i.currency AS currency, ABS(i.amount_minor) AS amount_minor,
  CASE WHEN d.kind = 'credit_note' THEN 'documents' ELSE 'receivable' END AS debit,
  CASE WHEN d.kind = 'credit_note' THEN 'receivable' ELSE 'documents' END AS credit,
  '' AS reason, i.effective_on AS effective_on, {_NO_DAY} AS until, i.recorded_at AS recorded_at
FROM ledger_due_item i JOIN ledger_document d ON d.id = i.document_id JOIN ledger_customer c ON c.id = i.customer_id
WHERE i.company_id = %(company)s AND i.source_id IS NULL AND i.recorded_at <= %(at)s AND {_UNTOLD.format(fact="item", row="i.id")}
"""
_PAYMENT = f"""
SELECT 'payment', y.id, 1, 'payment', '', 'ledger', y.customer_id, COALESCE(c.number, ''), '', '', 1, '', y.reference,
  {_NONE}, {_NONE}, {_NONE}, y.id, {_NONE}, y.currency, y.amount_minor,
  CASE WHEN y.converted_from_id IS NULL THEN 'bank' ELSE 'exchange' END, 'unapplied', '', y.effective_on, {_NO_DAY}, y.recorded_at
FROM ledger_payment y LEFT JOIN ledger_customer c ON c.id = y.customer_id
WHERE y.company_id = %(company)s AND y.source_id IS NULL AND y.recorded_at <= %(at)s AND {_UNTOLD.format(fact="payment", row="y.id")}
"""
_CHARGE = f"""
SELECT 'charge', h.id, 1, 'charge', h.kind, 'ledger', h.customer_id, c.number, COALESCE(s.code, ''), COALESCE(b.source_key, ''),
  COALESCE(b.occurrence, 1), COALESCE(d.number, ''), h.notice_key, h.due_item_id, {_NONE}, h.id, {_NONE}, {_NONE}, h.currency,
  h.amount_minor, 'charges', h.kind, '', h.effective_on, {_NO_DAY}, h.recorded_at
FROM ledger_charge h JOIN ledger_customer c ON c.id = h.customer_id LEFT JOIN ledger_due_item i ON i.id = h.due_item_id
  LEFT JOIN ledger_due_item b ON b.id = COALESCE(i.supplements_id, i.id) LEFT JOIN ledger_document d ON d.id = i.document_id
  LEFT JOIN ledger_source s ON s.id = b.source_id
WHERE h.company_id = %(company)s AND h.recorded_at <= %(at)s AND {_UNTOLD.format(fact="charge", row="h.id")}
"""
_DEBIT = """CASE WHEN a.due_item_id IS NULL AND a.charge_id IS NULL THEN CASE WHEN a.payment_id IS NULL THEN 'receivable'
  ELSE 'unapplied' END WHEN a.kind = 'payment' THEN 'unapplied' WHEN a.kind = 'credit' THEN 'receivable'
  WHEN a.kind = 'source_settlement' THEN 'settled_in_source' ELSE a.kind END"""
_CREDIT = """CASE WHEN a.due_item_id IS NOT NULL THEN 'receivable' WHEN a.charge_id IS NOT NULL THEN 'charges'
  WHEN a.used_for = 'paid_back' THEN 'bank' WHEN a.used_for = 'no_customer' THEN 'suspense'
  WHEN a.used_for = 'converted' THEN 'exchange' ELSE 'settled_in_source' END"""
_ALLOCATION = f"""
SELECT 'allocation', a.id, 1, CASE a.kind WHEN 'payment' THEN 'payment_applied' WHEN 'credit' THEN 'credit_applied'
    ELSE COALESCE(a.used_for, a.kind) END,
  COALESCE(h.kind, ''), CASE WHEN a.kind = 'source_settlement' AND a.used_for IS NULL THEN 'source' ELSE 'ledger' END,
  a.customer_id, c.number, COALESCE(s.code, ''), COALESCE(b.source_key, ''), COALESCE(b.occurrence, 1), COALESCE(d.number, ''),
  COALESCE(kd.number, y.reference, ''), a.due_item_id, a.credit_item_id, a.charge_id, a.payment_id, a.reverses_id, a.currency,
  ABS(a.amount_minor), CASE WHEN a.amount_minor > 0 THEN {_DEBIT} ELSE {_CREDIT} END,
  CASE WHEN a.amount_minor > 0 THEN {_CREDIT} ELSE {_DEBIT} END, a.reason, a.effective_on, {_NO_DAY}, a.recorded_at
FROM ledger_allocation a JOIN ledger_customer c ON c.id = a.customer_id LEFT JOIN ledger_charge h ON h.id = a.charge_id
  LEFT JOIN ledger_due_item i ON i.id = COALESCE(a.due_item_id, h.due_item_id, a.credit_item_id)
  LEFT JOIN ledger_due_item b ON b.id = COALESCE(i.supplements_id, i.id) LEFT JOIN ledger_document d ON d.id = i.document_id
  LEFT JOIN ledger_source s ON s.id = b.source_id LEFT JOIN ledger_payment y ON y.id = a.payment_id
  LEFT JOIN ledger_due_item k ON k.id = a.credit_item_id LEFT JOIN ledger_document kd ON kd.id = k.document_id
WHERE a.company_id = %(company)s AND a.recorded_at <= %(at)s AND {_UNTOLD.format(fact="allocation", row="a.id")}
"""
_LAST = """LEFT JOIN (SELECT row_id, MAX(revision) AS revision FROM books_posting WHERE company_id = %(company)s AND fact = '{fact}'
  GROUP BY row_id) l ON l.row_id = {row} LEFT JOIN books_posting p ON p.company_id = %(company)s AND p.fact = '{fact}'
  AND p.row_id = {row} AND p.revision = l.revision"""
_EFFECT = f"""
SELECT 'effect', e.id, COALESCE(l.revision, 0) + 1, CASE WHEN l.revision IS NULL THEN 'effect_set' ELSE 'effect_lifted' END, e.kind,
  'ledger', e.customer_id, c.number, '', '', 1, '', '', {_NONE}, {_NONE}, {_NONE}, {_NONE}, {_NONE}, '', {_NONE}, '', '', e.cause,
  CASE WHEN l.revision IS NULL OR e.until IS NULL THEN e.since ELSE e.until END, e.until, e.recorded_at
FROM ledger_effect e JOIN ledger_customer c ON c.id = e.customer_id {_LAST.format(fact="effect", row="e.id")}
WHERE e.company_id = %(company)s AND e.recorded_at <= %(at)s AND (p.id IS NULL OR p.until IS DISTINCT FROM e.until)
"""
_ENDS = "COALESCE(o.released_on, o.until)"
_TOLD = ", ".join(f"'{reason}'" for reason in TOLD_HOLDS)
_HOLD = f"""
SELECT 'hold', o.id, COALESCE(l.revision, 0) + 1, CASE WHEN o.released_on IS NULL THEN 'hold_set' ELSE 'hold_released' END, o.reason,
  CASE WHEN o.key LIKE 'dispute:source:%%' THEN 'source' ELSE 'ledger' END, o.customer_id, c.number, COALESCE(s.code, ''),
  COALESCE(b.source_key, ''), COALESCE(b.occurrence, 1), COALESCE(d.number, ''), '', o.due_item_id, {_NONE}, {_NONE}, {_NONE}, {_NONE},
  o.currency, {_NONE}, '', '', SUBSTR(CASE WHEN o.released_on IS NULL THEN o.note ELSE o.release_reason END, 1, 200),
  COALESCE(o.released_on, o.since), {_ENDS}, o.recorded_at
FROM ledger_hold o JOIN ledger_customer c ON c.id = o.customer_id LEFT JOIN ledger_due_item i ON i.id = o.due_item_id
  LEFT JOIN ledger_due_item b ON b.id = COALESCE(i.supplements_id, i.id)
  LEFT JOIN ledger_document d ON d.id = COALESCE(o.document_id, i.document_id) LEFT JOIN ledger_source s ON s.id = b.source_id
  {_LAST.format(fact="hold", row="o.id")}
WHERE o.company_id = %(company)s AND o.recorded_at <= %(at)s AND o.reason IN ({_TOLD}) AND (p.id IS NULL
  OR p.until IS DISTINCT FROM {_ENDS} OR (p.kind = 'hold_released') <> (o.released_on IS NOT NULL))
"""
_ALL = " UNION ALL ".join((_ITEM, _PAYMENT, _CHARGE, _ALLOCATION, _EFFECT, _HOLD))
_RANK = "CASE u.fact " + " ".join(f"WHEN '{fact}' THEN {place}" for place, fact in enumerate(FACTS)) + " END"
_LISTED = ", ".join(NAMES)
_TAKE = f"""
INSERT INTO books_posting (company_id, batch_id, line, salt, {_LISTED})
SELECT %(company)s, b.id, n.place - b.place * %(size)s, {{salt}}, {", ".join(f"n.{name}" for name in NAMES)}
FROM (SELECT u.*, ROW_NUMBER() OVER (ORDER BY u.recorded_at, {_RANK}, u.row_id) AS place FROM ({{all}}) u) n
JOIN ({{ids}}) b ON b.place = (n.place - 1) / %(size)s
"""


_SALTS = {"postgresql": "REPLACE(CAST(gen_random_uuid() AS TEXT), '-', '')", "sqlite": "LOWER(HEX(RANDOMBLOB(16)))"}
"""A fresh salt for each line, from the database's strong source of random bytes."""


def _values(company_id: int, at: datetime, through: date | None) -> dict[str, Any]:
    day: Any = through if connection.vendor == "postgresql" or through is None else through.isoformat()
    return {"company": company_id, "at": moment(at), "through": day}


def _all(through: date | None) -> str:
    return _ALL if through is None else f"SELECT * FROM ({_ALL}) t WHERE t.effective_on <= %(through)s"


def count_untold(company_id: int, at: datetime, through: date | None = None) -> int:
    """Count the rows recorded up to ``at`` that no posting tells; with ``through`` only what counts up to that day."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({_all(through)}) u", _values(company_id, at, through))
        return int(cursor.fetchone()[0])


def take(company_id: int, at: datetime, batch_ids: list[int], size: int, through: date | None = None) -> int:
    """Write the untold rows as postings into the batches, ``size`` lines each, in the order of their recording; give how many.

    What the batches do not hold (rows committed since they were counted) waits for the next cut. One statement.
    """
    ids = " UNION ALL ".join(f"SELECT {place} AS place, {int(one)} AS id" for place, one in enumerate(batch_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE.format(ids=ids, all=_all(through), salt=_SALTS[connection.vendor]),
            _values(company_id, at, through) | {"size": size},
        )
        return int(cursor.rowcount)


def told_columns() -> tuple[str, ...]:
    """Give the columns of a posting in which its content stands, in one order."""
    known = {field.attname for field in Posting._meta.concrete_fields}
    return ("line", *(name for name in NAMES if name in known))
