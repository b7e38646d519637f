"""Money that several customers may have sent holds each of them. Numbers are those of docs/algorithms/bank-data-in-the-line.md."""

from __future__ import annotations

from random import Random

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from counted import touching
from fairdue.cash.actions import do_assign, do_confirm, do_post, do_propose, do_undo
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.queue import held
from fairdue.cash.stored import SUSPECTS_MAX
from fairdue.contact.facts import ClaimItem, GatePolicy, Stage, Step
from fairdue.contact.queries import gate_facts
from fairdue.contact.rules import check
from fairdue.contact.why import explain
from fairdue.ledger.models import Customer, Payment, PaymentSuspect
from fairdue.ledger.queries import unapplied_payments

pytestmark = pytest.mark.django_db


def pays(item, amount: int = 100_00) -> tuple[Part, ...]:
    return (Part(item.pk, item.customer_id, amount),)


def holding(desk) -> dict[int, list[int]]:
    """Give the amounts in transit by customer, read for one customer alone, and the same read for all."""
    customers = list(Customer.objects.filter(company_id=desk.company_id).order_by("pk").values_list("pk", flat=True))
    alone = {one: gate_facts(desk.company_id, [one], desk.actor.at)[one] for one in customers}
    for read in (None, customers):
        together = gate_facts(desk.company_id, read, desk.actor.at)
        assert {one: together[one].unmatched for one in customers} == {one: alone[one].unmatched for one in customers}
    return {one: [money.amount_minor for money in facts.unmatched] for one, facts in alone.items() if facts.unmatched}


def namesake(desk, name: str) -> int:
    made = Customer.objects.create(
        company_id=desk.company_id, number=f"N{Customer.objects.count()}", number_key=f"n{Customer.objects.count()}", name=name,
        created_at=desk.actor.at,
    )  # fmt: skip
    desk.customers[f"{name} {made.pk}"] = made.pk
    return made.pk


def tied(desk, count: int = 2, state: str = "abstained"):
    """Give items of as many customers, and a line that pays any of them."""
    items = [desk.item(100_00, customer=f"Kunde {n}") for n in range(count)]
    line = desk.line(100_00)
    first, *others = (pays(item) for item in items)
    if state == "abstained":
        desk.says(line, state=state, evidence="tie", others=(first, *others))
    else:
        desk.says(line, *first, state=state, evidence="payer_shared", others=others)
    desk.propose()
    return items, line


@pytest.mark.parametrize("state", ["abstained", "waiting"])
def test_a_tie_holds_both_and_a_decision_frees_the_other(desk, state) -> None:
    (one, two), line = tied(desk, state=state)
    assert holding(desk) == {one.customer_id: [100_00], two.customer_id: [100_00]}
    assert [customer.pk for customer in held(desk.company_id, line.pk)] == [one.customer_id, two.customer_id]
    (money,) = unapplied_payments(desk.company_id, line.booked_on)
    assert (money.suspected_customer_id, money.further) == (one.customer_id, 0)
    do_confirm(desk.actor, line.pk, other=2 if state == "abstained" else 1)
    assert holding(desk) == {}
    assert held(desk.company_id, line.pk) == []
    assert PaymentSuspect.objects.count() == 0
    assert desk.open() == {one.pk: 100_00}
    do_undo(desk.actor, line.pk, reason="wrong")
    assert holding(desk) == {one.customer_id: [100_00], two.customer_id: [100_00]}
    assert {customer.pk for customer in held(desk.company_id, line.pk)} == {one.customer_id, two.customer_id}
    desk.propose()
    assert [customer.pk for customer in held(desk.company_id, line.pk)] == [one.customer_id, two.customer_id]


def test_the_matchers_own_tie_holds_both(desk) -> None:
    desk.customer("Nord Handel GmbH")
    item, other = desk.item(321_00, customer="Nord Handel GmbH"), namesake(desk, "Nord Handel GmbH")
    desk.customers["twin"] = other
    desk.item(321_00, customer="twin")
    line = desk.line(321_00, name="Nord Handel GmbH")
    do_propose(desk.actor)
    assert line.proposals.get().evidence_class == "tie"
    assert holding(desk) == {item.customer_id: [321_00], other: [321_00]}


