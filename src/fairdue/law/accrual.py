"""What goes into a computation of late interest and what comes out of it: frozen values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from fairdue.kernel.reasons import Reason
from fairdue.kernel.rounding import PPM, to_int
from fairdue.law.contract_rate import ContractRate
from fairdue.law.rates import Rate
from fairdue.law.start import AGREED, StartFacts

Balances = tuple[tuple[date, int], ...]
"""(date, open principal in minor units at the end of that date), in order of time; before the first date it is 0."""


@dataclass(frozen=True, slots=True)
class InterestRequest:
    """One due item to compute interest on.

    ``regime`` is an id of ``regimes.csv``, or None where only the contract speaks (``code`` then names the law).
    ``due_on`` is the last day for payment. ``as_of`` is counted in. ``balances`` hold principal only: unclaimed or
    unpaid interest is never in them, and a payment of the whole principal leaves the interest standing.
    """

    regime: str | None
    due_on: date
    as_of: date
    balances: Balances
    currency: str
    contract: ContractRate | None = None
    contract_on: date | None = None
    start: StartFacts = AGREED
    code: str = ""


class Segment(NamedTuple):
    """Days of one principal at one rate; both ends bear interest.

    ``days`` are counted by the day count, ``basis`` is its year in days (1 for a rate per day). ``capitalised`` is
    earlier interest that bears interest too, ``limited`` the interest where a rule of law cut it; both exact.
    """

    from_on: date
    to_on: date
    days: int
    principal_minor: int
    rate_ppm: int
    basis: int
    regime_id: str
    reference: Rate | None
    capitalised: Fraction | None = None
    limited: Fraction | None = None

    @property
    def interest(self) -> Fraction:
        """Give the exact interest of this segment in minor units."""
        if self.limited is not None:
            return self.limited
        base = self.principal_minor + (self.capitalised or 0)
        return base * Fraction(self.days * self.rate_ppm, self.basis * PPM)


@dataclass(frozen=True, slots=True)
class InterestResult:
    """Late interest of one due item: rounded once, at the end, half away from zero.

    ``unknown_from`` is the first day whose rate is not known: the amount then reaches to the day before, and nobody
    may say that it is all. ``citation`` is the legal basis as it may be printed; blank for an agreed rate.
    """

    amount_minor: int
    currency: str
    regime_id: str
    citation: str
    first_on: date | None
    to_on: date | None
    unknown_from: date | None
    segments: tuple[Segment, ...]
    reasons: tuple[Reason, ...]

    @property
    def exact(self) -> Fraction:
        """Give the interest in minor units before rounding (and before a statutory minimum is applied)."""
        return sum((segment.interest for segment in self.segments), Fraction(0))

    def shown_minor(self) -> tuple[int, ...]:
        """Give a whole amount for each segment, for a table whose lines add up to ``amount_minor``.

        Each line is the rounded running total less the one before, so no unit is lost and none is invented.
        """
        if self.amount_minor == 0:
            return tuple(0 for _ in self.segments)
        shown, before, running = [], 0, Fraction(0)
        for segment in self.segments:
            running += segment.interest
            total = to_int(running)
            shown.append(total - before)
            before = total
        return tuple(shown)
