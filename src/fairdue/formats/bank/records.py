"""The records every bank format is read into, as a stream: a statement begins, its entries, it ends.

1. Amounts are minor units, signed as the account sees them: money in is positive, money out negative. A reversal carries the sign of what
   is booked now, and says that it is one.
2. ``fields`` of a record holds everything the file says in it, as path and value in the file's order, also what a typed field repeats.
   A record within another has its own.
3. Text is kept as it was written. An absent text is "", an absent day is None.
4. Tuples by name: a file has hundreds of thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from fairdue.kernel.reasons import Reason

Fields = tuple[tuple[str, str], ...]


class Told(StrEnum):
    """What a statement is: what is booked for good, what has moved during the day, or notices of single movements."""

    BOOKED = "booked"
    INTRADAY = "intraday"
    NOTICE = "notice"


class Status(StrEnum):
    """How sure an entry is."""

    BOOKED = "booked"
    PENDING = "pending"
    INFORMATION = "information"


class BalanceKind(StrEnum):
    """Which balance is told."""

    OPENING = "opening"
    CLOSING = "closing"
    INTERIM = "interim"
    OPENING_AVAILABLE = "opening_available"
    CLOSING_AVAILABLE = "closing_available"
    INTERIM_AVAILABLE = "interim_available"
    FORWARD_AVAILABLE = "forward_available"
    EXPECTED = "expected"
    OTHER = "other"


class Account(NamedTuple):
    """An account as the bank names it. ``number`` is the IBAN, without spaces, where ``iban`` is true."""

    number: str = ""
    iban: bool = False
    currency: str = ""
    bank: str = ""
    """BIC, or the bank's national number."""
    owner: str = ""


class Party(NamedTuple):
    """One side of a transaction."""

    name: str = ""
    account: str = ""
    bank: str = ""
    identifiers: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    country: str = ""


class Charge(NamedTuple):
    """A charge of a bank on an entry or a transaction; negative where it costs us."""

    amount_minor: int
    currency: str
    included: bool | None = None
    """Whether the entry's amount is already less by it; None where the bank does not say."""
    kind: str = ""
    fields: Fields = ()


class Document(NamedTuple):
    """A document that the payer names: an invoice, a credit note; the amounts in minor units of ``currency``, None where not told."""

    number: str
    kind: str = ""
    on: date | None = None
    currency: str = ""
    due_minor: int | None = None
    paid_minor: int | None = None
    discount_minor: int | None = None
    credit_minor: int | None = None


class Structured(NamedTuple):
    """One structured remittance: the creditor's reference with its kind (``SCOR``, ``BBA``, ``ISR``, …), and documents."""

    reference: str = ""
    kind: str = ""
    documents: tuple[Document, ...] = ()
    text: tuple[str, ...] = ()
    fields: Fields = ()


class Exchange(NamedTuple):
    """A conversion: the amount as it was instructed, and the rate as it was written."""

    instructed_minor: int | None = None
    instructed_currency: str = ""
    rate: str = ""


class Detail(NamedTuple):
    """One transaction inside an entry. ``amount_minor`` is None where only the entry has one."""

    amount_minor: int | None
    currency: str
    end_to_end: str = ""
    mandate: str = ""
    transaction: str = ""
    instruction: str = ""
    bank_reference: str = ""
    cheque: str = ""
    debtor: Party | None = None
    ultimate_debtor: Party | None = None
    creditor: Party | None = None
    ultimate_creditor: Party | None = None
    text: tuple[str, ...] = ()
    """Unstructured remittance, line by line as the file has it."""
    structured: tuple[Structured, ...] = ()
    purpose: str = ""
    return_code: str = ""
    return_text: str = ""
    information: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()
    exchange: Exchange | None = None
    fields: Fields = ()


class Entry(NamedTuple):
    """One line of a statement. ``line`` is where it begins in the file, ``ordinal`` its place in the statement, from 1."""

    ordinal: int
    line: int
    amount_minor: int
    currency: str
    reversal: bool = False
    status: str = Status.BOOKED
    booked_on: date | None = None
    valued_on: date | None = None
    bank_reference: str = ""
    """The bank's own reference of this booking, which makes it one of a kind."""
    reference: str = ""
    code: str = ""
    """What it is: ``PMNT/RCDT/ESCT``, or the code of the format."""
    bank_code: str = ""
    """The bank's own code, with who gave it."""
    batch_count: int | None = None
    batch_reference: str = ""
    information: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()
    exchange: Exchange | None = None
    details: tuple[Detail, ...] = ()
    fields: Fields = ()


class Balance(NamedTuple):
    """A balance at the end of ``on`` (the opening: at its beginning)."""

    kind: str
    amount_minor: int
    currency: str
    on: date | None = None
    fields: Fields = ()


class Totals(NamedTuple):
    """What the file itself says its entries add up to; None where it does not say."""

    entries: int | None = None
    net_minor: int | None = None
    credits: int | None = None
    credit_minor: int | None = None
    debits: int | None = None
    debit_minor: int | None = None


NO_TOTALS = Totals()


class Finding(NamedTuple):
    """Something that does not add up, or was read with a doubt; never silent, never an error."""

    reason: Reason
    line: int = 0


@dataclass(frozen=True, slots=True)
class Begin:
    """A statement begins."""

    format: str
    """``camt.053.001.08``, ``mt940``, …"""
    told: Told
    account: Account
    identification: str = ""
    number: str = ""
    """The bank's running number; a gap is a missing statement."""
    page: str = ""
    last_page: bool | None = None
    created_at: str = ""
    from_on: date | None = None
    to_on: date | None = None
    line: int = 0
    fields: Fields = ()


@dataclass(frozen=True, slots=True)
class End:
    """A statement ends. ``fields`` is what the file says after the entries."""

    balances: tuple[Balance, ...] = ()
    totals: Totals = NO_TOTALS
    findings: tuple[Finding, ...] = ()
    fields: Fields = ()


Part = Begin | Entry | End


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole statement in memory, for files known to be small."""

    begin: Begin
    entries: tuple[Entry, ...]
    end: End


def statements(parts: Iterator[Part]) -> Iterator[Statement]:
    """Gather a stream into whole statements."""
    begin: Begin | None = None
    entries: list[Entry] = []
    for part in parts:
        if isinstance(part, Begin):
            begin, entries = part, []
        elif isinstance(part, Entry):
            entries.append(part)
        elif begin is not None:
            yield Statement(begin, tuple(entries), part)
