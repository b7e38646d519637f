"""Business days: weekly rest days, public holidays, make-up working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.kernel.calendars import (
    CalendarError,
    add_business_days,
    business_days_between,
    check,
    is_business_day,
    next_business_day,
    previous_business_day,
    rest_days,
)

D = date
COUNTRY = st.sampled_from(["DE", "CN", "AE", "SA", "IL", "US", "GB", "IN", "JP", "BN", "IR", None, "ZZ"])


@pytest.mark.parametrize(
    ("on", "country", "part", "expected"),
    [
        (D(2026, 4, 3), "DE", None, False),  # Good Friday
        (D(2026, 6, 4), "DE", None, True),  # Corpus Christi is a holiday in Bavaria, not in Berlin
        (D(2026, 6, 4), "DE", "BY", False),
        (D(2026, 2, 18), "CN", None, False),  # Spring Festival
        (D(2026, 2, 28), "CN", None, True),  # a Saturday made a working day
        (D(2025, 1, 26), "CN", None, True),  # a Sunday made a working day
        (D(2021, 5, 7), "AE", None, False),  # Friday, before 2022
        (D(2026, 5, 8), "AE", None, True),  # Friday, since 2022
        (D(2026, 5, 10), "SA", None, True),  # Sunday
        (D(2026, 5, 8), "SA", None, False),  # Friday
        (D(2013, 6, 27), "SA", None, False),  # Thursday, the old weekend
        (D(2026, 5, 9), "BN", None, True),  # Saturday works in Brunei
        (D(2026, 12, 25), None, None, True),  # no country, no holidays
        (D(2026, 12, 26), None, None, False),
        (D(2026, 12, 25), "ZZ", None, True),
    ],
)
def test_known_days(on: date, country: str | None, part: str | None, expected: bool) -> None:
    assert is_business_day(on, country, part) is expected


def test_following_and_preceding() -> None:
    assert next_business_day(D(2026, 10, 3), "DE") == D(2026, 10, 5)
    assert previous_business_day(D(2026, 4, 6), "DE") == D(2026, 4, 2)
    assert next_business_day(D(2026, 10, 5), "DE") == D(2026, 10, 5)


def test_adding() -> None:
    assert add_business_days(D(2026, 4, 2), 1, "DE") == D(2026, 4, 7)
    assert add_business_days(D(2026, 4, 7), -1, "DE") == D(2026, 4, 2)
    assert add_business_days(D(2026, 4, 4), 0, "DE") == D(2026, 4, 4)
    with pytest.raises(CalendarError, match="hundred years"):
        add_business_days(D(2026, 4, 4), 10**9, "DE")


def test_rest_days_change_with_time() -> None:
    assert rest_days("AE", D(2021, 12, 31)) == {4, 5}
    assert rest_days("AE", D(2022, 1, 1)) == {5, 6}
    assert rest_days("DE", D(2022, 1, 1)) == {5, 6}


def test_unknown_part_is_refused_when_asked_and_forgiven_otherwise() -> None:
    with pytest.raises(CalendarError, match="not a part"):
        check("DE", "XX")
    check("DE", "BY")
    assert is_business_day(D(2026, 6, 4), "DE", "XX") is True


@settings(max_examples=80, deadline=None)
@given(on=st.dates(D(2015, 1, 1), D(2027, 12, 31)), days=st.integers(0, 60), country=COUNTRY)
def test_adding_and_counting_are_inverse(on: date, days: int, country: str | None) -> None:
    end = add_business_days(on, days, country)
    assert business_days_between(on, end, country) == days
    back = add_business_days(end, -days, country)
    assert business_days_between(back, end, country) == days


@settings(max_examples=60, deadline=None)
@given(a=st.dates(D(2015, 1, 1), D(2027, 12, 31)), span=st.integers(0, 900), country=COUNTRY)
def test_counting_equals_walking(a: date, span: int, country: str | None) -> None:
    b = a + timedelta(days=span)
    walked = sum(is_business_day(a + timedelta(days=i), country) for i in range(1, span + 1))
    assert business_days_between(a, b, country) == walked
    assert business_days_between(b, a, country) == -walked
