"""Files from folders, ZIPs and mails find their documents; what is hostile or unclear comes back with a reason."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from copy_samples import PNG, locked, mail, pdf, with_action, zipped

from fairdue.formats.copies.naming import kind_of, number_key
from fairdue.formats.copies.unpack import Limits, unzip
from fairdue.formats.errors import FormatError
from fairdue.intake.files import do_bring_paths, do_bring_uploads, refused_csv
from fairdue.intake.sorting import Asked, DocumentRef
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import AuditEntry, Customer, Document, DocumentFile
from fairdue.ledger.pdf_reader import PdfProcess
from fairdue.people.actor import Actor, NotAllowed


@pytest.fixture
def book(actor, company, now):
    """Two customers; invoices whose numbers are hard to tell apart."""
    made = {}
    for number, name in (("K100", "Müller Maschinen GmbH"), ("K200", "上海示例有限公司")):
        made[number] = Customer.objects.create(
            company=company, number=number, number_key=number, name=name, created_at=now
        )
    for owner, number in (
        ("K100", "RE-2026-1001"), ("K100", "RE-2026-1002"), ("K200", "RE-2026-2001"), ("K200", "1001"),
        ("K100", "0090006251"), ("K100", "DUP-55555"), ("K200", "DUP-55555"),
    ):  # fmt: skip
        do_book_document(
            actor, customer_id=made[owner].pk, kind="invoice", number=number, issued_on=date(2026, 1, 5),
            currency="EUR", maturities=[Maturity(date(2026, 2, 4), 10_000)],
        )  # fmt: skip
    return made


def kept() -> set[tuple[str, str, str]]:
    rows = DocumentFile.objects.select_related("document", "customer")
    return {(row.kind, row.document.number if row.document else row.customer.number, row.file_name) for row in rows}


def reasons(report) -> dict[str, str]:
    return {one.path.rpartition("/")[2]: one.error.reason.code for one in report.refused}


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "scans"
    made.mkdir()
    return made


def put(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def test_a_folder_of_scans_finds_its_documents(actor, company, now, folder, tmp_path):
    customer = Customer.objects.create(company=company, number="K100", number_key="K100", name="Müller", created_at=now)
    for number in ("RE-2026-1001", "0090006251"):
        do_book_document(
            actor, customer_id=customer.pk, kind="invoice", number=number, issued_on=date(2026, 1, 5), currency="EUR",
            maturities=[Maturity(date(2026, 2, 4), 10_000)],
        )  # fmt: skip
    put(folder, "re_2026_1001.pdf", pdf("plain"))
    put(folder, "Lieferscheine/90006251 signed.png", PNG)
    put(folder, "发票_RE20261001.pdf", pdf("Chinese name"))
    put(folder, "K100/Rahmenvertrag 2025.pdf", pdf("no number at all"))
    put(folder, "scan0001.pdf", pdf("INVOICE", "Invoice number: RE-2026-1001", "Customer: K100"))
    put(folder, "holiday.pdf", pdf("Nothing here"))
    put(folder, ".hidden.pdf", pdf("RE-2026-1001"))
    seen = []
    report = do_bring_paths(actor, [folder], progress=lambda done, of: seen.append((done, of)))
    assert (report.new, report.known, reasons(report)) == (5, 0, {"holiday.pdf": "copy_no_document"})
    assert kept() == {
        ("invoice", "RE-2026-1001", "re_2026_1001.pdf"),
        ("delivery_proof", "0090006251", "90006251 signed.png"),
        ("invoice", "RE-2026-1001", "发票_RE20261001.pdf"),
        ("contract", "K100", "Rahmenvertrag 2025.pdf"),
        ("invoice", "RE-2026-1001", "scan0001.pdf"),
    }
    assert seen[-1] == (6, 6)
    entries = AuditEntry.objects.count()
    again = do_bring_paths(actor, [folder])
    assert (again.new, again.known, len(again.refused)) == (0, 5, 1)
    assert (DocumentFile.objects.count(), AuditEntry.objects.count()) == (5, entries)
    rows = list(csv.reader(io.StringIO(refused_csv(again.refused).decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["file", "scans/holiday.pdf"]
    assert "Put the invoice number into the file name" in rows[1][2]


def test_the_longest_number_wins_and_two_customers_are_never_guessed(actor, book):
    report = do_bring_uploads(
        actor,
        [
            ("RE-2026-2001.pdf", pdf("long")),
            ("1001.pdf", pdf("short, and all there is")),
            ("Contract 1001 2026.pdf", pdf("a year and a weak number are ambiguous")),
            ("DUP-55555.pdf", pdf("two customers")),
            ("K200/DUP-55555.pdf", pdf("the folder tells whose")),
            ("RE-2026-2001 RE-2026-1002.pdf", pdf("of two customers")),
            ("two.pdf", pdf("INVOICE", "RE-2026-1002 replaces DUP-55555 and 0090006251")),
        ],
    )
    assert kept() >= {("invoice", "RE-2026-2001", "RE-2026-2001.pdf"), ("invoice", "1001", "1001.pdf")}
    assert DocumentFile.objects.get(file_name="DUP-55555.pdf").customer_id == book["K200"].pk
    assert reasons(report) == {
        "Contract 1001 2026.pdf": "copy_no_document",
        "DUP-55555.pdf": "copy_several_customers",
        "RE-2026-2001 RE-2026-1002.pdf": "copy_several_customers",
        "two.pdf": "copy_several_customers",
    }


def test_a_customer_number_within_a_documents_number_rules_no_document_out(actor, company, now, book):
    """2001 and 90006251 are customers too, of no document: the digits of an invoice's number do not speak for them."""
    for number in ("2001", "90006251", "90007777"):
        book[number] = Customer.objects.create(
            company=company, number=number, number_key=number, name=f"Zufall {number}", created_at=now
        )
    report = do_bring_uploads(
        actor,
        [
            ("RE-2026-2001.pdf", pdf("within the number")),
            ("0090006251.pdf", pdf("the whole number")),
            ("90006251 RE-2026-1001.pdf", pdf("two invoices, one of them with a customer's digits")),
            ("90006251_DUP-55555.pdf", pdf("an invoice's number that is also a customer's, and one of two customers")),
            ("90007777 RE-2026-1002.pdf", pdf("a stranger's number beside the document's")),
            ("Vertrag 90006251.pdf", pdf("a contract is the customer's")),
        ],
    )
    assert kept() >= {
        ("invoice", "RE-2026-2001", "RE-2026-2001.pdf"),
        ("invoice", "0090006251", "0090006251.pdf"),
        ("invoice", "RE-2026-1001", "90006251 RE-2026-1001.pdf"),
        ("contract", "90006251", "Vertrag 90006251.pdf"),
    }
    assert reasons(report) == {
        "90006251_DUP-55555.pdf": "copy_several_customers",
        "90007777 RE-2026-1002.pdf": "copy_no_document",
    }


