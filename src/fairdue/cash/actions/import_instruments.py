"""Taking a register of instruments in: good rows go in by portions, the others come back. The same register twice changes nothing.

Order of locks: the company, then the items. Numbers are those of docs/algorithms/instruments.md.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import transaction

from fairdue.cash import instruments as reading
from fairdue.cash.actions.instruments import TEXT, Told, check
from fairdue.cash.facts import items_now
from fairdue.cash.instrument_register import Register, Row, RowRefused, columns_of, read_register, refused_row
from fairdue.cash.instrument_rules import RECEIVED, grace_of, last_day, overlap
from fairdue.cash.models import Instrument, InstrumentCover, InstrumentStep
from fairdue.cash.plan import ItemNow, Misfit
from fairdue.cash.reasons import InstrumentReason, RegisterReason
from fairdue.formats.errors import Refusal
from fairdue.formats.values.keys import identity
from fairdue.kernel import chain
from fairdue.kernel.calendars import next_business_day
from fairdue.ledger import actions as ledger
from fairdue.ledger import audit, bulk
from fairdue.ledger.models import Customer, DueItem, HoldReason
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

PORTION = 500
"""Rows of one transaction (20)."""
Progress = Callable[[int, int], None]
AT_FAULT = {
    InstrumentReason.DAYS.code: "matures_on",
    InstrumentReason.FUTURE.code: "received_on",
    InstrumentReason.DIGITS.code: "number",
}
"""The field that a refusal of an instrument is about; the others are about the range."""
_INSTRUMENT = (
    "id", "company_id", "customer_id", "kind", "number", "sub_from", "sub_to", "currency", "amount_minor", "drawer",
    "acceptor", "issued_on", "matures_on", "payable_on", "grace_days", "recorded_by", "recorded_at",
)  # fmt: skip
_STEP = (
    "company_id", "instrument_id", "kind", "recourse", "effective_on", "cost_minor", "own_payment", "allocations", "reason",
    "recorded_by", "recorded_at",
)  # fmt: skip
_COVER = ("id", "company_id", "instrument_id", "due_item_id", "amount_minor", "open_minor", "recorded_at")


@dataclass(slots=True)
class Imported:
    """What became of a register: rows written, rows known before, covers written, rows refused in the order of lines."""

    register: Register
    new: int = 0
    known: int = 0
    covers: int = 0
    refused: list[Refusal] = field(default_factory=list)


class _Wanted(NamedTuple):
    """A row that goes in: what it tells, from when it counts, and the parts of items that it covers (item, minor units)."""

    told: Told
    on: date
    covers: list[tuple[int, int]]


def do_import_instruments(
    actor: Actor, data: bytes, name: str, *, kind: str = "", currency: str = "", progress: Progress | None = None
) -> Imported:
    """Take a register in (15 to 20). ``progress`` hears rows done and rows in all; what it raises stops between two portions.

    Raises FormatError where the file cannot be read or lacks a column, Misfit for an unknown ``kind`` or ``currency``.
    """
    actor.need(Right.ALLOCATE)
    actor.need(Right.HOLD)
    company = Company.objects.get(pk=actor.company_id)
    _said(kind, currency)
    register = read_register(data, name, kind=kind, currency=currency.strip().upper() or company.currency)
    done = Imported(register, refused=list(register.refused))
    sha256, rows = hashlib.sha256(data).hexdigest(), register.rows
    for at in range(0, len(rows), PORTION):
        with transaction.atomic():
            _Portion(actor, done, rows[at : at + PORTION], sha256).take()
        if progress is not None:
            progress(min(at + PORTION, len(rows)), len(rows))
    done.refused.sort(key=lambda one: one.line)
    return done


def _said(kind: str, currency: str) -> None:
    """Hold what a person says of all rows against what there is."""
    day = date(2000, 1, 1)
    check(Told(0, kind or Instrument.Kind.CHEQUE.value, "0", currency.strip().upper() or "EUR", 1, day))


class _Portion:
    """One transaction: what the ledger and the instruments say of its rows, read in a handful of queries; then the rows, in their order."""

    def __init__(self, actor: Actor, done: Imported, rows: Sequence[Row], sha256: str) -> None:
        self.actor, self.done, self.rows, self.sha256 = actor, done, rows, sha256
        self.company = Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        self.today = today_of(actor)
        self.known = self._known()
        self.new = [row for row in rows if not self._stands(row)]
        self.numbers, self.names = self._customers()
        self.items, self.by_document = self._items()
        self.other = reading.covers_of_items(actor.company_id, list(self.items))
        self.wanted: list[_Wanted] = []

    def _known(self) -> dict[tuple[str, str], list[Instrument]]:
        """Give the instruments of the portion's numbers that stand, by kind and number (18)."""
        found = list(
            Instrument.objects.filter(
                company_id=self.actor.company_id, number__in={row.number for row in self.rows}
            ).order_by("id")
        )
        standing = reading.states([one.pk for one in found])
        kept: dict[tuple[str, str], list[Instrument]] = defaultdict(list)
        for one in found:
            if one.pk in standing:
                kept[one.kind, one.number].append(one)
        return kept

    def _customers(self) -> tuple[dict[str, int], dict[str, list[int]]]:
        """Give the customers that the rows name, by the identity of their number and by name (16)."""
        said = {text for row in self.new for text in (row.customer, row.customer_name) if text}
        rows = Customer.objects.filter(company_id=self.actor.company_id)
        numbers = dict(rows.filter(number_key__in={identity(text) for text in said}).values_list("number_key", "pk"))
        names: dict[str, list[int]] = defaultdict(list)
        for pk, name in rows.filter(name__in=said).values_list("pk", "name"):
            names[name].append(pk)
        return numbers, names

    def _items(self) -> tuple[dict[int, ItemNow], dict[str, list[int]]]:
        """Give the items of the invoices named, locked, and by number those due first (17)."""
        named = {number for row in self.new for number, _ in row.covers}
        rows = DueItem.objects.filter(company_id=self.actor.company_id, document__number__in=named, amount_minor__gt=0)
        listed = list(rows.order_by("due_on", "pk").values_list("pk", "document__number"))
        found = items_now(self.actor.company_id, [pk for pk, _ in listed], lock=True)
        by: dict[str, list[int]] = defaultdict(list)
        for pk, number in listed:
            by[number].append(pk)
        return found, by

    def take(self) -> None:
        """Judge each row, then write those that go in."""
        columns = columns_of(self.done.register.table)
        for row in self.rows:
            try:
                self._row(row)
            except RowRefused as error:
                self.done.refused.append(refused_row(self.done.register.table, row.row, columns, error))
        if self.wanted:
            self._write()

    def _row(self, row: Row) -> None:
        if self._is_known(row):
            self.done.known += 1
            return
        customer = self._customer(row)
        told = Told(
            customer, row.kind, row.number, row.currency, row.amount_minor, row.matures_on, row.sub_from, row.sub_to,
            row.drawer[:TEXT], row.acceptor[:TEXT], row.issued_on, row.received_on,
        )  # fmt: skip
        on = row.received_on or self.today
        try:
            check(told)
            if on > self.today:
                raise Misfit(InstrumentReason.FUTURE, day=on.isoformat())
        except Misfit as error:
            if error.reason.code == InstrumentReason.UNITS.code:
                units = str(dict(error.reason.values)["units"])
                raise RowRefused("amount", RegisterReason.UNITS, units=units) from None
            raise RowRefused(AT_FAULT.get(error.reason.code, "range"), error.reason) from None
        covers = self._covers(row, customer)
        for item, amount in covers:
            self.other[item] = self.other.get(item, 0) + amount
        self.wanted.append(_Wanted(told, on, covers))
        self.known[row.kind, row.number].append(_made(told))

    def _stands(self, row: Row) -> bool:
        said = (row.sub_from, row.sub_to, row.currency, row.amount_minor, row.matures_on)
        return any(
            said == (one.sub_from, one.sub_to, one.currency, one.amount_minor, one.matures_on)
            for one in self.known.get((row.kind, row.number), ())
        )

    def _is_known(self, row: Row) -> bool:
        """Say whether a row says what is known (18). Raises RowRefused where it says something else of a known number."""
        if self._stands(row):
            return True
        for one in self.known.get((row.kind, row.number), ()):
            if overlap((one.sub_from, one.sub_to), (row.sub_from, row.sub_to)):
                raise RowRefused("number", RegisterReason.OTHER, instrument=str(one.pk or "-"))
        return False

    def _customer(self, row: Row) -> int:
        """Give the customer of a row (16)."""
        for name in ("customer", "customer_name"):
            said = getattr(row, name)
            if not said:
                continue
            number, named = self.numbers.get(identity(said)), self.names.get(said, [])
            if number is not None:
                return number
            if len(named) == 1:
                return named[0]
            raise RowRefused(name, RegisterReason.SEVERAL_CUSTOMERS if named else RegisterReason.CUSTOMER)
        owners = {self.items[item].customer for number, _ in row.covers for item in self.by_document.get(number, ())}
        if len(owners) != 1:
            raise RowRefused("customer" if not row.covers else "covers", RegisterReason.SEVERAL_CUSTOMERS)
        return owners.pop()

    def _covers(self, row: Row, customer: int) -> list[tuple[int, int]]:
        """Give the parts of items that a row covers (7, 17)."""
        left, found = row.amount_minor, list[tuple[int, int]]()
        for number, amount in row.covers:
            items = [
                pk
                for pk in self.by_document.get(number, ())
                if self.items[pk].customer == customer and self.items[pk].currency == row.currency
            ]
            if not items:
                raise RowRefused("covers", RegisterReason.INVOICE, value=number)
            rest = left if amount is None else amount
            before = len(found)
            for item in items:
                part = min(rest, max(self.items[item].open_minor - self.other.get(item, 0), 0))
                if part > 0:
                    found.append((item, part))
                    rest, left = rest - part, left - part
            if amount is not None and (rest > 0 or left < 0):
                raise RowRefused("covers", RegisterReason.TOO_MUCH, value=f"{number}")
            if len(found) == before:
                raise RowRefused("covers", RegisterReason.NOTHING_OPEN, value=number)
        return found

    def _write(self) -> None:
        actor, company, wanted = self.actor, self.actor.company_id, self.wanted
        who, at = actor.name[:120], actor.at
        ids = bulk.reserve_ids(Instrument, len(wanted))
        payable = {day: next_business_day(day, self.company.country) for day in {one.told.matures_on for one in wanted}}
        bulk.insert_rows(Instrument, _INSTRUMENT, [
            (pk, company, told.customer, told.kind, told.number, told.sub_from, told.sub_to, told.currency, told.amount_minor,
             told.drawer, told.acceptor, told.issued_on, told.matures_on, payable[told.matures_on], grace_of(told.kind), who, at)
            for pk, (told, _, _) in zip(ids, wanted, strict=True)
        ])  # fmt: skip
        bulk.insert_rows(InstrumentStep, _STEP, [
            (company, pk, RECEIVED, False, on, 0, False, [], "", who, at) for pk, (_, on, _) in zip(ids, wanted, strict=True)
        ])  # fmt: skip
        made = [(pk, one, item, part) for pk, one in zip(ids, wanted, strict=True) for item, part in one.covers]
        cover_ids = bulk.reserve_ids(InstrumentCover, len(made))
        bulk.insert_rows(InstrumentCover, _COVER, [
            (cover, company, pk, item, part, self.items[item].open_minor, at)
            for cover, (pk, _, item, part) in zip(cover_ids, made, strict=True)
        ])  # fmt: skip
        subject = f"instruments:{ids[0]}-{ids[-1]}"
        ledger.do_hold_parts(
            actor,
            [
                ledger.HeldPart(
                    one.told.customer, item, part, one.told.currency, one.on,
                    last_day(payable[one.told.matures_on], grace_of(one.told.kind)), one.told.number, f"instrument:{cover}:1",
                )
                for cover, (_, one, item, part) in zip(cover_ids, made, strict=True)
            ],
            reason=HoldReason.INSTRUMENT, subject=subject,
        )  # fmt: skip
        audit.record_bulk(
            actor,
            "import_instruments",
            subject,
            _leaves(ids, wanted),
            file=self.sha256,
            count=len(wanted),
            covers=len(made),
        )
        self.done.new += len(wanted)
        self.done.covers += len(made)


def _leaves(ids: Iterable[int], wanted: Sequence[_Wanted]) -> Iterable[bytes]:
    for pk, one in zip(ids, wanted, strict=True):
        yield chain.canonical(
            [pk, one.told.kind, one.told.amount_minor, one.told.currency, one.told.matures_on.isoformat(),
             [list(cover) for cover in one.covers]]
        )  # fmt: skip


def _made(told: Told) -> Instrument:
    """Give a row of this file as the next rows are held against it; it has no number yet."""
    return Instrument(
        kind=told.kind, number=told.number, sub_from=told.sub_from, sub_to=told.sub_to, currency=told.currency,
        amount_minor=told.amount_minor, matures_on=told.matures_on,
    )  # fmt: skip
