"""How a debt may be pursued in the debtor's country: third parties, days, hours, fees, contents. Pure.

The facts are ``data/conduct.csv``; the rule by which rows are chosen is ``docs/algorithms/conduct.md``. Whoever is not known
to be a company counts as a natural person. Where nothing is collected the project's own safe default holds, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from fairdue.kernel.reasons import Reason, because
from fairdue.law.conduct_table import (
    COLLECTIVE,
    DEFAULT,
    UNION,
    UNITS,
    AppliesTo,
    ConductRule,
    RuleCode,
    ThirdParty,
    conduct_rules,
)
from fairdue.law.eu import is_eu
from fairdue.law.reasons import LawReason
from fairdue.law.tables import LawDataError

UNKNOWN_COUNTRY = "ZZ"
"""The code by which CLDR names an unknown region: what reasons show where no country is known."""


class NaturalPerson(StrEnum):
    """Whether the debtor is a sole trader, partner or guarantor. Unknown counts as yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Conduct:
    """What holds for one kind of debtor in one country. ``known`` is False where the country was not collected."""

    country: str
    natural_person: NaturalPerson
    known: bool
    rules: tuple[ConductRule, ...]
    reasons: tuple[Reason, ...]

    def rule(self, code: RuleCode, on: date | None = None) -> ConductRule | None:
        """Give the rule of a code, in force ``on`` a day where the rows are dated; None where there is none."""
        return next((one for one in self.rules if one.code is code and (on is None or one.holds_on(on))), None)

    def words(self, code: RuleCode) -> tuple[str, ...]:
        """Give all words of the rows of a code, each once, the country's before the default's."""
        return tuple(dict.fromkeys(word for one in self.rules if one.code is code for word in one.words))


@dataclass(frozen=True, slots=True)
class Ruling:
    """An answer with the row it rests on. ``allowed`` None: lawful under a condition that a person must confirm."""

    allowed: bool | None
    rule: ConductRule
    reason: Reason


@dataclass(frozen=True, slots=True)
class FeeCap:
    """The most that a fee may be on a day. ``amount_minor`` None: no cap is collected, so no fee is cleared."""

    amount_minor: int | None
    currency: str
    rule: ConductRule | None
    reason: Reason


@cache
def conduct_of(country: str | None, natural_person: str = "unknown", subdivision: str | None = None) -> Conduct:
    """Give what holds for a debtor in ``country`` (ISO 3166-1 alpha-2; None: not known).

    1. A debtor counts as a company only when ``natural_person`` is "no". 2. Levels are asked from near to far: part of the
    country, country, Union, safe default. 3. Within a level a row for this kind of debtor goes before one for both.
    4. The nearest level with a usable row wins; contents and forbidden acts add up. 5. The default counts in an uncollected
    country, for a natural person, and always on third parties and forbidden acts. Raises ValueError for another word than
    yes, no, unknown.
    """
    kind = NaturalPerson(natural_person)
    protects = AppliesTo.COMPANY if kind is NaturalPerson.NO else AppliesTo.NATURAL_PERSON
    table, code = conduct_rules(), country or ""
    known = any(one.code is RuleCode.THIRD_PARTY for one in table.get(code, ())) and code not in (DEFAULT, UNION)
    levels = [
        table.get(f"{code}-{subdivision}", ()) if subdivision else (),
        table.get(code, ()) if code != DEFAULT else (),
    ]
    levels += [table.get(UNION, ()) if is_eu(code) else (), table[DEFAULT]]
    rules: list[ConductRule] = []
    settled: set[RuleCode] = set()
    for level in levels:
        fitting = [one for one in level if one.applies_to in (protects, AppliesTo.BOTH)]
        fitting = [one for one in fitting if not one.is_default or _default_counts(one.code, known, protects)]
        for rule_code in dict.fromkeys(one.code for one in fitting):
            own = [one for one in fitting if one.code is rule_code]
            own = [one for one in own if one.applies_to is protects] or own
            own = [one for one in own if one.confidence.usable]
            if own and (rule_code not in settled or own[0].unit in COLLECTIVE):
                rules += own
                settled.add(rule_code)
    reasons = () if known else (because(LawReason.CONDUCT_UNKNOWN, law=code or UNKNOWN_COUNTRY),)
    return Conduct(code, kind, known, tuple(rules), reasons)


