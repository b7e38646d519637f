"""Releasing on the page, one by one and in bulk: what passes is in the outbox, what the gate holds back says why."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.cash.actions import do_propose
from fairdue.contact.models import OutboxMessage
from fairdue.dunning.models import Notice, NoticeLine, Proposal
from fairdue.ledger import audit
from fairdue.ledger.actions import do_book_payment, do_publish_fact, do_release_hold
from fairdue.web.views.notices import Sums, _sums


@pytest.fixture
def ready(ours: Sample) -> Sample:
    """Let the gate pass: the bank line is looked at, and payments are read through today."""
    today = ours.run.as_of
    do_propose(replace(ours.actor, roles=frozenset({"finance_lead"})))
    do_publish_fact(
        ours.actor, room="ledger", kind="bank_data_through", subject=f"company:{ours.company.pk}", as_of=today,
        value=today.toordinal(), source_version="test",
    )  # fmt: skip
    OutboxMessage.objects.filter(company=ours.company).update(state="cancelled")
    return ours


def release(client: Client, sample: Sample):
    asked = {"proposal": sample.proposal.pk, "decision": "release", "next": reverse("web:run", args=[sample.run.pk])}
    return client.post(reverse("web:runs-decide"), asked, follow=True)


def test_the_gate_holds_a_release_back_and_says_why(ours: Sample, lead: Client):
    before = OutboxMessage.objects.count()
    page = release(lead, ours).content.decode()
    ours.proposal.refresh_from_db()
    assert ours.proposal.state == "blocked"
    assert "1 was held back." in page
    assert "It is not known through which day payments were read" in page
    assert OutboxMessage.objects.count() == before


def test_a_released_letter_is_in_the_outbox_with_its_notice(ready: Sample, lead: Client):
    do_release_hold(ready.actor, ready.hold.pk, on=ready.run.as_of, reason="settled")
    before = Notice.objects.count()
    page = release(lead, ready).content.decode()
    ready.proposal.refresh_from_db()
    assert (ready.proposal.state, ready.proposal.blocks) == ("released", [])
    assert "1 released." in page
    assert audit.unsealed(ready.company.pk) == 0, "what was released is sealed before the next run"
    assert Notice.objects.count() == before + 1
    notice = Notice.objects.order_by("-pk")[0]
    shown = lead.get(reverse("web:notice", args=[notice.pk])).content.decode()
    assert shown.count("unchanged") == 3
    assert notice.pdf_sha256 in shown
    assert lead.get(reverse("web:notice-letter", args=[notice.pk, "pdf"])).content.startswith(b"%PDF-")


def test_a_notices_items_with_the_credit_come_to_what_the_letter_names(ready: Sample, lead: Client):
    """1,234.56 are open, 100.25 paid and not applied."""
    do_release_hold(ready.actor, ready.hold.pk, on=ready.run.as_of, reason="settled")
    do_book_payment(
        ready.actor, amount_minor=100_25, currency="EUR", effective_on=ready.run.as_of, customer_id=ready.customer.pk
    )
    release(lead, ready)
    notice = Notice.objects.order_by("-pk")[0]
    assert notice.lines.count() > 0
    letter = notice.facts
    credit = sum(one["open_minor"] for one in letter["items"] if one["kind"] == "payment")
    assert credit == -100_25
    shown = lead.get(reverse("web:notice", args=[notice.pk])).content.decode()
    foot = " ".join(re.sub(r"<[^>]+>", " ", shown.split("<tfoot>")[1].split("</tfoot>")[0]).split())
    assert foot == "Credit not yet applied, subtracted -100.25 EUR Total open, as the letter names it 1,134.31 EUR"
    assert letter["totals"]["open_minor"] == 1_134_31


def test_what_a_letter_leaves_out_stands_under_its_items():
    """100.00 open of which 20.00 are promised, 50.00 open and disputed, 30.00 unapplied, 5.00 of interest."""
    lines = [NoticeLine(open_minor=100_00, held_minor=20_00), NoticeLine(open_minor=50_00, held_minor=50_00)]
    notice = Notice(open_minor=100_00, disputed_minor=50_00, charges_minor=5_00, payable_minor=55_00)
    assert _sums(notice, lines) == Sums(-30_00, -20_00, 100_00, 70_00)


def test_releasing_all_goes_on_in_batches_and_ends(ours: Sample, lead: Client, monkeypatch):
    monkeypatch.setattr("fairdue.web.views.runs.BATCH_ROWS", 2)
    base = Proposal.objects.get(pk=ours.proposal.pk)
    for number in range(4):
        customer = ours.customer
        customer.pk, customer.number, customer.number_key, customer._state.adding = (
            None,
            f"n{number}",
            f"n{number}",
            True,
        )
        customer.save()
        base.pk, base.key, base.step_key, base.customer, base._state.adding = (
            None,
            f"k{number}",
            f"k{number}",
            customer,
            True,
        )
        base.save()
    address = reverse("web:runs-release-all", args=[ours.run.pk])
    response = lead.post(address, {"state": "open"}, headers={"HX-Request": "true"})
    for done in ("2", "4"):
        page = response.content.decode()
        assert f"{done} of 5 decided" in page
        fields = dict(re.findall(r'name="(kept|state)" value="([^"]+)"', page))
        response = lead.post(address, fields, headers={"HX-Request": "true"})
    page = response.content.decode()
    assert "5 were held back." in page
    assert "Go on" not in page


def test_a_forged_tally_is_refused(ours: Sample, lead: Client):
    address = reverse("web:runs-release-all", args=[ours.run.pk])
    assert lead.post(address, {"kept": "forged"}).status_code == 404
    ours.proposal.refresh_from_db()
    assert ours.proposal.state == "proposed"


@pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF-"), ("html", b"<!DOCTYPE html>"), ("txt", b"")])
def test_the_letter_is_shown_before_it_is_released(kind: str, start: bytes, ours: Sample, lead: Client):
    before = (OutboxMessage.objects.count(), Notice.objects.count(), Proposal.objects.count())
    response = lead.get(reverse("web:runs-letter", args=[ours.proposal.pk, kind]))
    assert response.status_code == 200
    assert response.content.startswith(start)
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    if kind == "txt":
        text = response.content.decode()
        assert "R-1" in text
        assert "1\u202f134,56" in text
        assert "R-2" not in text
    assert (OutboxMessage.objects.count(), Notice.objects.count(), Proposal.objects.count()) == before


def test_what_the_reader_of_a_letter_should_know_is_said(ours: Sample, lead: Client):
    page = lead.get(reverse("web:runs-proposal-notes", args=[ours.proposal.pk])).content.decode()
    assert "Notes on this letter" in page
