"""A payments list and a bank file tell of the same money: the line waits and says so, nothing is booked twice in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cash_desk import DAY

from fairdue.cash import book
from fairdue.cash.actions import do_assign, do_post, do_propose
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import Proposal
from fairdue.ledger.actions import do_allocate
from fairdue.ledger.models import Payment

pytestmark = pytest.mark.django_db


def listed(
    desk, amount: int, *, days: int = 0, customer: str = "Muster AG", currency: str = "EUR", item=None
) -> Payment:
    """Book a payment as a list of the ERP tells it; tied to an item where one is given."""
    made = Payment.objects.create(
        company_id=desk.company_id, customer_id=desk.customer(customer), currency=currency, amount_minor=amount, payer=customer,
        effective_on=DAY + timedelta(days=days), recorded_at=desk.actor.at,
    )  # fmt: skip
    if item is not None:
        do_allocate(
            desk.actor,
            kind="payment",
            amount_minor=amount,
            effective_on=made.effective_on,
            due_item_id=item.pk,
            payment_id=made.pk,
        )
    return made


def newest(line) -> Proposal:
    return Proposal.objects.filter(line=line).latest("number")


@pytest.mark.parametrize("days", [-3, 0, 3])
@pytest.mark.parametrize("tied", [True, False])
def test_the_line_waits_and_says_so(desk, days, tied) -> None:
    item = desk.item(100_00, "R-2026-1")
    payment = listed(desk, 100_00, days=days, item=item if tied else None)
    line = desk.line(100_00, text="R-2026-1")
    assert do_propose(desk.actor).elsewhere == 1
    found = newest(line)
    assert (found.state, found.evidence[0]["code"]) == ("waiting", "cash.match.elsewhere")
    assert found.evidence[0]["values"]["payment"] == payment.pk
    assert Payment.objects.count() == 1  # Nothing is suspected: the ledger has it.
    assert do_post(desk.actor).posted == 0


@pytest.mark.parametrize(
    "other", [{"days": 4}, {"days": -4}, {"currency": "USD"}, {"customer": "Andere AG"}, {"amount": 100_01}],
)  # fmt: skip
def test_other_money_is_other_money(desk, other) -> None:
    desk.item(100_00, "R-2026-1")
    listed(desk, other.pop("amount", 100_00), **other)
    line = desk.line(100_00, text="R-2026-1")
    assert do_propose(desk.actor).elsewhere == 0
    assert newest(line).state == "posted"


def test_one_payment_is_that_of_one_line(desk) -> None:
    desk.item(100_00, "R-2026-1")
    desk.item(100_00, "R-2026-2")
    listed(desk, 100_00)
    lines = [desk.line(100_00, text="R-2026-1"), desk.line(100_00, text="R-2026-2")]
    assert do_propose(desk.actor).elsewhere == 1
    assert [newest(line).state for line in lines] == ["waiting", "posted"]


def test_who_agrees_books_nothing(desk) -> None:
    item = desk.item(100_00, "R-2026-1")
    listed(desk, 100_00, item=item)
    line = desk.line(100_00, text="R-2026-1")
    do_propose(desk.actor)
    do_assign(desk.actor, line.pk, [Part(None, None, 100_00, Kind.NOT_CUSTOMER)])
    assert (Payment.objects.count(), desk.open()) == (1, {})


def test_posted_before_the_list_came_it_is_named(desk) -> None:
    desk.item(100_00, "R-2026-1")
    line = desk.line(100_00, text="R-2026-1")
    assert do_propose(desk.actor).twice == []
    assert do_post(desk.actor).posted == 1
    payment = listed(desk, 100_00, days=2)
    assert book.booked_twice(desk.company_id, DAY) == [(line.pk, payment.pk)]
    assert do_propose(desk.actor).twice == [line.pk]


def test_the_bank_s_own_payments_are_no_other_source(desk) -> None:
    desk.item(100_00, "R-2026-1")
    desk.line(100_00, text="R-2026-1")
    do_propose(desk.actor)
    do_post(desk.actor)
    assert book.elsewhere(desk.company_id, DAY - timedelta(days=30)) == []


def test_walls(desk, other_desk) -> None:
    listed(other_desk, 100_00)
    desk.item(100_00, "R-2026-1")
    desk.line(100_00, text="R-2026-1")
    assert do_propose(desk.actor).elsewhere == 0
