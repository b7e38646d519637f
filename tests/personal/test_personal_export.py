"""A person gets everything that is kept, to read and to take along."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import pytest
from django.utils import translation

from fairdue.ledger import audit, store
from fairdue.ledger.file_actions import NewFile, do_add_files
from fairdue.ledger.models import AuditEntry, Contact
from fairdue.people.actor import Actor, NotAllowed
from fairdue.personal.actions import do_erase
from fairdue.personal.export import do_export
from fairdue.personal.people import load

sys.path.insert(0, str(Path(__file__).parent))
from personal_wish import EMAIL, NAME, PDF, TODAY

pytestmark = pytest.mark.django_db


def exported(book, kind="customer", pk=None):
    out = io.BytesIO()
    do_export(book.actor, load(book.company.pk, kind, pk or book.customer.pk), out)
    return zipfile.ZipFile(out)


def test_the_export_holds_rows_files_and_a_page(book):
    with exported(book) as archive:
        body = json.loads(archive.read("person.json"))
        page = archive.read("index.html").decode()
        letters = [archive.read(one["place"]) for one in body["files"]]
    rows = {one["table"]: one["rows"] for one in body["tables"]}
    assert rows["ledger_customer"][0]["name"] == NAME
    assert rows["ledger_payment"][0]["amount_minor"] == 100_00
    assert rows["contact_timeline_event"]
    assert all(one["purposes"] and one["bases"] and one["retention"] for one in body["tables"])
    assert PDF in letters
    assert [one for one in letters if b"I live at" in one], "mail that came in"
    assert "<h1>What Acme Werkzeuge GmbH keeps about you</h1>" in page
    assert EMAIL in page
    assert "Bruno Bleibt" not in page + json.dumps(body)
    assert AuditEntry.objects.filter(action="export_person").count() == 1
    audit.seal(book.company.pk)
    assert audit.verify(book.company.pk) == []


def test_the_page_is_chinese_and_nothing_in_it_runs(book):
    Contact.objects.filter(pk=book.contact.pk).update(name="<script>alert(1)</script>")
    with translation.override("zh-hans"), exported(book) as archive:
        page = archive.read("index.html").decode()
    assert "处理目的" in page
    assert "<script" not in page


def test_a_contact_gets_its_own_rows_and_where_it_is_named(book):
    with exported(book, "contact", book.contact.pk) as archive:
        body = json.loads(archive.read("person.json"))
    rows = {one["table"]: one["rows"] for one in body["tables"]}
    assert [row["email"] for row in rows["ledger_contact"]] == [EMAIL]
    assert "ledger_customer" not in rows
    assert "ledger_payment" not in rows


def test_a_store_out_of_reach_gives_no_half_export_and_the_next_try_is_whole(book, monkeypatch):
    from fairdue.personal.people import PersonalError

    real, asked = store.get, []

    def away(company_id, sha256):
        asked.append(sha256)
        if len(asked) == 2:
            raise store.StoreUnreachable("timed out")
        return real(company_id, sha256)

    monkeypatch.setattr(store, "get", away)
    with pytest.raises(PersonalError, match=r"cannot be reached .file 2 of .*Nothing was written"):
        exported(book)
    assert not AuditEntry.objects.filter(action="export_person").exists()
    monkeypatch.setattr(store, "get", real)
    with exported(book) as archive:
        assert all("place" in one for one in json.loads(archive.read("person.json"))["files"])


def test_exporting_needs_the_right(book):
    clerk = Actor(company_id=book.company.pk, at=book.actor.at, name="C", roles=frozenset({"controller"}))
    with pytest.raises(NotAllowed):
        do_export(clerk, load(book.company.pk, "customer", book.customer.pk), io.BytesIO())


def test_copies_of_documents_go_along_and_go_with_the_accounting_records(book):
    """An invoice kept as a file, enclosed with nothing: the person gets it, and it goes when the books may go."""
    invoice = NewFile(
        book.customer.pk, None, "invoice", "R-1.pdf", b"%PDF-1.7 the invoice", "application/pdf", "upload"
    )
    (row,) = do_add_files(book.then, [invoice]).files
    with exported(book) as archive:
        body = json.loads(archive.read("person.json"))
        assert b"%PDF-1.7 the invoice" in [archive.read(one["place"]) for one in body["files"]]
    with exported(book, "contact", book.contact.pk) as archive:
        assert row.sha256 not in archive.read("person.json").decode()
    person = load(book.company.pk, "customer", book.customer.pk)
    assert do_erase(book.actor, person, TODAY, reason="asked").state == "done"
    with pytest.raises(store.BlobError):
        store.get(row.company_id, row.sha256)
