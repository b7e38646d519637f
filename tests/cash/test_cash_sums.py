"""Sets with a sum, held against trying everything; and the numbers of the wrong-match budget."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairdue.cash.matching import budget
from fairdue.cash.matching.budget import allowed, upper_ppm
from fairdue.cash.matching.classes import NEVER, Evidence
from fairdue.cash.matching.sums import ENOUGH, sets_of, tried_for


def everything(amounts, wanted):
    places = range(len(amounts))
    sizes = range(2, len(amounts) + 1)
    return {some for size in sizes for some in combinations(places, size) if sum(amounts[at] for at in some) == wanted}


@given(st.lists(st.integers(1, 40), max_size=9), st.integers(1, 120))
@example([5, 5], 10)
def test_just_the_sets_that_there_are(amounts, wanted):
    found, true = sets_of(amounts, wanted).sets, everything(amounts, wanted)
    assert set(found) <= true
    assert len(found) == min(ENOUGH, len(true))


@given(st.lists(st.integers(1, 500), min_size=25, max_size=40), st.data())
def test_of_many_amounts_small_sets_are_found(amounts, data):
    chosen = data.draw(st.sets(st.integers(0, len(amounts) - 1), min_size=2, max_size=4))
    wanted = sum(amounts[at] for at in chosen)
    found = sets_of(amounts, wanted).sets
    assert found
    assert all(sum(amounts[at] for at in one) == wanted for one in found)


def test_of_very_many_pairs_and_the_whole_are_found():
    amounts = [3**n % 1_000_003 * 7 + 1 for n in range(1, 200)]
    assert sets_of(amounts, amounts[3] + amounts[120]).sets[0] == (3, 120)
    assert sets_of(amounts, sum(amounts)).sets == (tuple(range(199)),)
    assert sets_of(list(range(1, 3000)), 4000).sets == ()


def test_how_many_sets_are_as_natural():
    assert [tried_for(7, size) for size in (1, 2, 6, 7)] == [8, 29, 8, 1]


def test_a_set_that_may_fit_by_chance_is_not_tight():
    assert sets_of([11903, 20017, 30529], 31920).tight
    assert not sets_of([100, 200, 300, 400, 500, 700], 900).tight


@pytest.mark.parametrize(
    ("lines", "wrong", "ppm"),
    [(29956, 0, 100), (29955, 0, 101), (47437, 1, 100), (0, 0, 1_000_000), (10, 10, 1_000_000)],
)
def test_the_upper_bound_is_that_of_clopper_and_pearson(lines, wrong, ppm):
    assert abs(upper_ppm(lines, wrong) - ppm) <= 1


def test_the_companys_own_record_decides_where_it_proves_more(monkeypatch):
    record = {"number": budget.Record(40_000, 0), "advice": budget.Record(10_000, 0), "tie": budget.Record(90_000, 0)}
    monkeypatch.setattr(budget, "benchmark", lambda: record)
    assert allowed({}) == {Evidence.NUMBER}
    assert allowed({"advice": (30_000, 0), "number": (500, 1)}) == {Evidence.ADVICE}
    assert allowed({"number": (50_000, 1)}) == {Evidence.NUMBER}
    assert not allowed({"tie": (90_000, 0)}) & NEVER
    assert allowed({}, per_million=10) == frozenset()


def test_a_probability_never_says_certain():
    assert 0 < budget.probability("number", (0, 0)) < 1_000_000
    assert budget.probability("never heard of", (0, 0)) == 500_000
