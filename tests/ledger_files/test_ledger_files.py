"""Copies of documents: recorded once, never changed, withdrawn by a record of its own, verified on every read."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from fairdue.ledger import audit, store
from fairdue.ledger.file_actions import FileError, NewFile, do_add_files, do_withdraw_file, safe_name
from fairdue.ledger.file_queries import copies_of, copy_for, in_force, withdrawn_of
from fairdue.ledger.models import AuditEntry, Customer, DocumentFile, FileWithdrawal
from fairdue.people.actor import Actor, NotAllowed
from fairdue.people.models import Company

PDF = b"%PDF-1.7 copy"


@pytest.fixture
def invoice_copy(customer, document):
    return NewFile(customer.pk, document.pk, "invoice", "RE-2026-1001.pdf", PDF, "application/pdf", "folder")


def test_the_same_file_again_changes_nothing(actor, company, invoice_copy):
    first = do_add_files(actor, [invoice_copy, invoice_copy])
    again = do_add_files(actor, [replace(invoice_copy, file_name="other name.pdf")])
    assert (first.new, again.new) == (1, 0)
    assert again.files[0].pk == first.files[0].pk == first.files[1].pk
    kept = DocumentFile.objects.get()
    assert (kept.sha256, kept.size_bytes) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert store.get(kept.company_id, kept.sha256) == PDF
    assert AuditEntry.objects.filter(action="add_files").count() == 1
    assert audit.verify(company.pk) == []


def test_a_withdrawn_file_is_gone_for_notices_and_can_be_brought_again(actor, company, customer, invoice_copy):
    file = do_add_files(actor, [invoice_copy]).files[0]
    do_withdraw_file(actor, file.pk, reason="wrong invoice")
    do_withdraw_file(actor, file.pk, reason="a second time")
    assert copies_of(company.pk, [customer.pk]) == {}
    assert withdrawn_of(company.pk, None) == withdrawn_of(company.pk, [customer.pk]) == {customer.pk: {file.sha256}}
    assert FileWithdrawal.objects.get().reason == "wrong invoice"
    back = do_add_files(actor, [invoice_copy])
    assert (back.new, back.files[0].turn) == (1, 1)
    assert withdrawn_of(company.pk, None) == {}
    assert in_force(company.pk).get().pk == back.files[0].pk


def test_the_database_itself_keeps_files_and_withdrawals(actor, company, customer, invoice_copy, now):
    file = do_add_files(actor, [invoice_copy]).files[0]
    do_withdraw_file(actor, file.pk, reason="wrong")
    other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR", language="de")
    stranger = Customer.objects.create(company=other, number="X", number_key="X", name="X", created_at=now)
    wrong = DocumentFile(
        company=company, customer=stranger, kind="invoice", file_name="x", sha256="0" * 64, size_bytes=1,
        media_type="application/pdf", origin="folder", recorded_at=now, recorded_by="x",
    )  # fmt: skip
    for change in (
        lambda: DocumentFile.objects.update(file_name="y"),
        lambda: DocumentFile.objects.filter(pk=file.pk).delete(),
        lambda: FileWithdrawal.objects.update(reason="y"),
        lambda: FileWithdrawal.objects.all().delete(),
        wrong.save,
        DocumentFile(**_fields(file) | {"turn": 7, "customer_id": stranger.pk}).save,
        DocumentFile(**_fields(file)).save,
        DocumentFile(**_fields(file) | {"turn": 8, "size_bytes": 0}).save,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert DocumentFile.objects.count() == FileWithdrawal.objects.count() == 1


def _fields(file: DocumentFile) -> dict[str, object]:
    return {
        field.attname: getattr(file, field.attname)
        for field in DocumentFile._meta.concrete_fields
        if field.name != "id"
    }


@pytest.mark.parametrize(
    "change", [{"kind": "receipt"}, {"origin": "fax"}, {"data": b""}, {"customer_id": 0}, {"document_id": 0}]
)
def test_what_makes_no_sense_is_refused_and_nothing_written(actor, invoice_copy, change):
    with pytest.raises(FileError):
        do_add_files(actor, [invoice_copy, replace(invoice_copy, **change)])
    assert DocumentFile.objects.count() == 0


def test_adding_and_withdrawing_need_the_right_to_bring_data_in(actor, company, now, invoice_copy):
    file = do_add_files(actor, [invoice_copy]).files[0]
    auditor = Actor(company_id=company.pk, at=now, roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed):
        do_add_files(auditor, [invoice_copy])
    with pytest.raises(NotAllowed):
        do_withdraw_file(auditor, file.pk, reason="x")
    other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR", language="de")
    with pytest.raises(DocumentFile.DoesNotExist):
        do_withdraw_file(replace(actor, company_id=other.pk), file.pk, reason="x")
    assert FileWithdrawal.objects.count() == 0


def test_a_contract_of_the_customer_serves_every_document_an_invoice_only_its_own(
    actor, company, customer, document, now
):
    contract = NewFile(customer.pk, None, "contract", "frame.pdf", b"%PDF-frame", "application/pdf", "upload")
    stray = replace(contract, kind="invoice", data=b"%PDF-stray")
    own = replace(contract, document_id=document.pk, data=b"%PDF-own")
    do_add_files(actor, [contract, stray])
    kept = copies_of(company.pk, [customer.pk])[customer.pk]
    assert copy_for(kept, "contract", document.pk).file_name == "frame.pdf"
    assert copy_for(kept, "invoice", document.pk) is None
    do_add_files(replace(actor, at=now + timedelta(days=1)), [own, replace(own, kind="other", data=b"%PDF-note")])
    kept = copies_of(company.pk, [customer.pk])[customer.pk]
    assert copy_for(kept, "contract", document.pk).document_id == document.pk
    assert {copy.kind for copy in kept} == {"contract", "invoice"}


def test_a_file_changed_or_lost_on_disk_is_found_on_reading(actor, invoice_copy):
    sha256 = do_add_files(actor, [invoice_copy]).files[0].sha256
    store.blob_path(actor.company_id, sha256).write_bytes(b"%PDF-1.7 forged")
    with pytest.raises(store.BlobError, match="changed"):
        store.get(actor.company_id, sha256)
    store.blob_path(actor.company_id, sha256).unlink()
    with pytest.raises(store.BlobError, match="missing"):
        store.get(actor.company_id, sha256)
    assert do_add_files(actor, [invoice_copy]).new == 0
    assert store.get(actor.company_id, sha256) == PDF


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\RE 1.pdf", "RE 1.pdf"),
        ("a\x00b\u202e\nc.pdf", "abc.pdf"),
        ("/", "file"),
    ],
)
def test_names_lose_folders_and_what_cannot_be_seen(given, kept):
    assert safe_name(given) == kept
