"""Limits: the worked figures of the method, and what holds for all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.credit.limit_rules import (
    Bound,
    LimitFacts,
    LimitPolicy,
    Method,
    granted,
    ladders,
    methods,
    rating_value,
    rounded_down,
    starting,
    weighted_median,
)

K = 1000_00
WORKED = LimitFacts(
    grade="B", net_worth=350 * K, intangibles=20 * K, current_assets=550 * K, inventory=200 * K, current_liabilities=400 * K,
    total_liabilities=650 * K, cost_of_sales=980 * K, purchases=144 * K, peak_ppm=1_250_000, repaid_high=18 * K,
    references=(25 * K, 20 * K, 40 * K), insurer_limit=27 * K, insured_share_ppm=900_000, cover_asked=True,
)  # fmt: skip
"""The worked test of the method (in thousands): net worth 350, tangible 330, working capital 150, rating value -0.75."""


def test_the_worked_figures() -> None:
    assert round(float(rating_value(WORKED)), 2) == -0.75
    found = methods(WORKED, LimitPolicy())
    told = {method.value: round(amount / K, 1) for method, amount in found.items()}
    assert told == {"M1": 26.4, "M2": 22.5, "M3": 37.5, "M4": 22.2, "M5": 24.2, "M6": 20.7, "M7": 25.0, "M8": 30.0}
    equal = weighted_median([(amount, 1) for method, amount in found.items() if method.value not in ("M4", "M8")])
    assert round(equal / K, 1) == 24.6
    limit = granted(WORKED, LimitPolicy())
    # With the weights of rule 3 half falls within M5: 24.16 × 0.9 = 21.7, down to 21.
    assert (limit.bound_by, round(limit.capacity / K, 1), limit.limit) == (Bound.CAPACITY, 24.2, 21 * K)
    assert limit.automatic


def test_what_is_not_known_bounds_nothing_and_grants_nothing_by_itself() -> None:
    assert methods(LimitFacts("A"), LimitPolicy()) == {}
    assert granted(LimitFacts("A", purchases=100 * K), LimitPolicy()).limit is None
    one = granted(LimitFacts("A", purchases=100 * K, repaid_high=8 * K), LimitPolicy())
    assert (one.limit, one.bound_by, one.automatic) == (10 * K, Bound.CAPACITY, False)
    far = replace(WORKED, references=(500 * K,) * 3)
    assert not granted(far, LimitPolicy()).automatic
    assert not granted(replace(WORKED, purchases=None), LimitPolicy()).automatic


def test_cover_that_is_asked_for_and_refused_bounds_at_nothing() -> None:
    refused = replace(WORKED, insurer_limit=None)
    assert granted(refused, LimitPolicy()).limit == 0
    assert granted(replace(refused, cover_asked=False), LimitPolicy()).limit == 21 * K


def test_a_net_worth_below_zero_gives_no_working_assets_and_no_credit_on_it() -> None:
    found = methods(replace(WORKED, net_worth=-50 * K), LimitPolicy())
    assert found[Method.NET_WORTH] == 0
    assert Method.WORKING_ASSETS not in found


def test_caps_bind() -> None:
    assert granted(replace(WORKED, our_equity=100 * K), LimitPolicy()).bound_by == Bound.EQUITY
    assert granted(replace(WORKED, our_sales=90 * K), LimitPolicy()).limit == 9 * K
    tight = replace(WORKED, margin=10 * K, pd_ppm=40_000, lgd_ppm=500_000, cover_asked=False, purchases=10_000 * K)
    assert methods(tight, LimitPolicy())[Method.ECONOMICS] == 125 * K


def test_a_newcomer_starts_small_and_without_history() -> None:
    fresh = replace(WORKED, receivables_of_month=900 * K, cover_asked=False)
    start = starting(fresh, LimitPolicy())
    assert (start.limit, start.bound_by) == (9 * K, Bound.STARTER)
    assert Method.HISTORY not in start.methods
    assert starting(replace(fresh, insurer_discretion=40 * K), LimitPolicy()).bound_by == Bound.CAPACITY


@pytest.mark.parametrize("grade", ["C", "C-", "D"])
def test_the_last_grades_get_nothing(grade) -> None:
    assert granted(replace(WORKED, grade=grade), LimitPolicy()).limit == 0
    assert starting(replace(WORKED, grade=grade), LimitPolicy()).limit == 0


def test_two_digits_down() -> None:
    assert [rounded_down(amount) for amount in (22_187, 99_999, 9, 0, 100)] == [22_000, 99_000, 9, 0, 100]


AMOUNT = st.none() | st.integers(0, 10**12)


@given(st.builds(
    LimitFacts, grade=st.sampled_from(list(ladders())), net_worth=st.none() | st.integers(-(10**12), 10**12), current_assets=AMOUNT,
    inventory=AMOUNT, current_liabilities=AMOUNT, total_liabilities=AMOUNT, cost_of_sales=AMOUNT, purchases=AMOUNT, repaid_high=AMOUNT,
    references=st.lists(st.integers(0, 10**12), max_size=5).map(tuple), insurer_limit=AMOUNT, our_receivables=AMOUNT, our_sales=AMOUNT,
    cover_asked=st.booleans(),
))  # fmt: skip
def test_a_better_grade_never_gets_less_and_no_bound_is_passed(facts) -> None:
    policy, order = LimitPolicy(), list(ladders())
    told = granted(facts, policy)
    if told.limit is None:
        return
    assert 0 <= told.limit <= min(told.bounds.values())
    better = granted(replace(facts, grade=order[max(order.index(facts.grade) - 1, 0)]), policy)
    assert better.limit is not None
    assert better.limit >= told.limit


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 3)), min_size=1))
def test_the_weighted_median_is_the_median_of_each_amount_as_often_as_it_weighs(amounts) -> None:
    spread = sorted(amount for amount, weight in amounts for _ in range(weight))
    half = len(spread) // 2
    low, high = (spread[half], spread[half]) if len(spread) % 2 else (spread[half - 1], spread[half])
    assert weighted_median(amounts) == (low + high + 1) // 2
