"""E-invoices that the company has sent, into the ledger. Rules 13 to 20 of docs/algorithms/e-invoices.md."""

from __future__ import annotations

import base64
import io
import sys
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError
from fairdue.intake.einvoices import do_bring_einvoice
from fairdue.ledger.models import Allocation, CopyKind, Customer, Document, DocumentFile, DueItem
from fairdue.people.actor import Actor, NotAllowed
from fairdue.people.models import Company

sys.path.append(str(Path(__file__).parents[1] / "formats"))
import einvoice_files as made

pytestmark = pytest.mark.django_db
PRECEDING = "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{}</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"


@pytest.fixture(autouse=True)
def seller(company, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    company.vat_no = "DE 123 456 789"
    company.save()


def bring(actor, data: bytes, **more):
    return do_bring_einvoice(actor, data, "R-17.xml", **more)


def numbered(data: bytes, number: str) -> bytes:
    return data.replace(b">R-17<", f">{number}<".encode())


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Customer, Document, DueItem, Allocation, DocumentFile))


def test_an_invoice_becomes_a_document_its_item_and_a_customer(actor):
    [done] = bring(actor, made.ubl())
    document = done.document
    assert (done.new, done.new_customer, document.number, document.total_minor) == (True, True, "R-17", 11900)
    assert (document.order_no, document.reference) == ("PO-9", "04011000-12345-34")
    customer = document.customer
    assert (customer.name, customer.city, customer.postal_code, customer.country) == (
        "Buyer & Söhne KG",
        "Ulm",
        "89073",
        "DE",
    )
    item = document.due_items.get()
    assert (item.due_on, item.amount_minor, item.payment_reference) == (date(2026, 12, 2), 11900, "RF18539007547034")
    assert (item.discount_until, item.discount_minor) == (date(2026, 11, 16), 238)


@pytest.mark.parametrize("data", [made.ubl(), made.cii(), made.pdf(made.cii())], ids=["ubl", "cii", "pdf"])
def test_the_same_file_again_changes_nothing(actor, data):
    bring(actor, data)
    before = counts()
    [again] = bring(actor, data)
    assert (again.new, counts()) == (False, before)


def test_the_same_invoice_in_another_syntax_is_the_same_invoice(actor):
    Customer.objects.create(
        company_id=actor.company_id, number="77001", number_key="77001", name="Buyer & Söhne KG", created_at=actor.at
    )
    [first] = bring(actor, made.ubl())
    [second] = bring(actor, made.cii())
    assert (second.new, second.document.pk) == (False, first.document.pk)


def test_the_original_and_what_it_carries_are_kept(actor):
    data = made.pdf(made.cii())
    [done] = bring(actor, data)
    [whole] = done.document.files.all()
    assert (whole.kind, whole.media_type, whole.size_bytes) == (CopyKind.INVOICE, "application/pdf", len(data))
    [other] = bring(actor, numbered(made.ubl(), "R-18"))
    kept = {(one.kind, one.media_type, one.file_name) for one in other.document.files.all()}
    assert kept == {("other", "application/xml", "R-17.xml"), ("other", "application/octet-stream", "R-17.pdf")}


@pytest.mark.parametrize("by", ["vat_no", "number", "name"])
def test_the_buyer_is_found(actor, by):
    values = {"number": "4711", "name": "Someone else", "vat_no": ""} | {
        "vat_no": {"vat_no": "DE 999 999 999"}, "number": {"number": "77001"}, "name": {"name": "BUYER & SÖHNE KG"},
    }[by]  # fmt: skip
    known = Customer.objects.create(
        company_id=actor.company_id, number_key=values["number"], created_at=actor.at, **values
    )
    data = made.cii().replace(
        b"</ram:BuyerTradeParty>",
        b'<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE999999999</ram:ID></ram:SpecifiedTaxRegistration></ram:BuyerTradeParty>',
    )
    [done] = bring(actor, data)
    assert (done.document.customer_id, done.new_customer) == (known.pk, False)


def test_milestones_are_due_items(actor):
    [done] = bring(actor, made.cii(made.due("20261202", "60.00") + made.due("20270102", "59.00")))
    assert [(one.due_on, one.amount_minor) for one in done.document.due_items.order_by("seq")] == [
        (date(2026, 12, 2), 6000), (date(2027, 1, 2), 5900),
    ]  # fmt: skip
    [short] = bring(actor, numbered(made.cii(made.due("20261202", "60.00") + made.due("20270102", "50.00")), "R-18"))
    assert [one.due_on for one in short.document.due_items.all()] == [date(2027, 1, 2)]
    assert [note.code for note in short.notes] == ["intake_einvoice_milestones"]


