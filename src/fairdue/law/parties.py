"""Facts on the parties and the deal, as far as a rule of law asks for them. None is "not known" and never means no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Size(StrEnum):
    """Size of an enterprise by its own country's definition."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """What is known of one party. ``country`` is ISO 3166-1 alpha-2, ``subdivision`` the part after the hyphen (NY)."""

    country: str | None
    subdivision: str | None = None
    size: Size | None = None
    size_declared: bool | None = None
    """The supplier declared its size to the buyer at contracting (China)."""
    public_body: bool | None = None
    public_health: bool | None = None
    federal_agency: bool | None = None


@dataclass(frozen=True, slots=True)
class DealFacts:
    """What is known of the deal itself."""

    contract_on: date | None = None
    due_on: date | None = None
    agreed_rate: bool = False
    """A late-interest rate was agreed in the contract."""
    subcontract: bool | None = None
    """Manufacturing, repair or service entrusted to a smaller party (Japan)."""
    agri_food: bool | None = None


Condition = Callable[[PartyFacts, PartyFacts, DealFacts], bool | None]


def every(*values: bool | None) -> bool | None:
    """Give three-valued "and": any False is False, else any None is None."""
    if False in values:
        return False
    return None if None in values else True


def some(*values: bool | None) -> bool | None:
    """Give three-valued "or": any True is True, else any None is None."""
    if True in values:
        return True
    return None if None in values else False


def _is(size: Size | None, *wanted: Size) -> bool | None:
    return None if size is None else size in wanted


def _not(fact: bool | None) -> bool | None:
    return None if fact is None else not fact


CONDITIONS: dict[str, Condition] = {
    "seller_sme_declared": lambda s, b, d: every(_is(s.size, Size.MICRO, Size.SMALL, Size.MEDIUM), s.size_declared),
    "seller_sme": lambda s, b, d: _is(s.size, Size.MICRO, Size.SMALL, Size.MEDIUM),
    "seller_micro_or_small": lambda s, b, d: _is(s.size, Size.MICRO, Size.SMALL),
    "buyer_large": lambda s, b, d: every(_is(b.size, Size.LARGE), _not(b.public_body)),
    "buyer_public": lambda s, b, d: b.public_body,
    "buyer_large_or_public": lambda s, b, d: some(_is(b.size, Size.LARGE), b.public_body),
    "buyer_public_health": lambda s, b, d: b.public_health,
    "buyer_federal_agency": lambda s, b, d: b.federal_agency,
    "no_agreed_rate": lambda s, b, d: not d.agreed_rate,
    "subcontract": lambda s, b, d: d.subcontract,
    "agri_food": lambda s, b, d: d.agri_food,
}
"""The words a data file may use in its ``condition`` column, joined by ``&``."""


def judge(
    condition: str, seller: PartyFacts, buyer: PartyFacts, deal: DealFacts
) -> tuple[bool | None, tuple[str, ...]]:
    """Judge a ``condition`` column: True, False or None (not known), with the words that failed or are not known.

    A blank condition holds. An unknown word raises KeyError, so that a misspelt data file is found by its test.
    """
    if not condition:
        return True, ()
    values = {word: CONDITIONS[word](seller, buyer, deal) for word in condition.split(" & ")}
    verdict = every(*values.values())
    if verdict is True:
        return True, ()
    return verdict, tuple(word for word, value in values.items() if value is verdict)