def test_a_tie_of_more_than_is_shown_holds_those_behind_too(desk) -> None:
    desk.customer("Nord Handel GmbH")
    for _ in range(6):
        desk.item(321_00, customer="Nord Handel GmbH")
    desk.customers["twin"] = namesake(desk, "Nord Handel GmbH")
    last = desk.item(321_00, customer="twin")
    line = desk.line(321_00, name="Nord Handel GmbH")
    do_propose(desk.actor)
    proposal = line.proposals.get()
    assert {part["customer"] for other in proposal.others for part in other} == {desk.customers["Nord Handel GmbH"]}
    assert set(holding(desk)) == {desk.customers["Nord Handel GmbH"], last.customer_id}


def test_one_set_of_two_customers_holds_both(desk) -> None:
    one, two, line = desk.item(60_00, customer="Nord"), desk.item(40_00, customer="Nord Service"), desk.line(100_00)
    desk.says(line, *pays(one, 60_00), *pays(two, 40_00), state="waiting")
    desk.propose()
    assert holding(desk) == {one.customer_id: [100_00], two.customer_id: [100_00]}
    do_confirm(desk.actor, line.pk)
    assert (holding(desk), desk.open()) == ({}, {})


def test_posting_frees_the_other(desk) -> None:
    (one, two), line = tied(desk)
    desk.says(line, *pays(two))
    desk.propose()
    assert set(holding(desk)) == {one.customer_id, two.customer_id}  # Proposed to be posted, and not posted yet.
    assert do_post(desk.actor).posted == 1
    assert (holding(desk), PaymentSuspect.objects.count()) == ({}, 0)


def test_given_to_a_third_or_to_nobody_frees_both(desk) -> None:
    (one, two), line = tied(desk)
    third = desk.item(100_00, customer="Dritte")
    do_assign(desk.actor, line.pk, pays(third))
    assert holding(desk) == {}
    do_undo(desk.actor, line.pk, reason="wrong")
    assert set(holding(desk)) == {one.customer_id, two.customer_id, third.customer_id}
    do_assign(desk.actor, line.pk, [Part(None, None, 100_00, Kind.NOT_CUSTOMER)])
    assert (holding(desk), PaymentSuspect.objects.count()) == ({}, 0)
    do_undo(desk.actor, line.pk, reason="wrong")
    assert {one.customer_id, two.customer_id} <= set(holding(desk))


def test_proposed_anew_the_suspects_are_those_said_now(desk) -> None:
    (_one, two), line = tied(desk)
    third = desk.item(100_00, customer="Dritte")
    desk.says(line, state="abstained", others=(pays(two), pays(third)))
    desk.propose()
    assert set(holding(desk)) == {two.customer_id, third.customer_id}
    desk.says(line, *pays(third), state="waiting")
    desk.propose()
    assert set(holding(desk)) == {third.customer_id}
    desk.answers.clear()
    desk.propose()
    assert holding(desk) == {}


def test_at_most_ten_are_held_for_one_line(desk) -> None:
    items, line = tied(desk, SUSPECTS_MAX + 2)
    assert set(holding(desk)) == {item.customer_id for item in items[:SUSPECTS_MAX]}
    do_confirm(desk.actor, line.pk, other=SUSPECTS_MAX + 2)
    assert holding(desk) == {}
    do_undo(desk.actor, line.pk, reason="wrong")
    found = set(holding(desk))
    assert len(found) == SUSPECTS_MAX
    assert items[-1].customer_id in found


def test_two_items_of_one_customer_hold_it_once(desk) -> None:
    one, two, line = desk.item(100_00), desk.item(100_00), desk.line(100_00)
    desk.says(line, state="abstained", others=(pays(one), pays(two)))
    desk.propose()
    assert holding(desk) == {one.customer_id: [100_00]}
    assert PaymentSuspect.objects.count() == 0


