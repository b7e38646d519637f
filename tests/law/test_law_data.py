"""The law's data files: they load, agree with each other, and still say what was collected."""

import csv
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from fairdue.kernel.money import exponents
from fairdue.kernel.rounding import round_up_to_step
from fairdue.law.compensation import scales
from fairdue.law.limitation import rules
from fairdue.law.rates import Rate, all_series, rate_on
from fairdue.law.statutes import Claim, regimes
from fairdue.law.terms import term_limits

HALF_YEARS = [date(year, month, 1) for year in range(2013, 2027) for month in (1, 7)]


def value(series: str, on: date) -> Decimal:
    found = rate_on(series, on)
    assert isinstance(found, Rate)
    return Decimal(found.rate_ppm).scaleb(-4)


def test_every_rule_has_what_it_needs() -> None:
    assert len(regimes()) == 89
    for regime in regimes().values():
        assert not regime.series or regime.series in all_series()
        assert regime.currency == "" or regime.currency in exponents()
        assert regime.source
        if regime.claim is Claim.RIGHT:
            assert regime.has_rate
            assert regime.citation or not regime.confidence.usable


@pytest.mark.parametrize("on", HALF_YEARS, ids=str)
def test_published_series_keep_the_rules_of_rounding(on: date) -> None:
    half, reference = Decimal("0.5"), value("ECB_MRO_H", on)
    assert value("BE_COMMERCIAL_ALLIN", on) == round_up_to_step(reference + 8, half)
    assert value("FI_VIITEKORKO", on) == round_up_to_step(reference, half)
    if on < date(2026, 7, 1):
        assert value("SE_REFERENSRANTA", on) % half == 0


def test_german_steps_follow_the_european_ones() -> None:
    for before, after in pairwise(HALF_YEARS):
        assert value("DE_BASISZINS", after) - value("DE_BASISZINS", before) == value("ECB_MRO_H", after) - value(
            "ECB_MRO_H", before
        )


def test_compensation_names_rules_and_currencies_that_exist() -> None:
    for regime, bands in scales().items():
        assert regime in regimes()
        ends = [band.upto_minor for band in bands if band.kind in ("tier", "slice")]
        assert ends == sorted(ends, key=lambda end: (end is None, end or 0))
        assert all(band.currency in exponents() for band in bands if band.kind not in ("none", "percent"))


def test_limitation_and_terms_cover_the_union() -> None:
    from fairdue.law.eu import members

    assert len(members()) == 27
    assert members() <= set(rules())
    assert all(term_limits(code) for code in members())


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.open(encoding="utf-8")))


@pytest.mark.shared
def test_rates_are_the_collected_ones(shared: Path) -> None:
    collected = {(r["rate_id"], r["effective_from"]): r for r in _rows(shared / "law" / "reference_rates.csv")}
    ours = [point for series in all_series().values() for point in series.points]
    assert len(ours) == len(collected)
    for series in all_series().values():
        for point in series.points:
            row = collected[series.id, point.effective_on.isoformat()]
            expected = None if not row["value_percent"] else int(Decimal(row["value_percent"]) * 10_000)
            assert (point.rate.rate_ppm if point.rate else None) == expected
    verified = {r["rate_id"]: r["series_verified_through"] for r in collected.values() if r["series_verified_through"]}
    assert verified == {series.id: series.verified_through.isoformat() for series in all_series().values()}


@pytest.mark.shared
def test_rules_are_the_collected_ones(shared: Path) -> None:
    for row in _rows(shared / "law" / "statutory_terms.csv"):
        regime = regimes()[row["regime"]]
        assert regime.code == row["code"]
        assert regime.confidence.value == row["confidence"]
        assert regime.series == row["reference_rate_id"]
        assert regime.margin_ppm == int(Decimal(row["margin_pp"] or 0) * 10_000)
        assert regime.fixed_ppm == (int(Decimal(row["fixed_rate"]) * 10_000) if row["fixed_rate"] else None)
        assert regime.source == row["source"]


@pytest.mark.shared
def test_limitation_periods_are_the_collected_ones(shared: Path) -> None:
    collected = {r["code"]: r for r in _rows(shared / "law" / "limitation.csv")}
    collected["CA-ON"] = collected.pop("CA")
    assert {code: str(rule.years) for code, rule in rules().items()} == {
        code: row["period_years"] for code, row in collected.items()
    }
