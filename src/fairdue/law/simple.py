"""Simple interest: segments of one principal at one rate, and their sum with a single rounding."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from fractions import Fraction

from fairdue.kernel.daycount import BASIS_DAYS, DayCount, is_leap, parts
from fairdue.kernel.reasons import Reason
from fairdue.kernel.rounding import PPM, divide, to_int
from fairdue.law.accrual import Balances, Segment
from fairdue.law.timeline import Period, Timeline

_date = date.fromordinal
FOREVER = date.max.toordinal() + 1

Steps = tuple[list[int], list[int]]
"""Ordinal days from which an amount counts, and the amounts, one after another."""


def steps(balances: Balances, payment_day_counts: bool) -> Steps:
    """Give the days from which each balance bears interest.

    A balance counts on its own date, so that the day of a payment bears none for the part paid; where the rule counts
    that day (Estonia), a lower balance begins the day after. Raises ValueError for a negative balance or a date that
    lies before its predecessor.
    """
    days: list[int] = []
    amounts: list[int] = []
    before = 0
    for on, amount in balances:
        begin = on.toordinal()
        if payment_day_counts and amount < before:
            begin += 1
        if amount < 0:
            raise ValueError(f"the principal open on {on} is negative; a credit bears no late interest")
        if days and begin <= days[-1]:
            if begin < days[-1]:
                raise ValueError(f"balances must be in order of time; {on} comes too late")
            amounts[-1] = amount
        else:
            days.append(begin)
            amounts.append(amount)
        before = amount
    return days, amounts


def accrue_simple(
    balances: Balances,
    timeline: Timeline,
    first: int,
    last: int,
    day_count: DayCount,
    payment_day_counts: bool,
) -> tuple[tuple[Segment, ...], tuple[int, Reason | None] | None]:
    """Give the segments from the ordinal day ``first`` through ``last``, and the first unknown day with its reason.

    1. Start on the first day. 2. The segment ends where the balance, the rate or (act/act) the year changes.
    3. Without open principal nothing is recorded, known rate or not. 4. An unknown rate ends everything.
    """
    days, amounts = steps(balances, payment_day_counts)
    begins, periods = timeline.begins, timeline.periods
    step, index = bisect_right(days, first) - 1, bisect_right(begins, first) - 1
    plain = 0 if day_count is DayCount.THIRTY_E_360 else BASIS_DAYS.get(day_count, 0)
    segments: list[Segment] = []
    current = first
    while current <= last:
        end = last + 1
        if step + 1 < len(days) and days[step + 1] < end:
            end = days[step + 1]
        if index + 1 < len(begins) and begins[index + 1] < end:
            end = begins[index + 1]
        amount = amounts[step] if step >= 0 else 0
        if amount:
            period = periods[index]
            if period.rate_ppm is None:
                return tuple(segments), (current, period.reason)
            if plain:
                made = (current, end - 1, end - current, amount, period.rate_ppm, 1 if period.per_day else plain)
                segments.append(_segment(*made, period))
            else:
                segments += _segments(current, end, amount, period, day_count)
        current = end
        if step + 1 < len(days) and days[step + 1] == current:
            step += 1
        if index + 1 < len(begins) and begins[index + 1] == current:
            index += 1
    return tuple(segments), None


def _segment(low: int, high: int, days: int, amount: int, rate_ppm: int, basis: int, period: Period) -> Segment:
    return Segment(_date(low), _date(high), days, amount, rate_ppm, basis, period.regime_id, period.reference)


def _segments(current: int, end: int, amount: int, period: Period, day_count: DayCount) -> list[Segment]:
    """Give the segments of the counts that have two bases or days of their own; a rate per day has neither."""
    if period.per_day:
        pieces = [(current, end, end - current, 1)]
    elif day_count is DayCount.ACT_ACT:
        pieces = _by_year(current, end)
    else:
        counted = parts(_date(current), _date(end), day_count)
        pieces = [(current, end, counted[0][0] if counted else 0, 360)]
    rate = period.rate_ppm or 0
    return [_segment(a, b - 1, days, amount, rate, basis, period) for a, b, days, basis in pieces]


def _by_year(current: int, end: int) -> list[tuple[int, int, int, int]]:
    pieces = []
    while current < end:
        year = _date(current).year
        stop = min(end, date(year, 12, 31).toordinal() + 1)
        pieces.append((current, stop, stop - current, 366 if is_leap(year) else 365))
        current = stop
    return pieces


def total_minor(segments: tuple[Segment, ...]) -> int:
    """Give the sum of simple segments in minor units, rounded once, halves away from zero."""
    if not segments:
        return 0
    basis = segments[0].basis
    numerator = 0
    for segment in segments:
        if segment.basis != basis:
            return to_int(sum((each.interest for each in segments), Fraction(0)))
        numerator += segment.principal_minor * segment.days * segment.rate_ppm
    return divide(numerator, basis * PPM)
