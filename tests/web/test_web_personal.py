"""Personal data on the pages: by right only, with a preview, and nothing of another company."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.contact.models import OutboxMessage
from fairdue.ledger.actions import do_hold
from fairdue.ledger.models import AuditEntry, Contact, Customer, Erasure
from fairdue.people.register import personal_fields
from fairdue.personal.actions import do_erase
from fairdue.personal.field_names import FIELD_NAMES
from fairdue.personal.people import load

ERASE = {"reason": "letter of 1 March", "meant": "on"}


def shown(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


@pytest.fixture
def contact(ours: Sample) -> Contact:
    """A contact to whom nothing went: it may go today."""
    return Contact.objects.create(
        company_id=ours.company.pk, customer=ours.customer, name="Erika Entbehrlich", email="erika@entbehrlich.example"
    )


def place(one: Contact) -> str:
    return f"contact-{one.pk}"


def test_only_who_may_erase_sees_the_pages(ours: Sample, as_role):
    for role, status in (("finance_lead", 200), ("administrator", 200), ("controller", 403), ("auditor", 403)):
        shown(as_role(role), reverse("web:personal"), status)
        shown(as_role(role), reverse("web:personal-register"), status)
        shown(as_role(role), reverse("web:personal-person", args=[f"customer-{ours.customer.pk}"]), status)
    assert reverse("web:personal") not in shown(as_role("controller"), reverse("web:home"))
    assert reverse("web:personal") in shown(as_role("finance_lead"), reverse("web:home"))


def test_a_search_finds_persons_of_this_company_only(ours: Sample, theirs: Sample, lead: Client, contact: Contact):
    page = shown(lead, reverse("web:personal") + "?q=entbehr")
    assert reverse("web:personal-person", args=[place(contact)]) in page
    found = shown(lead, reverse("web:personal") + f"?q={theirs.customer.name}")
    assert "Nobody found" in found
    assert "Nobody found" in shown(lead, reverse("web:personal") + f"?q=customer:{theirs.customer.pk}")
    for name in ("person", "export", "erase", "readmit"):
        address = reverse(f"web:personal-{name}", args=[f"customer-{theirs.customer.pk}"])
        answer = lead.get(address) if name == "person" else lead.post(address, ERASE)
        assert answer.status_code == 404
    assert Erasure.objects.count() == 0


def test_the_register_says_whose_why_how_long_and_what_erasure_does(lead: Client):
    page = shown(lead, reverse("web:personal-register"))
    for words in (
        "Letter as text, Letter as HTML, Paragraph written by a person",
        "its key is destroyed",
        "36 months after the last business",
        "proving what was done",
    ):
        assert words in page
    lead.cookies["django_language"] = "zh-hans"
    assert "密钥被销毁" in shown(lead, reverse("web:personal-register"))


def test_the_preview_names_what_goes_and_what_stays_and_changes_nothing(ours: Sample, lead: Client):
    page = shown(lead, reverse("web:personal-person", args=[f"customer-{ours.customer.pk}"]))
    assert "Nothing may be erased now" in page
    assert "the data are needed to establish and exercise the claim" in page
    assert reverse("web:personal-erase", args=[f"customer-{ours.customer.pk}"]) not in page
    who = ours.message.contact
    OutboxMessage.objects.filter(contact=who).update(state="handed_over", handed_over_at=ours.actor.at)
    page = shown(lead, reverse("web:personal-person", args=[place(who)]))
    assert "HGB § 257" in page
    assert who.email in Contact.objects.get(pk=who.pk).email
    assert Erasure.objects.count() == 0


def test_an_export_holds_the_person_and_stands_in_the_audit_log(ours: Sample, lead: Client, contact: Contact):
    answer = lead.post(reverse("web:personal-export", args=[place(contact)]))
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/zip", "no-store")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "Erika Entbehrlich" in archive.read("person.json").decode()
        assert json.loads(archive.read("person.json"))["subject"] == f"contact:{contact.pk}"
    entry = AuditEntry.objects.get(action="export_person")
    assert entry.actor == f"user:{ours.users['finance_lead'].pk}"


def test_erasing_needs_a_reason_and_the_mark_and_then_it_is_done(ours: Sample, lead: Client, contact: Contact):
    address = reverse("web:personal-erase", args=[place(contact)])
    for given in ({}, {"reason": "x"}, {"meant": "on"}):
        assert lead.post(address, given).status_code == 400
    assert Contact.objects.get(pk=contact.pk).name == "Erika Entbehrlich"
    page = lead.post(address, ERASE, follow=True).content.decode()
    assert "Backups made before hold names until they lapse." in page
    assert Contact.objects.get(pk=contact.pk).name == f"[erased {contact.pk}]"
    assert "Erika" not in page
    assert f"contact:{contact.pk}" in shown(lead, reverse("web:personal"))
    done = lead.post(reverse("web:personal-readmit", args=[place(contact)]), {"reason": "new order"}, follow=True)
    assert "Imports may name this person again." in done.content.decode()


def test_a_legal_hold_wins_on_the_page_too(ours: Sample, lead: Client, contact: Contact):
    do_hold(ours.actor, customer_id=ours.customer.pk, reason="legal", since=ours.actor.at.date())
    answer = lead.post(reverse("web:personal-erase", args=[place(contact)]), ERASE)
    assert answer.status_code == 409
    assert "A legal hold stands" in answer.content.decode()
    assert Contact.objects.get(pk=contact.pk).name == "Erika Entbehrlich"


def test_a_restored_database_shows_nobody_before_they_are_erased_again(
    ours: Sample, lead: Client, contact: Contact, as_role
):
    from dataclasses import replace

    actor = replace(ours.actor, roles=frozenset({"finance_lead"}))
    do_erase(actor, load(ours.company.pk, "contact", contact.pk), actor.at.date(), reason="asked")
    Erasure.objects.all().delete()
    Contact.objects.filter(pk=contact.pk).update(name="Erika Entbehrlich")
    for address in ("web:home", "web:customers", "web:outbox"):
        page = shown(lead, reverse(address), 503)
        assert "Erika" not in page
        assert reverse("web:personal-reapply") in page
    page = shown(as_role("controller"), reverse("web:customers"), 503)
    assert reverse("web:personal-reapply") not in page
    assert "Restored from a backup" in shown(lead, reverse("web:personal"))
    done = lead.post(reverse("web:personal-reapply"), follow=True).content.decode()
    assert f"contact:{contact.pk}: " in done
    assert Contact.objects.get(pk=contact.pk).name == f"[erased {contact.pk}]"
    shown(lead, reverse("web:customers"))


def test_who_cannot_be_erased_again_opens_the_pages_and_is_named(ours: Sample, lead: Client, contact: Contact):
    from dataclasses import replace

    actor = replace(ours.actor, roles=frozenset({"finance_lead"}))
    do_erase(actor, load(ours.company.pk, "contact", contact.pk), actor.at.date(), reason="asked")
    Erasure.objects.all().delete()
    Contact.objects.filter(pk=contact.pk).update(name="Erika Entbehrlich")
    do_hold(actor, customer_id=ours.customer.pk, reason="legal", since=actor.at.date())
    shown(lead, reverse("web:customers"), 503)
    done = lead.post(reverse("web:personal-reapply"), follow=True).content.decode()
    assert f"contact:{contact.pk}: A legal hold stands" in done
    shown(lead, reverse("web:customers"))
    assert "Nothing is sent to this person" in shown(lead, reverse("web:personal"))


def test_nobody_is_erased_by_itself(ours: Sample, lead: Client):
    """Contacts asleep for 36 months are listed; completing touches only erasures that were asked for."""
    Customer.objects.filter(pk=ours.customer.pk).update(created_at=ours.actor.at.replace(year=2010))
    before = list(Contact.objects.order_by("pk").values_list("name", "email"))
    assert lead.post(reverse("web:personal-complete"), follow=True).status_code == 200
    assert list(Contact.objects.order_by("pk").values_list("name", "email")) == before
    assert Erasure.objects.count() == 0


def test_every_field_of_the_register_has_a_name_in_words():
    unnamed = {one.name for one in personal_fields()} - set(FIELD_NAMES)
    assert not unnamed
