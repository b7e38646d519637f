"""The small frozen facts that the rules decide on: one account is a customer in one currency."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import NamedTuple


class StepState(Enum):
    """What became of a step."""

    DONE = "done"
    """Its hand-over is recorded."""
    WAITING = "waiting"
    """A message queued, being sent or uncertain."""
    OPEN = "open"
    """A task that stands on a person's list."""
    FAILED = "failed"
    """Blocked, cancelled or bounced: it was not said."""
    DROPPED = "dropped"
    POSTPONED = "postponed"


class Step(NamedTuple):
    """A step taken or decided before. ``on`` is the hand-over, the drop, or the day until which it is postponed."""

    stage_code: str
    level: int
    state: StepState
    on: date
    is_message: bool = True
    deadline_on: date | None = None


class Item(NamedTuple):
    """One open due item. ``open_minor`` is negative for a credit; ``told`` holds (stage code, state) of its messages."""

    due_item_id: int
    issued_on: date
    due_on: date
    open_minor: int
    held_minor: int = 0
    hold_reasons: tuple[str, ...] = ()
    told: tuple[tuple[str, StepState], ...] = ()
    receipt: str = ""
    """How its receipt stands (``receipt.Receipt``); empty where nobody asked, or no branch does."""


class Account(NamedTuple):
    """What is known of a customer in one currency. ``items`` are in order of due date; ``unapplied_minor`` is positive.

    ``overdue_since`` is the first day of the present stretch on which something was overdue on every day.
    """

    customer_id: int
    currency: str
    country: str
    items: tuple[Item, ...]
    overdue_since: date | None = None
    unapplied_minor: int = 0
    steps: tuple[Step, ...] = ()
    promise_broken_on: date | None = None
