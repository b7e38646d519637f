"""E-invoices of every syntax: what is read, what is noted, what is refused. See docs/algorithms/e-invoices.md."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import einvoice_files as made
import pytest
from fuzz_einvoice import fuzz
from samples import E_INVOICES

from fairdue.formats.einvoice.files import read_einvoice
from fairdue.formats.einvoice.pdf import invoice_in
from fairdue.formats.einvoice.records import Due, EInvoice, Kind
from fairdue.formats.errors import FormatError

SAMPLES = sorted(path for path in E_INVOICES.rglob("*") if path.suffix.lower() in (".xml", ".pdf"))
ODD = {
    "huf_example_cii.xml": {"BR-CO-17"},
    "zugferd_2p0_MINIMUM.pdf": {"BR-CO-25"},
    "ZUGFeRD-invoice_rabatte_4_abschlag_taxbasistotalamount.xml": {"BR-CO-25"},
}
"""Samples that do not keep to a rule: forints are rounded to whole ones; no day and no terms of payment are told."""


def only(data: bytes) -> EInvoice:
    (invoice,) = read_einvoice(data, "invoice.xml")
    return invoice


def rules(invoice: EInvoice) -> list[str]:
    return [finding.rule for finding in invoice.findings]


@pytest.mark.parametrize(
    "data", [made.ubl(), made.cii(), made.pdf(made.cii()), made.fatturapa()], ids=["ubl", "cii", "pdf", "fatturapa"]
)
def test_one_invoice_in_every_syntax(data: bytes) -> None:
    invoice = only(data)
    assert (invoice.number, invoice.issued_on, invoice.currency, invoice.kind) == (
        "R-17",
        date(2026, 11, 2),
        "EUR",
        Kind.INVOICE,
    )
    assert [due.on for due in invoice.dues] == [date(2026, 12, 2)]
    assert invoice.totals.payable_minor == (12200 if invoice.format == "fatturapa" else 11900)
    assert [item.net_minor for item in invoice.items] == [10000]
    assert invoice.findings == ()


def test_parties_references_means_and_discounts() -> None:
    invoice = only(
        made.ubl(
            "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>R-9</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>"
        )
    )
    assert (invoice.seller.vat, invoice.buyer.name, invoice.buyer.city) == ("DE123456789", "Buyer & Söhne KG", "Ulm")
    assert invoice.buyer.endpoint == ("04011000-12345-34", "0204")
    assert [(one.kind, one.number) for one in invoice.references] == [("order", "PO-9"), ("preceding", "R-9")]
    [means] = invoice.means
    assert (means.account, means.reference) == ("DE02120300000000202051", "RF18539007547034")
    [discount] = invoice.discounts
    assert (discount.days, discount.percent) == (14, "2.00")


def test_an_attachment_is_kept_whole_and_told_by_its_hash() -> None:
    invoice = only(made.ubl())
    [copy] = invoice.attachments
    assert (copy.name, copy.media, copy.data) == ("R-17.pdf", "application/pdf", b"%PDF-1.4 the copy")
    assert copy.sha256 == hashlib.sha256(copy.data).hexdigest()
    told = dict(invoice.fields)["Invoice/AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject"]
    assert told.startswith("sha256:")


def test_milestones_and_a_discount_of_cii() -> None:
    less = (
        '<ram:ApplicableTradePaymentDiscountTerms><ram:BasisPeriodMeasure unitCode="DAY">10</ram:BasisPeriodMeasure>'
        "<ram:CalculationPercent>3</ram:CalculationPercent></ram:ApplicableTradePaymentDiscountTerms>"
    )
    invoice = only(made.cii(made.due("20261202", "60.00", less) + made.due("20270102", "59.00")))
    assert invoice.dues == (Due(date(2026, 12, 2), 6000), Due(date(2027, 1, 2), 5900))
    assert [(one.days, one.percent) for one in invoice.discounts] == [(10, "3")]
    short = only(made.cii(made.due("20261202", "60.00") + made.due("20270102", "50.00")))
    assert [finding.reason.code for finding in short.findings] == ["einvoice.dues"]


def test_credit_notes_by_type_and_by_code() -> None:
    assert only(made.ubl(credit=True)).kind == Kind.CREDIT_NOTE
    assert only(made.cii(code="381")).kind == Kind.CREDIT_NOTE
    assert only(made.cii(code="384")).kind == Kind.CORRECTION


def test_payments_of_a_fatturapa() -> None:
    invoice = only(made.fatturapa(("2026-12-02", "61.00"), ("2027-01-02", "61.00")))
    assert [due.amount_minor for due in invoice.dues] == [6100, 6100]
    assert (invoice.buyer.name, invoice.buyer.tax_number, invoice.seller.vat) == (
        "Anna Bianchi",
        "09876543210",
        "IT01234567890",
    )


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (made.ubl(total="120.00"), "BR-CO-16"), (made.ubl(net="99.00"), "BR-CO-10"), (made.ubl().replace(b">19.00<", b">18.00<"), "BR-CO-15"),
        (made.ubl().replace(b"<cbc:Name>Buyer &amp; S\xc3\xb6hne KG</cbc:Name>", b""), "BR-07"),
        (made.ubl().replace(b"<cbc:Percent>19<", b"<cbc:Percent>7<"), "BR-CO-17"),
        (made.ubl().replace(b"en16931:2017", b"en16931:2017#xrechnung_3.0").replace(b"<cbc:BuyerReference>04011000-12345-34</cbc:BuyerReference>", b""), "BR-DE-15"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_named_and_read_all_the_same(data: bytes, rule: str) -> None:
    assert rule in rules(only(data))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "markup_broken"), (b"<a/>", "einvoice_unknown"), (made.ubl()[:900], "markup_broken"), (made.cii()[:-9], "markup_broken"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]>' + made.ubl()[38:], "markup_doctype"), (made.ubl(currency="EURO"), "einvoice_currency"),
        (made.ubl().replace(b"2026-11-02", b"2026-13-02"), "einvoice_day"), (made.ubl().replace(b"<cbc:ID>R-17</cbc:ID>", b""), "einvoice_missing"),
        (made.ubl(total="1e5"), "einvoice_amount"), (made.ubl(total="9" * 30), "einvoice_amount"),
        (made.ubl().replace(made.COPY.encode(), b"%%%"), "einvoice_attachment"), (b"%PDF-1.7 broken", "einvoice_no_invoice"),
        (made.pdf(b"", "notes.txt"), "einvoice_no_invoice"), (made.pdf(made.cii(), "a.xml", more=("b.xml",)), "einvoice_no_invoice"),
        (b"<a>" * 100, "markup_deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_einvoice(data, "invoice.xml")
    assert (caught.value.code.code, caught.value.file) == (code, "invoice.xml")


def test_a_fraction_of_a_cent_is_noted_and_not_rounded() -> None:
    invoice = only(made.ubl(total="119.001"))
    assert (invoice.totals.payable_minor, "BR-DEC-01" in rules(invoice)) == (None, True)


def test_another_currency_is_noted_and_not_used() -> None:
    invoice = only(made.ubl().replace(b'<cbc:PayableAmount currencyID="EUR">', b'<cbc:PayableAmount currencyID="USD">'))
    assert invoice.totals.payable_minor is None
    assert "einvoice.currencies" in [finding.reason.code for finding in invoice.findings]


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES, reason="no samples here")
def test_every_sample_is_read_and_agrees_with_its_own_totals() -> None:
    odd: dict[str, set[str]] = {}
    for path in SAMPLES:
        for invoice in read_einvoice(path.read_bytes(), path.name):
            assert invoice.number
            assert invoice.currency
            if found := set(rules(invoice)):
                odd[path.name] = found
    assert odd == ODD
    assert len(SAMPLES) > 150


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES, reason="no samples here")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_nothing_that_a_sample_says_is_lost(path: Path) -> None:
    data = path.read_bytes()
    invoices = read_einvoice(data, path.name)
    told = Counter(value for _, value in dict.fromkeys(field for one in invoices for field in one.fields))
    root = ElementTree.fromstring(invoice_in(data) if data.startswith(b"%PDF") else data)
    for one in root.iter():
        if (text := (one.text or "").strip()) and "BinaryObject" not in one.tag and one.tag != "Attachment":
            assert told[text] > 0, text


def test_damaged_e_invoices_end_in_records_or_in_an_error() -> None:
    ends = fuzz(600, 77)
    assert ends.total() == 600
    assert ends["read"] > 20
    assert len(ends) > 4
    assert "no good error" not in ends


@pytest.mark.parametrize(
    "data",
    [made.p7m(made.fatturapa()), made.p7m(made.fatturapa(), pem=True), made.p7m_in_pieces(made.fatturapa())],
    ids=["der", "base64", "ber"],
)
def test_a_signed_file_is_read_without_its_envelope(data: bytes) -> None:
    assert read_einvoice(data, "a.xml.p7m") == read_einvoice(made.fatturapa(), "a.xml")


@pytest.mark.parametrize(
    "data",
    [
        made.p7m(made.fatturapa())[:900], made.p7m_in_pieces(made.fatturapa())[:-40], b"MIIB%%%",
        made.p7m(made.fatturapa()).replace(bytes.fromhex("2a864886f70d010701"), bytes.fromhex("2a864886f70d010703")),
        b"0\x80\x06\x09" + bytes.fromhex("2a864886f70d010702") + b"\xa0\x80" + b"0\x80" * 100,
    ],
)  # fmt: skip
def test_a_damaged_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        read_einvoice(data, "a.xml.p7m")
    assert caught.value.code.code == "einvoice_signed"
