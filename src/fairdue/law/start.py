"""The first day that bears interest: the day after the last day for payment, unless the rule says otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fairdue.kernel.reasons import Reason, because
from fairdue.law.reasons import LawReason
from fairdue.law.statutes import Regime, Start

STATUTORY_TERM_DAYS = 30
"""Directive 2011/7/EU art. 3(3)(b): without an agreed date, 30 days after receipt of the invoice or the goods."""


@dataclass(frozen=True, slots=True)
class StartFacts:
    """What some rules ask for beside the due date."""

    due_agreed: bool = True
    """The due date was agreed in advance; False means it stands on the invoice alone."""
    received_on: date | None = None
    """The later of receipt of the invoice and of the goods or services."""
    delivered_on: date | None = None
    """Receipt (JP) or acceptance (IN) of the goods or services."""
    notice_on: date | None = None
    """The day a formal demand reached the debtor."""


AGREED = StartFacts()
"""The ordinary case: an agreed due date and nothing else known."""


def first_interest_day(regime: Regime, due_on: date, facts: StartFacts = AGREED) -> date | Reason:
    """Give the first day that bears interest, or the reason why there is none (yet).

    ``due_on`` is the last day for payment. Rules: ``docs/algorithms/late-interest.md``, sentences 5 to 9.
    """
    if regime.start is Start.COURT:
        return because(LawReason.COURT_ONLY, regime=regime.id)
    if regime.start is Start.AFTER_DELIVERY:
        if facts.delivered_on is None:
            return because(LawReason.DELIVERY_NEEDED, regime=regime.id)
        return facts.delivered_on + timedelta(days=(regime.start_cap_days or 0) + regime.start_after_days)
    last_on = _last_day(regime, due_on, facts)
    return last_on + timedelta(days=regime.start_after_days) if isinstance(last_on, date) else last_on


def _last_day(regime: Regime, due_on: date, facts: StartFacts) -> date | Reason:
    if regime.start is Start.NOTICE:
        if facts.notice_on is None:
            return because(LawReason.NOTICE_NEEDED, regime=regime.id)
        return max(due_on, facts.notice_on)
    if regime.start is Start.AFTER_DUE_OR_30 and not facts.due_agreed:
        if facts.received_on is None and facts.notice_on is None:
            return because(LawReason.DELIVERY_NEEDED, regime=regime.id)
        ends = [facts.received_on + timedelta(days=STATUTORY_TERM_DAYS)] if facts.received_on else []
        ends += [facts.notice_on] if facts.notice_on else []
        return max(due_on, min(ends))
    if regime.start_cap_days is not None and facts.delivered_on is not None:
        return min(due_on, facts.delivered_on + timedelta(days=regime.start_cap_days))
    return due_on
