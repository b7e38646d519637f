"""All that the data files hold on one country, gathered for a reader: rules on interest with their rates, terms, limitation, routes. Pure.

Nothing is decided here. What is not collected is absent, so that a page can say "unknown" and not be silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from fairdue.law.conduct import Conduct, conduct_of
from fairdue.law.conduct_table import ConductRule, conduct_rules
from fairdue.law.eu import is_eu
from fairdue.law.forms import FormRule, form_rules
from fairdue.law.limitation import LimitationRule
from fairdue.law.limitation import rules as limitation_rules
from fairdue.law.rates import Series, all_series
from fairdue.law.statutes import Claim, Regime, regimes
from fairdue.law.tables import Confidence, Row, flag, read
from fairdue.law.terms import TermLimit, all_limits
from fairdue.law.timeline import all_in

NO_COUNTRY = frozenset({"EU", "XX", "*"})
"""Codes of the files that name no country."""


@dataclass(frozen=True, slots=True)
class Known:
    """A route to a title, or a way to pay. ``printed``: the letters print it."""

    country: str
    name: str
    note: str
    source: str
    confidence: Confidence
    printed: bool = False


@dataclass(frozen=True, slots=True)
class RatePoint:
    """What a rule came to from a day on: reference and whole rate in ppm, None where the value is too weak to use."""

    from_on: date
    reference_ppm: int | None
    rate_ppm: int | None
    confidence: Confidence
    source: str


@dataclass(frozen=True, slots=True)
class RateHistory:
    """A rule on interest with its past, newest first. ``series`` is None for a fixed rate."""

    regime: Regime
    series: Series | None
    points: tuple[RatePoint, ...]


@dataclass(frozen=True, slots=True)
class CountryLaw:
    """What is collected on one country."""

    code: str
    rules: tuple[RateHistory, ...]
    limits: tuple[TermLimit, ...]
    limitation: tuple[LimitationRule, ...]
    company: Conduct
    person: Conduct
    parts: tuple[ConductRule, ...]
    """Rules of conduct of single states (US-CA)."""
    forms: tuple[FormRule, ...]
    routes: tuple[Known, ...]
    ways: tuple[Known, ...]


def _known(row: Row) -> Known:
    return Known(
        row["country"],
        row["name"],
        row["note"],
        row["source"],
        Confidence(row["confidence"]),
        flag(row.get("printed", "0")),
    )


@cache
def routes() -> tuple[Known, ...]:
    """Give every way to a title that is collected."""
    return read("routes.csv", _known)


@cache
def ways_to_pay() -> tuple[Known, ...]:
    """Give every way to pay that is collected."""
    return read("ways_to_pay.csv", _known)


@cache
def countries() -> tuple[str, ...]:
    """Give the countries (ISO 3166-1 alpha-2) of which any file knows something, in alphabetical order."""
    codes = {regime.code for regime in regimes().values()} | set(limitation_rules()) | set(conduct_rules())
    codes |= {limit.code for limit in all_limits()}
    return tuple(sorted({code[:2] for code in codes} - NO_COUNTRY))


def country_law(code: str) -> CountryLaw:
    """Gather what is collected on a country; every part may be empty. States stand with their country (US-NY under US)."""

    def own(of: str) -> bool:
        return of == code or of.startswith(f"{code}-")

    mine = [regime for regime in regimes().values() if own(regime.code)]
    here = {code, "EU"} if is_eu(code) else {code}
    return CountryLaw(
        code,
        tuple(history(regime) for regime in mine),
        tuple(limit for limit in all_limits() if own(limit.code)),
        tuple(rule for place, rule in limitation_rules().items() if own(place)),
        conduct_of(code, "no"),
        conduct_of(code, "yes"),
        tuple(rule for place, rules in conduct_rules().items() if place.startswith(f"{code}-") for rule in rules),
        tuple(rule for place in sorted(here, reverse=True) for rule in form_rules().get(place, ())),
        tuple(one for one in routes() if one.country in here),
        tuple(one for one in ways_to_pay() if one.country in here),
    )


def history(regime: Regime) -> RateHistory:
    """Give the rates of a rule through its series, newest first; points of low confidence and gaps have no figure."""
    if not regime.series or regime.claim is Claim.MODEL:
        return RateHistory(regime, None, ())
    series = all_series()[regime.series]
    found = []
    for point in reversed(series.points):
        rate = point.rate
        if rate is None or not rate.confidence.usable:
            weak = Confidence.GAP if rate is None else rate.confidence
            found.append(RatePoint(point.effective_on, None, None, weak, rate.source if rate else ""))
        else:
            found.append(
                RatePoint(point.effective_on, rate.rate_ppm, all_in(regime, rate), rate.confidence, rate.source)
            )
    return RateHistory(regime, series, tuple(found))
