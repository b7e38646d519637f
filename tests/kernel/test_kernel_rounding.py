"""The one rounding module."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.kernel.rounding import Rounding, divide, round_up_to_step, share_ppm, split, to_int

INTEGERS = st.integers(-(10**24), 10**24)
POSITIVE = st.integers(1, 10**12)


@pytest.mark.parametrize(
    ("numerator", "mode", "expected"),
    [
        (5, Rounding.HALF_UP, 3), (-5, Rounding.HALF_UP, -3), (5, Rounding.HALF_EVEN, 2), (7, Rounding.HALF_EVEN, 4),
        (5, Rounding.UP, 3), (-5, Rounding.UP, -3), (5, Rounding.DOWN, 2), (-5, Rounding.DOWN, -2), (4, Rounding.UP, 2),
    ],
)  # fmt: skip
def test_halves_by_mode(numerator: int, mode: Rounding, expected: int) -> None:
    assert divide(numerator, 2, mode) == expected


@given(INTEGERS, POSITIVE, st.sampled_from(Rounding))
def test_the_rest_is_less_than_a_unit_and_signs_are_symmetric(numerator: int, denominator: int, mode: Rounding) -> None:
    rounded = divide(numerator, denominator, mode)
    rest = abs(Fraction(numerator, denominator) - rounded)
    assert rest <= (Fraction(1, 2) if mode in {Rounding.HALF_UP, Rounding.HALF_EVEN} else Fraction(1))
    assert divide(-numerator, denominator, mode) == -rounded
    assert divide(numerator, -denominator, mode) == -rounded


@given(INTEGERS, st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(lambda w: sum(w) > 0))
def test_a_split_loses_nothing_and_is_near_its_share(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    assert all(abs(Fraction(total * w, sum(weights)) - p) < 1 for p, w in zip(parts, weights, strict=True))


def test_the_odd_cent_goes_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    with pytest.raises(ValueError, match="positive sum"):
        split(1, [0, 0])


def test_statutory_steps_round_up() -> None:
    assert round_up_to_step(Decimal("2.15"), Decimal("0.5")) == Decimal("2.5")
    assert round_up_to_step(Decimal("2.5"), Decimal("0.5")) == Decimal("2.5")
    assert round_up_to_step(Decimal("-0.12"), Decimal("0.5")) == Decimal("0.0")


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        to_int(0.5)  # type: ignore[arg-type]


def test_share_of_nothing_is_unknown() -> None:
    assert share_ppm(1, 3) == 333_333
    assert share_ppm(1, 0) is None
