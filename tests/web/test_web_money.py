"""Money in: the queue of bank lines and one line beside its explanations."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.cash.actions import do_propose
from fairdue.cash.book import aliases
from fairdue.cash.models import Decision
from fairdue.ledger.models import Allocation, Customer


@pytest.fixture
def line(ours: Sample):
    do_propose(ours.actor)
    return ours.line


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(f"web:{name}", args=args)).content.decode()


def post(client: Client, name: str, line, **values: object):
    return client.post(reverse(f"web:{name}", args=[line.pk]), values, follow=True)


def number_of(sample: Sample) -> str:
    return sample.document.number


def test_the_queue_tells_state_and_reason(ours: Sample, line, lead: Client):
    text = page(lead, "money")
    assert ours.secret in text
    assert "12.34" in text
    assert "The payer" in text
    assert reverse("web:money-line", args=[line.pk]) in text


def test_a_line_stands_beside_its_explanation(ours: Sample, line, lead: Client):
    text = page(lead, "money-line", line.pk)
    for told in ("What the bank said", ours.secret, "on account", "Confirm, next one", "Say yourself what it pays"):
        assert told in text


def test_confirming_decides_and_ends_the_queue(ours: Sample, line, lead: Client):
    response = post(lead, "money-confirm", line, explanation="0")
    assert "Every line is decided." in response.content.decode()
    decision = Decision.objects.get()
    assert (decision.how, decision.line_id) == ("confirmed", line.pk)
    assert "Take it back" in page(lead, "money-line", line.pk)


def test_naming_an_item_pays_a_part_of_it(ours: Sample, line, lead: Client):
    response = post(lead, "money-assign", line, items=f"{number_of(ours)} = 12.34", rest="customer")
    assert response.status_code == 200, response.content.decode()
    allocation = Allocation.objects.filter(kind="payment").latest("pk")
    assert (allocation.amount_minor, allocation.due_item.document_id) == (1234, ours.document.pk)


def test_money_of_nobody(ours: Sample, line, lead: Client):
    before = Allocation.objects.count()
    post(lead, "money-assign", line, rest="nobody")
    assert Decision.objects.get().how == "assigned"
    assert Allocation.objects.filter(kind="payment").count() <= before


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({}, "Name an item, a customer"), ({"items": "NO-SUCH-1"}, "NO-SUCH-1"), ({"items": "X = 1.00 : gift"}, "gift is none of"),
        ({"customer": "no such"}, "There is no customer no such."), ({"items": "{number} = abc"}, "abc"),
        ({"items": "{number} = 10.00"}, "add up"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why_and_changes_nothing(ours: Sample, line, lead: Client, asked, told):
    values = {key: value.format(number=number_of(ours)) for key, value in asked.items()}
    response = lead.post(reverse("web:money-assign", args=[line.pk]), {"rest": "customer", **values})
    assert response.status_code == 400
    assert told in response.content.decode()
    assert not Decision.objects.exists()


def test_taking_back_needs_a_reason_and_brings_the_line_back(ours: Sample, line, lead: Client):
    post(lead, "money-confirm", line)
    assert "Taking back needs a reason." in post(lead, "money-undo", line).content.decode()
    post(lead, "money-undo", line, reason="another customer", wrong="on")
    assert ours.secret in page(lead, "money")
    assert not aliases(ours.company.pk).exists()


def test_a_decided_line_is_not_decided_again(ours: Sample, line, lead: Client):
    post(lead, "money-confirm", line)
    post(lead, "money-confirm", line)
    assert Decision.objects.count() == 1


def test_who_may_only_look_sees_no_buttons(ours: Sample, line, as_role):
    text = page(as_role("auditor"), "money-line", line.pk)
    assert "Confirm, next one" not in text
    assert "Say yourself" not in text


def test_the_customer_of_another_company_is_not_found(ours: Sample, theirs: Sample, line, lead: Client):
    Customer.objects.filter(pk=theirs.customer.pk).update(number="T-1", number_key="T-1")
    response = lead.post(reverse("web:money-assign", args=[line.pk]), {"rest": "customer", "customer": "T-1"})
    assert response.status_code == 400
    assert not Decision.objects.exists()
