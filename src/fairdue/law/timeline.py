"""From a regime to its rate on each day: periods of one rate, sampled, locked or following, ended where unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache

from fairdue.kernel.reasons import Reason, because
from fairdue.kernel.rounding import PPM, divide, round_up_to_step
from fairdue.law.rates import Rate, Unknown, all_series, half_year_start, next_half_year, rate_on
from fairdue.law.reasons import LawReason
from fairdue.law.statutes import Regime, Reset, ValidBy, family, regimes


@dataclass(frozen=True, slots=True)
class Period:
    """One rate from ``start`` (an ordinal day, inclusive) until the next period; None is unknown, with its reason."""

    start: int
    rate_ppm: int | None
    per_day: bool
    regime_id: str
    reference: Rate | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Periods in order of time and, for bisection, their first days. Compared by identity: one object a rule."""

    begins: tuple[int, ...]
    periods: tuple[Period, ...]


def make_timeline(periods: tuple[Period, ...]) -> Timeline:
    """Give the timeline of ``periods``."""
    return Timeline(tuple(period.start for period in periods), periods)


def all_in(regime: Regime, reference: Rate) -> int:
    """Give the rate in ppm: reference (rounded where the law says), times the multiplier, plus the margin.

    Belgium rounds the result, Finland and Sweden the reference, up to the next half percent. The published series
    are rounded already; the rule is applied again because it changes nothing then and mends a raw value.
    """
    base = reference.rate_ppm
    if regime.round_what == "reference":
        base = _up(base, regime)
    scaled = base * regime.multiplier_ppm
    if scaled % PPM:
        raise ArithmeticError(f"{regime.id}: the rate on {reference.effective_on} is finer than a ppm")
    rate = divide(scaled, PPM) + regime.margin_ppm
    if regime.round_what == "rate":
        rate = _up(rate, regime)
    return max(rate, 0)


def _up(value_ppm: int, regime: Regime) -> int:
    return int(round_up_to_step(Decimal(value_ppm), Decimal(regime.round_step_ppm or 1)))


def _sampled(regime: Regime, start_on: date, sample_on: date) -> Period:
    found = rate_on(regime.series, sample_on)
    if isinstance(found, Unknown):
        return Period(start_on.toordinal(), None, False, regime.id, None, found.reason)
    return Period(start_on.toordinal(), all_in(regime, found), False, regime.id, found)


def _grid(regime: Regime, first_on: date, last_on: date) -> list[date]:
    """Give the first days of the half-years or years from the one of ``first_on`` to the one after ``last_on``."""
    dates = []
    on = half_year_start(first_on) if regime.reset is Reset.HALF_YEAR else date(first_on.year, 1, 1)
    while on <= last_on:
        dates.append(on)
        on = next_half_year(on) if regime.reset is Reset.HALF_YEAR else date(on.year + 1, 1, 1)
    return [*dates, on]


def _fixed(regime: Regime) -> list[Period]:
    if regime.per_day_ppm is not None:
        return [Period(1, regime.per_day_ppm, True, regime.id, None)]
    if regime.fixed_ppm is not None:
        return [Period(1, regime.fixed_ppm, False, regime.id, None)]
    return [Period(1, None, False, regime.id, None, because(LawReason.NO_RATE, regime=regime.id))]


def _following(regime: Regime) -> list[Period]:
    """Give the periods of a rate that floats by half-year or year, or follows every change of its series."""
    series = all_series()[regime.series]
    first_on = series.points[0].effective_on
    before = Period(
        1, None, False, regime.id, None, because(LawReason.RATE_GAP, series=regime.series, on=first_on.isoformat())
    )
    if regime.reset is Reset.ON_CHANGE:
        after = series.verified_through + timedelta(days=1)
        dates = [p.effective_on for p in series.points if p.effective_on < after] + [after]
    else:
        dates = _grid(regime, first_on, series.verified_through)
    return [before, *(_sampled(regime, on, on) for on in dates)]


@cache
def _own(regime_id: str) -> tuple[Period, ...]:
    regime = regimes()[regime_id]
    own = tuple(_following(regime) if regime.series else _fixed(regime))
    if regime.valid_from is None or regime.valid_by is ValidBy.PERIOD:
        return own
    before = Period(1, None, False, regime.id, None, not_in_force(regime))
    return (before, *_cut(own, regime.valid_from.toordinal(), date.max.toordinal()))


def not_in_force(regime: Regime) -> Reason:
    """Give the reason that a date lies outside the regime's validity."""
    return because(
        LawReason.RULE_NOT_IN_FORCE,
        regime=regime.id,
        valid_by=regime.valid_by.value,
        valid_from=regime.valid_from.isoformat() if regime.valid_from else "",
        valid_to=regime.valid_to.isoformat() if regime.valid_to else "",
    )


@cache
def floating(regime_id: str) -> Timeline:
    """Give the periods of a regime whose rate does not depend on the debt; equal neighbours stay apart.

    Where a debt may need several rows in turn (``valid_by`` = period), each row serves its own time. Raises
    ValueError for a locked regime.
    """
    regime = regimes()[regime_id]
    if regime.reset is Reset.LOCKED:
        raise ValueError(f"{regime_id} locks its rate; ask locked()")
    if regime.valid_by is not ValidBy.PERIOD:
        return make_timeline(_own(regime_id))
    joined: list[Period] = []
    for member in family(regime.family):
        begin = 1 if not joined else (member.valid_from or date.min).toordinal()
        end = member.valid_to.toordinal() if member.valid_to else date.max.toordinal()
        joined += _cut(_own(member.id), begin, end)
    return make_timeline(tuple(joined))


def _cut(periods: tuple[Period, ...], begin: int, end: int) -> list[Period]:
    """Keep the periods within ``begin`` … ``end`` (ordinal days, inclusive), the first one moved to ``begin``."""
    kept: list[Period] = []
    for period in periods:
        if period.start > end:
            break
        if period.start <= begin:
            kept = [Period(begin, period.rate_ppm, period.per_day, period.regime_id, period.reference, period.reason)]
        else:
            kept.append(period)
    return kept


@lru_cache(maxsize=65_536)
def locked(regime_id: str, first: int) -> Timeline:
    """Give the one period of a locked regime for interest that begins on the ordinal day ``first``."""
    regime = regimes()[regime_id]
    start_on = date.fromordinal(first)
    if regime.valid_from is not None and start_on < regime.valid_from:
        return make_timeline((Period(first, None, False, regime.id, None, not_in_force(regime)),))
    sample_on = half_year_start(start_on) if regime.locked_on_grid else start_on
    return make_timeline((_sampled(regime, start_on, sample_on),))


def timeline(regime: Regime, first: int) -> Timeline:
    """Give the timeline that serves a debt whose interest begins on the ordinal day ``first``."""
    return locked(regime.id, first) if regime.reset is Reset.LOCKED else floating(regime.id)
