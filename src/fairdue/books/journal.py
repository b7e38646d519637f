"""The whole ledger as a journal in double entry, in the text format of beancount: as of a day, as known at a moment.

Every document, payment, charge and allocation is a transaction of two postings in exact minor units; at the end the balances that
the ledger itself gives are asserted, account by account, with no tolerance. ``bean-check`` therefore proves that the ledger's open
amounts follow from its entries. ``docs/algorithms/flow-back.md`` names the accounts and the one case that passes through suspense.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from fairdue.books.files import BooksError
from fairdue.books.rules import ACCOUNTS, BANK, CHARGES, EXCHANGE, RECEIVABLE, sides_of_allocation
from fairdue.kernel.money import plain
from fairdue.ledger import audit
from fairdue.ledger.models import Customer
from fairdue.ledger.queries import FAR, moment, open_amounts_by_customer, open_charges, unapplied_payments
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company

LAST_DAY = date(9999, 12, 30)
_FETCH = 5_000

_ITEMS = """
SELECT i.effective_on, i.id, i.customer_id, i.currency, i.amount_minor, d.number, d.kind, i.source_key
FROM ledger_due_item i JOIN ledger_document d ON d.id = i.document_id
WHERE i.company_id = %(company)s AND i.effective_on <= %(as_of)s AND i.recorded_at <= %(known_at)s ORDER BY i.effective_on, i.id
"""
_PAYMENTS = """
SELECT y.effective_on, y.id, y.currency, y.amount_minor, y.reference, y.source_key, y.converted_from_id FROM ledger_payment y
WHERE y.company_id = %(company)s AND y.effective_on <= %(as_of)s AND y.recorded_at <= %(known_at)s ORDER BY y.effective_on, y.id
"""
_CHARGES = """
SELECT h.effective_on, h.id, h.customer_id, h.currency, h.amount_minor, h.kind, h.notice_key FROM ledger_charge h
WHERE h.company_id = %(company)s AND h.effective_on <= %(as_of)s AND h.recorded_at <= %(known_at)s ORDER BY h.effective_on, h.id
"""
_ALLOCATIONS = """
SELECT a.effective_on, a.id, a.kind, a.currency, a.amount_minor, a.reverses_id, a.reason, a.due_item_id, a.charge_id, a.payment_id,
  a.credit_item_id, COALESCE(i.customer_id, h.customer_id), k.customer_id,
  COALESCE(i.effective_on, h.effective_on), COALESCE(k.effective_on, y.effective_on),
  CASE WHEN COALESCE(i.recorded_at, h.recorded_at, a.recorded_at) <= %(known_at)s THEN 1 ELSE 0 END,
  CASE WHEN COALESCE(k.recorded_at, y.recorded_at, a.recorded_at) <= %(known_at)s THEN 1 ELSE 0 END, a.used_for
FROM ledger_allocation a LEFT JOIN ledger_due_item i ON i.id = a.due_item_id LEFT JOIN ledger_charge h ON h.id = a.charge_id
  LEFT JOIN ledger_due_item k ON k.id = a.credit_item_id LEFT JOIN ledger_payment y ON y.id = a.payment_id