def test_the_gate_stops_a_notice_to_each_and_says_why(desk) -> None:
    items, _line = tied(desk)
    for item in items:
        facts = gate_facts(desk.company_id, [item.customer_id], desk.actor.at, with_items=True)[item.customer_id]
        step = Step(step_key="s", channel="email", currency="EUR", items=(ClaimItem(item.pk, 100_00),))
        codes = {reason.code for reason in check(step, facts, GatePolicy(), Stage.PROPOSAL).blocks}
        assert "gate_in_transit_item" in codes
        (found,) = (one for one in explain(step, facts, GatePolicy(), Stage.PROPOSAL) if one.check == "in_transit")
        told = {fact.code: dict(fact.values) for fact in found.facts}
        assert told["why_unmatched_shared"] == {"amount_minor": 100_00, "currency": "EUR", "count": 2}


def test_companies_do_not_meet(desk, other_desk) -> None:
    (one, two), line = tied(desk)
    theirs = other_desk.customer("Kunde 0")
    assert holding(other_desk) == {}
    assert held(other_desk.company_id, line.pk) == []
    payment = Payment.objects.get()
    for company, customer in ((desk.company_id, theirs), (other_desk.company_id, theirs)):
        with pytest.raises((IntegrityError, DatabaseError), match="crosses companies"), transaction.atomic():
            PaymentSuspect.objects.create(company_id=company, payment=payment, customer_id=customer)
    assert set(holding(desk)) == {one.customer_id, two.customer_id}


def test_many_lines_need_no_more_statements_than_few(desk) -> None:
    def proposed() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            desk.propose()
        return len(touching(captured))

    items = [desk.item(100_00, customer=f"Kunde {n}") for n in range(4)]
    counts = []
    for count in (2, 40):
        lines = [desk.line(100_00) for _ in range(count)]
        for line in lines:
            desk.says(line, state="abstained", others=tuple(pays(item) for item in items))
        counts.append(proposed())
        for line in lines:
            desk.says(line, state="abstained", others=(pays(items[0]), pays(items[3])))
        counts.append(proposed())
    assert counts[2] <= counts[0] + 1  # What is new is told apart from what was there.
    assert counts[3] == counts[1]
    assert PaymentSuspect.objects.count() == 42


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_in_whatever_order_those_are_held_whose_it_may_be(desk, seed) -> None:
    rng = Random(seed)
    items = [desk.item(100_00, customer=f"Kunde {n}") for n in range(5)]
    lines = [desk.line(100_00) for _ in range(3)]
    may_be: dict[int, set[int]] = {line.pk: set() for line in lines}
    said = dict(may_be)
    decided: dict[int, int] = {}
    for _ in range(14):
        line = rng.choice(lines).pk
        deed = rng.choice(("propose", "propose", "decide", "undo"))
        if deed == "propose":
            for one in lines:
                chosen = rng.sample(items, rng.randint(1, 4))
                first, *others = (pays(item) for item in chosen)
                desk.says(one, *first, state="waiting", others=others)
                if one.pk not in decided:
                    said[one.pk] = may_be[one.pk] = {item.customer_id for item in chosen}
            desk.propose()
        elif deed == "decide" and line not in decided:
            item = next(item for item in items if item.pk in desk.open())
            do_assign(desk.actor, line, pays(item), learn=False)
            decided[line], may_be[line] = item.customer_id, set()
        elif deed == "undo" and line in decided:
            do_undo(desk.actor, line, reason="no")
            may_be[line] = said[line] | {decided.pop(line)}
        wanted: dict[int, list[int]] = {}
        for customers in may_be.values():
            for one in customers:
                wanted[one] = [*wanted.get(one, []), 100_00]
        assert holding(desk) == wanted
        firsts = dict(Payment.objects.filter(customer=None).values_list("pk", "suspected_customer_id"))
        assert all(customer != firsts[payment] for payment, customer in
                   PaymentSuspect.objects.values_list("payment_id", "customer_id"))  # fmt: skip
