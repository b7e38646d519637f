"""What one person's erasure leaves of others: another company's files, other customers' evidence, other customers' records."""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from fairdue.contact import actions as contact
from fairdue.contact import blobs
from fairdue.contact.links import is_open
from fairdue.contact.models import InboundMail, PortalAnswer, PortalLink, StoredBlob
from fairdue.intake.bring import do_bring, read_for
from fairdue.intake.models import Import
from fairdue.ledger import audit, store
from fairdue.ledger.actions import do_book_payment, do_hold, do_release_hold
from fairdue.ledger.contacts import do_end_contact
from fairdue.ledger.models import AuditEntry, AuditText, Contact, Customer, Payment, SealedFile
from fairdue.people.models import Company
from fairdue.people.scope import company_scope
from fairdue.personal.actions import do_complete, do_erase
from fairdue.personal.claims import COLUMNS
from fairdue.personal.people import load
from fairdue.personal.queries import old_imports
from fairdue.personal.rows import models

sys.path.insert(0, str(Path(__file__).parent))
from personal_wish import NAME, PDF, THEN, TODAY

pytestmark = pytest.mark.django_db
SHA = hashlib.sha256(PDF).hexdigest()
LIST = b"Invoice,Amount,Paid on\nR-77,100.00,2014-05-01\n"


@pytest.fixture
def neighbour(book):
    return Company.objects.create(code="other", name="Other", country="DE", currency="EUR", language="de")


def erase(book, person):
    return do_erase(book.actor, person, TODAY, reason="asked")


def customer(book):
    return load(book.company.pk, "customer", book.customer.pk)


def readable(company_id: int, sha256: str) -> bool:
    try:
        store.get(company_id, sha256)
    except store.BlobError:
        return False
    return True


def mail(book, owner, raw, attachments=()):
    kept = blobs.keep(book.company.pk, raw, "message/rfc822", THEN)
    files = [blobs.keep(book.company.pk, data, kind, THEN) for data, kind in attachments]
    return InboundMail.objects.create(
        company=book.company, mail_key=hashlib.sha256(raw).hexdigest(), raw=kept, way="file", received_at=THEN, kind="reply",
        customer=owner, state="read",
        attachments=[{"sha256": one.sha256, "file_name": "a.csv", "media_type": one.media_type} for one in files],
    )  # fmt: skip


def test_the_same_file_in_another_company_stays_that_companys(book, neighbour):
    store.put(neighbour.pk, PDF)
    ours = SealedFile.objects.get(company=book.company, sha256=SHA)
    theirs = SealedFile.objects.get(company=neighbour, sha256=SHA)
    assert ours.stored_sha256 != theirs.stored_sha256
    erase(book, customer(book))
    assert not readable(book.company.pk, SHA)
    assert store.get(neighbour.pk, SHA) == PDF


def test_a_company_sees_no_other_companys_keys(book, neighbour):
    if connection.vendor != "postgresql":
        pytest.skip("row-level security is PostgreSQL's")
    store.put(neighbour.pk, PDF)
    with company_scope(book.company.pk):
        assert set(SealedFile.objects.values_list("company_id", flat=True)) == {book.company.pk}


def test_a_file_that_two_companies_shared_of_old_ends_with_neither_alone(book, neighbour):
    """Before each company had a key of its own, both rows name one key: the sweep ends it when nobody holds it."""
    row = SealedFile.objects.get(company=book.company, sha256=SHA)
    SealedFile.objects.filter(pk=row.pk).update(wrapped=store.SHARED)
    SealedFile.objects.create(company=neighbour, sha256=SHA, stored_sha256=row.stored_sha256, wrapped=store.SHARED)
    assert store.remove(book.company.pk, SHA)
    assert not store.remove(book.company.pk, SHA)
    assert not readable(book.company.pk, SHA)
    assert store.get(neighbour.pk, SHA) == PDF


def test_what_another_customer_sent_too_stays_evidence(book):
    """A mail, its file and an upload of Beta AG hold the same bytes as letters and mails of the person."""
    mail(book, book.other, b"theirs", [(PDF, "application/pdf")])
    assert SHA in customer_files(book)
    erase(book, customer(book))
    assert readable(book.company.pk, SHA)


def test_what_another_customer_uploaded_stays_evidence(book):
    link = PortalLink.objects.create(
        company=book.company, customer=book.other, token_hash="0" * 64, created_at=THEN, expires_on=THEN.date()
    )
    upload = StoredBlob.objects.get(sha256=SHA)
    PortalAnswer.objects.create(
        company=book.company, customer=book.other, link=link, kind="already_paid", at=THEN, upload=upload, upload_name="p"
    )  # fmt: skip
    erase(book, customer(book))
    assert readable(book.company.pk, SHA)


