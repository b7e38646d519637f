"""Fixed compensation for recovery costs: once per claim, by the scale of the rule, in the rule's own currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

from fairdue.kernel.calendars import previous_business_day
from fairdue.kernel.daycount import add_months
from fairdue.kernel.money import exponent
from fairdue.kernel.reasons import Reason, because
from fairdue.kernel.rounding import PPM, divide, to_int
from fairdue.law.reasons import LawReason
from fairdue.law.statutes import family, regimes
from fairdue.law.tables import Confidence, Row, day, flag, ppm, read, whole


@dataclass(frozen=True, slots=True)
class Band:
    """One row of ``compensation.csv``; a scale has one for each band, lowest first."""

    regime: str
    valid_from: date | None
    valid_to: date | None
    kind: str
    threshold_currency: str
    upto_minor: int | None
    upto_inclusive: bool
    amount_minor: int
    share_ppm: int
    min_minor: int
    max_minor: int | None
    currency: str
    convert_to: str
    lapse_months: int | None
    citation: str
    confidence: Confidence
    source: str

    def holds(self, amount_minor: int) -> bool:
        """Say whether an amount lies below (or at) the band's upper end."""
        if self.upto_minor is None:
            return True
        return amount_minor <= self.upto_minor if self.upto_inclusive else amount_minor < self.upto_minor


@dataclass(frozen=True, slots=True)
class DatedRate:
    """A published exchange rate: one unit of ``base`` is ``rate`` units of ``quote`` on ``on``."""

    base: str
    quote: str
    on: date
    rate: Decimal
    source: str = ""


@dataclass(frozen=True, slots=True)
class Compensation:
    """What may be claimed: None means nothing, or nothing yet (the reasons say which)."""

    amount_minor: int | None
    currency: str
    citation: str
    reasons: tuple[Reason, ...]


def _band(row: Row) -> Band:
    return Band(
        row["regime"],
        day(row["valid_from"]),
        day(row["valid_to"]),
        row["kind"],
        row["threshold_currency"],
        whole(row["upto_minor"]),
        flag(row["upto_inclusive"] or "0"),
        whole(row["amount_minor"]) or 0,
        ppm(row["percent"]) or 0,
        whole(row["min_minor"]) or 0,
        whole(row["max_minor"]),
        row["currency"],
        row["convert_to"],
        whole(row["lapse_months"]),
        row["citation"],
        Confidence(row["confidence"]),
        row["source"],
    )


@cache
def scales() -> dict[str, tuple[Band, ...]]:
    """Give the bands of every regime that has a row, in the file's order."""
    found: dict[str, list[Band]] = {}
    for band in read("compensation.csv", _band):
        found.setdefault(band.regime, []).append(band)
    return {regime: tuple(bands) for regime, bands in found.items()}


def bands_on(regime: str, late_on: date) -> tuple[Band, ...]:
    """Give the bands in force for a claim that became late on ``late_on`` (the first day after the due date)."""
    return tuple(
        band
        for band in _known(regime)
        if (band.valid_from is None or band.valid_from <= late_on)
        and (band.valid_to is None or late_on <= band.valid_to)
    )


def _known(regime: str) -> tuple[Band, ...]:
    """Give the bands of a rule and of those that precede it under one debt (Bulgaria)."""
    return tuple(band for member in family(regimes()[regime].family) for band in scales().get(member.id, ()))


def rate_date(regime: str, due_on: date) -> date:
    """Give the day whose exchange rate the rule asks for.

    Poland (art. 10 of the Act of 8 March 2013): the last working day of the month before the one in which the claim
    fell due. Other rules name no day in the data; the due date stands in.
    """
    if regime.startswith("PL_"):
        return previous_business_day(due_on.replace(day=1) - timedelta(days=1), "PL")
    return due_on


