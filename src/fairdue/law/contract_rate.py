"""The rate the parties agreed: whether it stands, and what the law puts in its place where it does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from fairdue.kernel.daycount import DayCount
from fairdue.kernel.reasons import Reason, because
from fairdue.law.rates import Unknown, rate_on
from fairdue.law.reasons import LawReason
from fairdue.law.tables import Confidence, Row, percent_text, ppm, read

DAYS_OF_A_YEAR = 365
"""A rate per day is compared with yearly limits over 365 days (the day count act/365)."""


class Per(StrEnum):
    """The time for which an agreed rate is stated."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class ContractRate:
    """An agreed rate of late interest in ppm per year, month or day; simple, never compounding."""

    rate_ppm: int
    per: Per = Per.YEAR
    day_count: DayCount = DayCount.ACT_365F

    def __post_init__(self) -> None:
        if self.rate_ppm < 0:
            raise ValueError("an agreed rate cannot be negative")

    @property
    def yearly_ppm(self) -> int:
        """Give the rate per year: twelve months, or 365 days."""
        return self.rate_ppm * {Per.YEAR: 1, Per.MONTH: 12, Per.DAY: DAYS_OF_A_YEAR}[self.per]


class Use(StrEnum):
    """Which rate counts after the law has been asked."""

    CONTRACT = "contract"
    STATUTORY = "statutory"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ContractRuling:
    """The rate to use; ``rate_ppm`` is per day when ``per_day``, else per year, and 0 unless ``use`` is CONTRACT."""

    use: Use
    rate_ppm: int
    per_day: bool
    day_count: DayCount
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of ``contract_limits.csv``; blank ``regime`` means every rule of the country."""

    code: str
    regime: str
    kind: str
    when: str
    percent_ppm: int | None
    series: str
    multiple: int
    citation: str


def _limit(row: Row) -> Limit | None:
    if not Confidence(row["confidence"]).usable:
        return None
    return Limit(
        row["code"],
        row["regime"],
        row["kind"],
        row["when"],
        ppm(row["percent"]),
        row["series"],
        int(row["multiple"] or 1),
        row["citation"],
    )


@cache
def limits() -> tuple[Limit, ...]:
    """Give every usable limit on agreed rates."""
    return tuple(limit for limit in read("contract_limits.csv", _limit) if limit is not None)


@cache
def rule_on(code: str, regime_id: str, contract: ContractRate, contract_on: date | None) -> ContractRuling:
    """Say which rate counts where ``contract`` was agreed under the law of ``code`` and rule ``regime_id``.

    ``contract_on`` is asked for limits that follow a series (China: the LPR of the contract's date); without it, or
    past the series' verified date, the agreed rate stands and the reason says the limit could not be checked.
    """
    ruling = _plain(contract)
    for limit in limits():
        if limit.code == code and limit.regime in ("", regime_id):
            ruling = _under(limit, contract, contract_on, ruling)
    return ruling


def _plain(contract: ContractRate) -> ContractRuling:
    per_day = contract.per is Per.DAY
    rate = contract.rate_ppm if per_day else contract.yearly_ppm
    reason = because(LawReason.CONTRACT_RATE, percent=percent_text(contract.rate_ppm), per=contract.per.value)
    return ContractRuling(Use.CONTRACT, rate, per_day, contract.day_count, (reason,))


def _under(limit: Limit, contract: ContractRate, contract_on: date | None, ruling: ContractRuling) -> ContractRuling:
    percent = percent_text(contract.yearly_ppm)
    if limit.kind == "prevails":
        reason = because(LawReason.CONTRACT_SET_ASIDE, percent=percent, citation=limit.citation)
        return ContractRuling(Use.STATUTORY, 0, False, contract.day_count, (reason,))
    if limit.kind == "barred":
        reason = because(LawReason.CONTRACT_BARRED, percent=percent, law=limit.code)
        return ContractRuling(Use.NONE, 0, False, contract.day_count, (reason,))
    if limit.when == "not_per_annum" and contract.per is Per.YEAR:
        return ruling
    bound = _bound(limit, contract_on)
    if bound is None:
        reason = because(LawReason.CONTRACT_LIMIT_UNKNOWN, percent=percent, citation=limit.citation)
        return ContractRuling(ruling.use, ruling.rate_ppm, ruling.per_day, ruling.day_count, (*ruling.reasons, reason))
    if limit.kind == "max" and contract.yearly_ppm > bound:
        code = LawReason.CONTRACT_CAPPED
    elif limit.kind == "min" and contract.yearly_ppm < bound:
        code = LawReason.CONTRACT_RAISED
    else:
        return ruling
    reason = because(code, percent=percent, limit_percent=percent_text(bound), citation=limit.citation)
    return ContractRuling(Use.CONTRACT, bound, False, contract.day_count, (reason,))


def _bound(limit: Limit, contract_on: date | None) -> int | None:
    if limit.percent_ppm is not None:
        return limit.percent_ppm
    if not limit.series or contract_on is None:
        return None
    found = rate_on(limit.series, contract_on)
    return None if isinstance(found, Unknown) else found.rate_ppm * limit.multiple
