"""Limitation: until when a claim can be enforced, and what starts the period anew.

Only what the data state moves the date later; an effect that a lawyer must judge is named and not counted, so that
the date errs towards too early.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from fairdue.kernel.daycount import add_months
from fairdue.kernel.reasons import Reason, because
from fairdue.law.reasons import LawReason
from fairdue.law.tables import Confidence, Row, read, whole

POSTPONE_MONTHS = 6
"""JP Civil Code 150, RO CC 2540 and the like: a demand gives six months within which suit must follow."""


class EventKind(StrEnum):
    """What may touch the period."""

    DEMAND = "demand"
    """A private written demand that reached the debtor."""
    ACKNOWLEDGEMENT = "acknowledgement"
    PART_PAYMENT = "part_payment"
    SUIT = "suit"
    """Suit, payment order or arbitration, pending."""
    NEGOTIATION = "negotiation"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the claim on a day."""

    kind: EventKind
    on: date


@dataclass(frozen=True, slots=True)
class LimitationRule:
    """One row of ``limitation.csv``."""

    code: str
    claim_type: str
    years: int
    from_year_end: bool
    ends_at_year_end: bool
    effects: tuple[tuple[EventKind, str], ...]
    acknowledgement_years: int | None
    title_years: int | None
    court_days_prior: int | None
    """World Bank "Enforcing contracts", about 2019, from memory: a wide prior, never a promise."""
    retention_of_title: str
    interrupts: str
    confidence: Confidence
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Limitation:
    """``last_on`` is the last day on which the claim is not time-barred; None when unknown or while stopped."""

    last_on: date | None
    stopped: bool
    years: int | None
    interrupts: str
    confidence: Confidence | None
    reasons: tuple[Reason, ...]


def _rule(row: Row) -> LimitationRule:
    effects = {
        EventKind.DEMAND: row["reminder"],
        EventKind.ACKNOWLEDGEMENT: row["acknowledgement"],
        EventKind.PART_PAYMENT: row["part_payment"],
        EventKind.SUIT: row["suit"],
        EventKind.NEGOTIATION: "advice" if row["negotiation"] == "suspends" else row["negotiation"],
    }
    return LimitationRule(
        row["code"],
        row["claim_type"],
        int(row["years"]),
        row["start"] == "year_end",
        row["period_end"] == "year_end",
        tuple(effects.items()),
        whole(row["acknowledgement_years"]),
        whole(row["title_years"]),
        whole(row["court_days_prior"]),
        row["retention_of_title"],
        row["interrupts"],
        Confidence(row["confidence"]),
        row["source"],
        row["note"],
    )


@cache
def rules() -> dict[str, LimitationRule]:
    """Give the rule of each country or state."""
    return {rule.code: rule for rule in read("limitation.csv", _rule)}


def limitation(code: str, due_on: date, events: tuple[Event, ...] = ()) -> Limitation:
    """Give the last day of the limitation period of a claim due ``due_on`` under the law of ``code``.

    1. The period runs from the due date, or from the end of its year (DE, GR); in Poland it ends on 31 December.
    2. Events are taken in order of time; one after the end changes nothing. 3. An event that restarts begins the full
    period on its own day (an acknowledgement may give another length: CZ, DK). 4. A demand that only postpones gives
    six months. 5. A suit stops the period while pending. 6. An event to be judged by a lawyer is not counted.
    A state without a row of its own takes its country's; a rule of low confidence gives no date.
    """
    rule = rules().get(code) or rules().get(code.split("-")[0])
    if rule is None or not rule.confidence.usable:
        return Limitation(None, False, None, "", None, (because(LawReason.LIMITATION_UNKNOWN, law=code),))
    last_on = _end(rule, due_on, rule.years, first=True)
    reasons: list[Reason] = []
    demanded = False
    for event in sorted(events, key=lambda event: (event.on, event.kind)):
        effect = dict(rule.effects)[event.kind]
        if event.on > last_on:
            reasons.append(_why(LawReason.LIMITATION_TOO_LATE, event))
            continue
        if effect == "stops":
            reasons.append(_why(LawReason.LIMITATION_STOPPED, event))
            return Limitation(None, True, rule.years, rule.interrupts, rule.confidence, tuple(reasons))
        if effect == "restart_once" and demanded:
            effect = "none"
        demanded = demanded or event.kind is EventKind.DEMAND
        last_on = _touch(rule, event, effect, last_on, reasons)
    reasons.insert(
        0,
        because(LawReason.LIMITATION_DATE, on=last_on.isoformat(), years=rule.years, source=rule.source.split(";")[0]),
    )
    return Limitation(last_on, False, rule.years, rule.interrupts, rule.confidence, tuple(reasons))


def _touch(rule: LimitationRule, event: Event, effect: str, last_on: date, reasons: list[Reason]) -> date:
    if effect.startswith("restart"):
        reasons.append(_why(LawReason.LIMITATION_RESTARTED, event))
        years = rule.years
        if event.kind is EventKind.ACKNOWLEDGEMENT and rule.acknowledgement_years is not None:
            years = rule.acknowledgement_years
        return max(last_on, _end(rule, event.on, years, first=False))
    if effect in ("postpone_6", "suit_6"):
        until = max(last_on, add_months(event.on, POSTPONE_MONTHS))
        reasons.append(_why(LawReason.LIMITATION_POSTPONED, event, until=until.isoformat()))
        return until
    if effect == "advice":
        reasons.append(_why(LawReason.LIMITATION_NEEDS_ADVICE, event, law=rule.code))
    else:
        reasons.append(_why(LawReason.LIMITATION_UNAFFECTED, event, law=rule.code))
    return last_on


def _end(rule: LimitationRule, on: date, years: int, *, first: bool) -> date:
    start = on.replace(month=12, day=31) if first and rule.from_year_end else on
    end = add_months(start, 12 * years)
    return end.replace(month=12, day=31) if rule.ends_at_year_end else end


def _why(code: LawReason, event: Event, **values: str) -> Reason:
    return because(code, event=event.kind.value, on=event.on.isoformat(), **values)
