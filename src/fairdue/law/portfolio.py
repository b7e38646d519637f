"""Flat tables for portfolio SQL: the regimes whose interest is a plain sum, and their rates by time.

SQL may serve these and must equal ``accrue``: the interest of one due item is
``sum(principal_minor * days * rate_ppm) / (basis_days * 1_000_000)``, rounded once, halves away from zero. All other
regimes go through ``accrue_many``.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import NamedTuple

from fairdue.kernel.daycount import BASIS_DAYS
from fairdue.law.rates import Unknown, all_series, half_year_start, next_half_year, rate_on
from fairdue.law.statutes import Claim, Regime, Reset, Start, ValidBy, regimes
from fairdue.law.timeline import all_in, floating

FAR = date(9999, 12, 31)
"""Exclusive end of a rate that the law does not change."""
NEAR = date(1900, 1, 1)


class RateRow(NamedTuple):
    """A rate of ``regime`` from ``from_on`` (inclusive) to ``to_on`` (exclusive).

    ``mode`` is ``float`` (join each day of delay to its row) or ``locked`` (join the first interest day only; that
    rate holds for the whole delay). A day without a row has an unknown rate: the item goes through ``accrue``.
    """

    regime: str
    mode: str
    from_on: date
    to_on: date
    rate_ppm: int
    basis_days: int


@cache
def simple_regimes() -> tuple[str, ...]:
    """Give the ids that portfolio SQL may serve: a right, well sourced, simple, from the day after the due date."""
    return tuple(regime.id for regime in regimes().values() if _served(regime))


def _served(regime: Regime) -> bool:
    replaced = regime.valid_by is ValidBy.PERIOD and regime.valid_to is not None
    return (
        not replaced
        and regime.claim is Claim.RIGHT
        and regime.confidence.usable
        and regime.is_simple
        and regime.start in (Start.AFTER_DUE, Start.AFTER_DUE_OR_30)
        and regime.start_after_days == 1
        and regime.start_cap_days is None
        and not regime.payment_day_counts
    )


@cache
def rate_rows() -> tuple[RateRow, ...]:
    """Give the rates of every simple regime, in order of regime and time; neighbours of equal rate are joined."""
    rows: list[RateRow] = []
    for name in simple_regimes():
        regime = regimes()[name]
        rows += _joined(_locked(regime) if regime.reset is Reset.LOCKED else _floating(regime))
    return tuple(rows)


def _floating(regime: Regime) -> list[RateRow]:
    periods = floating(regime.id).periods
    ends = [date.fromordinal(period.start) for period in periods[1:]] + [FAR]
    return [
        RateRow(
            regime.id,
            "float",
            max(NEAR, date.fromordinal(period.start)),
            to_on,
            period.rate_ppm,
            1 if period.per_day else _basis(regime),
        )
        for period, to_on in zip(periods, ends, strict=True)
        if period.rate_ppm is not None and to_on > NEAR
    ]


def _locked(regime: Regime) -> list[RateRow]:
    """Give the rate by the day interest begins: every change of the series, or of the half-year where it samples."""
    series = all_series()[regime.series]
    starts = [point.effective_on for point in series.points if point.effective_on <= series.verified_through]
    if regime.locked_on_grid:
        starts = sorted({half_year_start(on) for on in starts} | {next_half_year(on) for on in starts})
        last = half_year_start(series.verified_through)
        while starts and starts[-1] < last:
            starts.append(next_half_year(starts[-1]))
        end = next_half_year(series.verified_through)
    else:
        end = date.fromordinal(series.verified_through.toordinal() + 1)
    starts = [on for on in starts if on < end]
    rows = []
    for on, to_on in zip(starts, [*starts[1:], end], strict=True):
        found = rate_on(regime.series, on)
        if not isinstance(found, Unknown):
            begin = max(on, regime.valid_from or on)
            rows.append(RateRow(regime.id, "locked", begin, to_on, all_in(regime, found), _basis(regime)))
    return [row for row in rows if row.from_on < row.to_on]


def _basis(regime: Regime) -> int:
    if regime.day_count is None:
        raise ValueError(f"{regime.id} has no single basis")
    return BASIS_DAYS[regime.day_count]


def _joined(rows: list[RateRow]) -> list[RateRow]:
    joined: list[RateRow] = []
    for row in rows:
        if joined and joined[-1].to_on == row.from_on and joined[-1][4:] == row[4:]:
            joined[-1] = joined[-1]._replace(to_on=row.to_on)
        else:
            joined.append(row)
    return joined
