"""The rows of ``data/conduct.csv``, read strictly: one row is one rule of conduct of one country. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from fairdue.kernel.money import exponents
from fairdue.law.tables import Confidence, LawDataError, Row, day, read

COLUMNS = (
    "country", "rule", "applies_to", "value", "unit", "valid_from", "valid_to", "source", "confidence", "note",
)  # fmt: skip
DEFAULT = "*"
"""The code of the project's own safe default."""
UNION = "EU"
DAY_MINUTES = 24 * 60


class RuleCode(StrEnum):
    """What a row rules on."""

    THIRD_PARTY = "third_party"
    THIRD_PARTY_CONTENT = "third_party_content"
    MIN_DAYS_BETWEEN = "min_days_between"
    NOTICE_DEADLINE_MIN = "notice_deadline_min"
    REMINDER_FEE_MAX = "reminder_fee_max"
    REMINDER_FEES_MAX = "reminder_fees_max"
    """How many reminders may carry a fee."""
    COLLECTION_FEE_MAX = "collection_fee_max"
    COMPENSATION_MAX = "compensation_max"
    CONTACT_HOURS = "contact_hours"
    CONTACT_DAYS = "contact_days"
    CONTACTS_PER_WEEK = "contacts_per_week"
    CALLS_PER_DAY = "calls_per_day"
    CALLS_PER_WEEK = "calls_per_week"
    NOTICE_CONTENT = "notice_content"
    FORBIDDEN = "forbidden"
    PERSON_LAW = "person_law"
    """Rules made for natural persons reach the debtor."""


class AppliesTo(StrEnum):
    """Whom a row protects."""

    COMPANY = "company"
    NATURAL_PERSON = "natural_person"
    BOTH = "both"


class ThirdParty(StrEnum):
    """What the law says to somebody who collects for the creditor."""

    FREE = "free"
    LICENCE = "licence"
    """Lawful with a licence, registration, mandate or lawyer; a person must have checked it."""
    BARRED = "barred"


UNITS = {
    RuleCode.THIRD_PARTY: "verdict", RuleCode.THIRD_PARTY_CONTENT: "parts", RuleCode.MIN_DAYS_BETWEEN: "days",
    RuleCode.NOTICE_DEADLINE_MIN: "days", RuleCode.REMINDER_FEES_MAX: "count", RuleCode.CONTACT_HOURS: "local_time",
    RuleCode.CONTACT_DAYS: "day_kind", RuleCode.CONTACTS_PER_WEEK: "count", RuleCode.CALLS_PER_DAY: "count",
    RuleCode.CALLS_PER_WEEK: "count", RuleCode.NOTICE_CONTENT: "parts", RuleCode.FORBIDDEN: "acts",
    RuleCode.PERSON_LAW: "flag",
}  # fmt: skip
"""The unit of each rule; rules that are not here are amounts in minor units of the currency their unit names."""
WORDS = {
    "verdict": frozenset(ThirdParty),
    "day_kind": frozenset({"business", "any"}),
    "flag": frozenset({"yes"}),
    "parts": frozenset(
        {"accessories", "addresses", "amount", "basis", "collector", "creditor", "data_protection", "deadline", "debtor",
         "demand", "documents", "how_to_pay", "information_sheet", "interest", "invoices", "law_text", "principal",
         "proof_of_receipt", "reply_form", "reservation"}
    ),
    "acts": frozenset(
        {"claim_reminder_stops_limitation", "criminal_complaint", "doxxing", "harassment", "insolvency_pressure",
         "public_naming", "ridicule", "stalking", "third_party_disclosure", "threat", "violence"}
    ),
}  # fmt: skip
"""The words a value may use, by unit."""
COLLECTIVE = frozenset({"parts", "acts"})
"""Units whose rows add up; of every other rule the nearest row alone counts."""


