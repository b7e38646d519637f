"""Predictions: habits, thin data, unpaid items, kinds; and that neither order nor the future changes them."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from fairdue.outlook.backtest import back_test, figures
from fairdue.outlook.kinds import effects
from fairdue.outlook.predict import Basis, History, Model

from .portfolio import DAY, asked, habit, history, predicted

CROWD = [row for customer in range(100, 140) for row in habit(customer, 8, 4, 30)]


def test_a_habit_is_kept():
    told = predicted([*habit(1, -3), *habit(2, 12)], [(1, DAY, 10_000), (2, DAY, 10_000)])
    assert told.expected.tolist() == [-3, 12]
    assert told.basis.tolist() == [Basis.LIKE, Basis.LIKE]
    assert told.late[0][0] < 100_000 < 900_000 < told.late[0][1]


def test_payment_runs_show_in_the_weekday_of_the_due_date():
    # Paid each Friday: what is due on a Monday waits four days, what is due on a Thursday one.
    rows = [(1, DAY - 7 * week - back, 50_000, lag) for week in range(1, 30) for back, lag in ((0, 4), (4, 1))]
    told = predicted(rows, [(1, DAY, 50_000), (1, DAY + 3, 50_000)])
    assert told.expected.tolist() == [4, 1]


def test_a_newcomer_is_like_all_and_few_invoices_count_a_little():
    told = predicted([*CROWD, (1, DAY - 30, 10_000, 40)], [(2, DAY, 10_000), (1, DAY, 10_000)])
    assert told.expected.tolist()[0] == 8
    assert told.basis.tolist() == [Basis.ALL, Basis.ALL]
    assert told.late[30][1] > told.late[30][0]


def test_a_group_speaks_before_all():
    parts = [
        history(CROWD, group=-1),
        history([row for customer in range(5) for row in habit(customer, 45, 6)], group=7),
    ]
    both = History(*(np.concatenate([getattr(part, name) for part in parts]) for name in History.__slots__))
    told = Model(both).predict(asked([(99, DAY, 10_000)], group=7))
    assert told.expected.tolist() == [45]
    assert told.basis.tolist() == [Basis.GROUP]
    assert Model(both).predict(asked([(99, DAY, 10_000)])).expected.tolist() == [8]


def test_an_item_that_is_unpaid_is_paid_later():
    rows = [*habit(1, 2, 30), *habit(1, 25, 6)]
    told = predicted(rows, [(1, DAY, 10_000)] * 2, through=[-61, 10])
    assert told.expected.tolist() == [2, 25]
    assert told.early[1] > 10
    assert told.late[7][1] == 1_000_000


def test_unpaid_invoices_count_as_not_yet_paid():
    paid = habit(1, 5, 20)
    unpaid = [(1, DAY - 40 - back, 10_000, 40 + back, False) for back in range(20)]
    assert (
        predicted([*paid, *unpaid], [(1, DAY, 10_000)]).late[30][0]
        > predicted(paid, [(1, DAY, 10_000)]).late[30][0] + 200_000
    )


def test_neither_order_nor_other_items_change_anything():
    random = Random(3)
    rows = [
        (customer, DAY - random.randrange(300), random.randrange(1, 10**7), random.randrange(-20, 90))
        for customer in range(12) for _ in range(25)
    ]  # fmt: skip
    items = [(random.randrange(14), DAY + random.randrange(60), random.randrange(1, 10**7)) for _ in range(80)]
    told = predicted(rows, items)
    shuffled = rows[:]
    random.shuffle(shuffled)
    again = predicted(shuffled, items[::-1])
    for name in ("expected", "early", "far", "like_micro", "basis"):
        assert getattr(told, name).tolist() == getattr(again, name).tolist()[::-1]
    alone = predicted(rows, items[:1])
    assert (alone.expected[0], alone.late[30][0]) == (told.expected[0], told.late[30][0])


def test_nothing_known_is_still_an_answer():
    told = Model(history([])).predict(asked([(1, DAY, 100)]))
    assert told.basis.tolist() == [Basis.ALL]
    assert len(Model(history(habit(1, 3))).predict(asked([])).expected) == 0


def test_kinds_have_a_delay_of_their_own():
    rows = [
        (customer, kind, lag)
        for customer in range(5)
        for kind, lag in [(0, 1 + customer)] * 5 + [(1, 8 + customer)] * 4
    ]
    columns = [np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)]
    assert effects(*columns, np.ones(len(rows), dtype=bool)).tolist() == [0, 7]
    # Two customers are too few to tell.
    few = columns[0] < 2
    assert effects(*(column[few] for column in columns), np.ones(int(few.sum()), dtype=bool)).tolist() == [0, 0]


def test_without_like_invoices_only_age_counts():
    rows = [(1, DAY - 7 * week - back, 50_000, lag) for week in range(1, 30) for back, lag in ((0, 4), (0, 4), (4, 1))]
    items = asked([(1, DAY, 50_000), (1, DAY + 3, 50_000)])
    assert Model(history(rows)).predict(items).expected.tolist() == [4, 1]
    assert Model(history(rows), like=False).predict(items).expected.tolist() == [4, 4]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_future_does_not_leak_into_the_back_test(seed, tmp_path):
    """Changing what happens after the first judged day, but for the outcomes themselves, changes no prediction."""
    from datetime import date, timedelta

    from fairdue.outlook.invoices import read_invoices

    from .portfolio import closed_csv, month_of_invoices

    random = Random(seed)
    rows = [row for customer in "ABCDEFGH" for row in month_of_invoices(customer, random.randrange(-5, 40))]
    known_on, until = date(2025, 7, 1), date(2025, 9, 1)
    changed = [
        (customer, number, due, amount, paid if paid <= known_on else paid + timedelta(days=random.randrange(1, 60)))
        for customer, number, due, amount, paid in rows
    ]
    found = []
    for number, some in enumerate((rows, changed)):
        path = tmp_path / f"{number}.csv"
        closed_csv(path, some)
        invoices = read_invoices(path.read_bytes(), path.name, closed=True)
        (fold,) = back_test(invoices, [(known_on, until)])
        found.append(fold)
    assert found[0].judged.expected.tolist() == found[1].judged.expected.tolist()
    assert found[0].judged.far.tolist() == found[1].judged.far.tolist()
    assert found[0].judged.lag.tolist() != found[1].judged.lag.tolist()
    shown = figures(found[0].judged)
    assert shown["error"].low <= shown["error"].value <= shown["error"].high
