"""Chinese digital invoices: as XML, and inside an OFD. Made by hand after the published structure; no real file is at hand."""

from __future__ import annotations

from datetime import date

import einvoice_files as made
import pytest

from fairdue.formats.einvoice.files import read_einvoice
from fairdue.formats.einvoice.records import EInvoice, Kind, Tax
from fairdue.formats.errors import FormatError


def only(data: bytes) -> EInvoice:
    (invoice,) = read_einvoice(data, "fapiao")
    return invoice


@pytest.mark.parametrize(
    "data",
    [made.fapiao(), made.ofd(made.fapiao()), made.ofd(made.fapiao(), "Doc_0/Tags/CustomTag.xml")],
    ids=["xml", "ofd", "tag"],
)
def test_a_digital_invoice_as_xml_and_inside_an_ofd(data: bytes) -> None:
    invoice = only(data)
    assert (invoice.format, invoice.kind, invoice.number, invoice.issued_on) == (
        "fapiao",
        Kind.INVOICE,
        "26312000000012345678",
        date(2026, 11, 2),
    )
    assert (invoice.currency, invoice.totals.net_minor, invoice.totals.tax_minor, invoice.totals.payable_minor) == (
        "CNY",
        10000,
        1300,
        11300,
    )
    assert (invoice.seller.name, invoice.seller.vat) == ("上海示例贸易有限公司", "91310000MA1K000011")
    assert (invoice.buyer.name, invoice.buyer.vat) == ("苏州样本制造有限公司", "91320000MA1K000022")
    assert [(one.account, one.bank) for one in invoice.means] == [("6222000011112222", "示例银行")]
    [item] = invoice.items
    assert (item.name, item.quantity, item.unit, item.price, item.net_minor, item.rate) == (
        "*泵*水泵",
        "3",
        "台",
        "33.3333333333",
        10000,
        "13",
    )
    assert invoice.taxes == (Tax("", "13", 10000, 1300),)
    assert (invoice.notes, invoice.findings) == (("合同 HT-9",), ())
    assert dict(invoice.fields)["EInvoice/EInvoiceData/BasicInformation/TotalTax-includedAmount"] == "113.00"


def test_a_red_invoice_is_a_credit_note_tied_to_the_one_it_takes_back() -> None:
    invoice = only(made.fapiao(red="26312000000000000001"))
    assert (invoice.kind, invoice.totals.payable_minor, invoice.items[0].net_minor) == (Kind.CREDIT_NOTE, 11300, 10000)
    assert [(one.kind, one.number) for one in invoice.references] == [("preceding", "26312000000000000001")]
    assert dict(invoice.fields)["EInvoice/EInvoiceData/BasicInformation/TotalTax-includedAmount"] == "-113.00"


def test_the_vat_invoice_before_it_inside_an_ofd() -> None:
    invoice = only(made.ofd(made.old_fapiao()))
    assert (invoice.number, invoice.issued_on, invoice.totals.payable_minor) == (
        "03100200001112345678",
        date(2020, 4, 7),
        10600,
    )
    assert (invoice.seller.vat, invoice.taxes, invoice.findings) == (
        "91310000MA1K000011",
        (Tax("", "6", 10000, 600),),
        (),
    )


def test_values_wrapped_for_an_ofd_are_read() -> None:
    wrapped = made.fapiao().replace(
        b"<TotalTaxAm>13.00</TotalTaxAm>", b"<TotalTaxAm><ObjectData>13.00</ObjectData></TotalTaxAm>"
    )
    assert only(made.ofd(wrapped)).totals.tax_minor == 1300


def test_sums_that_differ_are_named_without_a_rule_of_another_standard() -> None:
    invoice = only(made.fapiao(total="114.00"))
    assert [(one.reason.code, one.rule) for one in invoice.findings] == [("einvoice.gross", "")]


def test_a_rate_in_words_is_a_category() -> None:
    data = (
        made.fapiao("100.00", tax="0.00")
        .replace(b"<TaxRate>0.13<", "<TaxRate>免税<".encode())
        .replace(b"<ComTaxAm>13.00<", b"<ComTaxAm>0.00<")
    )
    assert only(data).taxes == (Tax("免税", "", 10000, 0),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (made.ofd(b"<Attachments/>"), "einvoice_ofd"), (made.ofd(made.fapiao(), "Doc_0/Pages/Page_1/x.xml"), "einvoice_ofd"),
        (made.ofd(made.fapiao())[:300], "einvoice_ofd"), (b"PK\x03\x04 no zip", "einvoice_ofd"),
        (made.ofd(b"<EInvoice>" + b" " * (5 * 1024 * 1024) + b"</EInvoice>"), "einvoice_ofd"),
        (made.ofd(b'<!DOCTYPE a [<!ENTITY x "y">]>' + made.fapiao()[38:]), "markup_doctype"),
        (made.fapiao(issued="2026-02-30"), "einvoice_day"), (made.fapiao(total="many"), "einvoice_amount"),
        (made.fapiao().replace(b"<TotalTax-includedAmount>113.00</TotalTax-includedAmount>", b""), "einvoice_missing"),
        (made.fapiao().replace(b"26312000000012345678", b""), "einvoice_missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_einvoice(data, "x.ofd")
    assert (caught.value.code.code, caught.value.file) == (code, "x.ofd")