@dataclass(frozen=True, slots=True)
class ConductRule:
    """One row of ``conduct.csv``. ``number`` is days, a count or minor units; ``words`` what a list or a verdict says."""

    country: str
    code: RuleCode
    applies_to: AppliesTo
    value: str
    unit: str
    number: int | None
    words: tuple[str, ...]
    minutes: tuple[int, int] | None
    """Open minutes of the local day: from, to (exclusive)."""
    valid_from: date | None
    valid_to: date | None
    source: str
    confidence: Confidence
    note: str

    @property
    def is_default(self) -> bool:
        """Tell whether this is the project's own default, not a rule of a country."""
        return self.country == DEFAULT

    def holds_on(self, on: date) -> bool:
        """Tell whether the row is in force on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


def rule_of(row: Row) -> ConductRule:
    """Read one row strictly. Raises ValueError that says what is wrong with it."""
    if list(row) != list(COLUMNS) or None in row.values():
        raise LawDataError(f"columns must be {', '.join(COLUMNS)}")
    code, confidence = RuleCode(row["rule"]), Confidence(row["confidence"])
    country, unit, value = row["country"], row["unit"], row["value"]
    if country != DEFAULT and not (
        country[:2].isalpha() and country.isupper() and (len(country) == 2 or country[2] == "-")
    ):
        raise LawDataError(f"{country!r} is neither a country, a part of one, EU nor *")
    if unit != UNITS.get(code, unit) or (code not in UNITS and unit not in exponents()):
        raise LawDataError(f"{code.value} is told in {UNITS.get(code, 'a currency')}, not in {unit!r}")
    if not row["source"]:
        raise LawDataError(f"{code.value} of {country} has no source")
    if (confidence is Confidence.GAP) != (value == ""):
        raise LawDataError(f"{code.value} of {country}: a gap has no value, and what has no value is a gap")
    from_on, to_on = day(row["valid_from"]), day(row["valid_to"])
    if from_on and to_on and to_on < from_on:
        raise LawDataError(f"{code.value} of {country} ends before it begins")
    number, words, minutes = _read_value(value, unit)
    return ConductRule(
        country, code, AppliesTo(row["applies_to"]), value, unit, number, words, minutes, from_on, to_on,
        row["source"], confidence, row["note"],
    )  # fmt: skip


def _read_value(value: str, unit: str) -> tuple[int | None, tuple[str, ...], tuple[int, int] | None]:
    if not value:
        return None, (), None
    if unit == "local_time":
        return None, (), _minutes(value)
    if unit in WORDS:
        words = tuple(value.split())
        if strange := [word for word in words if word not in WORDS[unit]]:
            raise LawDataError(f"{', '.join(strange)}: no word of {unit}")
        if unit not in COLLECTIVE and len(words) != 1:
            raise LawDataError(f"{value!r}: one word of {unit} is wanted")
        return None, words, None
    if not value.isdecimal():
        raise LawDataError(f"{value!r} is no whole number of {unit}")
    return int(value), (), None


def _minutes(value: str) -> tuple[int, int]:
    """Read ``08:00-20:00`` as minutes of the day."""
    parts = [part.split(":") for part in value.split("-")]
    if [len(part) for part in parts] != [2, 2] or not all(digits.isdecimal() for part in parts for digits in part):
        raise LawDataError(f"{value!r} is no span such as 08:00-20:00")
    start, end = (int(hour) * 60 + int(minute) for hour, minute in parts)
    if not 0 <= start < end <= DAY_MINUTES or any(int(minute) > 59 for _, minute in parts):
        raise LawDataError(f"{value!r} does not lie within one day")
    return start, end


@cache
def conduct_rules() -> dict[str, tuple[ConductRule, ...]]:
    """Give every row by country, in the file's order. Raises LawDataError that names the row, or two rows in one place."""
    found: dict[str, list[ConductRule]] = {}
    for number, rule in enumerate(read("conduct.csv", rule_of), start=1):
        own = found.setdefault(rule.country, [])
        for other in own:
            if _collide(rule, other):
                raise LawDataError(
                    f"law/data/conduct.csv, data row {number}: {rule.code.value} of {rule.country} stands twice"
                )
        own.append(rule)
    return {country: tuple(own) for country, own in found.items()}


def _collide(one: ConductRule, other: ConductRule) -> bool:
    if (one.code, one.applies_to) != (other.code, other.applies_to):
        return False
    latest = max(one.valid_from or date.min, other.valid_from or date.min)
    return latest <= min(one.valid_to or date.max, other.valid_to or date.max)