def test_a_due_day_is_read_out_of_the_terms_or_it_is_said_that_there_is_none(actor):
    plain = made.ubl().replace(b"<cbc:DueDate>2026-12-02</cbc:DueDate>", b"")
    [read] = bring(actor, plain)
    assert read.document.due_items.get().due_on == date(2026, 12, 2)
    [unread] = bring(actor, numbered(plain.replace(b"30 Tage netto", b"wie besprochen"), "R-18"))
    assert unread.document.due_items.get().due_on == date(2026, 11, 2)
    assert [note.code for note in unread.notes] == ["intake_einvoice_no_due_day"]


def test_a_credit_note_ties_to_its_invoice(actor):
    [invoice] = bring(actor, made.ubl())
    [credit] = bring(
        actor,
        numbered(made.ubl(PRECEDING.format("R-17"), credit=True), "G-1").replace(
            b">G-1</cbc:ID></cac:Inv", b">R-17</cbc:ID></cac:Inv"
        ),
    )
    assert (credit.document.kind, credit.document.total_minor) == ("credit_note", -11900)
    allocation = Allocation.objects.get()
    assert (allocation.kind, allocation.amount_minor, allocation.due_item.document_id) == (
        "credit",
        11900,
        invoice.document.pk,
    )
    assert credit.notes == []


def test_a_credit_note_for_what_is_not_here_stays_credit(actor):
    [credit] = bring(actor, numbered(made.ubl(PRECEDING.format("R-9"), credit=True), "G-1"))
    assert [note.code for note in credit.notes] == ["intake_einvoice_credit_waits"]
    assert not Allocation.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (made.ubl().replace(b"DE123456789", b"DE000000000"), "intake_einvoice_not_ours"),
        (made.ubl(total="119.001").replace(b">119.00<", b">119.005<"), "intake_einvoice_no_amount"),
        (made.ubl()[:700], "markup_broken"),
    ],
)
def test_what_is_refused_writes_nothing(actor, data, code):
    before = counts()
    with pytest.raises(FormatError) as caught:
        bring(actor, data)
    assert (caught.value.code.code, caught.value.file, counts()) == (code, "R-17.xml", before)


def test_another_invoice_under_a_known_number_is_refused(actor):
    bring(actor, made.ubl())
    before = counts()
    other = made.ubl(total="120.00").replace(
        b'<cbc:TaxInclusiveAmount currencyID="EUR">119.00', b'<cbc:TaxInclusiveAmount currencyID="EUR">120.00'
    )
    with pytest.raises(FormatError) as caught:
        bring(actor, other)
    assert (caught.value.code.code, counts()) == ("intake_einvoice_changed", before)


def test_two_customers_with_the_buyers_number_are_a_doubt(actor):
    for number in ("1", "2"):
        Customer.objects.create(
            company_id=actor.company_id,
            number=number,
            number_key=number,
            name=number,
            vat_no="IT01",
            created_at=actor.at,
        )
    data = made.cii().replace(
        b"</ram:BuyerTradeParty>",
        b'<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">IT 01</ram:ID></ram:SpecifiedTaxRegistration></ram:BuyerTradeParty>',
    )
    with pytest.raises(FormatError) as caught:
        bring(actor, data)
    assert caught.value.code.code == "intake_einvoice_buyers"


def test_a_seller_may_be_confirmed(actor):
    [done] = bring(actor, made.fatturapa(), ours=True)
    assert (done.document.number, done.document.total_minor, done.document.customer.name) == (
        "R-17",
        12200,
        "Anna Bianchi",
    )


def test_a_file_of_several_invoices_goes_in_whole_or_not_at_all(actor):
    body = made.fatturapa()
    start, end = body.index(b"<FatturaElettronicaBody>"), body.index(b"</p:Fattura")
    second = body[start:end].replace(b">R-17<", b">R-18<")
    assert [one.document.number for one in bring(actor, body[:end] + second + body[end:], ours=True)] == [
        "R-17",
        "R-18",
    ]
    before = counts()
    changed = second.replace(b">R-18<", b">R-19<") + body[start:end].replace(b"122.00", b"999.00")
    with pytest.raises(FormatError):
        bring(actor, body[:start] + changed + body[end:], ours=True)
    assert counts() == before