def test_a_number_in_a_text_needs_its_customer_beside_it(actor, book):
    Customer.objects.filter(number="K200").update(vat_no="DE123456788")
    foreign = pdf("Rechnung 998877", "Kundennummer 90006251")
    report = do_bring_uploads(
        actor,
        [
            ("scan1.pdf", foreign),
            ("scan2.pdf", pdf("Rechnung 90006251", "Mueller GmbH")),
            ("K100/scan3.pdf", pdf("Rechnung 90006251", "the folder names it")),
            ("scan4.pdf", pdf("Rechnung RE-2026-1002", "M\u00fcller Maschinen GmbH, Hamburg")),
            ("scan5.pdf", pdf("Rechnung RE-2026-2001", "VAT DE 123 456 788")),
            ("scan6.pdf", pdf("Rechnung RE-2026-1001", "Kunden-Nr. K100")),
        ],
    )
    assert reasons(report) == {"scan1.pdf": "copy_owner_not_named", "scan2.pdf": "copy_owner_not_named"}
    assert dict(report.refused[0].error.reason.values) == {
        "documents": "0090006251", "customer": "Müller Maschinen GmbH",
    }  # fmt: skip
    assert kept() == {
        ("invoice", "0090006251", "scan3.pdf"), ("invoice", "RE-2026-1002", "scan4.pdf"),
        ("invoice", "RE-2026-2001", "scan5.pdf"), ("invoice", "RE-2026-1001", "scan6.pdf"),
    }  # fmt: skip


