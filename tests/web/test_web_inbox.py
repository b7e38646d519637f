"""A reply is read: what it promises is held, in the amount that was written."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.contact.actions import do_receive
from fairdue.contact.models import InboundMail, MailState
from fairdue.ledger.models import Contact, DueItem, Hold


@pytest.fixture
def reply(ours: Sample) -> InboundMail:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = (
        Contact.objects.get(customer=ours.customer).email,
        "ar@acme.example",
        "Your reminder",
    )
    made.set_content("We shall pay a part of it at the end of the month.")
    return InboundMail.objects.get(pk=do_receive(ours.actor, made.as_bytes()).mail_id)


@pytest.mark.parametrize(
    ("language", "text", "minor"),
    [("en", "1,000", 100_000), ("en", "1000.50", 100_050), ("zh-hans", "1,000", 100_000),
     ("en", "1.234,56", None), ("en", "1.000", None)],
)  # fmt: skip
def test_a_promised_part_is_held_as_it_was_written_or_refused(
    language: str, text: str, minor: int | None, reply: InboundMail, ours: Sample, lead: Client
):
    item = DueItem.objects.get(document__number="R-1", customer=ours.customer)
    before = Hold.objects.count()
    day = (ours.actor.at.date() + timedelta(days=5)).isoformat()
    fields = {"outcome": "promise", "until": day, "item": item.pk, "amount": text}
    page = lead.post(
        reverse("web:inbox-read", args=[reply.pk]), fields, follow=True, headers={"accept-language": language}
    ).content.decode()
    reply.refresh_from_db()
    if minor is None:
        assert (reply.state, Hold.objects.count()) == (MailState.WAITING, before)
        assert text in page
    else:
        assert reply.state == MailState.READ
        assert Hold.objects.get(reason="promise", due_item_id=item.pk).amount_minor == minor
