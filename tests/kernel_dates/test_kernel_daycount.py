"""Day counts: known figures and the identities every convention keeps."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.kernel.daycount import DayCount, add_months, month_end, parts, year_fraction

D = date
ANY_DAY = st.dates(D(1990, 1, 1), D(2060, 12, 31))
CONVENTION = st.sampled_from(list(DayCount))


@pytest.mark.parametrize(
    ("start", "end", "convention", "expected"),
    [
        (D(2026, 1, 1), D(2026, 7, 1), DayCount.ACT_365F, ((181, 365),)),
        (D(2024, 1, 1), D(2025, 1, 1), DayCount.ACT_365F, ((366, 365),)),
        (D(2026, 1, 1), D(2026, 7, 1), DayCount.ACT_360, ((181, 360),)),
        (D(2024, 1, 1), D(2025, 1, 1), DayCount.ACT_ACT, ((366, 366),)),
        (D(2023, 12, 16), D(2024, 1, 16), DayCount.ACT_ACT, ((16, 365), (15, 366))),
        (D(2023, 7, 1), D(2026, 7, 1), DayCount.ACT_ACT, ((730, 365), (366, 366))),
        (D(2026, 1, 31), D(2026, 2, 28), DayCount.THIRTY_E_360, ((28, 360),)),
        (D(2026, 1, 30), D(2026, 3, 31), DayCount.THIRTY_E_360, ((60, 360),)),
        (D(2026, 1, 30), D(2026, 1, 31), DayCount.THIRTY_E_360, ()),
        (D(2026, 2, 28), D(2026, 3, 31), DayCount.THIRTY_E_360, ((32, 360),)),
        (D(2026, 5, 5), D(2026, 5, 5), DayCount.ACT_365F, ()),
        (D(2026, 5, 6), D(2026, 5, 5), DayCount.ACT_365F, ((-1, 365),)),
    ],
)
def test_known_figures(start: date, end: date, convention: DayCount, expected: object) -> None:
    assert parts(start, end, convention) == expected


@settings(deadline=None)
@given(a=ANY_DAY, b=ANY_DAY, c=ANY_DAY, convention=CONVENTION)
def test_fractions_add_up_over_any_middle(a: date, b: date, c: date, convention: DayCount) -> None:
    assert year_fraction(a, c, convention) == year_fraction(a, b, convention) + year_fraction(b, c, convention)


@settings(deadline=None)
@given(a=ANY_DAY, b=ANY_DAY, convention=CONVENTION)
def test_turning_round_changes_the_sign(a: date, b: date, convention: DayCount) -> None:
    assert year_fraction(a, b, convention) == -year_fraction(b, a, convention)


@settings(deadline=None)
@given(year=st.integers(1990, 2060))
def test_a_whole_year(year: int) -> None:
    start, end = D(year, 1, 1), D(year + 1, 1, 1)
    assert year_fraction(start, end, DayCount.ACT_ACT) == 1
    assert year_fraction(start, end, DayCount.THIRTY_E_360) == 1
    assert year_fraction(start, end, DayCount.ACT_360) == Fraction((end - start).days, 360)


@settings(deadline=None)
@given(on=ANY_DAY, days=st.integers(0, 3000))
def test_actual_counts_days(on: date, days: int) -> None:
    assert year_fraction(on, on + timedelta(days=days), DayCount.ACT_365F) == Fraction(days, 365)


@settings(deadline=None)
@given(on=ANY_DAY, months=st.integers(-200, 200))
def test_months_keep_the_day_or_take_the_last(on: date, months: int) -> None:
    moved = add_months(on, months)
    assert (moved.year * 12 + moved.month) - (on.year * 12 + on.month) == months
    assert moved.day == min(on.day, month_end(moved).day)


@settings(deadline=None)
@given(on=ANY_DAY)
def test_month_end_is_the_day_before_a_first(on: date) -> None:
    assert month_end(on).month == on.month
    assert (month_end(on) + timedelta(days=1)).day == 1