def test_an_order_serves_all_its_invoices(actor, company, now):
    customer = Customer.objects.create(company=company, number="K1", number_key="K1", name="K", created_at=now)
    for number in ("A-10001", "A-10002"):
        Document.objects.create(
            company=company, customer=customer, kind="invoice", number=number, order_no="PO77001", currency="EUR",
            issued_on=now.date(), effective_on=now.date(), total_minor=1, recorded_at=now,
        )  # fmt: skip
    report = do_bring_uploads(actor, [("Purchase order PO77001.pdf", pdf("x")), ("RE PO77001.pdf", pdf("y"))])
    assert kept() == {
        ("order", "A-10001", "Purchase order PO77001.pdf"), ("order", "A-10002", "Purchase order PO77001.pdf"),
    }  # fmt: skip
    assert (report.new, reasons(report)) == (1, {"RE PO77001.pdf": "copy_no_document"})


def test_zip_and_mail_are_opened_and_a_person_may_say_where_a_file_belongs(actor, book):
    inner = zipped(("RE-2026-1001.pdf", pdf("deep")))
    archive = zipped(
        ("2026/RE-2026-1001 invoice.pdf", pdf("in a zip")),
        ("more.zip", inner),
        ("notes.txt", b"no"),
        ("__MACOSX/x", b"y"),
    )
    letter = mail("Proof of delivery RE-2026-1002", ("RE-2026-1002 pod.pdf", pdf("in a mail")))
    report = do_bring_uploads(actor, [("all.zip", archive), ("mail.eml", letter)])
    assert kept() == {
        ("invoice", "RE-2026-1001", "RE-2026-1001 invoice.pdf"),
        ("delivery_proof", "RE-2026-1002", "RE-2026-1002 pod.pdf"),
    }
    assert set(DocumentFile.objects.values_list("origin", flat=True)) == {"zip", "mail"}
    assert reasons(report) == {"more.zip": "copy_zip_nested", "notes.txt": "copy_not_known"}
    document = Document.objects.get(number="RE-2026-2001")
    asked = Asked("acceptance", document=DocumentRef(document.pk, document.customer_id, document.number))
    assert do_bring_uploads(actor, [("foto.jpg", b"\xff\xd8\xff photo")], asked).new == 1
    assert ("acceptance", "RE-2026-2001", "foto.jpg") in kept()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (with_action("/JavaScript"), "copy_active"),
        (with_action("/Launch", "link"), "copy_active"),
        (locked(), "copy_locked"),
        (b"%PDF-1.7 and nothing else", "copy_broken"),
        (b"%PDF-1.7\n" + b"[" * 100_000, "copy_broken"),
        (b"<html><script>", "copy_not_known"),
        (b"MZ\x90\x00", "copy_not_known"),
        (b"", "copy_not_known"),
    ],
)
def test_hostile_files_are_refused_whatever_they_are_called(actor, book, data, code):
    report = do_bring_uploads(actor, [("RE-2026-1001.pdf", data), ("RE-2026-1002.pdf", pdf("good"))])
    assert reasons(report) == {"RE-2026-1001.pdf": code}
    assert kept() == {("invoice", "RE-2026-1002", "RE-2026-1002.pdf")}


def test_a_link_and_an_attached_e_invoice_are_harmless(actor, book):
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(with_action("/URI", "link"))))
    writer.add_attachment("factur-x.xml", b"<x/>")
    out = io.BytesIO()
    writer.write(out)
    assert do_bring_uploads(actor, [("RE-2026-1001.pdf", out.getvalue())]).new == 1


def test_a_pdf_that_takes_too_long_costs_its_time_and_the_next_one_is_read(monkeypatch):
    with PdfProcess(seconds_max=3) as pdf_process:
        running = pdf_process._running()
        running.send_signal(19)
        with pytest.raises(FormatError) as error:
            pdf_process.read(pdf("RE-1"))
        assert error.value.reason.code == "copy_too_slow"
        assert running.poll() is not None
        assert "RE-1" in pdf_process.read(pdf("RE-1")).text


