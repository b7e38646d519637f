"""On which day a stage is reached. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from fairdue.dunning.policy.shape import Origin, Timing
from fairdue.kernel.calendars import add_business_days


@lru_cache(maxsize=65_536)
def reached_on(when: Timing, issued_on: date, due_on: date, country: str) -> date:
    """Give the first day on which a stage is reached for an item.

    For ``PREVIOUS_NOTICE`` pass the hand-over day as ``due_on``. Business days are those of ``country`` (empty: Monday
    to Friday).
    """
    base = {Origin.ISSUE: issued_on, Origin.END_OF_MONTH: end_of_month(due_on)}.get(when.origin, due_on)
    if when.business:
        return add_business_days(base, when.days, country or None)
    return base + timedelta(days=when.days)


def end_of_month(on: date) -> date:
    """Give the last day of the month of ``on``."""
    return on.replace(day=monthrange(on.year, on.month)[1])
