"""Copies of documents on the pages: seen, saved and never shown, added and taken back by right."""

from __future__ import annotations

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.ledger import store
from fairdue.ledger.models import DocumentFile, FileWithdrawal

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


def test_a_file_is_saved_and_never_shown(ours: Sample, as_role):
    response = as_role("account_owner").get(reverse("web:file", args=[ours.file.pk]))
    assert response.content == f"%PDF-1.7 {ours.secret}".encode()
    assert response["Content-Disposition"] == f'attachment; filename="{ours.secret}.pdf"'
    assert (response["X-Content-Type-Options"], response["Content-Type"]) == ("nosniff", "application/pdf")
    assert response["Content-Security-Policy"].startswith("sandbox;")


def test_a_file_that_was_changed_on_disk_is_not_given(ours: Sample, lead: Client):
    store.blob_path(ours.file.company_id, ours.file.sha256).write_bytes(b"%PDF-1.7 forged")
    assert lead.get(reverse("web:file", args=[ours.file.pk])).status_code == 404


def test_the_customers_page_lists_files_and_what_is_missing(ours: Sample, lead: Client, as_role):
    page = lead.get(reverse("web:customer-files", args=[ours.customer.pk])).content.decode()
    assert reverse("web:file", args=[ours.file.pk]) in page
    assert "Missing copies" in page
    assert page.count('<td data-label="Kind">Contract</td>') == 1
    readers = as_role("auditor").get(reverse("web:customer-files", args=[ours.customer.pk])).content.decode()
    assert "Keep the file" in page
    assert "Keep the file" not in readers
    assert "Take back" not in readers


def test_a_person_adds_a_file_for_a_document_and_takes_it_back(ours: Sample, lead: Client):
    where = reverse("web:customer-file-add", args=[ours.customer.pk])
    asked = {"file": upload("photo.html", PNG), "kind": "delivery_proof", "document": ours.document.pk}
    page = lead.post(where, asked, follow=True).content.decode()
    assert "The file is kept." in page
    made = DocumentFile.objects.get(document=ours.document, kind="delivery_proof")
    assert (made.file_name, made.media_type, made.origin) == ("photo.html.png", "image/png", "upload")
    assert made.recorded_by == ours.users["finance_lead"].username or made.recorded_by
    lead.post(reverse("web:file-withdraw", args=[made.pk]), {"reason": ""})
    assert FileWithdrawal.objects.count() == 0
    page = lead.post(reverse("web:file-withdraw", args=[made.pk]), {"reason": "blurred"}, follow=True).content.decode()
    assert (FileWithdrawal.objects.get().reason, "photo.html.png" in page) == ("blurred", False)


def test_an_invoice_copy_needs_its_invoice_and_a_script_is_no_copy(ours: Sample, theirs: Sample, lead: Client):
    where = reverse("web:customer-file-add", args=[ours.customer.pk])
    before = DocumentFile.objects.count()
    for asked, told in (
        ({"file": upload("a.png", PNG), "kind": "invoice"}, "Please choose the invoice."),
        ({"file": upload("a.pdf", b"<script>alert(1)</script>"), "kind": "contract"}, "neither PDF, PNG nor JPEG"),
        ({"file": upload("a.png", PNG), "kind": "invoice", "document": theirs.document.pk}, "valid choice"),
    ):
        assert told in lead.post(where, asked, follow=True).content.decode()
    assert DocumentFile.objects.count() == before


def test_a_zip_of_many_finds_its_documents_and_says_what_it_refused(ours: Sample, theirs: Sample, lead: Client):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{ours.document.number}.png", PNG)
        archive.writestr("<b>notes</b>.txt", b"no")
    page = lead.post(reverse("web:imports-copies"), {"many": upload("scans.zip", out.getvalue())}).content.decode()
    assert "1 file is new" in page
    assert "scans/&lt;b&gt;notes&lt;/b&gt;.txt" in page
    made = DocumentFile.objects.get(origin="zip")
    assert (made.document_id, made.company_id, made.kind) == (ours.document.pk, ours.company.pk, "invoice")
    again = lead.post(reverse("web:imports-copies"), {"many": upload("scans.zip", out.getvalue())}).content.decode()
    assert "1 was kept before" in again
    assert lead.post(reverse("web:imports-copies"), {}, follow=True).status_code == 200


def test_a_store_that_cannot_be_reached_says_try_again(ours: Sample, lead: Client, monkeypatch):
    def unreachable(*_given: object) -> bytes:
        raise store.StoreUnreachable("s3://x")

    monkeypatch.setattr(store, "get", unreachable)
    response = lead.get(reverse("web:file", args=[ours.file.pk]))
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "Please try again" in response.content.decode()
    monkeypatch.setattr(store, "put", unreachable)
    before = DocumentFile.objects.count()
    asked = {"file": upload("a.png", PNG + b"new"), "kind": "delivery_proof", "document": ours.document.pk}
    assert lead.post(reverse("web:customer-file-add", args=[ours.customer.pk]), asked).status_code == 503
    assert DocumentFile.objects.count() == before


def test_a_copy_larger_than_an_upload_is_not_read(ours: Sample, lead: Client, settings):
    settings.FAIRDUE_UPLOAD_MAX_BYTES = 10
    asked = {"file": upload("a.png", PNG), "kind": "delivery_proof", "document": ours.document.pk}
    page = lead.post(reverse("web:customer-file-add", args=[ours.customer.pk]), asked, follow=True).content.decode()
    assert "The file is too large." in page
