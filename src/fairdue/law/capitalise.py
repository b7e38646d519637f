"""Interest that is more than a plain sum: capitalisation, a stop after some months, the in duplum limit, a minimum."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from fairdue.kernel.daycount import BASIS_DAYS, DayCount, add_months
from fairdue.kernel.reasons import Reason, because
from fairdue.kernel.rounding import to_int
from fairdue.law.accrual import InterestRequest, InterestResult, Segment
from fairdue.law.reasons import LawReason
from fairdue.law.simple import FOREVER, steps
from fairdue.law.statutes import Compounding, Regime
from fairdue.law.timeline import Period, Timeline


@dataclass(slots=True)
class _Run:
    """Running sums of one computation; exact, and never kept."""

    accrued: Fraction = Fraction(0)
    capitalised: Fraction = Fraction(0)
    segments: list[Segment] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    unknown_from: date | None = None
    limit_reached: bool = False


def rest_end(regime: Regime, first: int, number: int) -> int:
    """Give the ordinal day on which rest ``number`` (from 1) of interest beginning on ``first`` is capitalised.

    Yearly and monthly rests are counted from the first interest day, the last day of a shorter month standing in
    (29 February gives 28 February); 30-day rests by days.
    """
    if regime.compounding is Compounding.DAYS_30:
        return first + 30 * number
    months = {Compounding.YEAR: 12, Compounding.MONTH: 1}.get(regime.compounding)
    if months is None:
        return FOREVER
    return add_months(date.fromordinal(first), months * number).toordinal()


def accrue_special(
    request: InterestRequest,
    regime: Regime,
    first: int,
    timeline: Timeline,
    reasons: tuple[Reason, ...],
) -> InterestResult:
    """Compute interest day-exact under rests, a stop, the in duplum limit and a minimum; rounded once, at the end.

    1. The stop cuts the last day. 2. Each segment ends where the balance, the rate or the rest changes. 3. At the end
    of a rest, all interest so far joins the base. 4. The base bears interest only while principal is open. 5. Under
    in duplum no segment lifts the interest above the open principal. 6. A sum below the minimum is nothing.
    """
    run = _Run(reasons=list(reasons))
    last = _stopped(regime, first, request.as_of.toordinal(), run)
    _walk(request, regime, first, last, timeline, run)
    amount = to_int(run.accrued)
    if 0 < amount < regime.minimum_minor:
        run.reasons.append(because(LawReason.BELOW_MINIMUM, regime=regime.id, minimum_minor=regime.minimum_minor))
        amount = 0
    return InterestResult(
        amount,
        request.currency,
        regime.id,
        regime.citation,
        date.fromordinal(first),
        date.fromordinal(last),
        run.unknown_from,
        tuple(run.segments),
        tuple(run.reasons),
    )


def _stopped(regime: Regime, first: int, last: int, run: _Run) -> int:
    if regime.stop_after_months is None:
        return last
    stop_on = add_months(date.fromordinal(first), regime.stop_after_months) - timedelta(days=1)
    if last <= stop_on.toordinal():
        return last
    run.reasons.append(
        because(LawReason.STOPPED, regime=regime.id, months=regime.stop_after_months, on=stop_on.isoformat())
    )
    return stop_on.toordinal()


def _walk(request: InterestRequest, regime: Regime, first: int, last: int, timeline: Timeline, run: _Run) -> None:
    days, amounts = steps(request.balances, regime.payment_day_counts)
    begins, periods = timeline.begins, timeline.periods
    number, rest_start, rest_stop = 1, first, rest_end(regime, first, 1)
    current = first
    while current <= last:
        step, index = bisect_right(days, current) - 1, bisect_right(begins, current) - 1
        end = min(last + 1, rest_stop, _next(days, step), _next(begins, index))
        amount = amounts[step] if step >= 0 else 0
        period = periods[index]
        if amount and period.rate_ppm is None:
            run.unknown_from = date.fromordinal(current)
            run.reasons += [period.reason] if period.reason else []
            return
        if amount:
            _add(run, regime, period, amount, current, end, rest_stop - rest_start)
        if end == rest_stop:
            run.capitalised = run.accrued
            number, rest_start, rest_stop = number + 1, rest_stop, rest_end(regime, first, number + 1)
        current = end


def _next(days: Sequence[int], index: int) -> int:
    return days[index + 1] if index + 1 < len(days) else FOREVER


def _add(run: _Run, regime: Regime, period: Period, amount: int, current: int, end: int, rest_days: int) -> None:
    """Add the segment of ``current`` … ``end`` (exclusive) to the run, cut by the in duplum limit."""
    basis = _basis(regime, period, rest_days)
    segment = Segment(
        date.fromordinal(current),
        date.fromordinal(end - 1),
        end - current,
        amount,
        period.rate_ppm or 0,
        basis,
        period.regime_id,
        period.reference,
        run.capitalised,
    )
    gained = segment.interest
    if regime.in_duplum:
        room = max(Fraction(0), amount - run.accrued)
        if gained >= room:
            _limit(run, segment, room, current)
            gained = room
            segment = segment._replace(limited=room)
    run.accrued += gained
    if gained:
        run.segments.append(segment)


def _limit(run: _Run, segment: Segment, room: Fraction, current: int) -> None:
    if run.limit_reached:
        return
    run.limit_reached = True
    needed = room / (segment.interest / segment.days) if room else Fraction(0)
    on = date.fromordinal(current + max(0, -(-needed.numerator // needed.denominator) - 1))
    run.reasons.append(because(LawReason.IN_DUPLUM, on=on.isoformat()))


def _basis(regime: Regime, period: Period, rest_days: int) -> int:
    """Give the days of a year; with monthly rests a whole month is a twelfth, so twelve times that month's days."""
    if period.per_day:
        return 1
    if regime.day_count is None:
        return 12 * rest_days
    return BASIS_DAYS.get(regime.day_count, BASIS_DAYS[DayCount.ACT_365F])
