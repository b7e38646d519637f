"""The end of retention: every night it is looked at, once a month a task proposes, and nobody is erased by itself."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from fairdue.contact.models import Task
from fairdue.ledger.models import Contact, Erasure
from fairdue.people.actor import system_actor
from fairdue.personal.actions import do_complete, do_erase, do_open_due_task
from fairdue.personal.people import load
from fairdue.personal.queries import due

sys.path.insert(0, str(Path(__file__).parent))
from personal_traces import in_database
from personal_wish import TODAY

pytestmark = pytest.mark.django_db


def nightly(book, day: date) -> int:
    """What the run does at its end: as the system, which may erase nobody."""
    at = book.actor.at + timedelta(days=(day - book.actor.at.date()).days)
    return do_open_due_task(system_actor(book.company.pk, at), day)


def proposed(book) -> list[str]:
    return list(
        Task.objects.filter(company=book.company, key__startswith="personal:")
        .order_by("key")
        .values_list("key", flat=True)
    )


def test_contacts_asleep_for_36_months_are_proposed_once_a_month_and_stay(book):
    found = due(book.company.pk, TODAY)
    assert book.contact.pk in [pk for pk, _number, _last in found.contacts]
    before = list(Contact.objects.order_by("pk").values_list("name", "email", "active"))
    for day in (TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=31)):
        assert nightly(book, day) > 0
    assert proposed(book) == ["personal:2026-03", "personal:2026-04"]
    assert list(Contact.objects.order_by("pk").values_list("name", "email", "active")) == before
    assert Erasure.objects.count() == 0


def test_completing_ends_what_was_asked_for_and_erases_nobody_else(book):
    first = do_erase(
        book.actor, load(book.company.pk, "customer", book.customer.pk), date(2020, 12, 31), reason="asked"
    )
    assert first.state == "partly"
    other = Contact.objects.get(customer=book.other)
    assert do_complete(book.actor, date(2020, 12, 31)) == 0
    assert do_complete(replace(book.actor), date(2023, 1, 1)) >= 1
    assert Erasure.objects.get().state == "done"
    assert in_database() == []
    assert Contact.objects.get(pk=other.pk).name == "Bruno Bleibt"


def test_without_anything_due_no_task_is_opened(book):
    Contact.objects.update(name="[erased]")
    from fairdue.contact.models import StoredBlob

    StoredBlob.objects.update(created_at=book.actor.at)
    assert nightly(book, TODAY) == 0
    assert proposed(book) == []