WHERE a.company_id = %(company)s AND a.effective_on <= %(as_of)s AND a.recorded_at <= %(known_at)s ORDER BY a.effective_on, a.id
"""


@dataclass(slots=True)
class _Used:
    """What the journal has used so far: accounts with their first day, and the currencies."""

    first: dict[str, date] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)

    def account(self, role: str, on: date, currency: str, customer_id: int | None = None) -> str:
        """Give the account of a role, and note that it was used on a day."""
        name = ACCOUNTS[role].format(customer=f"C{customer_id or 0}")
        if (known := self.first.get(name)) is None or on < known:
            self.first[name] = on
        self.currencies.add(currency)
        return name


def journal(company_id: int, as_of: date, known_at: datetime = FAR) -> Iterator[str]:
    """Give the journal line by line: entries first, then currencies, accounts and the balances asserted on the day after ``as_of``."""
    company = Company.objects.get(pk=company_id)
    yield f"; {company.name.replace(chr(10), ' ')}: as of {as_of.isoformat()}" + (
        "" if known_at == FAR else f", as known at {known_at.isoformat()}"
    )
    yield f'option "title" {_text(f"{company.name} ({company.code})")}'
    yield f'option "operating_currency" "{company.currency}"'
    values = {
        "company": company_id, "known_at": moment(known_at),
        "as_of": as_of if connection.vendor == "postgresql" else as_of.isoformat(),
    }  # fmt: skip
    used = _Used()
    yield from _items(values, used)
    yield from _payments(values, used)
    yield from _charges(values, used)
    for row in _rows(_ALLOCATIONS, values):
        yield from _allocation(row, as_of, used)
    yield from _closing(company_id, as_of, known_at, used)


def _rows(sql: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(_FETCH):
            yield from rows


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    cleaned = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(cleaned.split()) + '"'


def _entry(
    on: date, told: str, key: str, debit: str, credit: str, amount: str, currency: str, **more: str
) -> Iterator[str]:
    """Give one transaction of two postings with its metadata; nothing empty."""
    yield ""
    yield f"{on.isoformat()} * {_text(told)}"
    for name, value in {"key": key, **more}.items():
        if value:
            yield f"  {name}: {_text(value)}"
    yield f"  {debit}  {amount} {currency}"
    yield f"  {credit}  {'-' + amount if amount.strip('0.') else amount} {currency}"


def _items(values: dict[str, Any], used: _Used) -> Iterator[str]:
    for on, pk, customer, currency, minor, number, kind, source_key in _rows(_ITEMS, values):
        day, minor = _day(on), int(minor)
        receivable, documents = (
            used.account(RECEIVABLE, day, currency, customer),
            used.account("documents", day, currency),
        )
        sides = (documents, receivable) if minor < 0 else (receivable, documents)
        amount = plain(abs(minor), currency)
        yield from _entry(day, f"{kind} {number}", f"item:{pk}", *sides, amount, currency, source_key=source_key)


def _payments(values: dict[str, Any], used: _Used) -> Iterator[str]:
    for on, pk, currency, minor, reference, source_key, converted in _rows(_PAYMENTS, values):
        day = _day(on)
        sides = used.account(EXCHANGE if converted else BANK, day, currency), used.account("unapplied", day, currency)
        amount = plain(int(minor), currency)
        yield from _entry(day, f"payment {reference}", f"payment:{pk}", *sides, amount, currency, source_key=source_key)


def _charges(values: dict[str, Any], used: _Used) -> Iterator[str]:
    for on, pk, customer, currency, minor, kind, notice in _rows(_CHARGES, values):
        day = _day(on)
        sides = used.account(CHARGES, day, currency, customer), used.account(kind, day, currency)
        yield from _entry(day, kind, f"charge:{pk}", *sides, plain(int(minor), currency), currency, notice=notice)


def _allocation(row: tuple[Any, ...], as_of: date, used: _Used) -> Iterator[str]:
    """Give an allocation: one transaction, or, where a side is of a later day, its own part through suspense until that day."""
    on, pk, kind, currency, minor, reverses, reason, item, charge, payment, credit = row[:11]
    customer, owner, paid_from, means_from, paid_known, means_known, used_for = row[11:]
    day, minor = _day(on), int(minor)
    plainly = sides_of_allocation(
        kind,
        item=item is not None,
        charge=charge is not None,
        payment=payment is not None,
        reversal=False,
        used_for=used_for,
    )
    # A side that names nothing has no day of its own; one that is not known yet does not come before the end.
    debit_from = (max(_day(means_from), day) if means_from else day) if means_known else LAST_DAY
    credit_from = (max(_day(paid_from), day) if paid_from else day) if paid_known else LAST_DAY
    debit_of = owner if credit is not None else customer
    amount, key = plain(abs(minor), currency), f"allocation:{pk}"
    more = {"reverses": f"allocation:{reverses}" if reverses else "", "reason": reason}

    def moved(at: date, debit: str, credit_role: str, part: str = "") -> Iterator[str]:
        sides = used.account(debit, at, currency, debit_of), used.account(credit_role, at, currency, customer)
        first, second = sides if minor > 0 else sides[::-1]
        yield from _entry(at, (used_for or kind) + part, key, first, second, amount, currency, **more)

    if debit_from == day and credit_from == day:
        yield from moved(day, plainly.debit, plainly.credit)
        return
    if debit_from <= as_of:
        yield from moved(debit_from, plainly.debit, "suspense", ", first part")
    if credit_from <= as_of:
        yield from moved(credit_from, "suspense", plainly.credit, ", second part")


def _closing(company_id: int, as_of: date, known_at: datetime, used: _Used) -> Iterator[str]:
    """Give currencies, accounts and the ledger's own balances: receivables and charges by customer, and money not applied."""
    start = min(used.first.values(), default=as_of)
    yield ""
    for currency in sorted(used.currencies):
        yield f"{start.isoformat()} commodity {currency}"
    named = {
        f"C{pk}": (number, name) for pk, number, name in
        Customer.objects.filter(company_id=company_id).values_list("pk", "number", "name")
    }  # fmt: skip
    for account in sorted(used.first):
        yield f"{start.isoformat()} open {account}"
        parts = account.split(":")
        if len(parts) == 4 and parts[2] in named:
            yield f"  number: {_text(named[parts[2]][0])}"
            yield f"  name: {_text(named[parts[2]][1])}"
    yield ""
    after = as_of + timedelta(days=1)
    for (account, currency), minor in sorted(_balances(company_id, as_of, known_at).items()):
        if account in used.first:
            yield f"{after.isoformat()} balance {account}  {plain(minor, currency)} ~ 0 {currency}"
        elif minor:
            raise BooksError(f"{account} has {minor} {currency} in the ledger and no entry in the journal")


