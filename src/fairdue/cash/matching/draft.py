"""A draft of an answer: rows and money, before it is told to the caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fairdue.cash.matching.classes import Evidence
from fairdue.cash.matching.records import Difference, Kind, Part
from fairdue.kernel.reasons import Reason

SETTLES = frozenset(
    {Difference.DISCOUNT, Difference.DISCOUNT_GRACE, Difference.CHARGES, Difference.ROUNDING, Difference.EXCHANGE}
)
"""Differences after which nothing of the item is left to be chased."""


class Share(NamedTuple):
    """A part of the line with the row that it pays; ``falls_minor`` is what the row's open amount falls by."""

    row: int | None
    part: Part
    falls_minor: int = 0


@dataclass(slots=True)
class Draft:
    """One explanation of a line."""

    evidence: Evidence
    shares: list[Share]
    reasons: list[Reason] = field(default_factory=list)
    advice: int | None = None
    """The advice that it uses up."""

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(share.part for share in self.shares)


def on_account(customer: int, amount_minor: int, difference: str = Difference.NONE) -> Share:
    """Give a share of money that stays to a customer's credit."""
    return Share(None, Part(None, customer, amount_minor, Kind.ON_ACCOUNT, difference))
