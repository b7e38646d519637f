"""The regimes: one row of ``data/regimes.csv`` is one rule on late interest of one country or state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from fairdue.kernel.daycount import DayCount
from fairdue.law.parties import CONDITIONS
from fairdue.law.tables import Confidence, LawDataError, Row, day, flag, ppm, read, whole


class Reset(StrEnum):
    """When the rate follows its reference."""

    HALF_YEAR = "half_year"
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    ON_CHANGE = "on_change"
    LOCKED = "locked"
    FIXED = "fixed"
    NONE = "none"


class Compounding(StrEnum):
    """When interest is added to the amount that bears interest."""

    NONE = "none"
    YEAR = "year"
    MONTH = "month"
    DAYS_30 = "days_30"
    UNKNOWN = "unknown"


class Start(StrEnum):
    """From where the days are counted."""

    AFTER_DUE = "after_due"
    AFTER_DUE_OR_30 = "after_due_or_30"
    AFTER_DELIVERY = "after_delivery"
    NOTICE = "notice"
    COURT = "court"


class Claim(StrEnum):
    """What a creditor may do with the rule. Only RIGHT and OPTION ever produce a figure."""

    RIGHT = "right"
    OPTION = "option"
    """A right the creditor may choose instead of the ordinary rule; taken by name only."""
    COURT = "court"
    CAP = "cap"
    NONE = "none"
    NO_RATE = "no_rate"
    MODEL = "model"
    """A directive or convention that binds states, not the parties."""


class ValidBy(StrEnum):
    """Which date decides whether a row is in force."""

    CONTRACT = "contract"
    CLAIM = "claim"
    """The due date."""
    START = "start"
    """The day default begins: the one after the due date."""
    PERIOD = "period"


MONTHLY_RESTS = "monthly_rests"
"""Day count of a rule with monthly rests: a whole month is 1/12 of a year, a day its share of that month's days."""


@dataclass(frozen=True, slots=True)
class Regime:
    """One rule on late interest; rates and margins in ppm (one percent is 10,000)."""

    code: str
    id: str
    family: str
    name: str
    currency: str
    valid_by: ValidBy
    valid_from: date | None
    valid_to: date | None
    condition: str
    claim: Claim
    series: str
    margin_ppm: int
    multiplier_ppm: int
    fixed_ppm: int | None
    per_day_ppm: int | None
    reset: Reset
    locked_on_grid: bool
    """The locked rate is that of the first day of the half-year in which interest began (CZ), not of the day itself."""
    round_what: str
    round_step_ppm: int | None
    compounding: Compounding
    day_count: DayCount | None
    """None where the rule has monthly rests."""
    day_count_by_statute: bool
    start: Start
    start_after_days: int
    start_cap_days: int | None
    payment_day_counts: bool
    stop_after_months: int | None
    in_duplum: bool
    minimum_minor: int
    citation: str
    confidence: Confidence
    source: str
    notes: str

    @property
    def has_rate(self) -> bool:
        """Say whether the data hold a rate or a series for this rule."""
        return bool(self.series) or self.fixed_ppm is not None or self.per_day_ppm is not None

    @property
    def is_simple(self) -> bool:
        """Say whether plain sums of principal x days x rate over one basis give this rule's interest exactly."""
        return (
            self.compounding is Compounding.NONE
            and self.day_count in (DayCount.ACT_365F, DayCount.ACT_360)
            and not self.in_duplum
            and self.stop_after_months is None
            and self.minimum_minor == 0
        )

    def in_force(self, on: date) -> bool:
        """Say whether ``on`` (the date named by ``valid_by``) lies within the row's validity."""
        return (self.valid_from is None or on >= self.valid_from) and (self.valid_to is None or on <= self.valid_to)


def _make(row: Row) -> Regime:
    count = row["day_count"]
    regime = Regime(
        code=row["code"],
        id=row["regime"],
        family=row["family"],
        name=row["name"],
        currency=row["currency"],
        valid_by=ValidBy(row["valid_by"]),
        valid_from=day(row["valid_from"]),
        valid_to=day(row["valid_to"]),
        condition=row["condition"],
        claim=Claim(row["claim"]),
        series=row["series"],
        margin_ppm=ppm(row["margin_percent"]) or 0,
        multiplier_ppm=(ppm(row["multiplier"]) or 10_000) * 100,
        fixed_ppm=ppm(row["fixed_percent"]),
        per_day_ppm=ppm(row["per_day_percent"]),
        reset=Reset(row["reset"]),
        locked_on_grid=row["locked_sample"] == "half_year_start",
        round_what=row["round_what"],
        round_step_ppm=ppm(row["round_step_percent"]),
        compounding=Compounding(row["compounding"]),
        day_count=None if count == MONTHLY_RESTS else DayCount(count),
        day_count_by_statute=row["day_count_basis"] == "statute",
        start=Start(row["start"]),
        start_after_days=int(row["start_after_days"]),
        start_cap_days=whole(row["start_cap_days"]),
        payment_day_counts=flag(row["payment_day_counts"]),
        stop_after_months=whole(row["stop_after_months"]),
        in_duplum=flag(row["in_duplum"]),
        minimum_minor=whole(row["minimum_minor"]) or 0,
        citation=row["citation"],
        confidence=Confidence(row["confidence"]),
        source=row["source"],
        notes=row["notes"],
    )
    for word in filter(None, regime.condition.split(" & ")):
        if word not in CONDITIONS:
            raise LawDataError(f"{regime.id}: {word!r} is not a known condition")
    return regime


@cache
def regimes() -> dict[str, Regime]:
    """Give every regime by its id, in the file's order. Raises LawDataError for a double id."""
    loaded = read("regimes.csv", _make)
    by_id = {regime.id: regime for regime in loaded}
    if len(by_id) != len(loaded):
        raise LawDataError("law/data/regimes.csv: a regime id stands twice")
    return by_id


@cache
def by_code(code: str) -> tuple[Regime, ...]:
    """Give the regimes of a country (DE) or state (US-NY); rules under a condition come before the general one."""
    found = [regime for regime in regimes().values() if regime.code == code]
    return tuple(sorted(found, key=lambda regime: not regime.condition))


@cache
def family(name: str) -> tuple[Regime, ...]:
    """Give the regimes that follow one another in time under one debt, oldest first (Bulgaria across 2026-01-01)."""
    found = [regime for regime in regimes().values() if regime.family == name]
    return tuple(sorted(found, key=lambda regime: regime.valid_from or date.min))
