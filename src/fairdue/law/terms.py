"""Maximum payment terms: whether an agreed term is allowed, and how far a due date may lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from fairdue.kernel.reasons import Reason, because
from fairdue.law.parties import DealFacts, PartyFacts, judge
from fairdue.law.reasons import LawReason
from fairdue.law.tables import Confidence, Row, day, flag, read, whole


@dataclass(frozen=True, slots=True)
class TermLimit:
    """One row of ``maximum_terms.csv``. ``hard`` cannot be agreed away; otherwise express agreement may go further."""

    code: str
    condition: str
    default_days: int | None
    max_days: int
    end_of_month_days: int | None
    hard: bool
    counts_from: str
    valid_from: date | None
    citation: str
    confidence: Confidence
    note: str
    source: str = ""


class TermVerdict(StrEnum):
    """What the law says to a term."""

    WITHIN = "within"
    NEEDS_EXPRESS = "needs_express"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TermRuling:
    """The verdict with the limit that gave it; ``default_days`` is the term where none was agreed."""

    verdict: TermVerdict
    max_days: int | None
    hard: bool
    default_days: int | None
    counts_from: str
    citation: str
    reasons: tuple[Reason, ...]


def _limit(row: Row) -> TermLimit:
    return TermLimit(
        row["code"],
        row["condition"],
        whole(row["default_days"]),
        int(row["max_days"]),
        whole(row["end_of_month_days"]),
        flag(row["hard"]),
        row["counts_from"],
        day(row["valid_from"]),
        row["citation"],
        Confidence(row["confidence"]),
        row["note"],
        row["source"],
    )


@cache
def all_limits() -> tuple[TermLimit, ...]:
    """Give every row, also those too weak to use."""
    return read("maximum_terms.csv", _limit)


@cache
def term_limits(code: str) -> tuple[TermLimit, ...]:
    """Give the usable limits of a country, those under a condition first."""
    own = [limit for limit in all_limits() if limit.code == code and limit.confidence.usable]
    return tuple(sorted(own, key=lambda limit: not limit.condition))


def check_term(
    code: str,
    seller: PartyFacts,
    buyer: PartyFacts,
    days: int,
    contract_on: date | None = None,
    *,
    end_of_month: bool = False,
    express: bool = False,
    deal: DealFacts | None = None,
) -> TermRuling:
    """Judge a term of ``days`` under the law of ``code``.

    1. The first limit whose condition holds and that was in force at the contract counts; an unknown condition is
    named and passed over. 2. A hard limit makes a longer term TOO_LONG; another NEEDS_EXPRESS, or is WITHIN once
    ``express`` (agreed expressly, not grossly unfair). 3. France: end-of-month terms have their own limit.
    """
    reasons: list[Reason] = []
    for limit in term_limits(code):
        if contract_on is not None and limit.valid_from is not None and contract_on < limit.valid_from:
            continue
        verdict, words = judge(limit.condition, seller, buyer, deal or DealFacts())
        if verdict is None:
            reasons.append(
                because(LawReason.TERM_CONDITION_UNKNOWN, law=code, max_days=limit.max_days, condition=", ".join(words))
            )
        if verdict is True:
            return _judged(limit, days, end_of_month, express, reasons)
    reasons.append(because(LawReason.TERM_UNKNOWN, law=code))
    return TermRuling(TermVerdict.UNKNOWN, None, False, None, "", "", tuple(reasons))


def _judged(limit: TermLimit, days: int, end_of_month: bool, express: bool, reasons: list[Reason]) -> TermRuling:
    own_limit = end_of_month and limit.end_of_month_days is not None
    most = limit.end_of_month_days if own_limit and limit.end_of_month_days is not None else limit.max_days
    if days <= most:
        verdict, code = TermVerdict.WITHIN, LawReason.TERM_WITHIN
    elif limit.hard:
        verdict, code = TermVerdict.TOO_LONG, LawReason.TERM_TOO_LONG
    else:
        verdict = TermVerdict.WITHIN if express else TermVerdict.NEEDS_EXPRESS
        code = LawReason.TERM_WITHIN if express else LawReason.TERM_NEEDS_EXPRESS
    reason = because(code, law=limit.code, days=days, max_days=most)
    return TermRuling(
        verdict, most, limit.hard, limit.default_days, limit.counts_from, limit.citation, (reason, *reasons)
    )