def _default_counts(code: RuleCode, known: bool, protects: AppliesTo) -> bool:
    always = code in (RuleCode.THIRD_PARTY, RuleCode.FORBIDDEN)
    return always or not known or protects is AppliesTo.NATURAL_PERSON


def third_party_step(conduct: Conduct) -> Ruling:
    """Tell whether somebody else may collect here: True, False, or None where a licence must be confirmed first."""
    rule = conduct.rule(RuleCode.THIRD_PARTY)
    if rule is None:
        raise LawDataError("law/data/conduct.csv: the safe default says nothing on third parties")
    verdict = ThirdParty(rule.value)
    allowed = {ThirdParty.FREE: True, ThirdParty.LICENCE: None, ThirdParty.BARRED: False}[verdict]
    code = {
        ThirdParty.FREE: LawReason.CONDUCT_THIRD_PARTY_FREE,
        ThirdParty.LICENCE: LawReason.CONDUCT_THIRD_PARTY_LICENCE,
        ThirdParty.BARRED: LawReason.CONDUCT_THIRD_PARTY_BARRED,
    }[verdict]
    if rule.is_default:
        code = LawReason.CONDUCT_THIRD_PARTY_UNCHECKED
    reason = because(code, law=conduct.country or UNKNOWN_COUNTRY, source=rule.source, confidence=rule.confidence.value)
    return Ruling(allowed, rule, reason)


def min_days_between(conduct: Conduct) -> int:
    """Give the least days between two notices; 0 where no rule is collected."""
    return _number(conduct, RuleCode.MIN_DAYS_BETWEEN)


def shortest_deadline(conduct: Conduct) -> int:
    """Give the least days that a formal demand must leave the debtor; 0 where no rule is collected."""
    return _number(conduct, RuleCode.NOTICE_DEADLINE_MIN)


def _number(conduct: Conduct, code: RuleCode) -> int:
    rule = conduct.rule(code)
    return rule.number or 0 if rule else 0


def fee_cap(conduct: Conduct, code: RuleCode, on: date) -> FeeCap:
    """Give the cap of a fee on a day. Outside the days a cap was collected for the answer is "not known", never a guess."""
    if code in UNITS:
        raise ValueError(f"{code.value} is no fee")
    rule = conduct.rule(code, on)
    if rule is None:
        reason = because(
            LawReason.CONDUCT_NO_CAP, law=conduct.country or UNKNOWN_COUNTRY, fee=code.value, on=on.isoformat()
        )
        return FeeCap(None, "", None, reason)
    reason = because(
        LawReason.CONDUCT_CAP, law=conduct.country, amount_minor=rule.number or 0, currency=rule.unit,
        source=rule.source, confidence=rule.confidence.value,
    )  # fmt: skip
    return FeeCap(rule.number, rule.unit, rule, reason)


def contact_hours(conduct: Conduct) -> ConductRule | None:
    """Give the rule on hours, whose ``minutes`` are the open ones of the debtor's local day; None where none is collected."""
    return conduct.rule(RuleCode.CONTACT_HOURS)


@dataclass(frozen=True, slots=True)
class Bound:
    """What is left of a charge under a country's own limit. ``amount_minor`` None: the limit is too weakly sourced to charge."""

    amount_minor: int | None
    rule: ConductRule | None


def bounded(country: str, natural_person: str, code: RuleCode, amount_minor: int, currency: str, on: date) -> Bound:
    """Hold a charge to the limit of ``code`` in a country on a day.

    1. No row: the amount stands. 2. The limit in the charge's currency, on that day: the lesser of both. 3. A row of low
    confidence or a gap: nothing is charged, because the limit is not known. 4. A limit in another currency says nothing here.
    """
    fitting = [one for one in conduct_rules().get(country.split("-")[0], ()) if one.code is code and one.holds_on(on)]
    kind = NaturalPerson(natural_person)
    protects = AppliesTo.COMPANY if kind is NaturalPerson.NO else AppliesTo.NATURAL_PERSON
    fitting = [one for one in fitting if one.applies_to in (protects, AppliesTo.BOTH) and one.unit == currency]
    rule = next((one for one in fitting if one.applies_to is protects), fitting[0] if fitting else None)
    if rule is None:
        return Bound(amount_minor, None)
    if not rule.confidence.usable or rule.number is None:
        return Bound(None, rule)
    return Bound(min(amount_minor, rule.number), rule)
