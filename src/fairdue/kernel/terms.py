"""Payment terms as data: what was agreed, and the due dates and amounts that follow from it.

The arithmetic is written down, with worked examples that run as tests, in ``docs/algorithms/payment-terms.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from fairdue.kernel.calendars import next_business_day, previous_business_day
from fairdue.kernel.daycount import add_months, month_end
from fairdue.kernel.money import exponent
from fairdue.kernel.rounding import PPM, divide, split

DAYS_MAX = 3_650
"""Ten years: a longer term is a typing error."""
MILESTONES_MAX = 120
LABEL_MAX = 80


class TermsError(ValueError):
    """Terms that contradict themselves or cannot be read; the message names the remedy."""


class DeliveryNeeded(TermsError):
    """The due date counts from delivery and the delivery date is not known."""


class Kind(StrEnum):
    """How the debt falls due."""

    NET = "net"
    """By the date arithmetic of days, months, end of month and days of the month."""
    IMMEDIATE = "immediate"
    """On the invoice's date."""
    PREPAYMENT = "prepayment"
    """On the invoice's date, before delivery."""
    LETTER_OF_CREDIT = "letter_of_credit"
    """Paid by a bank against documents, at sight or ``days`` later."""
    MILESTONES = "milestones"
    """In shares, each by its own terms."""


class Base(StrEnum):
    """From which date the terms count."""

    INVOICE = "invoice"
    DELIVERY = "delivery"


class Shift(StrEnum):
    """What happens to a due date that is no business day. Only what was agreed: the default leaves it."""

    NONE = "none"
    FOLLOWING = "following"
    PRECEDING = "preceding"


@dataclass(frozen=True, slots=True)
class Discount:
    """An early-payment discount: ``share_ppm`` of the amount for payment within ``days`` of the base date."""

    share_ppm: int
    days: int

    def __post_init__(self) -> None:
        if not 0 < self.share_ppm < PPM:
            raise TermsError("a discount lies between 0 and 100 per cent")
        _check_days(self.days)


