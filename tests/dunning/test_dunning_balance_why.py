"""Whether a plan would ask for a balance today, and why not: one cause at a time, in the words of the night that asks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairdue.contact.models import OutboxMessage
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.actions.balance_plan import do_ask_by_plan
from fairdue.dunning.balance.rules import next_period_end
from fairdue.dunning.policy import shipped_yaml
from fairdue.dunning.why import Outcome, why
from fairdue.wording import names, words

pytestmark = pytest.mark.django_db
PLAN = shipped_yaml("flexible") + "\nbalance: {every: quarter, minimum: {EUR: 100.00}}\n"
FIRST = date(2026, 4, 1)


@pytest.fixture
def planned(department):
    do_adopt_policy(department.actor(date(2026, 1, 1)), "flexible", PLAN)
    return department


def asked(department, customer, on=FIRST, hour=9):
    at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    return why(department.company, customer.pk, on, at).balance


def owing(department, amount=100_000, **more):
    customer = department.customer(**more)
    department.invoice(customer, amount, date(2026, 4, 20), number="R1")
    return customer


def codes(case) -> list[str]:
    return [reason.code for reason in case.reasons]


def test_who_would_be_asked_is_whom_the_night_asks(planned):
    customer = owing(planned)
    case = asked(planned, customer)
    assert (case.outcome, codes(case), case.channel) == (Outcome.GOES, ["balance.why_planned"], "email")
    assert {check.check for check in case.checks} >= {"budget", "recipient"}
    assert do_ask_by_plan(planned.actor(FIRST), FIRST) == {"sent": 1}
    case = asked(planned, customer)
    assert (case.outcome, codes(case)) == (Outcome.NOTHING, ["balance.why_asked"])
    (told,) = words.reasons(case.reasons)
    assert told == f"The balance of Mar 31, 2026 was asked for on Apr 1, 2026: B{customer.pk}-260331-EUR."


def test_a_queued_question_is_named(planned):
    customer = owing(planned)
    do_ask_by_plan(planned.actor(FIRST), FIRST)
    found = why(planned.company, customer.pk, FIRST, datetime(2026, 4, 1, 10, tzinfo=UTC))
    (message,) = [case for case in found.cases if case.message_id]
    assert names.stage(message.stage) == "Balance confirmation"


def test_what_came_back_is_left_to_a_person(planned):
    customer = owing(planned)
    do_ask_by_plan(planned.actor(FIRST), FIRST)
    OutboxMessage.objects.update(state="bounced")
    assert do_ask_by_plan(planned.actor(FIRST), FIRST) == {}
    case = asked(planned, customer)
    assert (case.outcome, codes(case)) == (Outcome.NOTHING, ["balance.why_came_back"])
    assert case.remedies[0].command == "fairdue balance send --as-of 2026-03-31 --customer {customer}"


def test_without_a_plan_it_says_so(department):
    do_adopt_policy(department.actor(date(2026, 1, 1)), "flexible", shipped_yaml("flexible"))
    case = asked(department, owing(department))
    assert (case.outcome, codes(case)) == (Outcome.NOTHING, ["balance.why_no_plan"])


def test_after_the_window_it_names_the_next_day(planned):
    customer = owing(planned)
    assert codes(asked(planned, customer, date(2026, 5, 15))) == ["balance.why_planned"]
    case = asked(planned, customer, date(2026, 5, 16))
    assert dict(case.reasons[0].values) == {"as_of": "2026-03-31", "until": "2026-05-15", "next": "2026-06-30"}


def test_too_little_or_nothing_open_is_told_with_the_amounts(planned):
    assert codes(asked(planned, planned.customer("C9"))) == ["balance.nothing_open"]
    case = asked(planned, owing(planned, 99_99))
    assert words.reasons(case.reasons) == ["99.99 EUR is below the minimum of 100.00 EUR from which the policy asks."]


def test_what_the_gate_holds_is_told_check_by_check(planned):
    from fairdue.ledger.models import Contact

    customer = owing(planned)
    type(customer).objects.filter(pk=customer.pk).update(street="", city="", postal_code="")
    Contact.objects.filter(customer=customer).update(email="", bounced_on=FIRST)
    case = asked(planned, customer)
    assert case.outcome is Outcome.HELD
    assert codes(case) == ["balance.why_planned", "balance.no_recipient"]
    (outcome,) = do_ask_by_plan(planned.actor(FIRST), FIRST).items()
    assert outcome == ("blocked", 1)


def test_many_items_take_no_more_queries(planned):
    customer = owing(planned)
    with CaptureQueriesContext(connection) as few:
        asked(planned, customer)
    for number in range(30):
        planned.invoice(customer, 10_00, date(2026, 4, 20), number=f"M{number}")
    with CaptureQueriesContext(connection) as many:
        asked(planned, customer)
    assert len(many) == len(few) <= 22


@pytest.mark.parametrize(
    ("every", "today", "end"),
    [
        ("month", date(2026, 12, 5), date(2026, 12, 31)),
        ("month", date(2026, 2, 1), date(2026, 2, 28)),
        ("quarter", FIRST, date(2026, 6, 30)),
        ("half-year", date(2026, 9, 1), date(2026, 12, 31)),
        ("year", FIRST, date(2026, 12, 31)),
    ],
)
def test_the_period_that_runs_ends_with_its_last_month(every, today, end):
    assert next_period_end(every, today) == end