def test_rights_and_companies_are_kept_apart(actor, company, now):
    viewer = Actor(company_id=company.pk, at=now, name="Auditor", roles=frozenset({"auditor"}))
    with pytest.raises(NotAllowed):
        bring(viewer, made.ubl())
    bring(actor, made.ubl())
    other = Company.objects.create(code="other", name="Seller GmbH", country="DE", currency="EUR")
    elsewhere = Actor(company_id=other.pk, at=now, name="Controller", roles=frozenset({"finance_lead"}))
    [done] = bring(elsewhere, made.ubl())
    assert (done.new, done.document.company_id, done.document.customer.company_id) == (True, other.pk, other.pk)


@pytest.mark.parametrize("percent", ["NaN", "Infinity", "much", "1e999999", "1e999990"])
def test_a_discount_that_is_no_number_is_not_booked(actor, percent):
    less = (
        '<ram:ApplicableTradePaymentDiscountTerms><ram:BasisPeriodMeasure unitCode="DAY">10</ram:BasisPeriodMeasure>'
        f"<ram:CalculationPercent>{percent}</ram:CalculationPercent></ram:ApplicableTradePaymentDiscountTerms>"
    )
    [done] = bring(actor, made.cii(made.due("20261202", "", less)))
    assert done.document.due_items.get().discount_minor == 0


def test_a_discount_beyond_the_calendar_is_not_booked(actor):
    data = made.ubl().replace(b"2026-11-02", b"9999-12-30").replace(b"2026-12-02", b"9999-12-31")
    [done] = bring(actor, data)
    assert done.document.due_items.get().discount_minor == 0


def test_a_chinese_invoice_in_an_ofd_and_the_red_one_that_takes_it_back(actor, company):
    company.vat_no = "91310000MA1K000011"
    company.save()
    [done] = bring(actor, made.ofd(made.fapiao()))
    assert (done.document.currency, done.document.total_minor) == ("CNY", 11300)
    assert [(one.kind, one.media_type) for one in done.document.files.all()] == [(CopyKind.OTHER, "application/ofd")]
    red = made.fapiao(red="26312000000012345678").replace(
        b"<InvoiceNumber>26312000000012345678", b"<InvoiceNumber>26312000000012345679"
    )
    [credit] = bring(actor, red)
    assert (credit.document.kind, credit.document.total_minor, credit.document.reference) == (
        "credit_note",
        -11300,
        "26312000000012345678",
    )
    assert [(one.kind, one.amount_minor) for one in Allocation.objects.all()] == [("credit", 11300)]


def scripted() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    action = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(action)
    writer.add_attachment("factur-x.xml", made.cii())
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_that_runs_something_is_refused_and_as_an_attachment_left_out(actor):
    with pytest.raises(FormatError) as caught:
        bring(actor, scripted())
    assert caught.value.code is CopyReason.ACTIVE
    carried = made.ubl().replace(made.COPY.encode(), base64.b64encode(scripted()))
    [done] = bring(actor, carried)
    assert [note.code for note in done.notes] == ["intake_einvoice_not_kept"]
    assert [one.media_type for one in done.document.files.all()] == ["application/xml"]


def test_the_same_number_in_another_year_is_another_invoice(actor):
    bring(actor, made.ubl())
    [later] = bring(actor, made.ubl().replace(b"2026-", b"2027-"))
    assert (later.new, Document.objects.count()) == (True, 2)


def test_an_erased_buyer_stays_the_pseudonym(actor, monkeypatch):
    from fairdue.intake import einvoices

    pseudonym = Customer.objects.create(
        company_id=actor.company_id, number="erased-1", number_key="ERASED-1", name="erased", created_at=actor.at
    )
    monkeypatch.setattr(einvoices, "ensure_customers", lambda actor, named: {next(iter(named))[0]: pseudonym.pk})
    monkeypatch.setattr(einvoices, "without_erased", lambda company_id, rows: ([], list(rows)))
    [done] = bring(actor, made.ubl())
    pseudonym.refresh_from_db()
    assert (done.document.customer_id, pseudonym.name, pseudonym.street) == (pseudonym.pk, "erased", "")
