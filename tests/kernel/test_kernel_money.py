"""Money in minor units, for every currency of ISO 4217."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.kernel.money import (
    MINOR_MAX,
    Money,
    MoneyError,
    exponent,
    exponents,
    plain,
    to_decimal,
    to_minor,
    typed_minor,
)

AMOUNTS = st.integers(-MINOR_MAX, MINOR_MAX)
CURRENCIES = st.sampled_from(sorted(exponents()))


@pytest.mark.parametrize(
    ("currency", "places"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ISK", 0), ("CNY", 2), ("TND", 3), ("UYW", 4)],
)
def test_exponents(currency: str, places: int) -> None:
    assert exponent(currency) == places


@given(AMOUNTS, CURRENCIES)
def test_writing_and_reading_gives_the_same_amount(amount: int, currency: str) -> None:
    assert to_minor(plain(amount, currency), currency) == amount
    assert to_minor(to_decimal(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        ("12.340", "EUR", 1234),
        ("-0.5", "USD", -50),
        ("7", "JPY", 7),
        ("1.234", "KWD", 1234),
        ("1E2", "EUR", 10000),
    ],
)
def test_exact_readings(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.345", "EUR"),
        ("0.1", "JPY"),
        ("1.2345", "KWD"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("x", "EUR"),
        ("1", "EURO"),
        ("1E400", "EUR"),
    ],
)
def test_what_is_no_exact_money_is_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        to_minor(text, currency)


def test_currencies_do_not_add_up() -> None:
    assert Money(100, "EUR") + Money(50, "EUR") == Money(150, "EUR")
    assert str(-Money(5, "EUR")) == "-0.05 EUR"
    with pytest.raises(MoneyError, match="dated rate"):
        Money(1, "EUR") + Money(1, "USD")


def test_to_decimal_keeps_the_scale() -> None:
    assert to_decimal(1230, "EUR") == Decimal("12.30")


def test_what_a_person_types_has_no_more_decimals_than_the_currency() -> None:
    assert [typed_minor(text, "EUR") for text in ("1234.50", "1000", "-1.5")] == [123_450, 100_000, -150]
    assert typed_minor("1.000", "KWD") == 1000
    for text in ("1.000", "1,000", "1e3", "1_000", "NaN", ""):
        with pytest.raises(MoneyError):
            typed_minor(text, "EUR")