def test_a_bomb_is_stopped_before_it_is_unpacked():
    bomb = zipped(("RE-1.pdf", b"\x00" * 30_000_000), ("RE-2.pdf", pdf("good")))
    found = list(unzip(io.BytesIO(bomb), Limits()))
    assert [(one.path, one.error.reason.code if one.error else "") for one in found] == [
        ("RE-1.pdf", "copy_zip_too_much"), ("RE-2.pdf", ""),
    ]  # fmt: skip
    for limits in (Limits(members=1), Limits(unpacked_bytes=1_000_000)):
        with pytest.raises(FormatError, match="more than is taken"):
            list(unzip(io.BytesIO(bomb), limits))
    lying = bytearray(zipped(("RE-1.pdf", b"x" * 5_000)))
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at : at + 4] = (10).to_bytes(4, "little")
    (member,) = unzip(io.BytesIO(bytes(lying)), Limits())
    assert member.error is not None
    with pytest.raises(FormatError, match="damaged"):
        list(unzip(io.BytesIO(b"PK\x03\x04 cut"), Limits()))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_member_packed_in_another_way_is_refused_alone_damaged_or_not(actor, book, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("RE-2026-1002.pdf", pdf("good"), zipfile.ZIP_DEFLATED)
        archive.writestr("RE-2026-1001.pdf", pdf("packed"), method)
    damaged = bytearray(out.getvalue())
    at = damaged.index(b"RE-2026-1001.pdf") + len(b"RE-2026-1001.pdf") + 12
    damaged[at : at + 40] = b"\xff" * 40
    for data in (out.getvalue(), bytes(damaged)):
        report = do_bring_uploads(actor, [("scans.zip", data), ("RE-2026-2001.pdf", pdf("after it"))])
        assert reasons(report) == {"RE-2026-1001.pdf": "copy_zip_broken"}
    assert kept() == {("invoice", "RE-2026-1002", "RE-2026-1002.pdf"), ("invoice", "RE-2026-2001", "RE-2026-2001.pdf")}


def test_old_chinese_zip_names_are_read():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("x.pdf")
        info.filename = "合同 K100.pdf".encode("gb18030").decode("cp437")
        archive.writestr(info, b"data")
    raw = out.getvalue()
    flagged = info.filename.encode("utf-8")
    assert flagged in raw
    old = raw.replace(flagged, "合同 K100.pdf".encode("gb18030").ljust(len(flagged), b" "))
    old = bytearray(old)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = old.index(mark) + offset
        old[at : at + 2] = (0).to_bytes(2, "little")
    (member,) = unzip(io.BytesIO(bytes(old)), Limits())
    assert member.path.startswith("合同 K100.pdf")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Schlussrechnung 4711.pdf", "invoice"), ("INV-1.pdf", "invoice"), ("Auftragsbestätigung.pdf", "confirmation"),
        ("order confirmation 5.pdf", "confirmation"), ("Bestellung 5.pdf", "order"), ("Proof of Delivery.pdf", "delivery_proof"),
        ("Lieferscheine/1.pdf", "delivery_proof"), ("合同/2024.pdf", "contract"), ("订单确认.pdf", "confirmation"),
        ("送货单_8.jpg", "delivery_proof"), ("验收报告.pdf", "acceptance"), ("Rechnungen/Lieferschein 3.pdf", "delivery_proof"),
        ("Abnahmeprotokoll.pdf", "acceptance"), ("reminder.pdf", ""), ("4711.pdf", ""), ("report.pdf", ""),
    ],
)  # fmt: skip
def test_kinds_are_told_from_words_in_three_languages(path, kind):
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    ("one", "other"), [("RE-2026/1001", "re 2026_1001"), ("0090006251", "90006251"), ("ＲＥ１", "re1")]
)
def test_writings_of_one_number_are_one(one, other):
    assert number_key(one) == number_key(other) != ""


def test_bringing_files_in_needs_the_right(company, now, folder):
    with pytest.raises(NotAllowed):
        do_bring_paths(Actor(company_id=company.pk, at=now, roles=frozenset({"auditor"})), [folder])
