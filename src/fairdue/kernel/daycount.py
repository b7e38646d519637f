"""Day counts: how many parts of a year lie between two dates. Exact, never a float.

Every convention here is the difference of one function of a single date, so that it adds up: the fraction from a to c
is the fraction from a to b plus the fraction from b to c, for any b. ``docs/algorithms/day-count.md`` states the rules.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

Parts = tuple[tuple[int, int], ...]
"""Pairs of (days, basis): the fraction of a year is the sum of days / basis."""


class DayCount(StrEnum):
    """Conventions by which interest days become parts of a year."""

    ACT_365F = "act_365f"
    """Actual days over 365, leap year or not: the practice of most statutes."""
    ACT_360 = "act_360"
    """Actual days over 360: money market; US federal prompt payment, Danish practice."""
    ACT_ACT = "act_act"
    """Actual days over 365 or 366, each day by the year it lies in (ISDA 2006, section 4.16(b))."""
    THIRTY_E_360 = "thirty_e_360"
    """Months of 30 days, a 31st counted as the 30th (ISDA 2006, section 4.16(g))."""


BASIS_DAYS = {DayCount.ACT_365F: 365, DayCount.ACT_360: 360, DayCount.THIRTY_E_360: 360}
"""Days of the year of each convention that has a single one; ACT_ACT has two and is absent."""


def is_leap(year: int) -> bool:
    """Say whether ``year`` has 366 days (Gregorian rule)."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def parts(start_on: date, end_on: date, convention: DayCount) -> Parts:
    """Give the (days, basis) pairs from ``start_on`` (inclusive) to ``end_on`` (exclusive).

    Days are negative when ``end_on`` lies before ``start_on``; parts of zero days are left out.
    """
    if end_on < start_on:
        return tuple((-days, basis) for days, basis in parts(end_on, start_on, convention))
    if convention is DayCount.ACT_ACT:
        return _act_act(start_on, end_on)
    thirty = convention is DayCount.THIRTY_E_360
    days = _thirty(end_on) - _thirty(start_on) if thirty else (end_on - start_on).days
    return ((days, BASIS_DAYS[convention]),) if days else ()


def year_fraction(start_on: date, end_on: date, convention: DayCount) -> Fraction:
    """Give the exact fraction of a year from ``start_on`` (inclusive) to ``end_on`` (exclusive)."""
    return sum((Fraction(days, basis) for days, basis in parts(start_on, end_on, convention)), Fraction(0))


def _thirty(on: date) -> int:
    return 360 * on.year + 30 * on.month + min(on.day, 30)


def _act_act(start_on: date, end_on: date) -> Parts:
    common = leap = 0
    for year in range(start_on.year, end_on.year + 1):
        first = start_on.toordinal() if year == start_on.year else date(year, 1, 1).toordinal()
        last = end_on.toordinal() if year == end_on.year else date(year, 12, 31).toordinal() + 1
        if is_leap(year):
            leap += last - first
        else:
            common += last - first
    return tuple((days, basis) for days, basis in ((common, 365), (leap, 366)) if days)


def month_end(on: date) -> date:
    """Give the last day of the month that holds ``on``."""
    return date(on.year + on.month // 12, on.month % 12 + 1, 1) - timedelta(days=1)


def add_months(on: date, months: int) -> date:
    """Give the same day of the month ``months`` later (or earlier), or that month's last day where it is shorter.

    Always count from one anchor (anchor + 1, anchor + 2, …): a chain of single steps drifts (31 Jan, 28 Feb, 28 Mar).
    """
    index = on.year * 12 + on.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(on.day, month_end(first).day))
