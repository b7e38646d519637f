"""Who may approve a limit. Pure. Number 9 of docs/algorithms/credit-limits.md."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from fairdue.credit.limit_rules import ladders


class Level(NamedTuple):
    """A role and how far it may approve: up to an amount (None: any), for this grade and better ones."""

    role: str
    most_minor: int | None
    worst_grade: str


class Vote(NamedTuple):
    """What a person decided."""

    user: int
    approved: bool


LEVELS = (
    Level("controller", 10_000_00, "B"),
    Level("finance_lead", 250_000_00, "C+"),
    Level("finance_lead", None, "D"),
)
"""Shipped levels, in the company's currency. Above the second two persons of the last are needed."""
ALONE = 2
"""How many of the levels, from the first, may approve alone."""


def needed(amount_minor: int, grade: str, levels: tuple[Level, ...] = LEVELS) -> int:
    """Give how many persons must approve: two where only the last level reaches (9)."""
    return 1 if any(_reaches(level, amount_minor, grade) for level in levels[:ALONE]) else 2


def may_approve(
    roles: Collection[str], user: int, asked_by: int | None, amount_minor: int, grade: str, levels: tuple[Level, ...] = LEVELS
) -> bool:  # fmt: skip
    """Say whether a person may approve: a level of one of its roles reaches, and it did not ask (9)."""
    return user != asked_by and any(level.role in roles and _reaches(level, amount_minor, grade) for level in levels)


def in_force(approvals: int, votes: Iterable[Vote]) -> bool:
    """Say whether enough persons approved and none refused."""
    told = list(votes)
    return all(one.approved for one in told) and len({one.user for one in told}) >= approvals


def _reaches(level: Level, amount_minor: int, grade: str) -> bool:
    order = list(ladders())
    # An unknown grade is as the worst.
    place = order.index(grade) if grade in order else len(order) - 1
    return (level.most_minor is None or amount_minor <= level.most_minor) and place <= order.index(level.worst_grade)
