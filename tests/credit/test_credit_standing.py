"""Limits with approvals, exposure, order checks and reservations, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairdue.credit.actions import Asked, AskedOrder, do_ask_limit, do_check_order, do_end_order, do_vote
from fairdue.credit.models import CreditLimit, LimitVote, OrderCheck
from fairdue.credit.order_rules import Gate, Outcome
from fairdue.credit.reasons import CreditError
from fairdue.credit.standing import buyer, limits_in_force
from fairdue.ledger.models import Customer, Hold
from fairdue.people.actor import Actor, NotAllowed
from fairdue.people.models import Company

pytestmark = pytest.mark.django_db


def refused(action) -> str:
    with pytest.raises(CreditError) as caught:
        action()
    return caught.value.reason.code


def order(house, amount: int, number: str = "O-1", **more):
    return do_check_order(
        house.person(9, "account_owner"), AskedOrder(house.customer.pk, number, amount, "EUR", 30, **more)
    )


def test_a_limit_counts_once_somebody_else_approved_it(house) -> None:
    made = do_ask_limit(house.person(1, "account_owner"), Asked(house.customer.pk, 9_000_00, "B", "new plant"))
    assert limits_in_force(house.company.pk, house.customer.pk, house.today) == []
    assert refused(lambda: do_vote(house.person(1), made.pk, approved=True)) == "credit_own"
    assert refused(lambda: do_vote(house.person(2, "account_owner"), made.pk, approved=True)) == "credit_level"
    do_vote(house.person(2, "controller"), made.pk, approved=True)
    assert refused(lambda: do_vote(house.person(2), made.pk, approved=True)) == "credit_voted"
    assert limits_in_force(house.company.pk, house.customer.pk, house.today) == [made]


def test_above_the_levels_two_must_approve_and_one_refusal_ends_it(house) -> None:
    made = do_ask_limit(house.person(1), Asked(house.customer.pk, 900_000_00, "B", "key account"))
    assert made.approvals == 2
    assert refused(lambda: do_vote(house.person(2, "controller"), made.pk, approved=True)) == "credit_level"
    do_vote(house.person(2), made.pk, approved=True)
    assert limits_in_force(house.company.pk, house.customer.pk, house.today) == []
    assert refused(lambda: do_vote(house.person(3), made.pk, approved=False)) == "credit_reason"
    do_vote(house.person(3), made.pk, approved=False, reason="too much for one")
    do_vote(house.person(4), made.pk, approved=True)
    assert limits_in_force(house.company.pk, house.customer.pk, house.today) == []


def test_the_newest_counts_and_a_temporary_one_adds_and_ends(house) -> None:
    house.limit(5_000_00)
    house.limit(8_000_00)
    house.limit(1_000_00, kind="temporary", until=house.today + timedelta(days=10))

    def limit(day) -> int | None:
        return buyer(house.company, house.customer, day)[0].limit

    assert limit(house.today) == 9_000_00
    assert limit(house.today + timedelta(days=11)) == 8_000_00
    wrong = Asked(house.customer.pk, 1, "B", "x", kind="temporary", until=house.today + timedelta(days=91))
    assert refused(lambda: do_ask_limit(house.person(), wrong)) == "credit_until"
    assert refused(lambda: do_ask_limit(house.person(), Asked(house.customer.pk, 1, "X", "x"))) == "credit_grade"
    assert refused(lambda: do_ask_limit(house.person(), Asked(house.customer.pk, 1, "B", " "))) == "credit_reason"
    with pytest.raises(DatabaseError), transaction.atomic():
        CreditLimit.objects.update(amount_minor=1)


def test_exposure_is_what_is_open_less_what_came_and_what_orders_reserve(house) -> None:
    from fairdue.ledger.actions import do_book_payment

    house.limit(9_000_00)
    house.invoice(4_000_00)
    house.invoice(1_000_00, due_in=-15)
    do_book_payment(
        house.person(), amount_minor=500_00, currency="EUR", effective_on=house.today, customer_id=house.customer.pk
    )
    known, _limits = buyer(house.company, house.customer, house.today)
    assert (known.exposure.open_items, known.exposure.unapplied, known.exposure.total) == (5_000_00, 500_00, 4_500_00)
    assert (known.overdue, known.overdue_days) == (1_000_00, 15)
    late = house.customer.due_items.get(amount_minor=1_000_00)
    reply = Hold.objects.create(
        company=house.company, customer=house.customer, reason="reply", since=house.today, recorded_at=house.at, due_item=late,
        currency="EUR",
    )  # fmt: skip
    assert buyer(house.company, house.customer, house.today)[0].overdue == 1_000_00
    reply.released_on = house.today
    reply.save()
    Hold.objects.create(
        company=house.company, customer=house.customer, reason="dispute", since=house.today, recorded_at=house.at,
        due_item=late, currency="EUR",
    )  # fmt: skip
    assert buyer(house.company, house.customer, house.today)[0].overdue == 0


def test_a_released_order_reserves_and_the_same_number_is_the_same_order(house) -> None:
    house.limit(10_000_00)
    first = order(house, 6_000_00)
    assert (first.decided.outcome, first.row.reserved_minor) == (Outcome.RELEASE, 6_000_00)
    held = order(house, 6_000_00, "O-2")
    assert held.decided.outcome is Outcome.HOLD
    assert {one["kind"] for one in held.row.alternatives} == {"smaller", "prepaid", "secured"}
    again = order(house, 3_000_00)
    assert (again.row.version, again.decided.outcome) == (2, Outcome.RELEASE)
    assert order(house, 6_000_00, "O-2").decided.outcome is Outcome.RELEASE
    assert buyer(house.company, house.customer, house.today)[0].exposure.undelivered == 9_000_00
    do_end_order(house.person(), "O-2", "cancelled")
    assert buyer(house.company, house.customer, house.today)[0].exposure.undelivered == 3_000_00
    assert refused(lambda: do_end_order(house.person(), "O-2", "cancelled")) == "credit_order_none"
    later = house.today + timedelta(days=31)
    assert buyer(house.company, house.customer, later)[0].exposure.undelivered == 0


def test_prepaid_needs_no_limit_and_a_block_stops_it(house) -> None:
    from fairdue.ledger.actions import do_set_effect

    assert order(house, 100_00).decided.outcome is Outcome.HOLD
    assert order(house, 100_00, prepaid_minor=100_00).row.reserved_minor == 0
    assert refused(lambda: order(house, 100_00, prepaid_minor=100_01)) == "credit_prepaid"
    do_set_effect(house.person(), customer_id=house.customer.pk, kind="sales_block", since=house.today, cause="t")
    assert order(house, 100_00, prepaid_minor=100_00).decided.outcome is Outcome.REFUSE
    assert order(house, 100_00, gate=Gate.INVOICE).decided.outcome is Outcome.RELEASE
    Customer.objects.update(natural_person="yes")
    assert order(house, 100_00, prepaid_minor=100_00).decided.outcome is Outcome.HOLD


def test_a_currency_without_a_rate_is_told_and_nothing_is_written(house) -> None:
    house.limit(10_000_00)
    asked = AskedOrder(house.customer.pk, "O-1", 100, "XAU")
    assert refused(lambda: do_check_order(house.person(), asked)) == "credit_rate"
    assert not OrderCheck.objects.exists()


def test_another_company_neither_sees_nor_decides(house) -> None:
    made = do_ask_limit(house.person(1), Asked(house.customer.pk, 100, "B", "x"))
    other = Company.objects.create(code="other", name="O", country="DE", currency="EUR", language="de")
    stranger = Actor(other.pk, house.at, user_id=5, name="S", roles=frozenset({"finance_lead"}))
    assert refused(lambda: do_vote(stranger, made.pk, approved=True)) == "credit_limit_none"
    assert (
        refused(lambda: do_check_order(stranger, AskedOrder(house.customer.pk, "O", 1, "EUR"))) == "credit_no_customer"
    )
    with pytest.raises(NotAllowed):
        do_ask_limit(house.person(3, "auditor"), Asked(house.customer.pk, 100, "B", "x"))
    assert LimitVote.objects.count() == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 900), st.booleans()), max_size=8))
def test_released_orders_never_reserve_more_than_the_limit(house, asked) -> None:
    with transaction.atomic():
        house.limit(1_000)
        for number, amount, ends in asked:
            done = order(house, amount, number)
            if ends and done.row.reserved_minor:
                do_end_order(house.person(), number, "invoiced")
            known, _limits = buyer(house.company, house.customer, house.today)
            assert known.exposure.undelivered <= 1_000
        transaction.set_rollback(True)
