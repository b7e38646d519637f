"""Receipt confirmation: the worked cases of docs/algorithms/receipt.md."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from fairdue.dunning.account import StepState
from fairdue.dunning.receipt import Answered, Asked, states

DOC = Path(__file__).parents[2] / "docs" / "algorithms" / "receipt.md"
START = date(2026, 3, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def cases() -> list[dict]:
    return yaml.safe_load(re.search(r"```yaml\n(.*?)```", DOC.read_text(encoding="utf-8"), re.S)[1])


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_worked_case(case):
    asked = case.get("asked")
    questions = [Asked(1, StepState(asked.get("state", "done")), day(asked["day"]))] if asked else []
    answers = [Answered(one["kind"], tuple(one.get("items", ())), day(one["day"])) for one in case.get("answers", ())]
    found = states(questions, answers, day(10)).get(1)
    assert (found.value if found else None) == case["state"]


@pytest.mark.django_db
def test_a_run_sees_who_answered_and_who_is_silent(department):
    """One question about two invoices: one approved through the link, of the other nothing is heard."""
    from fairdue.contact.actions import Answer, do_make_link, do_record_answer
    from fairdue.dunning.facts_reader import read_book
    from fairdue.dunning.snapshot import SOURCES
    from fairdue.engine.snapshot import Snapshot
    from fairdue.ledger import snapshot

    issued, asked_on = date(2026, 3, 2), date(2026, 3, 5)
    customer = department.customer()
    first, second = (department.invoice(customer, 500_00, date(2026, 4, 2), issued_on=issued) for _ in range(2))
    company = department.company.pk
    department.day(asked_on)
    actor = department.actor(asked_on + timedelta(days=1))
    link = do_make_link(actor, customer_id=customer.pk).link
    do_record_answer(link.pk, company, Answer("approved", (first.pk,)), actor.at)
    on = asked_on + timedelta(days=5)
    seen = {first.pk: "accepted", second.pk: "silent"}
    folder = department.folder / "receipts"
    snapshot.take(company, on, department.actor(on).at, folder, more=SOURCES)
    (account,) = read_book(Snapshot.open(folder), on, frozenset({"receipt"})).accounts()
    assert {item.due_item_id: item.receipt for item in account.items} == seen


@pytest.mark.django_db
def test_a_rejection_holds_the_invoice_and_asks_for_a_check_inside_the_house(department):
    from fairdue.contact.actions import Answer, do_make_link, do_record_answer
    from fairdue.contact.models import Task
    from fairdue.ledger.models import Hold

    customer = department.customer()
    item = department.invoice(customer, 500_00, date(2026, 4, 2), issued_on=date(2026, 3, 2))
    actor = department.actor(date(2026, 3, 6))
    link = do_make_link(actor, customer_id=customer.pk).link
    do_record_answer(link.pk, department.company.pk, Answer("wrong", (item.pk,), text="wrong price"), actor.at)
    assert [(one.reason, one.due_item_id) for one in Hold.objects.all()] == [("dispute", item.pk)]
    assert set(Task.objects.values_list("kind", flat=True)) == {"answer", "internal_check"}


@pytest.mark.django_db
def test_the_ledger_tells_the_same_at_once_for_one_customer_or_all(department, django_assert_num_queries):
    """What the run sees in its snapshot, a page sees in one statement: state and since when."""
    from fairdue.contact.actions import Answer, do_make_link, do_record_answer
    from fairdue.dunning.receipts import standings

    issued, asked_on = date(2026, 3, 2), date(2026, 3, 5)
    one, other = department.customer("C1"), department.customer("C2")
    first, second = (department.invoice(one, 500_00, date(2026, 4, 2), issued_on=issued) for _ in range(2))
    third = department.invoice(other, 700_00, date(2026, 4, 2), issued_on=issued)
    department.day(asked_on)
    actor = department.actor(asked_on + timedelta(days=1))
    link = do_make_link(actor, customer_id=one.pk).link
    do_record_answer(link.pk, department.company.pk, Answer("wrong", (first.pk,)), actor.at)

    on = asked_on + timedelta(days=5)
    with django_assert_num_queries(1):
        found = standings(department.company.pk, on)
    assert found == {
        first.pk: (one.pk, "rejected", actor.at.date()),
        second.pk: (one.pk, "silent", asked_on),
        third.pk: (other.pk, "silent", asked_on),
    }
    assert standings(department.company.pk, on, customer_ids=[other.pk]) == {third.pk: (other.pk, "silent", asked_on)}
    assert standings(department.company.pk, asked_on)[second.pk].state == "handed_over"
    assert standings(department.company.pk, on, since=on) == {}
    assert standings(department.company.pk + 1, on) == {}
    assert standings(department.company.pk, on, customer_ids=[]) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "later"), [("UTC", 0), ("Asia/Shanghai", 1)])
def test_hand_over_and_answer_have_their_day_at_the_company_s_place(department, zone, later):
    from fairdue.contact.actions import Answer, do_make_link, do_record_answer
    from fairdue.contact.models import OutboxMessage
    from fairdue.dunning.receipts import standings
    from fairdue.people.models import Company

    Company.objects.filter(pk=department.company.pk).update(time_zone=zone)
    asked_on = date(2026, 3, 5)
    customer = department.customer()
    first, second = (
        department.invoice(customer, 500_00, date(2026, 4, 2), issued_on=date(2026, 3, 2)) for _ in range(2)
    )
    department.day(asked_on)
    evening = department.actor(asked_on).at.replace(hour=18, minute=30)
    OutboxMessage.objects.update(handed_over_at=evening)
    link = do_make_link(department.actor(asked_on), customer_id=customer.pk).link
    do_record_answer(link.pk, department.company.pk, Answer("approved", (first.pk,)), evening + timedelta(minutes=5))
    found = standings(department.company.pk, asked_on + timedelta(days=6))
    shifted = asked_on + timedelta(days=later)
    assert found == {first.pk: (customer.pk, "accepted", shifted), second.pk: (customer.pk, "silent", shifted)}