def compensation(
    regime: str,
    claim_minor: int,
    currency: str,
    due_on: date,
    as_of: date,
    rates: tuple[DatedRate, ...] = (),
    claimed_on: date | None = None,
) -> Compensation:
    """Give the fixed compensation of one claim of ``claim_minor`` (principal when it became late), due ``due_on``.

    1. Nothing before the day after the due date. 2. The band by the claim's amount; thresholds of another currency
    need a rate. 3. A rule whose amount is paid in local currency is converted, rounded half away from zero. 4. A
    right that lapses (Hungary) is gone unless ``claimed_on`` lies in time. Nothing is ever guessed: a missing rate or
    period gives None with the reason.
    """
    late_on = due_on + timedelta(days=1)
    if as_of < late_on:
        return _none(because(LawReason.NOT_YET_LATE))
    known = _known(regime)
    bands = bands_on(regime, late_on)
    if not known or any(not band.confidence.usable for band in known):
        return _none(because(LawReason.COMPENSATION_UNKNOWN, regime=regime, on=late_on.isoformat()))
    if not bands:
        return _none(because(LawReason.COMPENSATION_UNKNOWN, regime=regime, on=late_on.isoformat()))
    if bands[0].kind == "none" or claim_minor <= 0:
        return _none(because(LawReason.COMPENSATION_NONE, regime=regime))
    lapsed = _lapsed(bands[0], late_on, as_of, claimed_on)
    return _none(lapsed) if lapsed is not None else _in_band(bands, claim_minor, currency, due_on, rates)


def _in_band(
    bands: tuple[Band, ...], claim_minor: int, currency: str, due_on: date, rates: tuple[DatedRate, ...]
) -> Compensation:
    first = bands[0]
    measured = _converted(claim_minor, currency, first.threshold_currency or currency, rates)
    if measured is None:
        return _none(_missing(first, currency, first.threshold_currency, due_on))
    if first.kind == "slice":
        amount, own = _sliced(bands, measured), first.currency
    elif first.kind == "percent":
        amount, own = divide(claim_minor * first.share_ppm, PPM), currency
    else:
        band = next(band for band in bands if band.holds(measured))
        amount, own = band.amount_minor, band.currency
    target = first.convert_to or own
    paid = _converted(amount, own, target, rates)
    if paid is None:
        return _none(_missing(first, own, target, due_on))
    return Compensation(paid, target, first.citation, (because(LawReason.COMPENSATION_DUE, citation=first.citation),))


def _sliced(bands: tuple[Band, ...], claim_minor: int) -> int:
    """Give the sum of each slice of the claim at its own share, within the scale's least and most."""
    numerator = low = 0
    for band in bands:
        top = claim_minor if band.upto_minor is None else min(claim_minor, band.upto_minor)
        numerator += max(0, top - low) * band.share_ppm
        low = max(low, top)
    amount = max(divide(numerator, PPM), bands[0].min_minor)
    return amount if bands[0].max_minor is None else min(amount, bands[0].max_minor)


def _converted(amount_minor: int, source: str, target: str, rates: tuple[DatedRate, ...]) -> int | None:
    if source == target:
        return amount_minor
    for rate in rates:
        if (rate.base, rate.quote) == (source, target):
            factor = Fraction(rate.rate)
        elif (rate.base, rate.quote) == (target, source):
            factor = 1 / Fraction(rate.rate)
        else:
            continue
        return to_int(amount_minor * factor * Fraction(10) ** (exponent(target) - exponent(source)))
    return None


def _missing(band: Band, base: str, quote: str, due_on: date) -> Reason:
    on = rate_date(band.regime, due_on)
    return because(LawReason.COMPENSATION_NEEDS_RATE, regime=band.regime, base=base, quote=quote, on=on.isoformat())


def _lapsed(band: Band, late_on: date, as_of: date, claimed_on: date | None) -> Reason | None:
    if band.lapse_months is None:
        return None
    end_on = add_months(late_on, band.lapse_months)
    if (claimed_on or as_of) <= end_on:
        return None
    return because(LawReason.COMPENSATION_LAPSED, regime=band.regime, on=end_on.isoformat())


def _none(reason: Reason) -> Compensation:
    return Compensation(None, "", "", (reason,))


@cache
def currencies() -> frozenset[str]:
    """Give every currency a compensation may be claimed in."""
    return frozenset(band.convert_to or band.currency for bands in scales().values() for band in bands if band.currency)
