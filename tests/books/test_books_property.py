"""Random histories cut at random places: the postings of an item are its history, whatever the cuts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from books_sample import DAY, invoice
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fairdue.books.actions import do_cut
from fairdue.books.models import Posting
from fairdue.ledger.actions import do_allocate, do_book_payment, do_charge, do_reverse
from fairdue.ledger.models import Allocation, Customer, Source
from fairdue.ledger.queries import open_amounts, open_charges, unapplied_payments
from fairdue.people.actor import Actor
from fairdue.people.models import Company

STEPS = st.lists(
    st.tuples(
        st.sampled_from(("pay", "credit", "write_off", "waive", "settle", "reverse", "cut", "cut")),
        st.integers(0, 3), st.integers(1, 400),
    ),
    max_size=25,
)  # fmt: skip


class Histories(TestCase):
    """Hypothesis rolls each example back."""

    @given(STEPS)
    @settings(max_examples=40)
    def test_the_sum_of_postings_is_the_ledger(self, steps):
        from datetime import UTC, datetime

        company = Company.objects.create(code="acme", name="A", country="DE", currency="EUR", language="de")
        actor = Actor(company.pk, datetime(2026, 3, 2, 9, tzinfo=UTC), name="T", roles=frozenset({"finance_lead"}))
        customer = Customer.objects.create(company=company, number="1", number_key="1", name="A", created_at=actor.at)
        source = Source.objects.create(company=company, code="erp")
        items = [invoice(actor, customer, source, f"R{n}", 1_000) for n in range(4)]
        notes = [invoice(actor, customer, source, f"N{n}", -500) for n in range(4)]
        paid = do_book_payment(actor, amount_minor=2_000, currency="EUR", effective_on=DAY, customer_id=customer.pk)
        charge = do_charge(
            actor, customer_id=customer.pk, kind="fee", amount_minor=900, currency="EUR", effective_on=DAY, basis={}
        )
        for n, (what, which, amount) in enumerate(steps, start=1):
            acting = replace(actor, at=actor.at + timedelta(minutes=n))
            _step(acting, what, which, amount, items, notes, paid.pk, charge.pk)
        do_cut(replace(actor, at=actor.at + timedelta(days=1)))
        assert do_cut(replace(actor, at=actor.at + timedelta(days=2))) == []
        told = Posting.objects.filter(fact="allocation")
        assert sorted(told.values_list("row_id", flat=True)) == sorted(Allocation.objects.values_list("id", flat=True))
        opened = open_amounts(company.pk, DAY)
        for item in items:
            assert opened.get(item.pk, 0) == 1_000 + _moved("receivable", due_item_id=item.pk)
        for note in notes:
            assert opened.get(note.pk, 0) == -500 - _moved_means("receivable", credit_item_id=note.pk)
        assert open_charges(company.pk, DAY).get(charge.pk, (0, "", "", 0))[3] == 900 + _moved(
            "charges", charge_id=charge.pk, fact="allocation"
        )
        rest = sum(one.rest_minor for one in unapplied_payments(company.pk, DAY))
        assert -rest == _both("unapplied")


def _step(actor, what, which, amount, items, notes, payment_id, charge_id) -> None:
    """Do a step if the ledger takes it; what it refuses is no step."""
    from django.db import IntegrityError, transaction

    item = items[which].pk
    ways = {
        "pay": {"due_item_id": item, "payment_id": payment_id},
        "credit": {"kind": "credit", "due_item_id": item, "credit_item_id": notes[which].pk},
        "write_off": {"kind": "write_off", "due_item_id": item, "reason": "r"},
        "waive": {"kind": "waiver", "charge_id": charge_id, "reason": "r"},
        "settle": {"kind": "source_settlement", "due_item_id": item},
    }
    if what == "cut":
        do_cut(actor, size=3)
    elif what == "reverse":
        found = Allocation.objects.filter(reverses__isnull=True, reversed_by__isnull=True).order_by("id").first()
        if found:
            do_reverse(actor, found.pk, effective_on=DAY, reason="r")
    else:
        try:
            with transaction.atomic():
                do_allocate(actor, amount_minor=amount, effective_on=DAY, **ways[what])
        except IntegrityError:
            pass


def _moved(role: str, **of) -> int:
    """Give what the postings of an item or charge moved on its account: debits less credits, without what used a credit note up."""
    total = 0
    for row in Posting.objects.filter(**of).exclude(fact="charge"):
        # An application of a credit note names the account twice: the item is the side that the first booking credits.
        if row.kind == "credit_applied":
            total += row.amount_minor if row.reverses_id else -row.amount_minor
        else:
            total += (row.debit == role) * row.amount_minor - (row.credit == role) * row.amount_minor
    return total


def _moved_means(role: str, **of) -> int:
    """Give what used a credit note up: the side that the first booking debits."""
    rows = Posting.objects.filter(**of)
    assert {row.debit for row in rows} | {row.credit for row in rows} <= {role, "settled_in_source"}
    return -sum(-row.amount_minor if row.reverses_id else row.amount_minor for row in rows)


def _both(role: str) -> int:
    rows = Posting.objects.all()
    return sum(((row.debit == role) - (row.credit == role)) * (row.amount_minor or 0) for row in rows)


pytestmark = pytest.mark.django_db
