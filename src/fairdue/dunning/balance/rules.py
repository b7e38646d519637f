"""Where a balance confirmation stands, what a difference holds, and which decision may follow which. Pure.

The numbers are those of ``docs/algorithms/balance-confirmation.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fairdue.dunning.account import StepState

SILENT_AFTER_DAYS = 14
"""Days after the hand-over from which nothing heard is silence: longer than a dunning step, bookkeeping closes by the month."""


PLAN_WINDOW_DAYS = 45
"""Days after the end of a period in which a plan still asks: later the answer would speak of a day that nobody closes books on any more."""

_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def period_end(every: str, today: date) -> date:
    """Give the last day of the period of calendar months that ended last before ``today`` (19)."""
    months = _MONTHS[every]
    first = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    return first - timedelta(days=1)


class State(StrEnum):
    """Where a confirmation stands (4 to 7)."""

    SENT = "sent"
    HANDED_OVER = "handed_over"
    FAILED = "failed"
    """It came back, or never left."""
    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    SILENT = "silent"
    CLOSED = "closed"


class Kind(StrEnum):
    """What a difference says (9)."""

    PAID = "paid"
    UNKNOWN = "unknown"
    WRONG_AMOUNT = "wrong_amount"
    MISSING_CREDIT = "missing_credit"
    MISSING_ITEM = "missing_item"


class Outcome(StrEnum):
    """How a difference was decided (12, 13)."""

    AGREED = "agreed"
    CORRECTED = "corrected"
    REJECTED = "rejected"


SETTLES = frozenset({Outcome.CORRECTED, Outcome.REJECTED})
"""Decisions that end the hold and the difference."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How the message stands; ``handed_on`` is the day of its hand-over."""

    message: StepState
    handed_on: date | None = None


def state(asked: Asked, answers: Sequence[str], closed: bool, today: date) -> State:
    """Give where a confirmation stands; ``answers`` (``confirmed``, ``differs``) in the order in which they came."""
    if closed:
        return State.CLOSED
    if answers:
        return State(answers[-1])
    if asked.message is StepState.DONE and asked.handed_on is not None:
        silent = (today - asked.handed_on).days >= SILENT_AFTER_DAYS
        return State.SILENT if silent else State.HANDED_OVER
    return State.FAILED if asked.message is StepState.FAILED else State.SENT


def held_minor(kind: str, open_minor: int, amount_minor: int | None) -> int:
    """Give how much of an item a difference holds (10), in minor units; ``amount_minor`` is what the customer named."""
    whole = max(open_minor, 0)
    if kind == Kind.MISSING_ITEM:
        return 0
    if kind == Kind.UNKNOWN or amount_minor is None:
        return whole
    if kind == Kind.WRONG_AMOUNT:
        return min(max(open_minor - amount_minor, 0), whole)
    return min(max(amount_minor, 0), whole)


def spread(amount_minor: int, open_minors: Sequence[int]) -> list[int]:
    """Lay an amount on items in their order until it is used up (10): how much of each."""
    found = []
    for opened in open_minors:
        part = min(max(opened, 0), max(amount_minor, 0))
        amount_minor -= part
        found.append(part)
    return found


def may_follow(before: str, outcome: str) -> bool:
    """Say whether a decision may come after another one (14); ``before`` is empty for an undecided difference."""
    return before == "" or (before == Outcome.AGREED and outcome in SETTLES)
