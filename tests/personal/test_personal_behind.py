"""A database restored from before an erasure: nothing is sent to who was erased, no link of theirs opens, no program reads."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from fairdue.contact import actions as contact
from fairdue.contact import links
from fairdue.contact.dispatch import dispatch
from fairdue.contact.models import GateBlock, OutboxMessage
from fairdue.contact.transports import PrintFolder
from fairdue.ledger.behind import subjects_behind, unanswered
from fairdue.ledger.models import AuditEntry, Contact, Customer, Erasure
from fairdue.personal.actions import do_erase
from fairdue.personal.people import load
from fairdue.personal.repeat import do_reapply

sys.path.insert(0, str(Path(__file__).parent))
from personal_wish import CHINESE, EMAIL, NAME, STREET, TODAY

pytestmark = pytest.mark.django_db


def restored(book, kind="customer"):
    """Erase, and bring the tables back to what they said before, as a restore of an older backup does."""
    pk = book.customer.pk if kind == "customer" else book.contact.pk
    do_erase(book.actor, load(book.company.pk, kind, pk), TODAY, reason="asked")
    Erasure.objects.all().delete()
    Customer.objects.filter(pk=book.customer.pk).update(
        name=NAME, street=STREET, postal_code="20457", city="Hamburg", country="DE", language="de"
    )
    Contact.objects.filter(pk=book.contact.pk).update(name=CHINESE, email=EMAIL, active=True, purpose="payables")
    Contact.objects.filter(customer=book.other).update(purpose="payables")
    Customer.objects.filter(pk=book.other.pk).update(
        street="Weg 1", postal_code="10115", city="Berlin", country="DE", language="de"
    )


def queued(book, customer, key, who=None):
    return contact.do_queue(
        book.then,
        contact.Outgoing(
            customer_id=customer.pk, step_key=key, channel="letter", kind="statement", language="de", subject="Statement",
            body_text="Text", contact_id=who, attachments=(contact.do_store(book.then, b"%PDF-1.7 a", file_name="a.pdf"),),
        ),
    )  # fmt: skip


def sent(book):
    return dispatch(book.company.pk, book.actor.at, [PrintFolder(book.data / "letters")])


@pytest.mark.parametrize("kind", ["customer", "contact"])
def test_what_goes_to_an_erased_person_waits_and_the_others_leave(book, kind):
    restored(book, kind)
    to_person = queued(book, book.customer, "step-2", book.contact.pk)
    to_other = queued(book, book.other, "step-3")
    done = sent(book)
    assert done.waiting == {"gate_erased_before": 1}, done
    assert done.handed_over == 1
    states = dict(OutboxMessage.objects.filter(pk__in=[to_person.pk, to_other.pk]).values_list("pk", "state"))
    assert states == {to_person.pk: "queued", to_other.pk: "handed_over"}
    assert [one["code"] for one in GateBlock.objects.get(step_key="step-2").reasons] == ["gate_erased_before"]

    (again,) = do_reapply(book.actor, TODAY)
    assert again.refused == ()
    to_person.refresh_from_db()
    assert to_person.state == "cancelled"
    assert sent(book).waiting == {}


def test_a_link_that_the_restore_opens_again_stays_closed(book):
    token = links.new_token(book.company.pk)
    from fairdue.contact.models import PortalLink

    PortalLink.objects.create(
        company=book.company, customer=book.customer, contact=book.contact, token_hash=links.token_hash(token),
        created_at=book.actor.at, expires_on=date(2040, 1, 1),
    )  # fmt: skip
    assert links.resolve(token, book.actor.at) is not None
    restored(book, "contact")
    PortalLink.objects.update(revoked_at=None)
    assert links.resolve(token, book.actor.at) is None


def test_who_cannot_be_erased_again_is_answered_and_still_gets_nothing(book):
    from fairdue.ledger.actions import do_hold

    restored(book)
    subject = f"customer:{book.customer.pk}"
    assert [one.subject for one in unanswered(book.company.pk)] == [subject]
    do_hold(book.actor, customer_id=book.customer.pk, reason="legal", since=TODAY)
    do_reapply(book.actor, TODAY)
    assert unanswered(book.company.pk) == []
    assert subjects_behind(book.company.pk) == {subject}
    assert AuditEntry.objects.get(action="reapply").detail == {"count": 1}
    queued(book, book.customer, "step-2")
    done = sent(book)
    assert (done.handed_over, done.held_back) == (0, {"gate_erased_before": 1}), "the legal hold holds it back as well"


def test_a_program_is_told_when_to_ask_again_and_reads_nothing(book, client, monkeypatch):
    from dataclasses import replace

    from fairdue.people.tokens import do_make_token

    monkeypatch.setenv("FAIRDUE_NOW", book.actor.at.isoformat())
    admin = replace(book.actor, roles=frozenset({"administrator"}))
    bearer = f"Bearer {do_make_token(admin, name='Program', scopes=('read',))[1]}"
    assert client.get("/api/v1/customers", headers={"Authorization": bearer}).status_code == 200
    restored(book)
    refused = client.get("/api/v1/customers", headers={"Authorization": bearer})
    assert (refused.status_code, refused["Content-Type"]) == (503, "application/problem+json")
    assert (refused.json()["code"], refused["Retry-After"]) == ("restored", "600")
    assert NAME not in refused.content.decode()
    do_reapply(book.actor, TODAY)
    assert client.get("/api/v1/customers", headers={"Authorization": bearer}).status_code == 200
