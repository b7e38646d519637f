"""Exchange rates: exact crossing through the euro, quotes that are too old, and files that are refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.kernel.reasons import because
from fairdue.ledger.models import ExchangeRate
from fairdue.ledger.rates import (
    Converted,
    DayRates,
    RatePart,
    RateReason,
    Unknown,
    convert,
    last_quoted_on,
    load_rates,
    rates_on,
    store_rates,
)
from fairdue.ledger.rates_file import Quote, RateFileError, packaged_quotes, read_ecb_zip

FRIDAY = date(2026, 10, 30)


def zipped(text: str | bytes, name: str = "eurofxref-hist.csv") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, text)
    return packed.getvalue()


@pytest.fixture
def loaded(db):
    return load_rates(date(2026, 10, 1))


def test_loading_again_adds_nothing(loaded):
    assert loaded == 638 == ExchangeRate.objects.count()
    assert load_rates(date(2026, 10, 1)) == 0
    assert last_quoted_on() == FRIDAY


def test_earlier_days_are_added_without_touching_what_is_stored(db):
    store_rates([Quote("USD", FRIDAY, 2_000_000, "mine")])
    assert load_rates(date(2026, 10, 29)) == 2 * 29 - 1
    assert ExchangeRate.objects.get(currency="USD", quoted_on=FRIDAY).per_euro_micro == 2_000_000


def test_packaged_history_is_the_whole_of_it():
    quotes = packaged_quotes(date(1999, 1, 1))
    assert len(quotes) == 221_702
    assert quotes[0] == Quote("USD", date(1999, 1, 4), 1_178_900, "ECB eurofxref-hist 2026-10-30")


def test_packaged_history_agrees_with_the_banks_file(shared):
    theirs = read_ecb_zip((shared / "fx" / "eurofxref-hist.zip").read_bytes())
    ours = packaged_quotes(date(1999, 1, 1))
    assert {(q.currency, q.quoted_on, q.per_euro_micro) for q in theirs} == {
        (q.currency, q.quoted_on, q.per_euro_micro) for q in ours
    }
    assert theirs[-1].source == "ECB eurofxref 2026-10-30"


def test_from_the_euro_and_back(loaded):
    usd = RatePart("USD", 1_117_200)
    assert convert(100_00, "EUR", "USD", FRIDAY) == Converted(111_72, "USD", FRIDAY, (usd,))
    assert convert(111_72, "USD", "EUR", FRIDAY) == Converted(100_00, "EUR", FRIDAY, (usd,))


def test_crossing_is_exact_with_one_rounding_and_the_targets_decimals(loaded):
    found = convert(1_000_000_00, "GBP", "JPY", FRIDAY)
    assert found == Converted(210_698_009, "JPY", FRIDAY, (RatePart("GBP", 833_800), RatePart("JPY", 175_680_000)))
    assert abs(Fraction(1_000_000) * 175_680_000 / 833_800 - 210_698_009) <= Fraction(1, 2)


def test_halves_go_away_from_zero_for_both_signs():
    rates = DayRates(FRIDAY, ((FRIDAY, {"USD": 2_000_000}),))
    assert rates.convert(1, "USD", "EUR") == Converted(1, "EUR", FRIDAY, (RatePart("USD", 2_000_000),))
    assert rates.convert(-1, "USD", "EUR") == Converted(-1, "EUR", FRIDAY, (RatePart("USD", 2_000_000),))


def test_the_same_currency_needs_no_rate(db):
    assert convert(-12_34, "TND", "TND", FRIDAY) == Converted(-12_34, "TND", None, ())


def test_a_weekend_takes_fridays_quote_and_the_eighth_day_is_unknown(loaded):
    sunday = convert(100, "EUR", "CHF", date(2026, 11, 1))
    assert isinstance(sunday, Converted)
    assert sunday.quoted_on == FRIDAY
    assert isinstance(convert(100, "EUR", "CHF", date(2026, 11, 6)), Converted)
    assert convert(100, "EUR", "CHF", date(2026, 11, 7)) == Unknown(
        because(RateReason.NO_QUOTE, currencies="CHF", days=7, on="2026-11-07")
    )


def test_a_cross_takes_both_quotes_from_one_day():
    older = date(2026, 10, 29)
    rates = DayRates(FRIDAY, ((FRIDAY, {"USD": 1_000_000}), (older, {"USD": 2_000_000, "CHF": 1_000_000})))
    found = rates.convert(100, "USD", "CHF")
    assert found == Converted(50, "CHF", older, (RatePart("USD", 2_000_000), RatePart("CHF", 1_000_000)))


def test_nothing_is_known_before_the_first_quote_or_of_an_unquoted_currency(loaded):
    assert isinstance(convert(100, "EUR", "USD", date(2026, 9, 30)), Unknown)
    assert isinstance(convert(100, "EUR", "AED", FRIDAY), Unknown)
    assert convert(100, "EUR", "XYZ", FRIDAY) == Unknown(because(RateReason.NO_CURRENCY, currency="XYZ"))


def test_many_amounts_of_a_day_cost_one_query(loaded, django_assert_num_queries):
    with django_assert_num_queries(1):
        rates = rates_on(FRIDAY)
        assert all(isinstance(rates.convert(n, "USD", "CHF"), Converted) for n in range(50))


@given(amount=st.integers(-(10**12), 10**12), micro=st.integers(1, 10**11))
def test_conversion_is_odd_and_within_half_a_unit(amount, micro):
    rates = DayRates(FRIDAY, ((FRIDAY, {"USD": micro}),))
    found, turned = rates.convert(amount, "EUR", "USD"), rates.convert(-amount, "EUR", "USD")
    assert isinstance(found, Converted)
    assert isinstance(turned, Converted)
    assert found.amount_minor == -turned.amount_minor
    assert abs(found.amount_minor - Fraction(amount * micro, 10**6)) <= Fraction(1, 2)


def test_a_newer_file_is_read_with_absent_quotes_left_out():
    found = read_ecb_zip(zipped("Date,USD,JPY,\n2026-11-03,1.2,N/A,\n2026-11-02,1.1,170.5,\n"))
    assert [(q.currency, q.quoted_on.day, q.per_euro_micro, q.source) for q in found] == [
        ("JPY", 2, 170_500_000, "ECB eurofxref 2026-11-03"),
        ("USD", 2, 1_100_000, "ECB eurofxref 2026-11-03"),
        ("USD", 3, 1_200_000, "ECB eurofxref 2026-11-03"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "rate_file_not_zip"),
        (b"PK\x03\x04 not a zip", "rate_file_not_zip"),
        (zipped("Date,USD\n2026-11-03,1.2\n")[:60], "rate_file_not_zip"),
        (zipped("Date,USD\n", name="a.exe"), "rate_file_parts"),
        (zipped("Date,USD\n" + " " * 34_000_000), "rate_file_too_large"),
        (b"\0" * (8 * 1024 * 1024 + 1), "rate_file_too_large"),
        (zipped(b"\xff\xfe\x00"), "rate_file_not_zip"),
        (zipped(""), "rate_file_headings"),
        (zipped("Day,USD\n"), "rate_file_headings"),
        (zipped("Date,=cmd\n"), "rate_file_headings"),
        (zipped("Date,USD\n2026-13-01,1\n"), "rate_file_cell"),
        (zipped("Date,USD\n2026-11-03,-1\n"), "rate_file_cell"),
        (zipped("Date,USD\n2026-11-03,0\n"), "rate_file_cell"),
        (zipped("Date,USD\n2026-11-03,1.1234567\n"), "rate_file_cell"),
        (zipped("Date,USD\n2026-11-03,NaN\n"), "rate_file_cell"),
    ],
)
def test_a_hostile_file_is_refused_whole(data, code):
    with pytest.raises(RateFileError) as refused:
        read_ecb_zip(data)
    assert refused.value.reason.code == code


def test_two_members_are_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "Date,USD\n")
        archive.writestr("b.csv", "Date,USD\n")
    with pytest.raises(RateFileError, match="it holds 2"):
        read_ecb_zip(packed.getvalue())


def test_a_header_that_lies_about_the_size_is_refused():
    data = bytearray(zipped("Date,USD\n2026-11-03,1.2\n" * 50))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.find(signature) + offset
        data[at : at + 4] = (30).to_bytes(4, "little")
    with pytest.raises(RateFileError):
        read_ecb_zip(bytes(data))
