"""What an e-invoice means for the ledger: maturities, discounts, identities. Pure; numbers are those of docs/algorithms/e-invoices.md."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fairdue.formats.einvoice.records import Discount, EInvoice, Kind, Party
from fairdue.formats.values.keys import identity
from fairdue.intake.reasons import EInvoiceReason
from fairdue.kernel.reasons import Reason, because
from fairdue.kernel.rounding import PPM, to_int
from fairdue.kernel.terms import TermsError, due_date, parse

_MARKS = re.compile(r"[^0-9A-Z]")


@dataclass(frozen=True, slots=True)
class Due:
    """One maturity as it is booked; amounts are minor units, never negative."""

    on: date
    amount_minor: int
    discount_until: date | None = None
    discount_minor: int = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is booked: a credit note or an invoice, its maturities, and what was noticed on the way."""

    credit: bool
    dues: tuple[Due, ...]
    notes: tuple[Reason, ...]

    @property
    def total_minor(self) -> int:
        return sum(due.amount_minor for due in self.dues)


def meaning(invoice: EInvoice) -> Meaning | None:
    """Say what an invoice means (13 to 16); None where it does not say what is to be paid."""
    payable = invoice.totals.payable_minor
    if payable is None:
        gross, prepaid = invoice.totals.gross_minor, invoice.totals.prepaid_minor
        payable = None if gross is None else gross - (prepaid or 0)
    if payable is None:
        return None
    credit = (invoice.kind == Kind.CREDIT_NOTE) == (payable >= 0)
    notes: list[Reason] = []
    dues = _maturities(invoice, abs(payable), notes)
    return Meaning(credit, tuple(dues if credit else _discounted(invoice, dues, notes)), tuple(notes))


def _maturities(invoice: EInvoice, payable: int, notes: list[Reason]) -> list[Due]:
    amounts = [due.amount_minor for due in invoice.dues]
    days = [due.on for due in invoice.dues if due.on is not None]
    if len(days) > 1 and None not in amounts and sum(abs(amount or 0) for amount in amounts) == payable:
        return [Due(due.on, abs(due.amount_minor or 0)) for due in invoice.dues if due.on is not None]
    if len(days) > 1:
        notes.append(because(EInvoiceReason.MILESTONES, on=max(days).isoformat()))
    if days:
        return [Due(max(days), payable)]
    on = _by_terms(invoice)
    if on is None:
        on = invoice.issued_on
        if payable and invoice.kind != Kind.CREDIT_NOTE:
            notes.append(because(EInvoiceReason.NO_DUE_DAY, on=on.isoformat()))
    return [Due(on, payable)]


def _by_terms(invoice: EInvoice) -> date | None:
    """Read the due day out of the text of the terms, the lines for discounts left out."""
    text = " ".join(line for line in invoice.terms.splitlines() if not line.startswith("#")).strip()
    try:
        return due_date(parse(text), invoice.issued_on, invoice.delivered_on) if text else None
    except TermsError:
        return None


def _discounted(invoice: EInvoice, dues: list[Due], notes: list[Reason]) -> list[Due]:
    """Give each maturity the first discount; a second step of discount is told and not booked (16)."""
    if not invoice.discounts:
        return dues
    if len(invoice.discounts) > 1 and len(dues) == 1:
        notes.append(because(EInvoiceReason.MORE_DISCOUNTS, count=len(invoice.discounts)))
    pairs = zip(dues, invoice.discounts, strict=True) if len(dues) == len(invoice.discounts) > 1 else None
    if pairs is not None:
        return [_less(due, discount, invoice.issued_on) for due, discount in pairs]
    return [_less(due, invoice.discounts[0], invoice.issued_on) if len(dues) == 1 else due for due in dues]


def _less(due: Due, discount: Discount, issued_on: date) -> Due:
    amount = discount.amount_minor
    try:
        until = discount.until or (issued_on + timedelta(discount.days) if discount.days is not None else None)
        ppm = to_int(Decimal(discount.percent) * PPM / 100) if amount is None else 0
    except (ArithmeticError, ValueError):
        # No number, or a day beyond all calendars: the offer says too little to be booked.
        return due
    if amount is None:
        if not 0 < ppm < PPM:
            return due
        basis = discount.basis_minor if discount.basis_minor is not None else due.amount_minor
        amount = to_int(Decimal(abs(basis) * ppm) / PPM)
    if until is None or not 0 < amount < due.amount_minor:
        return due
    return Due(due.on, due.amount_minor, until, amount)


def tax_key(text: str) -> str:
    """Give the form in which two writings of a tax or register number are equal."""
    return _MARKS.sub("", text.upper())


def numbers_of(party: Party) -> list[str]:
    """Give what may be our own number of a customer: the party's identifiers, as keys."""
    return [identity(one.value) for one in (*party.identifiers, party.endpoint, party.legal) if one.value]


def tax_numbers(party: Party) -> set[str]:
    """Give a party's numbers at the tax office and in registers, as keys."""
    told: Iterable[str] = (party.vat, party.tax_number, party.legal.value)
    return {key for text in told if (key := tax_key(text))}
