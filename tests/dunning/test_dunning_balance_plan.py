"""Balances are asked for by plan: the night after the period, once, from the policy's amount on, through the gate."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.contact.models import OutboxMessage
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.actions.balance_plan import do_ask_by_plan
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.rules import period_end
from fairdue.dunning.policy import PolicyError, load_yaml, shipped_yaml

PLAN = shipped_yaml("flexible") + "\nbalance: {every: quarter, minimum: {EUR: 100.00}}\n"
END, FIRST = date(2026, 3, 31), date(2026, 4, 1)


@pytest.mark.parametrize(
    ("every", "today", "end"),
    [
        ("month", date(2026, 3, 1), date(2026, 2, 28)),
        ("quarter", date(2026, 3, 31), date(2025, 12, 31)),
        ("quarter", FIRST, END),
        ("half-year", FIRST, date(2025, 12, 31)),
        ("year", date(2026, 12, 31), date(2025, 12, 31)),
    ],
)
def test_a_period_ends_with_its_last_month(every, today, end):
    assert period_end(every, today) == end


def test_a_plan_needs_its_period():
    for wrong in ("balance: {minimum: {EUR: 1.00}}", "balance: {every: week}", "balance: {every: year, often: 2}"):
        with pytest.raises(PolicyError):
            load_yaml(shipped_yaml("flexible") + f"\n{wrong}\n")


@pytest.fixture
def planned(department):
    do_adopt_policy(department.actor(date(2026, 1, 1)), "flexible", PLAN)
    large, small = department.customer("C1"), department.customer("C2")
    department.invoice(large, 100_000, date(2026, 4, 20), number="R1")
    department.invoice(small, 99_99, date(2026, 4, 20), number="R2")
    return department, large


@pytest.mark.django_db
def test_who_owes_enough_is_asked_once_in_the_period(planned):
    department, large = planned
    assert do_ask_by_plan(department.actor(FIRST), FIRST) == {"sent": 1}
    row = BalanceConfirmation.objects.get()
    assert (row.customer_id, row.as_of, row.open_minor) == (large.pk, END, 100_000)
    assert OutboxMessage.objects.filter(step_key=row.message_key, kind="statement").count() == 1
    for again in (FIRST, date(2026, 4, 2), date(2026, 6, 30)):
        assert do_ask_by_plan(department.actor(again), again) == {}
    assert BalanceConfirmation.objects.count() == 1


@pytest.mark.django_db
def test_long_after_the_period_nobody_is_asked(planned):
    department, _ = planned
    assert do_ask_by_plan(department.actor(date(2026, 5, 16)), date(2026, 5, 16)) == {}
    assert do_ask_by_plan(department.actor(date(2026, 5, 15)), date(2026, 5, 15)) == {"sent": 1}


@pytest.mark.django_db
def test_without_a_plan_nobody_is_asked(department):
    do_adopt_policy(department.actor(date(2026, 1, 1)), "flexible", shipped_yaml("flexible"))
    department.invoice(department.customer(), 100_000, date(2026, 4, 20), number="R1")
    assert do_ask_by_plan(department.actor(FIRST), FIRST) == {}


@pytest.mark.django_db
def test_stopped_in_between_it_goes_on_and_asks_nobody_twice(planned, monkeypatch):
    department, large = planned
    second = department.customer("C3")
    department.invoice(second, 200_000, date(2026, 4, 20), number="R3")
    monkeypatch.setattr("fairdue.dunning.actions.balance.BATCH", 1)

    class Killed(Exception):
        pass

    def stop(done: int, of: int) -> None:
        if done == 1:
            raise Killed

    with pytest.raises(Killed):
        do_ask_by_plan(department.actor(FIRST), FIRST, progress=stop)
    assert BalanceConfirmation.objects.count() == 1
    assert do_ask_by_plan(department.actor(FIRST), FIRST) == {"sent": 1}
    assert sorted(BalanceConfirmation.objects.values_list("customer_id", flat=True)) == sorted([large.pk, second.pk])
    assert OutboxMessage.objects.filter(kind="statement").count() == 2