def customer_files(book):
    from fairdue.personal.files import letters

    return [one[0] for one in letters(book.company.pk, customer(book))]


def test_every_column_that_names_a_stored_file_is_asked(book):
    """A new tie to stored files must stand in the list, else an erasure would not ask it."""
    ties = {
        (model._meta.db_table, f"{one.name}__sha256")
        for model in models().values()
        for one in model._meta.concrete_fields
        if one.related_model is StoredBlob
    }
    assert ties <= set(COLUMNS)


def test_a_list_that_came_by_mail_is_no_old_import(book):
    mail(book, book.other, b"their list", [(LIST, "text/csv")])
    sha256 = hashlib.sha256(LIST).hexdigest()
    assert sha256 not in old_imports(book.company.pk, TODAY)
    assert do_complete(book.actor, TODAY) >= 1, "the imported list of 2014 goes"
    assert readable(book.company.pk, sha256)
    assert not readable(book.company.pk, Import.objects.get().file_sha256)


def bring(book, text, name):
    reading = read_for(None, text.encode(), name, as_of=THEN.date(), kind="customers", company_id=book.company.pk)
    assert do_bring(book.then, "erp", reading, as_of=THEN.date()).state == "written"
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", ["财务", "财务部", "Accounts", "Accounts Payable", "Bruno Bleibt"])
def test_a_common_name_takes_nothing_of_other_customers(book, name):
    """A contact called after what it does, or like somebody else's contact: others' reasons and lists stay."""
    hold = do_hold(book.then, customer_id=book.other.pk, reason="manual", since=THEN.date(), note="x")
    do_release_hold(book.then, hold.pk, on=THEN.date() + timedelta(days=1), reason=f"{name} of Beta approved it")
    listed = bring(book, f"Customer number,Customer name,Accounts,Accounts Payable\n19,Gamma AG,a,{name}\n", "c.csv")
    shared = Contact.objects.create(company=book.company, customer=book.customer, name=name)
    erase(book, load(book.company.pk, "contact", shared.pk))
    assert AuditText.objects.filter(text__contains="of Beta approved it").exists()
    assert readable(book.company.pk, listed)
    assert Contact.objects.get(pk=shared.pk).name.startswith("[erased")
    audit.seal(book.company.pk)
    assert audit.verify(book.company.pk) == []


def test_a_common_name_goes_out_of_the_persons_own_rows_and_entries(book):
    shared = Contact.objects.create(company=book.company, customer=book.customer, name="Accounts")
    contact.do_note(book.then, customer_id=book.customer.pk, text="Accounts will pay")
    hold = do_hold(book.then, customer_id=book.customer.pk, reason="manual", since=THEN.date(), note="x")
    do_release_hold(book.then, hold.pk, on=THEN.date() + timedelta(days=1), reason="Accounts asked")
    erase(book, load(book.company.pk, "contact", shared.pk))
    assert not AuditText.objects.filter(text__contains="Accounts").exists()
    assert Customer.objects.get(pk=book.other.pk).name == "Beta AG"


def test_a_store_out_of_reach_is_named_and_the_erasure_goes_on_later(book, monkeypatch):
    from fairdue.personal.people import PersonalError

    real = blobs.get
    brought = Import.objects.get().file_sha256

    def away(company_id, sha256):
        if sha256 == brought:
            raise store.StoreUnreachable("away")
        return real(company_id, sha256)

    monkeypatch.setattr(blobs, "get", away)
    with pytest.raises(PersonalError, match=brought[:12]):
        erase(book, customer(book))
    monkeypatch.undo()
    assert erase(book, customer(book)).state == "done"
    assert not readable(book.company.pk, brought)


