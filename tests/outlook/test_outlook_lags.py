"""Distributions over days from the due date: by hand, and what holds for any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.outlook.lags import CELLS, SHOWN, cell_of, given_unpaid, later_than, paid_by, quantile, spread

weights = st.lists(st.tuples(st.integers(-90, 800), st.integers(0, 1_000), st.booleans()), min_size=1, max_size=30)


def tables(rows):
    """Spread (lag, weight, settled) over the grid."""
    lags = np.array([row[0] for row in rows], dtype=np.int64)
    amounts = np.array([float(row[1]) for row in rows])
    settled = np.array([row[2] for row in rows])
    places = np.zeros(len(rows), dtype=np.int64)
    return tuple(spread(places, cell_of(lags), np.where(settled == which, amounts, 0.0), 1) for which in (True, False))


def test_the_grid_has_days_then_months_then_never():
    assert SHOWN[cell_of(np.array([-400, -60, -1, 0, 150]))].tolist() == [-60, -60, -1, 0, 150]
    assert SHOWN[cell_of(np.array([151, 180, 181, 719, 720, 5_000]))].tolist() == [166, 166, 196, 706, 720, 720]


def test_product_limit_by_hand():
    # Three paid at 0, 2 and 5; one unpaid through 1, one through 4. At 0: 1/5 paid; at 2: 1 of 3; at 5: 1 of 1.
    paid, unpaid = tables([(0, 1, True), (2, 1, True), (5, 1, True), (1, 1, False), (4, 1, False)])
    told = paid_by(paid, unpaid)
    by_day = [round(float(told[0, int(cell_of(np.array([day]))[0])]), 6) for day in (-1, 0, 1, 2, 4, 5)]
    assert by_day == [0, 0.2, 0.2, round(1 - 0.8 * 2 / 3, 6), round(1 - 0.8 * 2 / 3, 6), 1]


def test_what_is_unpaid_at_the_end_stays_open():
    paid, unpaid = tables([(0, 1, True), (30, 1, False)])
    told = paid_by(paid, unpaid)
    assert float(told[0, int(cell_of(np.array([700]))[0])]) == 0.5
    assert float(told[0, -1]) == 1


def test_an_unpaid_item_has_no_chance_left_before():
    paid, _ = tables([(0, 6, True), (10, 3, True), (20, 1, True)])
    told = given_unpaid(paid_by(paid), np.array([5]))
    at = [round(float(told[0, int(cell_of(np.array([day]))[0])]), 6) for day in (0, 5, 9, 10, 20)]
    assert at == [0, 0, 0, 0.75, 1]
    assert np.array_equal(given_unpaid(paid_by(paid), np.array([-61])), paid_by(paid))


@given(weights, st.integers(-61, 900))
def test_any_distribution_rises_to_one(rows, through):
    paid, unpaid = tables([*rows, (3, 1, True)])
    for told in (paid_by(paid, unpaid), given_unpaid(paid_by(paid, unpaid), np.array([through]))):
        assert told.shape == (1, CELLS)
        assert (np.diff(told[0]) >= -1e-12).all()
        assert told[0, 0] >= 0
        assert told[0, -1] == pytest.approx(1)
        ends = [int(quantile(told, level)[0]) for level in (0.1, 0.5, 0.9)]
        assert ends == sorted(ends)
        late = [int(later_than(told, np.array([day]))[0]) for day in (-60, 0, 7, 30, 90, 719)]
        assert late == sorted(late, reverse=True)
        assert 0 <= late[-1] <= late[0] <= 1_000_000


@given(weights)
def test_without_unpaid_it_is_the_share_of_weight(rows):
    settled = [(lag, weight + 1, True) for lag, weight, _ in rows]
    paid, unpaid = tables(settled)
    assert np.allclose(paid_by(paid), paid_by(paid, unpaid))
    total = sum(weight for _, weight, _ in settled)
    by_zero = sum(weight for lag, weight, _ in settled if lag <= 0)
    assert paid_by(paid)[0, int(cell_of(np.array([0]))[0])] == pytest.approx(by_zero / total)
