"""How customers pay: classes of behaviour, and the day on which one of them pays an item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from fairdue.demo.chance import below, between, happens, pick
from fairdue.kernel.daycount import month_end


class Habit(StrEnum):
    """A class of payment behaviour, with its share of the customers in ``SHARES``."""

    PROMPT = "prompt"
    DISCOUNT = "discount"
    """Takes the early-payment discount whenever one is offered, now and then a few days too late."""
    SLIGHTLY_LATE = "slightly_late"
    HABITUAL = "habitual"
    MONTH_END = "month_end"
    """Pays at the end of the month in which the item falls due."""
    DETERIORATING = "deteriorating"
    """Prompt two years ago, two months late today."""
    STOPPED = "stopped"
    """Paid slightly late until some day, nothing since."""
    PLAN = "plan"
    """Stopped, then signed an instalment plan, and keeps or breaks it."""
    INSOLVENT = "insolvent"


SHARES: dict[Habit, int] = {
    Habit.PROMPT: 272, Habit.DISCOUNT: 110, Habit.SLIGHTLY_LATE: 230, Habit.HABITUAL: 150, Habit.MONTH_END: 110,
    Habit.DETERIORATING: 60, Habit.STOPPED: 42, Habit.PLAN: 14, Habit.INSOLVENT: 12,
}  # fmt: skip
"""Customers in a thousand."""
TAKES_DISCOUNT_PPM = {Habit.DISCOUNT: 880_000, Habit.PROMPT: 300_000}
ENDING = frozenset({Habit.STOPPED, Habit.PLAN, Habit.INSOLVENT})


@dataclass(frozen=True, slots=True)
class Payer:
    """One customer's way to pay. ``run_weekday`` is the day of its weekly payment run, None where it pays any day."""

    habit: Habit
    began_on: date
    as_of: date
    run_weekday: int | None
    stopped_on: date | None
    keeps_plan: bool

    def buys_on(self, day: date) -> bool:
        """Say whether new invoices are still issued to the customer on ``day``: six weeks after it stopped, no more."""
        return self.stopped_on is None or day <= self.stopped_on + timedelta(days=42)

    def pays_on(self, rng: Random, issued_on: date, due_on: date, discount_until: date | None) -> date | None:
        """Give the day on which an item is paid, or None where it never is."""
        takes_ppm = TAKES_DISCOUNT_PPM.get(self.habit, 0) if discount_until is not None else 0
        if discount_until is not None and happens(rng, takes_ppm):
            on = _back(max(issued_on + timedelta(days=1), discount_until - timedelta(days=below(rng, 4))))
            return on + timedelta(days=5) if happens(rng, 60_000) else on
        on = due_on + timedelta(days=self._days_late(rng, due_on))
        if self.habit is Habit.MONTH_END:
            on = _back(month_end(on))
        on = max(on, issued_on + timedelta(days=2))
        on = (
            _back(on)
            if self.habit in {Habit.PROMPT, Habit.DISCOUNT} and on > issued_on + timedelta(days=8)
            else self._run(on)
        )
        return None if self.stopped_on is not None and on > self.stopped_on else on

    def _days_late(self, rng: Random, due_on: date) -> int:
        low, high = _RANGES[self.habit]
        late = (between(rng, low, high) + between(rng, low, high)) // 2
        if self.habit is Habit.DETERIORATING:
            span = max(1, (self.as_of - self.began_on).days)
            late += 58 * max(0, (due_on - self.began_on).days) // span
        return late

    def _run(self, on: date) -> date:
        if self.run_weekday is not None:
            return on + timedelta(days=(self.run_weekday - on.weekday()) % 7)
        return on + timedelta(days=max(0, 7 - on.weekday()) if on.weekday() >= 5 else 0)


_RANGES = {
    Habit.PROMPT: (-4, 2), Habit.DISCOUNT: (-3, 2), Habit.SLIGHTLY_LATE: (1, 12), Habit.HABITUAL: (10, 42),
    Habit.MONTH_END: (0, 2), Habit.DETERIORATING: (-3, 9), Habit.STOPPED: (1, 14), Habit.PLAN: (5, 30),
    Habit.INSOLVENT: (8, 40),
}  # fmt: skip
"""Days late from-to, two draws averaged."""


def make_payer(rng: Random, began_on: date, as_of: date) -> Payer:
    """Draw how a customer pays that buys since ``began_on``."""
    habit = pick(rng, SHARES)
    stopped_on = None
    if habit in ENDING:
        days = between(rng, 35, 260) if habit is Habit.STOPPED else between(rng, 120, 300)
        stopped_on = max(began_on + timedelta(days=30), as_of - timedelta(days=days))
    weekday = one_weekday(rng) if happens(rng, 450_000) else None
    return Payer(habit, began_on, as_of, weekday, stopped_on, happens(rng, 550_000))


def one_weekday(rng: Random) -> int:
    """Give the weekday of a payment run: Thursday and Friday more often than the others (0 is Monday)."""
    return pick(rng, {0: 1, 1: 2, 2: 2, 3: 4, 4: 4})


def _back(on: date) -> date:
    return on - timedelta(days=max(0, on.weekday() - 4))
