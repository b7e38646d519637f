"""A person who may go goes everywhere, and nothing that counts changes."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import zipfile
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, OperationalError

from fairdue.ledger import audit, store
from fairdue.ledger.actions import Maturity, do_book_document, do_hold
from fairdue.ledger.models import AuditEntry, Contact, Customer, DueItem, Erasure, Payment, SealedFile
from fairdue.people.actor import Actor, NotAllowed
from fairdue.personal.actions import ErasureRefused, do_erase
from fairdue.personal.people import PersonalError, find, load

sys.path.insert(0, str(Path(__file__).parent))
from personal_traces import in_database, in_folder
from personal_wish import CHINESE, EMAIL, NAME, PDF, TODAY

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, OperationalError, InternalError)


def erase(book, kind="customer", today=TODAY, **more):
    pk = {"customer": book.customer.pk, "contact": book.contact.pk}[kind]
    return do_erase(book.actor, load(book.company.pk, kind, pk), today, reason="asked by letter of 1 March", **more)


def money(book) -> list[object]:
    """What must never change: every amount, date, hash and id of the customer."""
    return [
        list(DueItem.objects.order_by("pk").values_list("pk", "amount_minor", "due_on", "customer_id")),
        list(Payment.objects.order_by("pk").values_list("pk", "amount_minor", "effective_on", "customer_id")),
        list(AuditEntry.objects.order_by("pk").values_list("pk", "content_hash", "subject"))[:10],
    ]


def test_no_byte_names_the_person_afterwards(book):
    assert in_database(), "the sample names the person"
    assert in_folder(book.data)
    assert PDF not in (p.read_bytes() for p in (book.data / "blobs").rglob("*") if p.is_file()), (
        "stored files are sealed"
    )
    audit.seal(book.company.pk)
    before = money(book)
    done = erase(book)
    assert (done.state, done.stays) == ("done", [])
    assert in_database() == []
    assert in_folder(book.data) == []
    assert money(book) == before
    audit.seal(book.company.pk)
    assert audit.verify(book.company.pk) == []


def test_erased_persons_show_as_erased_and_others_stay(book):
    erase(book)
    customer = Customer.objects.get(pk=book.customer.pk)
    assert (customer.name, customer.number, customer.street) == ("[erased]", f"erased-{customer.pk}", "")
    contact = Contact.objects.get(pk=book.contact.pk)
    assert (contact.name, contact.email, contact.active) == (f"[erased {contact.pk}]", "", False)
    assert Contact.objects.get(customer=book.other).name == "Bruno Bleibt"
    listed = (book.data / "outbox" / "letters" / "acme" / "2014-05-06" / "manifest.csv").read_text(encoding="utf-8-sig")
    assert "[erased]" in listed
    assert "Beta AG,Weg 1" in listed


def test_the_key_of_a_letter_goes_so_that_copies_of_its_bytes_say_nothing(book):
    sha256 = hashlib.sha256(PDF).hexdigest()
    copy = store.blob_path(book.company.pk, sha256).read_bytes()
    row = SealedFile.objects.get(sha256=sha256)
    erase(book)
    with pytest.raises(store.BlobError, match="erased with the person"):
        store.get(book.company.pk, sha256)
    store.opened().write(row.stored_sha256, copy)
    with pytest.raises(store.BlobError, match="erased with the person"):
        store.get(book.company.pk, sha256)


def test_letters_stay_as_long_as_the_law_keeps_them(book):
    """In Germany letters are kept six years, vouchers eight, from the end of the year."""
    first = erase(book, today=date(2020, 12, 31))
    assert first.state == "partly"
    assert [(one["clock"], one["until"]) for one in first.stays] == [("letter", "2020-12-31"), ("book", "2022-12-31")]
    assert store.get(book.company.pk, hashlib.sha256(PDF).hexdigest()) == PDF
    assert Customer.objects.get(pk=book.customer.pk).name == NAME
    assert Contact.objects.get(pk=book.contact.pk).email == ""
    second = erase(book, today=date(2021, 1, 1))
    assert (second.state, [one["clock"] for one in second.stays]) == ("partly", ["book"])
    with pytest.raises(store.BlobError):
        store.get(book.company.pk, hashlib.sha256(PDF).hexdigest())
    assert erase(book, today=date(2023, 1, 1)).state == "done"
    assert Erasure.objects.count() == 1
    assert in_database() == []


def test_a_legal_hold_wins(book):
    do_hold(book.actor, customer_id=book.customer.pk, reason="legal", since=TODAY)
    for kind in ("customer", "contact"):
        with pytest.raises(ErasureRefused) as caught:
            erase(book, kind)
        assert [one.code for one in caught.value.verdict.refused] == ["personal_legal_hold"]
    assert Contact.objects.get(pk=book.contact.pk).email == EMAIL
    assert Erasure.objects.count() == 0


def test_an_open_claim_keeps_the_customer_and_lets_the_contact_go(book):
    do_book_document(
        book.actor, customer_id=book.customer.pk, kind="invoice", number="R-2", issued_on=TODAY, currency="EUR",
        maturities=[Maturity(TODAY, 5_00)],
    )  # fmt: skip
    with pytest.raises(ErasureRefused) as caught:
        erase(book)
    assert [one.code for one in caught.value.verdict.refused] == ["personal_open_claim"]
    assert erase(book, "contact").state == "partly"
    assert Customer.objects.get(pk=book.customer.pk).name == NAME
    assert in_database(CHINESE, EMAIL) == []


def test_erasing_needs_the_right_and_a_reason(book):
    clerk = Actor(company_id=book.company.pk, at=book.actor.at, name="C", roles=frozenset({"controller"}))
    with pytest.raises(NotAllowed):
        do_erase(clerk, load(book.company.pk, "customer", book.customer.pk), TODAY, reason="x")
    with pytest.raises(PersonalError):
        do_erase(book.actor, load(book.company.pk, "customer", book.customer.pk), TODAY, reason=" ")
    assert Erasure.objects.count() == 0
    assert find(book.company.pk, EMAIL).subject == f"contact:{book.contact.pk}"


def test_the_guards_let_persons_go_only_while_one_is_erased(book):
    def change(sql):
        with pytest.raises(REFUSED), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

    change("UPDATE contact_timeline_event SET text = ''")
    change("UPDATE contact_outbox_message SET body_text = ''")
    Erasure.objects.create(
        company=book.company, subject="customer:1", state="erasing", reason="x", asked_by="x", opened_at=book.actor.at
    )
    change("UPDATE ledger_audit_entry SET content_hash = 'x'")
    change("UPDATE ledger_due_item SET amount_minor = 1")
    change("UPDATE contact_outbox_message SET content_sha256 = 'x'")
    change("UPDATE ledger_payment SET amount_minor = 1")
    change("DELETE FROM contact_timeline_event")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE contact_timeline_event SET text = ''")
        cursor.execute("UPDATE contact_outbox_message SET body_text = ''")


STEPS = ("opened", "letters removed", "files removed", "swept")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_is_killed_is_completed_by_asking_again(book, step):
    class KilledError(BaseException):
        pass

    def kill(at: str) -> None:
        if at == step:
            raise KilledError

    with pytest.raises(KilledError):
        erase(book, checkpoint=kill)
    assert erase(book).state == "done"
    assert in_database() == []
    assert in_folder(book.data) == []
    audit.seal(book.company.pk)
    assert audit.verify(book.company.pk) == []


def test_a_redaction_that_nobody_attested_is_an_edit(book):
    audit.seal(book.company.pk)
    erase(book)
    audit.seal(book.company.pk)
    victim = AuditEntry.objects.filter(company=book.company, action="note").latest("pk")
    Erasure.objects.update(state="erasing")
    AuditEntry.objects.filter(pk=victim.pk).update(detail={"customer": 99})
    assert [finding.fault for finding in audit.verify(book.company.pk)] == [audit.Fault.EDITED]


def test_a_workbook_that_names_the_person_is_removed(book):
    from fairdue.contact import blobs
    from fairdue.personal.files import SHEETS

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<si><t>{NAME}</t></si>")
    kept = blobs.keep(book.company.pk, data.getvalue(), SHEETS[-1], book.then.at)
    erase(book)
    with pytest.raises(store.BlobError):
        store.get(book.company.pk, kept.sha256)


def test_a_snapshot_names_nobody(book, tmp_path):
    from fairdue.ledger import snapshot

    folder = tmp_path / "snapshots" / "s"
    folder.parent.mkdir(exist_ok=True)
    snapshot.take(book.company.pk, TODAY, book.actor.at, folder)
    assert in_folder(folder) == []
    assert pq.read_table(folder / "customers.parquet").num_rows == 2
