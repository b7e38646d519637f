"""The day until which a letter asks for payment. Pure; countries' minimums are those of ``law.conduct``."""

from __future__ import annotations

from datetime import date, timedelta

from fairdue.kernel.calendars import next_business_day
from fairdue.law.conduct import conduct_of, shortest_deadline

FORMAL_DEMANDS = frozenset({"formal_notice", "final_notice"})
"""The letters that the law of a country may ask to leave a least number of days."""


def minimum_days(country: str, natural_person: str, document: str) -> int:
    """Give the least days that a country's rules leave; 0 where there is none. An unknown person counts as natural."""
    if document not in FORMAL_DEMANDS:
        return 0
    return shortest_deadline(conduct_of(country, natural_person))


def deadline(today: date, days: int, country: str, natural_person: str, document: str) -> date:
    """Give ``today`` plus ``days``, at least the country's minimum, moved on to a business day of the customer's country."""
    least = minimum_days(country, natural_person, document)
    return next_business_day(today + timedelta(days=max(days, least)), country or None)