def tampering(*statements):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("ledger_audit_entry", "ledger_audit_text"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            for table in ("ledger_audit_entry", "ledger_audit_text"):
                for verb in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
        for statement, values in statements:
            cursor.execute(statement, values)


def edited(book, detail):
    """Change what a sealed entry says, and write a ``redact`` entry that names it: what an owner of the database can do."""
    entry = AuditEntry.objects.filter(company=book.company, action="book_payment").first() or AuditEntry.objects.first()
    now = audit.content_hash(entry.company_id, entry.at, entry.actor, entry.action, entry.subject, detail)
    tampering(("UPDATE ledger_audit_entry SET detail = %s WHERE id = %s", [json.dumps(detail), entry.pk]))
    return [[entry.pk, now]]


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("detail", [{"amount_minor": 5}, {"amount_minor": 5, "reason": "[erased]"}])
@pytest.mark.parametrize("subject", ["customer", "nobody"])
def test_no_redaction_hides_an_edit(book, subject, detail, sealed):
    erase(book, customer(book))
    audit.seal(book.company.pk)
    assert audit.verify(book.company.pk) == []
    named = edited(book, detail)
    of = customer(book).subject if subject == "customer" else "customer:999"
    audit.record(book.actor, audit.REDACT, of, entries=named)
    if sealed:
        audit.seal(book.company.pk)
    assert [one.fault for one in audit.verify(book.company.pk)] == [audit.Fault.EDITED]
    assert audit.redactions(book.company.pk) == ()


def test_texts_emptied_by_no_erasure_and_texts_gone_are_found(book):
    audit.seal(book.company.pk)
    first, second = AuditText.objects.order_by("pk").values_list("pk", flat=True)[:2]
    tampering(("UPDATE ledger_audit_text SET text = '', salt = '' WHERE id = %s", [first]))
    assert [one.fault for one in audit.verify(book.company.pk)] == [audit.Fault.EMPTIED]
    tampering(("DELETE FROM ledger_audit_text WHERE id = %s", [second]))
    assert audit.Fault.EDITED in [one.fault for one in audit.verify(book.company.pk)]


def test_what_the_books_say_of_a_contact_stays_as_long_as_they(book):
    """A payment of today names the contact: its text goes when the accounting duty ends, not at once."""
    do_book_payment(
        book.actor, amount_minor=5_00, currency="EUR", effective_on=TODAY, customer_id=book.other.pk,
        reference="R-9 Bruno Bleibt", payer="Beta AG",
    )  # fmt: skip
    bruno = load(book.company.pk, "contact", Contact.objects.get(customer=book.other).pk)
    done = erase(book, bruno)
    assert (done.state, [one["clock"] for one in done.stays]) == ("partly", ["book"])
    assert Payment.objects.filter(reference="R-9 Bruno Bleibt").exists()
    assert not Contact.objects.filter(name="Bruno Bleibt").exists()


@pytest.mark.parametrize("end", ["erase", "end"])
def test_links_close_with_their_contact(book, end):
    link = PortalLink.objects.create(
        company=book.company, customer=book.customer, contact=book.contact, token_hash="1" * 64, created_at=THEN, expires_on=TODAY
    )  # fmt: skip
    assert is_open(link, TODAY)
    if end == "erase":
        erase(book, load(book.company.pk, "contact", book.contact.pk))
    else:
        do_end_contact(book.actor, book.contact.pk, reason="left")
    assert not is_open(PortalLink.objects.select_related("contact").get(pk=link.pk), TODAY)


def test_one_subject_that_vanished_stops_no_other(book):
    from fairdue.ledger.models import Erasure

    Erasure.objects.create(
        company=book.company, subject="contact:999999", state="partly", reason="x", asked_by="x", next_on=THEN.date(), opened_at=THEN
    )  # fmt: skip
    do_erase(book.actor, customer(book), THEN.date().replace(year=2020), reason="asked")
    left: list[tuple[str, str]] = []
    do_complete(book.actor, TODAY, left)
    assert [subject for subject, _why in left] == ["contact:999999"]
    assert Erasure.objects.get(subject=customer(book).subject).state == "done"


def test_a_contact_of_an_erased_customer_blocks_no_other_customer(book):
    """The contact of the erased was called like a firm that comes later."""
    Contact.objects.create(company=book.company, customer=book.customer, name="Gamma AG")
    erase(book, customer(book))
    bring(book, "Customer number,Customer name\n19,Gamma AG\n", "c.csv")
    assert Customer.objects.filter(name="Gamma AG").exists()


def test_an_open_items_list_books_to_the_pseudonym(book):
    erase(book, customer(book))
    text = f"Customer name,Invoice number,Invoice date,Due date,Amount,Currency\n{NAME},R-200,2026-01-02,2026-02-02,10.00,EUR\n"
    reading = read_for(None, text.encode(), "o.csv", as_of=TODAY, kind="open_items", company_id=book.company.pk)
    assert do_bring(book.actor, "erp2", reading, as_of=TODAY).state == "written"
    assert not Customer.objects.filter(name=NAME).exists()
    assert Customer.objects.count() == 2
