"""Files of replies: kept as copies of documents by one click, and a signed balance confirmation that came by e-mail."""

from __future__ import annotations

import io
from email.message import EmailMessage

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject
from web_sample import Sample

from fairdue.contact.actions import do_receive
from fairdue.contact.models import InboundMail, StoredBlob
from fairdue.dunning.balance.models import BalanceAnswer
from fairdue.formats.copies import naming
from fairdue.intake.enclosed import do_take_enclosed, proposals
from fairdue.ledger.models import AuditEntry, DocumentFile
from fairdue.ledger.store import blob_path


def pdf() -> bytes:
    out = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(out)
    return out.getvalue()


def reply(
    ours: Sample, name: str, data: bytes, subject: str = "Re: Reminder", text: str = "See the file."
) -> InboundMail:
    made = EmailMessage()
    made["From"], made["Subject"] = ours.message.recipient_email or ours.customer.contacts.get().email, subject
    made.set_content(text)
    made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return InboundMail.objects.get(pk=do_receive(ours.actor, made.as_bytes()).mail_id)


def test_a_delivery_proof_is_proposed_with_its_document_and_kept_by_one_click(ours: Sample, lead: Client) -> None:
    mail = reply(ours, f"Delivery note {ours.document.number}.pdf", pdf())
    (proposed,) = proposals(mail)
    assert (proposed.kind, proposed.number) == ("delivery_proof", ours.document.number)
    page = lead.get(reverse("web:inbox-mail", args=[mail.pk])).content.decode()
    assert f'value="{ours.document.number}"' in page
    assert '<option value="delivery_proof" selected>' in page
    asked = {"kind": proposed.kind, "number": proposed.number}
    page = lead.post(reverse("web:inbox-take", args=[mail.pk, 0]), asked, follow=True).content.decode()
    assert "is kept with the customer&#x27;s documents" in page
    assert "Keep as a copy" not in page
    row = DocumentFile.objects.get(kind="delivery_proof")
    assert (row.document_id, row.origin, row.sha256) == (ours.document.pk, "mail", mail.attachments[0]["sha256"])
    assert StoredBlob.objects.filter(sha256=row.sha256).count() == 1
    assert blob_path(row.company_id, row.sha256).exists()
    lead.post(reverse("web:inbox-take", args=[mail.pk, 0]), asked)
    assert DocumentFile.objects.filter(kind="delivery_proof").count() == 1
    assert AuditEntry.objects.filter(action="take_enclosed", subject=f"mail:{mail.pk}").count() == 1


def test_the_mails_words_name_the_document_where_the_file_does_not(ours: Sample) -> None:
    mail = reply(
        ours, "scan0001.pdf", pdf(), subject=f"Re: {ours.document.number}", text="Enclosed the signed delivery note."
    )
    row = do_take_enclosed(ours.actor, mail.pk, 0)
    assert (row.kind, row.document_id, row.file_name) == ("delivery_proof", ours.document.pk, "scan0001.pdf")


@pytest.mark.parametrize(
    ("name", "data", "asked", "why"),
    [
        ("delivery note.pdf", None, {"kind": "delivery_proof", "number": "NOWHERE-1"}, "0 documents of this customer"),
        ("delivery note.pdf", None, {"kind": "delivery_proof"}, "number of the document"),
        ("x.pdf", None, {}, "what the file is a copy of"),
        ("delivery note.pdf", b"MZ no pdf", {"kind": "contract"}, "PDF"),
    ],
)
def test_what_names_nothing_or_is_no_copy_is_refused(ours: Sample, lead: Client, name, data, asked, why) -> None:
    mail, before = reply(ours, name, data or pdf()), DocumentFile.objects.count()
    page = lead.post(reverse("web:inbox-take", args=[mail.pk, 0]), asked, follow=True).content.decode()
    assert why in page
    assert DocumentFile.objects.count() == before


def test_who_may_not_bring_data_in_neither_sees_the_button_nor_may_press_it(ours: Sample, as_role) -> None:
    mail = reply(ours, f"Delivery note {ours.document.number}.pdf", pdf())
    owner = as_role("account_owner")
    assert "Keep as a copy" not in owner.get(reverse("web:inbox-mail", args=[mail.pk])).content.decode()
    answer = owner.post(reverse("web:inbox-take", args=[mail.pk, 0]), {"kind": "contract"})
    assert answer.status_code in {302, 403}
    assert not DocumentFile.objects.filter(origin="mail").exists()


@pytest.mark.parametrize("where", ["subject", "name"])
def test_a_signed_confirmation_that_came_by_mail_is_proposed_and_a_person_records_it(
    ours: Sample, lead: Client, where: str
) -> None:
    row = ours.difference.answer.confirmation
    number = row.number
    mail = reply(
        ours,
        f"{number} signed.pdf" if where == "name" else "scan.pdf",
        pdf(),
        subject=f"Re: {number}" if where == "subject" else "Re: balance",
    )
    page = lead.get(reverse("web:inbox-mail", args=[mail.pk])).content.decode()
    assert f"{reverse('web:balance', args=[row.pk])}?enclosed={mail.pk}:0#record" in page
    page = lead.get(reverse("web:balance", args=[row.pk]), {"enclosed": f"{mail.pk}:0"}).content.decode()
    assert f'value="{mail.pk}:0" checked' in page
    assert not BalanceAnswer.objects.filter(signed_name="Anne").exists()
    fields = {"name": "Anne", "role": "CFO", "on": ours.actor.at.date().isoformat(), "enclosed": f"{mail.pk}:0"}
    assert lead.post(reverse("web:balance-record", args=[row.pk]), fields).status_code == 302
    answer = BalanceAnswer.objects.select_related("scan").get(signed_name="Anne")
    assert (answer.way, answer.scan.sha256) == ("scan", mail.attachments[0]["sha256"])


