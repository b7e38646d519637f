"""Late interest: the one authority for the figure. The rules are the numbered sentences of late-interest.md."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from fairdue.kernel.daycount import DayCount
from fairdue.kernel.reasons import Reason, because
from fairdue.law.accrual import Balances, InterestRequest, InterestResult, Segment
from fairdue.law.capitalise import accrue_special
from fairdue.law.contract_rate import ContractRuling, Use, rule_on
from fairdue.law.reasons import LawReason
from fairdue.law.simple import accrue_simple, total_minor
from fairdue.law.start import AGREED, first_interest_day
from fairdue.law.statutes import Claim, Regime, Reset, Start, regimes
from fairdue.law.timeline import Period, Timeline, floating, locked, make_timeline, timeline

__all__ = ["Balances", "InterestRequest", "InterestResult", "Segment", "accrue", "accrue_many"]

_PLAIN_STARTS = (Start.AFTER_DUE, Start.AFTER_DUE_OR_30)


class _Plan(NamedTuple):
    """How one request is to be counted."""

    first: int
    timeline: Timeline
    day_count: DayCount
    payment_day_counts: bool
    citation: str
    reasons: tuple[Reason, ...]


def accrue(request: InterestRequest) -> InterestResult:
    """Compute the late interest of one due item through ``request.as_of``, that day included.

    Numbered as in ``docs/algorithms/late-interest.md``: the rule or the agreed rate, the first interest day, the
    rate of each day, the principal open at the end of each day, one rounding at the end. Raises ValueError for a
    negative balance or balances out of order, KeyError for an unknown regime.
    """
    if request.contract is None and request.start is AGREED and request.regime is not None:
        rule = _plain_rule(request.regime)
        if rule is not None:
            return _plain(request, rule)
    regime = regimes()[request.regime] if request.regime is not None else None
    ruling = None
    if request.contract is not None:
        code = regime.code if regime is not None else request.code
        ruling = rule_on(code, regime.id if regime else "", request.contract, request.contract_on)
    plan = _plan(request, regime, ruling)
    if isinstance(plan, Reason):
        return _nothing(request, regime, ((ruling.reasons if ruling else ()) + (plan,)))
    last = request.as_of.toordinal()
    if last < plan.first:
        return _nothing(request, regime, (*plan.reasons, because(LawReason.NOT_YET_LATE)), plan)
    if regime is None or regime.is_simple or (ruling is not None and ruling.use is Use.CONTRACT):
        return _simple(request, regime, plan, last)
    return accrue_special(request, regime, plan.first, plan.timeline, plan.reasons)


class _PlainRule(NamedTuple):
    """What never changes of a simple rule that starts after the due date; ``timeline`` is None where it locks."""

    regime: Regime
    timeline: Timeline | None
    day_count: DayCount
    reasons: tuple[Reason, ...]


@cache
def _plain_rule(regime_id: str) -> _PlainRule | None:
    regime = regimes()[regime_id]
    if not regime.is_simple or regime.start not in _PLAIN_STARTS or _blocked(regime_id) is not None:
        return None
    served = None if regime.reset is Reset.LOCKED else floating(regime_id)
    return _PlainRule(regime, served, regime.day_count or DayCount.ACT_365F, (_taken(regime_id),))


def _plain(request: InterestRequest, rule: _PlainRule) -> InterestResult:
    """Compute the ordinary case without looking at anything that cannot matter; the result is the same."""
    regime = rule.regime
    first = request.due_on.toordinal() + regime.start_after_days
    last = request.as_of.toordinal()
    served = rule.timeline or locked(regime.id, first)
    plan = _Plan(first, served, rule.day_count, regime.payment_day_counts, regime.citation, rule.reasons)
    if last < first:
        return _nothing(request, regime, (*rule.reasons, because(LawReason.NOT_YET_LATE)), plan)
    return _simple(request, regime, plan, last)


def accrue_many(requests: Iterable[InterestRequest]) -> list[InterestResult]:
    """Compute many due items; rates, rulings and reasons are shared through caches."""
    return [accrue(request) for request in requests]


def _plan(request: InterestRequest, regime: Regime | None, ruling: ContractRuling | None) -> _Plan | Reason:
    if ruling is not None and ruling.use is not Use.STATUTORY:
        return _contract_plan(request, regime, ruling)
    if regime is None:
        return because(LawReason.RULE_MISSING, law=request.code)
    blocked = _blocked(regime.id)
    if blocked is not None:
        return blocked
    begins = first_interest_day(regime, request.due_on, request.start)
    if isinstance(begins, Reason):
        return begins
    first = begins.toordinal()
    reasons = (ruling.reasons if ruling else ()) + (_taken(regime.id),)
    convention = regime.day_count or DayCount.ACT_365F
    served = timeline(regime, first)
    return _Plan(first, served, convention, regime.payment_day_counts, regime.citation, reasons)


def _contract_plan(request: InterestRequest, regime: Regime | None, ruling: ContractRuling) -> _Plan | Reason:
    if ruling.use is Use.NONE:
        return because(LawReason.NO_INTEREST, law=regime.code if regime else request.code)
    first = request.due_on.toordinal() + 1
    served = _agreed(ruling.rate_ppm, ruling.per_day)
    counts = regime.payment_day_counts if regime else False
    return _Plan(first, served, ruling.day_count, counts, "", ruling.reasons)


@cache
def _agreed(rate_ppm: int, per_day: bool) -> Timeline:
    return make_timeline((Period(1, rate_ppm, per_day, "", None),))


@cache
def _taken(regime_id: str) -> Reason:
    return because(LawReason.RULE_TAKEN, regime=regime_id, citation=regimes()[regime_id].citation)


@cache
def _blocked(regime_id: str) -> Reason | None:
    """Give the reason why a rule never yields a figure, or None where it does."""
    regime = regimes()[regime_id]
    if regime.claim is Claim.NONE:
        return because(LawReason.NO_INTEREST, law=regime.code)
    if not regime.confidence.usable:
        return because(LawReason.LOW_CONFIDENCE, regime=regime_id)
    if regime.claim in (Claim.RIGHT, Claim.OPTION):
        return None
    code = {
        Claim.COURT: LawReason.COURT_ONLY,
        Claim.CAP: LawReason.CAP_ONLY,
        Claim.NO_RATE: LawReason.NO_RATE,
        Claim.MODEL: LawReason.NO_RATE,
    }[regime.claim]
    return because(code, regime=regime_id)


def _simple(request: InterestRequest, regime: Regime | None, plan: _Plan, last: int) -> InterestResult:
    segments, unknown = accrue_simple(
        request.balances, plan.timeline, plan.first, last, plan.day_count, plan.payment_day_counts
    )
    reasons = plan.reasons
    unknown_from = None
    if unknown is not None:
        unknown_from = date.fromordinal(unknown[0])
        reasons = (*reasons, *(() if unknown[1] is None else (unknown[1],)))
    return InterestResult(
        total_minor(segments),
        request.currency,
        regime.id if regime is not None else "",
        plan.citation,
        date.fromordinal(plan.first),
        request.as_of,
        unknown_from,
        segments,
        reasons,
    )


def _nothing(
    request: InterestRequest, regime: Regime | None, reasons: tuple[Reason, ...], plan: _Plan | None = None
) -> InterestResult:
    first_on = date.fromordinal(plan.first) if plan else None
    citation = plan.citation if plan else ""
    unknown_from = None
    if plan is None and any(reason.code == LawReason.NO_RATE.code for reason in reasons):
        unknown_from = request.due_on + timedelta(days=1)
    return InterestResult(
        0, request.currency, regime.id if regime else "", citation, first_on, None, unknown_from, (), reasons
    )
