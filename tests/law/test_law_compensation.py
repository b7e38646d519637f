"""Fixed compensation: bands, slices, conversion, lapse, and refusal to guess."""

from datetime import date
from decimal import Decimal

import pytest

from fairdue.law.compensation import DatedRate, compensation, rate_date

DUE, AS_OF = date(2026, 1, 31), date(2026, 3, 31)


@pytest.mark.parametrize(
    ("regime", "claim", "currency", "amount", "paid_in"),
    [
        ("DE_BGB288", 1, "EUR", 4000, "EUR"),
        ("DE_BGB288", 1_000_000, "USD", 4000, "EUR"),
        ("GB_LPCDA1998", 99_999, "GBP", 4000, "GBP"),
        ("GB_LPCDA1998", 100_000, "GBP", 7000, "GBP"),
        ("GB_LPCDA1998", 999_999, "GBP", 7000, "GBP"),
        ("GB_LPCDA1998", 1_000_000, "GBP", 10000, "GBP"),
        ("IE_SI580_2012", 100_000, "EUR", 4000, "EUR"),
        ("IE_SI580_2012", 100_001, "EUR", 7000, "EUR"),
        ("IE_SI580_2012", 1_000_000, "EUR", 7000, "EUR"),
        ("IE_SI580_2012", 1_000_001, "EUR", 10000, "EUR"),
        ("CZ_NV351", 100, "CZK", 120000, "CZK"),
        ("SE_RANTELAG6", 100, "SEK", 45000, "SEK"),
        ("DK_RENTELOV5", 100, "DKK", 31000, "DKK"),
        ("NO_FRL3", 100, "NOK", 46000, "NOK"),
        ("TR_TTK1530", 100, "TRY", 202000, "TRY"),
        ("BG_PMS426", 100, "EUR", 4000, "EUR"),
        # NL: 15 % of 2,500; 10 % of the next 2,500; 5 % of the next 5,000; 1 % of the next 190,000; 0.5 % above.
        ("NL_6_119a", 10_000, "EUR", 4000, "EUR"),
        ("NL_6_119a", 250_000, "EUR", 37_500, "EUR"),
        ("NL_6_119a", 500_000, "EUR", 62_500, "EUR"),
        ("NL_6_119a", 1_000_000, "EUR", 87_500, "EUR"),
        ("NL_6_119a", 20_000_000, "EUR", 277_500, "EUR"),
        ("NL_6_119a", 100_000_000, "EUR", 677_500, "EUR"),
        ("NL_6_119a", 900_000_000, "EUR", 677_500, "EUR"),
        ("CL_L21131", 1_000_000, "CLP", 10_000, "CLP"),
    ],
)
def test_amounts(regime: str, claim: int, currency: str, amount: int, paid_in: str) -> None:
    found = compensation(regime, claim, currency, DUE, AS_OF)
    assert (found.amount_minor, found.currency) == (amount, paid_in)
    assert found.citation


@pytest.mark.parametrize(("claim", "euros"), [(500_000, 40), (500_001, 70), (4_999_999, 70), (5_000_000, 100)])
def test_polish_bands_are_converted(claim: int, euros: int) -> None:
    rate = DatedRate("EUR", "PLN", date(2025, 12, 31), Decimal("4.2267"))
    found = compensation("PL_UTZ", claim, "PLN", DUE, AS_OF, (rate,))
    assert (found.amount_minor, found.currency) == (round(euros * Decimal("422.67")), "PLN")


def test_polish_rate_date_is_the_last_working_day_of_the_month_before() -> None:
    assert rate_date("PL_UTZ", date(2026, 6, 15)) == date(2026, 5, 29)


@pytest.mark.parametrize(
    ("regime", "due", "as_of", "reason"),
    [
        ("PL_UTZ", DUE, AS_OF, "law.compensation_needs_rate"),
        ("HU_PTK6_155", DUE, AS_OF, "law.compensation_needs_rate"),
        ("HU_PTK6_155", date(2024, 12, 31), AS_OF, "law.compensation_lapsed"),
        ("NO_FRL3", date(2025, 9, 1), AS_OF, "law.compensation_unknown"),
        ("CH_OR104", DUE, AS_OF, "law.compensation_none"),
        ("DE_BGB288_OLD", DUE, AS_OF, "law.compensation_none"),
        ("RS_LATEPAY", DUE, AS_OF, "law.compensation_unknown"),
        ("DE_BGB288", DUE, DUE, "law.not_yet_late"),
    ],
)
def test_nothing_and_why(regime: str, due: date, as_of: date, reason: str) -> None:
    found = compensation(regime, 100_000, "EUR", due, as_of)
    assert found.amount_minor is None
    assert [r.code for r in found.reasons] == [reason]


def test_bulgarian_amount_before_the_euro() -> None:
    found = compensation("BG_PMS426", 100_000, "BGN", date(2025, 12, 1), AS_OF)
    assert (found.amount_minor, found.currency) == (8000, "BGN")


def test_hungarian_claim_made_in_time_stays() -> None:
    rate = DatedRate("EUR", "HUF", date(2025, 1, 1), Decimal("400"))
    found = compensation("HU_PTK6_155", 1, "HUF", date(2024, 12, 31), AS_OF, (rate,), claimed_on=date(2025, 6, 1))
    assert (found.amount_minor, found.currency) == (1_600_000, "HUF")