@dataclass(frozen=True, slots=True)
class Terms:
    """Agreed payment terms.

    For ``NET`` the due date is made in this order: base date, plus ``months``, plus ``days``, the end of that month if
    ``end_of_month``, plus ``days_after``, then the next of ``days_of_month``.
    """

    kind: Kind
    days: int = 0
    months: int = 0
    end_of_month: bool = False
    days_after: int = 0
    days_of_month: tuple[int, ...] = ()
    base: Base = Base.INVOICE
    discount: Discount | None = None
    milestones: tuple[Milestone, ...] = ()
    shift: Shift = Shift.NONE

    def __post_init__(self) -> None:
        for days in (self.days, self.days_after, self.months):
            _check_days(days)
        if self.days_after and not self.end_of_month:
            raise TermsError("days after the end of the month need the end of the month")
        if any(not 1 <= day <= 31 for day in self.days_of_month):
            raise TermsError("a day of the month lies between 1 and 31")
        if list(self.days_of_month) != sorted(set(self.days_of_month)):
            raise TermsError("days of the month stand in order, each once")
        if (self.kind is Kind.MILESTONES) != bool(self.milestones):
            raise TermsError("milestones belong to milestone terms, and to no others")
        if self.milestones:
            _check_milestones(self.milestones)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A share of the total with a name and terms of its own."""

    share_ppm: int
    label: str
    terms: Terms

    def __post_init__(self) -> None:
        if len(self.label) > LABEL_MAX or self.label != self.label.strip() or set(self.label) & set("[]|\n\r"):
            raise TermsError(f"a milestone's name has at most {LABEL_MAX} letters, no [ ] | and no blanks around it")


class Instalment(NamedTuple):
    """One maturity of a document. ``discount_minor`` is what may be deducted when paid by ``discount_until``."""

    seq: int
    due_on: date
    amount_minor: int
    discount_until: date | None
    discount_minor: int


class Place(NamedTuple):
    """Whose business days count for a shift."""

    country: str | None
    subdivision: str | None = None


NOWHERE = Place(None)
"""Saturday and Sunday, no holidays."""


def net(days: int, discount: Discount | None = None) -> Terms:
    """Give the terms "Net ``days``"."""
    return Terms(Kind.NET, days=days, discount=discount)


def _check_days(days: int) -> None:
    if not 0 <= days <= DAYS_MAX:
        raise TermsError(f"{days} days are no payment term; between 0 and {DAYS_MAX}")


def _check_milestones(milestones: tuple[Milestone, ...]) -> None:
    if len(milestones) > MILESTONES_MAX:
        raise TermsError(f"more than {MILESTONES_MAX} milestones")
    if sum(milestone.share_ppm for milestone in milestones) != PPM:
        raise TermsError("the shares of the milestones must sum to 100 per cent")
    if any(milestone.share_ppm <= 0 for milestone in milestones):
        raise TermsError("the share of a milestone is above zero")
    if any(milestone.terms.kind is Kind.MILESTONES for milestone in milestones):
        raise TermsError("a milestone has no milestones of its own")


def due_date(terms: Terms, issued_on: date, delivered_on: date | None = None, place: Place = NOWHERE) -> date:
    """Give the due date of terms without milestones. Raises DeliveryNeeded, or TermsError for milestones."""
    if terms.kind is Kind.MILESTONES:
        raise TermsError("milestones have several due dates")
    return _shifted(_counted(terms, _base(terms, issued_on, delivered_on)), terms.shift, place)


def due_dates(
    terms: Terms,
    issued_on: date,
    delivered_on: date | None,
    total_minor: int,
    currency: str,
    place: Place = NOWHERE,
) -> tuple[Instalment, ...]:
    """Give the instalments of a document; their amounts sum to ``total_minor`` exactly (largest remainder).

    Milestones of equal due date stay apart. Order is that of the milestones, not of the dates. Raises DeliveryNeeded
    where delivery decides and is not known, MoneyError for an unknown currency.
    """
    exponent(currency)
    if terms.kind is not Kind.MILESTONES:
        return (_instalment(1, terms, total_minor, issued_on, delivered_on, place),)
    amounts = split(total_minor, [milestone.share_ppm for milestone in terms.milestones])
    return tuple(
        _instalment(seq, milestone.terms, amount, issued_on, delivered_on, place)
        for seq, (milestone, amount) in enumerate(zip(terms.milestones, amounts, strict=True), start=1)
    )


def _instalment(
    seq: int, terms: Terms, amount_minor: int, issued_on: date, delivered_on: date | None, place: Place
) -> Instalment:
    due_on = due_date(terms, issued_on, delivered_on, place)
    if terms.discount is None:
        return Instalment(seq, due_on, amount_minor, None, 0)
    until = _base(terms, issued_on, delivered_on) + timedelta(days=terms.discount.days)
    until = min(_shifted(until, terms.shift, place), due_on)
    return Instalment(seq, due_on, amount_minor, until, divide(amount_minor * terms.discount.share_ppm, PPM))


def _base(terms: Terms, issued_on: date, delivered_on: date | None) -> date:
    if terms.base is Base.INVOICE:
        return issued_on
    if delivered_on is None:
        raise DeliveryNeeded("the due date counts from delivery; enter the delivery date")
    return delivered_on


def _counted(terms: Terms, base_on: date) -> date:
    """Count in the documented order: months, days, end of month, days after it, the next day of the month."""
    on = add_months(base_on, terms.months) + timedelta(days=terms.days)
    if terms.end_of_month:
        on = month_end(on) + timedelta(days=terms.days_after)
    if not terms.days_of_month:
        return on
    counted = terms.days_after if terms.end_of_month else terms.days + terms.months
    return next_day_of_month(on if counted else on + timedelta(days=1), terms.days_of_month)


def next_day_of_month(on: date, days_of_month: tuple[int, ...]) -> date:
    """Give the first of ``days_of_month`` on or after ``on``; the 31st of a shorter month is its last day."""
    for first in (on.replace(day=1), month_end(on) + timedelta(days=1)):
        last = month_end(first).day
        for day in days_of_month:
            found = first.replace(day=min(day, last))
            if found >= on:
                return found
    raise TermsError("days of the month are missing")


def _shifted(on: date, shift: Shift, place: Place) -> date:
    if shift is Shift.FOLLOWING:
        return next_business_day(on, place.country, place.subdivision)
    if shift is Shift.PRECEDING:
        return previous_business_day(on, place.country, place.subdivision)
    return on


@lru_cache(maxsize=4096)
def parse(text: str) -> Terms:
    """Read terms as people write them in English, German, French, Spanish or Chinese; see ``terms_text``."""
    from fairdue.kernel.terms_text import read_terms

    return read_terms(text)


def canonical(terms: Terms) -> str:
    """Write terms in the one form that ``parse`` reads back to the same terms."""
    from fairdue.kernel.terms_text import write_terms

    return write_terms(terms)
