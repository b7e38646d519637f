"""What the matcher is given, and what it answers. Amounts are minor units; money in is positive. Ids are the caller's.

A book is everything known of one company before a line; a line is one counted line of a bank statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from fairdue.kernel.reasons import Reason


class Customer(NamedTuple):
    """Who owes. ``names`` are all the names it is known by, the legal one first; ``accounts`` those it is known to pay from."""

    id: int
    names: tuple[str, ...]
    country: str = ""
    group: str = ""
    """Whatever the members of a group have in common; empty for none."""
    number: str = ""
    accounts: tuple[str, ...] = ()


class Item(NamedTuple):
    """One due item. A credit note's amounts are negative. Closed items (open 0) are given too: they are paid twice or come back."""

    id: int
    customer: int
    number: str
    """The document's number as it was printed; items of one document share it."""
    currency: str
    amount_minor: int
    open_minor: int
    issued_on: date
    due_on: date
    reference: str = ""
    """The structured payment reference that stands on it, as the ledger keeps it."""
    discount_minor: int = 0
    """What may be taken off when paid by ``discount_until``."""
    discount_until: date | None = None


class Paid(NamedTuple):
    """A payment that came before: who paid, for whom. ``item`` is None for money on account."""

    on: date
    name: str
    account: str
    customer: int
    item: int | None
    amount_minor: int
    currency: str
    end_to_end: str = ""


class Alias(NamedTuple):
    """A name or an account number that a person confirmed as a customer's."""

    name: str
    account: str
    customer: int


class Advised(NamedTuple):
    """One line of a remittance advice."""

    number: str
    """A document's number as the payer wrote it."""
    amount_minor: int


class Advice(NamedTuple):
    """A remittance advice that came apart from its money. ``customer`` is None where its sender is not known."""

    id: int
    number: str
    customer: int | None
    received_on: date
    currency: str
    lines: tuple[Advised, ...]
    sure: bool = True
    """Whether it came from the customer and was read whole; one that is not has an evidence class of its own."""


class Elsewhere(NamedTuple):
    """A payment that the ledger has from another source than a bank file: it may be the money of a line."""

    payment: int
    on: date
    customer: int
    amount_minor: int
    currency: str


class Line(NamedTuple):
    """One line of a bank statement."""

    id: int
    on: date
    amount_minor: int
    currency: str
    name: str = ""
    account: str = ""
    ultimate: str = ""
    text: str = ""
    structured: tuple[str, ...] = ()
    end_to_end: str = ""
    mandate: str = ""
    instructed_minor: int | None = None
    instructed_currency: str = ""
    reversal: bool = False
    return_code: str = ""


class Limit(NamedTuple):
    """Up to how much may be let pass: ``minor`` units, or with ``ppm`` that share of the amount and at most ``minor``.

    Without a currency it holds for all that have none of their own.
    """

    minor: int
    ppm: int = 0
    currency: str = ""

    def of(self, amount_minor: int) -> int:
        """Give the limit for an amount, in minor units, rounded down."""
        return min(self.minor, abs(amount_minor) * self.ppm // 1_000_000) if self.ppm else self.minor


class Tolerances(NamedTuple):
    """What a company lets pass; all from its settings. Rounding is in minor units of the line's currency."""

    rounding_minor: int = 5
    discount_grace_days: int = 5
    charges_minor: int = 5000
    """Up to so much may a bank on the way have taken from a payment that comes from abroad."""
    early_days: int = 0
    """So many days before the day of its document may an item be paid."""
    rounding_limits: tuple[Limit, ...] = ()
    """Limits by currency or by share; they win over ``rounding_minor``."""
    charges_limits: tuple[Limit, ...] = ()

    def rounding(self, currency: str, amount_minor: int) -> int:
        """Give by how much an amount may differ by rounding, in its minor units."""
        return _limit(self.rounding_limits, self.rounding_minor, currency, amount_minor)

    def charges(self, currency: str, amount_minor: int) -> int:
        """Give how much banks on the way may have taken of an amount, in its minor units."""
        return _limit(self.charges_limits, self.charges_minor, currency, amount_minor)


def _limit(limits: Sequence[Limit], general: int, currency: str, amount_minor: int) -> int:
    for wanted in (currency, ""):
        for limit in limits:
            if limit.currency == wanted:
                return limit.of(amount_minor)
    return general


class Book(NamedTuple):
    """Everything known of one company."""

    customers: Sequence[Customer]
    items: Sequence[Item]
    paid: Sequence[Paid] = ()
    aliases: Sequence[Alias] = ()
    advices: Sequence[Advice] = ()
    country: str = ""
    tolerances: Tolerances = Tolerances()
    elsewhere: Sequence[Elsewhere] = ()


class Kind(StrEnum):
    """What a part of a line is."""

    PAYMENT = "payment"
    CREDIT = "credit"
    """A credit note that is used up; negative."""
    ON_ACCOUNT = "on_account"
    RETURN = "return"
    """Money that goes back and re-opens its item; negative."""
    CHARGE = "charge"
    """What a bank took beside a return; of no item."""
    NOT_CUSTOMER = "not_customer"


class Difference(StrEnum):
    """Why an item and what was paid for it differ; the rest of the item is the difference."""

    NONE = ""
    OPEN = "open"
    """A part was paid; the rest stays due."""
    DISCOUNT = "discount"
    DISCOUNT_GRACE = "discount_grace"
    DISCOUNT_UNEARNED = "discount_unearned"
    CHARGES = "charges"
    WITHHOLDING = "withholding"
    EXCHANGE = "exchange"
    ROUNDING = "rounding"
    DEDUCTION = "deduction"
    """Short for a named cause: a dispute to be opened."""
    DUPLICATE = "duplicate"


class Part(NamedTuple):
    """A part of a line, in the line's currency and with its sign; the parts of an answer add up to the line."""

    item: int | None
    customer: int | None
    amount_minor: int
    kind: str = Kind.PAYMENT
    difference: str = Difference.NONE
    difference_minor: int = 0
    """What of the item stays open after it, in the item's currency; 0 for an item in full."""
    said: str = ""
    """The words of the payer that name the difference."""
    item_minor: int | None = None
    """What the item falls by, in its own currency, where that is another than the line's."""


class State(StrEnum):
    """What is done with an answer."""

    POSTED = "posted"
    WAITING = "waiting"
    ABSTAINED = "abstained"


class Answer(NamedTuple):
    """What the matcher says of a line. ``evidence_class`` is that whose record of errors governs posting; empty when nothing is known."""

    line: int
    state: str
    ppm: int
    evidence_class: str = ""
    parts: tuple[Part, ...] = ()
    evidence: tuple[Reason, ...] = ()
    """Why, in the order of weight; for an abstention, why not."""
    others: tuple[tuple[Part, ...], ...] = ()
    """Other explanations that a person may choose, the best first; at most five."""
    advice: int | None = None
    """The advice that it rests on."""
    further: tuple[int, ...] = ()
    """Customers of explanations that are as good as ``others`` and not among them."""
