"""The page that says why something goes out or not: each check with its verdict, fact and remedy; nothing is written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from counted import touching
from fairdue.cycle.models import WorklistRow
from fairdue.ledger.actions import Maturity, do_book_document, do_hold, do_publish_facts

QUERIES_MAX = 12
"""Three of the frame (session, user, memberships), the customer, three of the plan, the gate's two, the proposals,
and two on the form of a demand (customer, terms).

What touches no table is not counted."""


def address(sample: Sample) -> str:
    return reverse("web:customer-why", args=[sample.customer.pk])


def text(response) -> str:
    """Give the words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_page_names_step_checks_facts_and_remedies(ours: Sample, lead: Client):
    page = text(lead.get(address(ours)))
    assert "The message in the outbox" in page
    for check in ("Balance at this moment", "Age of the bank data", "Recipient", "Legal clock"):
        assert check in page
    assert "It may have left; a person has to find out." in page
    assert "Petra" not in page


def test_old_bank_data_is_named_with_the_command_that_mends_it(ours: Sample, lead: Client):
    page = text(lead.get(address(ours)))
    assert "It is not known through which day payments were read" in page
    assert "Import a newer bank statement or list of payments." in page
    assert "fairdue cash import FILE" in page


def test_another_day_may_be_asked_for(ours: Sample, lead: Client):
    page = text(lead.get(address(ours), {"as_of": "2026-03-07"}))
    assert "What would go out on Mar 7, 2026 ?" in page
    assert "no business day" in page


def test_a_customer_wholly_held_is_told_so(ours: Sample, lead: Client):
    do_hold(ours.actor, customer_id=ours.customer.pk, reason="internal_check", since=ours.actor.at.date())
    page = text(lead.get(address(ours)))
    assert "Everything overdue is on hold" in page
    assert "Internal check" in page


def test_the_page_reads_in_chinese(ours: Sample, lead: Client):
    page = text(lead.get(address(ours), headers={"Accept-Language": "zh-hans"}))
    assert "银行" in page
    body = page[page.index("Quernstein") :]
    left = re.findall(r"\b(?:the|is|are|of|to be|not asked)\b", body)
    assert left == [], body


def test_looking_changes_no_row(ours: Sample, lead: Client):
    lead.get(address(ours))
    models = [model for model in apps.get_models() if model.__module__.startswith("fairdue.")]
    before = {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in models}
    assert lead.get(address(ours)).status_code == 200
    assert {model._meta.label: list(model.objects.order_by("pk").values_list()) for model in models} == before


def test_the_queries_do_not_grow_with_the_items(ours: Sample, lead: Client):
    lead.get(address(ours))
    with CaptureQueriesContext(connection) as few:
        lead.get(address(ours))
    due = ours.actor.at.date() - timedelta(days=9)
    for number in range(25):
        do_book_document(
            ours.actor, customer_id=ours.customer.pk, kind="invoice", currency="EUR", number=f"W{number}",
            issued_on=date(2026, 1, 2), maturities=[Maturity(due, 1_000)],
        )  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        lead.get(address(ours))
    assert len(many) == len(few)
    assert len(touching(many)) <= QUERIES_MAX


def test_the_customer_page_and_held_lines_lead_here(ours: Sample, lead: Client):
    link = f'href="{address(ours)}"'
    assert link in lead.get(reverse("web:customer", args=[ours.customer.pk])).content.decode()
    review, worklist = reverse("web:run", args=[ours.run.pk]), reverse("web:worklist")
    assert link not in lead.get(review).content.decode()
    blocks = [{"code": "gate_in_transit", "values": {"amount_minor": 1, "claimed_minor": 2, "currency": "EUR"}}]
    type(ours.proposal).objects.filter(pk=ours.proposal.pk).update(blocks=blocks, state="blocked")
    WorklistRow.objects.filter(run=ours.run).update(reasons=blocks)
    assert link in lead.get(review, {"state": "open"}).content.decode()
    assert link in lead.get(worklist).content.decode()
    assert link in lead.get(reverse("web:runs-proposal", args=[ours.proposal.pk])).content.decode()


def test_the_customer_of_another_company_does_not_exist(theirs: Sample, lead: Client):
    assert lead.get(address(theirs)).status_code == 404


def test_who_holds_a_customer_beyond_the_covers_day_is_told(ours: Sample, lead: Client):
    today = ours.actor.at.date()
    do_publish_facts(
        replace(ours.actor, roles=ours.actor.roles | {"system"}), room="cover", kind="cover_deadline", as_of=today,
        source_version="test", values={f"customer:{ours.customer.pk}": (today + timedelta(days=5)).toordinal()},
    )  # fmt: skip
    hold = reverse("web:customer-hold", args=[ours.customer.pk])
    asked = {"reason": "internal_check", "note": "x", "due_item": ""}
    page = text(lead.post(hold, asked | {"until": (today + timedelta(days=5)).isoformat()}, follow=True))
    assert "the cover asks for its next duty" not in page
    page = text(lead.post(hold, asked | {"until": (today + timedelta(days=6)).isoformat()}, follow=True))
    assert "the cover asks for its next duty" in page
