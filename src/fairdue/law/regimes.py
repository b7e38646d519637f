"""Which law applies, and which of its rules on late interest the parties' facts allow to be claimed."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache

from fairdue.kernel.reasons import Reason, because
from fairdue.law.eu import is_eu
from fairdue.law.parties import DealFacts, PartyFacts, judge
from fairdue.law.reasons import LawReason
from fairdue.law.statutes import Claim, Regime, ValidBy, by_code, family, regimes
from fairdue.law.timeline import not_in_force

__all__ = ["Regime", "RegimeChoice", "Ruling", "by_code", "regime_for", "regimes", "which_law"]

_CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Ruling:
    """The law that governs: ``code`` is a country (DE) or state (US-NY), None where it cannot be named yet."""

    code: str | None
    reasons: tuple[Reason, ...]

    @property
    def reason(self) -> Reason:
        """Give the reason that decided."""
        return self.reasons[0]


@dataclass(frozen=True, slots=True)
class RegimeChoice:
    """The rule that may be claimed now, or None; ``candidates`` name rules that unknown facts hold back."""

    regime: Regime | None
    candidates: tuple[str, ...]
    reasons: tuple[Reason, ...]


def which_law(seller: PartyFacts, buyer: PartyFacts, agreed_governing_law: str | None, goods: bool) -> Ruling:
    """Name the law: the agreed one, else that of the seller's establishment. Never by the debtor's place or currency.

    1. An agreed law is a code such as ``DE`` or ``US-NY``; other text is refused, not guessed at. 2. Without one, the
    seller's country and subdivision; for goods sold from the EU by Rome I, article 4(1)(a). 3. Goods across a border
    add the remark that the UN sales convention may apply, which gives interest but no rate. 4. A subdivision is named
    only where law differs inside its country: Hamburg is under ``DE``, New York under ``US-NY``.
    """
    if agreed_governing_law and agreed_governing_law.strip():
        text = agreed_governing_law.strip().upper()
        if not _CODE.fullmatch(text):
            return Ruling(None, (because(LawReason.LAW_AGREED_UNREADABLE, text=agreed_governing_law),))
        text = _ruling_code(*text.partition("-")[::2])
        return Ruling(text, (because(LawReason.LAW_AGREED, law=text),))
    if not seller.country:
        return Ruling(None, (because(LawReason.LAW_UNKNOWN),))
    code = _ruling_code(seller.country, seller.subdivision or "")
    reason = LawReason.LAW_ROME_I if goods and is_eu(seller.country) else LawReason.LAW_SELLER
    reasons = [because(reason, law=code)]
    if goods and buyer.country and buyer.country != seller.country:
        reasons.append(because(LawReason.CISG))
    return Ruling(code, tuple(reasons))


def _ruling_code(country: str, subdivision: str) -> str:
    return f"{country}-{subdivision}" if subdivision and _is_divided(country) else country


@cache
def _is_divided(country: str) -> bool:
    return any(regime.code.startswith(f"{country}-") for regime in regimes().values())


def regime_for(
    code: str,
    seller: PartyFacts,
    buyer: PartyFacts,
    contract_on: date | None = None,
    due_on: date | None = None,
    deal: DealFacts | None = None,
) -> RegimeChoice:
    """Give the rule of ``code`` that the facts allow, with a reason for each rule passed over.

    1. Rules under a condition are tried first, then the general one; a state also knows its country's conditional
    rules (US federal agencies). 2. A rule must be in force on its date: the contract's, the claim's (due date); rows
    that follow each other within one debt are one rule. 3. A condition that fails, or whose facts are unknown, passes
    the rule over; unknown says "cannot be claimed yet". 4. A rule of low confidence, without a rate, or that only a
    court applies gives nothing.
    """
    facts = replace(deal or DealFacts(), contract_on=contract_on, due_on=due_on)
    return _choose(code, seller, buyer, facts)


@lru_cache(maxsize=8192)
def _choose(code: str, seller: PartyFacts, buyer: PartyFacts, deal: DealFacts) -> RegimeChoice:
    reasons: list[Reason] = []
    candidates: list[str] = []
    rules = _rules(code)
    if not rules:
        return RegimeChoice(None, (), (_missing(code),))
    for regime in rules:
        if not _in_force(regime, deal, reasons):
            continue
        verdict, words = judge(regime.condition, seller, buyer, deal)
        if verdict is not True:
            which = LawReason.CONDITION_UNKNOWN if verdict is None else LawReason.CONDITION_NOT_MET
            reasons.append(because(which, regime=regime.id, condition=", ".join(words)))
            candidates += [regime.id] if verdict is None else []
            continue
        refusal = _refusal(regime)
        if refusal is not None:
            reasons.append(refusal)
            continue
        taken = because(LawReason.RULE_TAKEN, regime=regime.id, citation=regime.citation)
        return RegimeChoice(regime, tuple(candidates), (taken, *reasons))
    if not any(not regime.condition for regime in rules):
        reasons.append(_missing(code))
    return RegimeChoice(None, tuple(candidates), tuple(reasons))


def _rules(code: str) -> tuple[Regime, ...]:
    """Give the rules of a code, its country's conditional ones first; of a family only the row that stands for it."""
    own = by_code(code)
    if "-" in code:
        own = (*(rule for rule in by_code(code.split("-")[0]) if rule.condition), *own)
    seen: dict[str, Regime] = {}
    for rule in own:
        key = rule.family if rule.valid_by is ValidBy.PERIOD else rule.id
        seen.setdefault(key, rule)
    return tuple(rule for rule in seen.values() if rule.claim is not Claim.OPTION)


def _missing(code: str) -> Reason:
    return because(LawReason.SUBDIVISION_NEEDED if _is_divided(code) else LawReason.RULE_MISSING, law=code)


def _in_force(regime: Regime, deal: DealFacts, reasons: list[Reason]) -> bool:
    if regime.valid_by is ValidBy.PERIOD:
        members = family(regime.family)
        oldest = members[0]
        return deal.due_on is None or oldest.valid_from is None or deal.due_on >= oldest.valid_from
    on = deal.due_on
    if regime.valid_by is ValidBy.START and on is not None:
        on += timedelta(days=1)
    if regime.valid_by is ValidBy.CONTRACT:
        on = deal.contract_on or deal.due_on
        assumed = because(LawReason.DATE_ASSUMED)
        if deal.contract_on is None and assumed not in reasons:
            reasons.append(assumed)
    if on is None:
        return regime.valid_to is None
    if regime.in_force(on):
        return True
    reasons.append(not_in_force(regime))
    return False


def _refusal(regime: Regime) -> Reason | None:
    if regime.claim is Claim.NONE:
        return because(LawReason.NO_INTEREST, law=regime.code)
    if not regime.confidence.usable:
        return because(LawReason.LOW_CONFIDENCE, regime=regime.id)
    if regime.claim is Claim.RIGHT:
        return None
    code = {Claim.COURT: LawReason.COURT_ONLY, Claim.CAP: LawReason.CAP_ONLY}.get(regime.claim, LawReason.NO_RATE)
    return because(code, regime=regime.id)