def _balances(company_id: int, as_of: date, known_at: datetime) -> dict[tuple[str, str], int]:
    """Give what the ledger says of every account that it keeps a balance of, by its own queries and not from the entries."""
    found: dict[tuple[str, str], int] = {}
    for (customer, currency), minor in open_amounts_by_customer(company_id, as_of, known_at=known_at).items():
        found[ACCOUNTS[RECEIVABLE].format(customer=f"C{customer}"), currency] = minor
        found.setdefault((ACCOUNTS[CHARGES].format(customer=f"C{customer}"), currency), 0)
        found.setdefault((ACCOUNTS["unapplied"], currency), 0)
    for customer, _kind, currency, minor in open_charges(company_id, as_of, known_at=known_at).values():
        key = (ACCOUNTS[CHARGES].format(customer=f"C{customer}"), currency)
        found[key] = found.get(key, 0) + minor
    for one in unapplied_payments(company_id, as_of, known_at=known_at):
        key = (ACCOUNTS["unapplied"], one.currency)
        found[key] = found.get(key, 0) - one.rest_minor
    return found


def write_journal(actor: Actor, path: Path, as_of: date, known_at: datetime = FAR) -> int:
    """Write the journal to a file that appears whole, and record it; give the number of its lines. Needs BOOK or AUDIT."""
    may_read(actor)
    if as_of > LAST_DAY:
        raise BooksError(f"{as_of} is too late a day")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    count = 0
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            for line in journal(actor.company_id, as_of, known_at):
                file.write(line + "\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    audit.record(actor, "export_journal", f"company:{actor.company_id}", as_of=as_of.isoformat(), lines=count)
    return count


def may_read(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may have the whole ledger as a file: who exchanges postings, and auditors."""
    if not (actor.may(Right.BOOK) or actor.may(Right.AUDIT)):
        actor.need(Right.BOOK)
