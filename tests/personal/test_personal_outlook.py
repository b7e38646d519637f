"""What is told of an erasure beside the clocks: money rows that stay, names of others, payments that give only the number."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from fairdue.ledger import actions, audit, store
from fairdue.ledger.models import AuditEntry, Contact, Customer, Erasure, Payment
from fairdue.personal.actions import do_complete, do_erase
from fairdue.personal.outlook import outlook
from fairdue.personal.people import load

sys.path.insert(0, str(Path(__file__).parent))
from personal_traces import in_database, in_folder
from personal_wish import EMAIL, NAME, TODAY

pytestmark = pytest.mark.django_db


def person(book, kind="customer", pk=None):
    return load(book.company.pk, kind, pk or book.customer.pk)


def paid(book, reference, payer=""):
    return actions.do_book_payment(
        book.then, amount_minor=5_00, currency="EUR", effective_on=date(2014, 7, 1), reference=reference, payer=payer
    )


def test_money_rows_are_told_with_their_number_duty_and_last_day(book):
    left = outlook(book.company.pk, person(book))
    number = f"erased-{book.customer.pk}"
    assert {one.table: one.rows for one in left.kept} == {
        "ledger_document": 1, "ledger_due_item": 1, "ledger_payment": 1, "ledger_allocation": 1,
    }  # fmt: skip
    assert {one.number for one in left.kept} == {number}
    assert {one.until for one in left.kept} == {date(2022, 12, 31)}
    assert all("HGB" in one.source for one in left.kept)
    do_erase(book.actor, person(book), TODAY, reason="asked")
    assert Customer.objects.get(pk=book.customer.pk).number == number
    assert outlook(book.company.pk, person(book)).kept == left.kept, "the same after it"
    entry = AuditEntry.objects.filter(action="erase").order_by("pk").last()
    assert entry.detail["kept"] == {one.table: one.rows for one in left.kept}
    audit.seal(book.company.pk)
    assert audit.verify(book.company.pk) == []


def test_money_of_nobody_that_names_the_person_loses_the_name(book):
    mine = paid(book, f"for {NAME}", payer=NAME)
    others = paid(book, "for Beta AG", payer="Beta AG")
    do_erase(book.actor, person(book), TODAY, reason="asked")
    assert in_database() == []
    assert Payment.objects.get(pk=mine.pk).amount_minor == 5_00
    assert Payment.objects.get(pk=others.pk).payer == "Beta AG"


def test_a_payment_that_gives_only_the_number_is_told(book):
    Customer.objects.filter(pk=book.customer.pk).update(number="K4711", number_key="K4711")
    wanted = paid(book, "Kd.Nr. K4711, thanks")
    paid(book, "Kd.Nr. K47110")
    left = outlook(book.company.pk, person(book))
    assert (left.by_number, left.by_number_count) == ((wanted.pk,), 1)
    assert {one.number for one in left.kept} == {"K4711"}, "a true number stays"


@pytest.mark.parametrize("name", ["Accounts", "Bruno Bleibt", "财务"])
def test_names_that_others_bear_are_told_before_the_erasure(book, name):
    shared = Contact.objects.create(
        company=book.company, customer=book.customer, name=name, email="x@kaesebier.example"
    )
    assert outlook(book.company.pk, person(book, "contact", shared.pk)).common == (name,)
    assert name in outlook(book.company.pk, person(book)).common
    assert NAME not in outlook(book.company.pk, person(book)).common


def test_a_store_out_of_reach_stops_no_other_erasure_and_the_next_try_ends_it(book, monkeypatch):
    from fairdue.contact import blobs

    real = blobs.remove

    def away(company_id, sha256):
        raise store.StoreUnreachable("timed out")

    monkeypatch.setattr(blobs, "remove", away)
    with pytest.raises(store.StoreUnreachable):
        do_erase(book.actor, person(book), TODAY, reason="asked")
    assert Customer.objects.get(pk=book.customer.pk).name == NAME, "the tables still say who it is"
    left: list[tuple[str, str]] = []
    do_complete(book.actor, TODAY, left)
    assert left == [(f"customer:{book.customer.pk}", "timed out")]
    monkeypatch.setattr(blobs, "remove", real)
    do_complete(book.actor, TODAY, left)
    assert Erasure.objects.get().state == "done"
    assert in_database() == in_folder(book.data) == []
    assert not Contact.objects.filter(email=EMAIL).exists()