def test_a_file_that_was_not_proposed_is_no_scan(ours: Sample, lead: Client) -> None:
    row = ours.difference.answer.confirmation
    mail = reply(ours, "price list.pdf", pdf(), subject="News")
    fields = {"name": "Anne", "role": "CFO", "on": ours.actor.at.date().isoformat(), "enclosed": f"{mail.pk}:0"}
    answer = lead.post(reverse("web:balance-record", args=[row.pk]), fields)
    assert (answer.status_code, BalanceAnswer.objects.filter(signed_name="Anne").count()) == (400, 0)


def several(ours: Sample, names: list[str], subject: str, text: str) -> InboundMail:
    made = EmailMessage()
    made["From"], made["Subject"] = ours.customer.contacts.get().email, subject
    made.set_content(text)
    for name in names:
        made.add_attachment(pdf() + name.encode(), maintype="application", subtype="octet-stream", filename=name)
    return InboundMail.objects.get(pk=do_receive(ours.actor, made.as_bytes()).mail_id)


def test_an_order_confirmation_is_no_copy_of_the_invoice_that_the_mail_speaks_of(ours: Sample) -> None:
    number = ours.document.number
    text = f"Our order confirmation is attached. Invoice {number} will be paid on Friday."
    mail = several(ours, ["order confirmation.pdf", "delivery note.pdf", "logo.png"], f"Re: Invoice {number}", text)
    told = [(one.kind, one.number) for one in proposals(mail)]
    assert told == [("confirmation", ""), ("delivery_proof", number), ("", "")]


@pytest.mark.parametrize(
    ("name", "text", "kind", "numbered"),
    [
        ("scan.pdf", "Invoice {number} is paid, see the advice.", "", False),
        ("scan.pdf", "For {number}: the signed contract.", "contract", False),
        ("scan.pdf", "For {number}: the signed delivery note.", "delivery_proof", True),
        ("order confirmation {number}.pdf", "See the file.", "confirmation", True),
    ],
)
def test_a_lone_file_is_what_the_mail_says_and_never_the_invoice_it_is_about(
    ours: Sample, name: str, text: str, kind: str, numbered: bool
) -> None:
    number = ours.document.number
    (told,) = proposals(several(ours, [name.format(number=number)], f"Re: {number}", text.format(number=number)))
    assert (told.kind, told.number) == (kind, number if numbered else "")


def said(text: str) -> bytes:
    """A PDF of one page that says something."""
    out = io.BytesIO()
    writer = PdfWriter()
    page = writer.add_blank_page(400, 200)
    stream = StreamObject()
    stream.set_data(f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    fonts = DictionaryObject({NameObject("/F1"): named})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.write(out)
    return out.getvalue()


def test_the_text_inside_a_pdf_names_the_document_where_its_name_does_not(ours: Sample, monkeypatch) -> None:
    monkeypatch.setattr(naming, "TEXT_CHARS_MIN", 2)  # the sample's number is short
    data = said(f"Delivery note for {ours.document.number}")
    mail = reply(ours, "scan0001.pdf", data)
    (proposed,) = proposals(mail)
    assert (proposed.kind, proposed.number) == ("delivery_proof", ours.document.number)
    row = do_take_enclosed(ours.actor, mail.pk, 0)
    assert (row.document_id, row.kind) == (ours.document.pk, "delivery_proof")


def test_a_pdf_is_read_once_and_a_hostile_or_large_one_names_nothing(ours: Sample, monkeypatch) -> None:
    monkeypatch.setattr(naming, "TEXT_CHARS_MIN", 2)
    from fairdue.intake import enclosed

    seen: list[int] = []
    real = enclosed.PdfProcess.read

    def counted(self, data):
        seen.append(len(data))
        return real(self, data)

    monkeypatch.setattr(enclosed.PdfProcess, "read", counted)
    good = said(f"Invoice {ours.document.number}")
    active = good.replace(b"/Type /Catalog", b"/OpenAction << /S /JavaScript /JS (app.alert) >> /Type /Catalog")
    assert active != good
    mail = reply(ours, "a.pdf", good)
    assert proposals(mail)[0].number == proposals(mail)[0].number == ours.document.number
    assert len(seen) == 1
    assert proposals(reply(ours, "b.pdf", active))[0].number == ""
    monkeypatch.setattr(enclosed, "PDF_BYTES_MAX", 100)
    assert proposals(reply(ours, "c.pdf", said(f"Copy of {ours.document.number}")))[0].number == ""
    assert len(seen) == 2, "the large one is not read"


def test_of_many_pdfs_only_the_first_few_are_read(ours: Sample, monkeypatch) -> None:
    from fairdue.intake import enclosed

    monkeypatch.setattr(enclosed, "PDFS_READ_MAX", 0)
    assert proposals(reply(ours, "d.pdf", said(f"Bill {ours.document.number}")))[0].number == ""
