"""Where a balance confirmation stands, what a difference holds, and which decision may follow which. Pure.

The numbers are those of ``docs/algorithms/balance-confirmation.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fairdue.dunning.account import StepState

SILENT_AFTER_DAYS = 14
"""Days after the hand-over from which nothing heard is silence: longer than a dunning step, bookkeeping closes by the month."""


PLAN_WINDOW_DAYS = 45
"""Days after the end of a period in which a plan still asks: later the answer would speak of a day that nobody closes books on any more."""

REMINDER = "reminder"
_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


def period_end(every: str, today: date) -> date:
    """Give the last day of the period of calendar months that ended last before ``today`` (19)."""
    return _period_start(every, today) - timedelta(days=1)


def next_period_end(every: str, today: date) -> date:
    """Give the last day of the period of calendar months in which ``today`` lies."""
    first = _period_start(every, today)
    month = first.month + _MONTHS[every]
    return date(first.year + (month > 12), (month - 1) % 12 + 1, 1) - timedelta(days=1)


def last_asking_day(as_of: date) -> date:
    """Give the last day on which a plan asks for the balance of ``as_of``."""
    return as_of + timedelta(days=PLAN_WINDOW_DAYS)


def enough(opened: Mapping[str, int], minimum: Mapping[str, int] | None) -> bool:
    """Say whether a balance reaches the plan's minimum in any currency (20); nothing open never does."""
    return any(amount and abs(amount) >= (minimum or {}).get(currency, 0) for currency, amount in opened.items())


def is_to_remind(handed_on: date, remind_after: int, today: date) -> bool:
    """Say whether a question that nobody answered is to be reminded of (24); for as many days as a plan asks, then no more."""
    days = (today - handed_on).days - remind_after
    return remind_after > 0 and 0 <= days <= PLAN_WINDOW_DAYS


def reminder_key(message_key: str) -> str:
    """Give the key of the message that reminds of another one."""
    return f"{message_key}/{REMINDER}"


def _period_start(every: str, today: date) -> date:
    months = _MONTHS[every]
    return today.replace(month=(today.month - 1) // months * months + 1, day=1)


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
    """How the message stands; ``handed_on`` is the day of its hand-over, ``reminded_on`` that of its reminder."""

    message: StepState
    handed_on: date | None = None
    reminded_on: date | None = None


def state(asked: Asked, answers: Sequence[str], closed: bool, today: date) -> State:
    """Give where a confirmation stands; ``answers`` (``confirmed``, ``differs``) in the order in which they came."""
    if closed:
        return State.CLOSED
    if answers:
        return State(answers[-1])
    if asked.message is StepState.DONE and asked.handed_on is not None:
        last = max(asked.handed_on, asked.reminded_on or asked.handed_on)
        silent = (today - last).days >= SILENT_AFTER_DAYS
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
