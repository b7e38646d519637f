"""Chinese digital invoices: 数电发票 as XML, and the XML that an OFD carries, of these or of the VAT invoices before them.

Read by the structure that public programs show; no real file was at hand. See docs/algorithms/e-invoices.md.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from datetime import date

from fairdue.formats.einvoice.reasons import EInvoiceError
from fairdue.formats.einvoice.records import EInvoice, Identifier, Item, Kind, Means, Party, Reference, Tax, Totals
from fairdue.formats.einvoice.values import Reader, all_fields, day, exact, needed
from fairdue.formats.errors import FormatError
from fairdue.formats.markup.tree import Element

ROOTS = frozenset({"EInvoice", "eInvoice"})
"""The digital invoice, and the VAT invoice of 2020 as an OFD carries it."""
PARTS_MAX, LOOKED_MAX, PART_BYTES_MAX = 2_000, 32, 4 * 1024 * 1024
_ROOT = re.compile(rb"<(?:[\w.-]+:)?[eE]Invoice[\s>]")
_CHINESE_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_ORDER = ("original_invoice.xml", "attachs/", "attachments/", "tags/")
"""Where an OFD keeps its invoice as data, the surest place first."""


def invoice_in_ofd(data: bytes) -> bytes:
    """Give the XML of the invoice inside an OFD; FormatError where it is no OFD, too large, or has none as data."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if "OFD.xml" not in {one.filename for one in members} or len(members) > PARTS_MAX:
                raise FormatError(EInvoiceError.OFD)
            wanted = [
                one for one in members if one.filename.lower().endswith(".xml") and _rank(one.filename) < len(_ORDER)
            ]
            for one in sorted(wanted, key=lambda one: (_rank(one.filename), one.filename))[:LOOKED_MAX]:
                with archive.open(one) as part:
                    xml = part.read(PART_BYTES_MAX + 1)
                if len(xml) > PART_BYTES_MAX:
                    raise FormatError(EInvoiceError.OFD)
                if _ROOT.search(xml[:4096]):
                    return xml
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(EInvoiceError.OFD) from None
    raise FormatError(EInvoiceError.OFD)


def _rank(name: str) -> int:
    return next((place for place, sign in enumerate(_ORDER) if sign in name.lower()), len(_ORDER))


def read_fapiao(root: Element) -> EInvoice:
    """Read a digital invoice; FormatError where number, day or amount are missing or no such thing."""
    fields = all_fields(root, frozenset())
    _unwrap(root)
    reader = Reader()
    reader.set_currency("CNY", "", root.line)
    return _digital(root, reader, fields) if root.name == "EInvoice" else _paper_successor(root, reader, fields)


def _unwrap(element: Element) -> None:
    """Take values out of the ``ObjectData`` that an OFD's tags wrap them in."""
    for one in element.inner:
        _unwrap(one)
    if not element.text.strip():
        element.text = next((one.text for one in element.inner if one.name == "ObjectData" and one.text.strip()), "")


def _digital(root: Element, reader: Reader, fields: tuple[tuple[str, str], ...]) -> EInvoice:
    data = root.first("EInvoiceData") or root
    basic = data.first("BasicInformation") or data
    number = root.get("TaxSupervisionInfo/InvoiceNumber") or root.get("Header/EIid")
    issued = root.get("TaxSupervisionInfo/IssueTime") or basic.get("RequestTime")
    labels = root.first("Header/InherentLabel") or root
    before = data.get("SpecificInformation/RedEInvoice/OriginalInvoiceCode")
    gross = reader.minor(basic.first("TotalTax-includedAmount"), "TotalTax-includedAmount")
    red = labels.get("InIssuType/LabelCode") == "N" or bool(before) or (gross or 0) < 0
    names = ("ItemName", "Amount", "Quantity", "MeaUnits", "UnPrice", "TaxRate", "ComTaxAm")
    items, taxes = _lines(reader, data.all("IssuItemInformation"), names, red)
    totals = _totals(reader, basic.first("TotalAmWithoutTax"), basic.first("TotalTaxAm"), gross, red)
    code = " ".join(filter(None, (labels.get("EInvoiceType/LabelCode"), labels.get("GeneralOrSpecialVAT/LabelCode"))))
    seller = _party(data.first("SellerInformation"), "Seller")
    return _invoice(
        root, reader, fields, number=number, issued=issued, code=code, red=red, seller=seller,
        buyer=_party(data.first("BuyerInformation"), "Buyer"), before=before, items=items, taxes=taxes, totals=totals,
        account=data.get("SellerInformation/SellerBankAccNum"), bank=data.get("SellerInformation/SellerBankName"),
        notes=(*root.texts("AdditionalInformation/Remark"), *data.texts("AdditionalInformation/Remark"), *data.texts("Remark")),
    )  # fmt: skip


def _paper_successor(root: Element, reader: Reader, fields: tuple[tuple[str, str], ...]) -> EInvoice:
    """Read the VAT invoice that came before: its number is code and number together."""
    serial = needed(root.get("InvoiceNo"), "InvoiceNo", root.line)
    gross = reader.minor(root.first("TaxInclusiveTotalAmount"), "TaxInclusiveTotalAmount")
    red = (gross or 0) < 0
    names = ("Item", "Amount", "Quantity", "MeasurementDimension", "Price", "TaxScheme", "TaxAmount")
    items, taxes = _lines(reader, root.all("GoodsInfos/GoodsInfo"), names, red)
    totals = _totals(reader, root.first("TaxExclusiveTotalAmount"), root.first("TaxTotalAmount"), gross, red)
    return _invoice(
        root, reader, fields, number=root.get("InvoiceCode") + serial, issued=root.get("IssueDate"), code=root.get("TypeCode"), red=red,
        seller=_party(root.first("Seller"), "Seller"), buyer=_party(root.first("Buyer"), "Buyer"), before="", items=items, taxes=taxes,
        totals=totals, account=root.get("Seller/SellerFinancialAccount"), bank="", notes=root.texts("Note"),
    )  # fmt: skip


def _invoice(
    root: Element, reader: Reader, fields: tuple[tuple[str, str], ...], *, number: str, issued: str, code: str, red: bool,
    seller: Party, buyer: Party, before: str, items: tuple[Item, ...], taxes: tuple[Tax, ...], totals: Totals, account: str,
    bank: str, notes: tuple[str, ...],
) -> EInvoice:  # fmt: skip
    issued_on = _day(needed(issued, "IssueTime", root.line), root.line)
    if totals.gross_minor is None and not reader.findings:
        raise FormatError(EInvoiceError.MISSING, line=root.line, field="TotalTax-includedAmount")
    return EInvoice(
        "fapiao", root.get("Header/EInvoiceTag") or root.space, Kind.CREDIT_NOTE if red else Kind.INVOICE, code,
        needed(number, "InvoiceNumber", root.line), issued_on, reader.currency, seller, buyer,
        references=(Reference("preceding", before),) if before else (), means=(Means(account=account, bank=bank),) if account else (),
        items=items, taxes=taxes, totals=totals, notes=notes, findings=tuple(reader.findings), fields=fields,
    )  # fmt: skip


def _day(text: str, line: int) -> date:
    if found := _CHINESE_DAY.fullmatch(text.strip()):
        text = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    on = day(text.split(" ")[0], "IssueTime", line)
    assert on is not None
    return on


def _party(one: Element | None, side: str) -> Party:
    if one is None:
        return Party()
    number = one.get(f"{side}IdNum") or one.get(f"{side}TaxID")
    address = one.get(f"{side}Addr") or one.get(f"{side}AddrTel")
    return Party(
        one.get(f"{side}Name"), vat=number, legal=Identifier(number), street=(address,) if address else (),
        phone=one.get(f"{side}TelNum"),
    )  # fmt: skip


def _turned(amount: int | None, red: bool) -> int | None:
    return -amount if red and amount is not None else amount


def _totals(reader: Reader, net: Element | None, tax: Element | None, gross: int | None, red: bool) -> Totals:
    gross = _turned(gross, red)
    return Totals(
        net_minor=_turned(reader.minor(net, "TotalAmWithoutTax"), red), gross_minor=gross, payable_minor=gross,
        tax_minor=_turned(reader.minor(tax, "TotalTaxAm"), red),
    )  # fmt: skip


def _lines(
    reader: Reader, lines: list[Element], names: tuple[str, ...], red: bool
) -> tuple[tuple[Item, ...], tuple[Tax, ...]]:
    """Give the lines, and the taxes by rate that they add up to; a rate in words (免税) is a category."""
    name, amount, quantity, unit, price, rate, tax = names
    items: list[Item] = []
    sums: dict[tuple[str, str], list[int | None]] = {}
    for place, one in enumerate(lines, start=1):
        net = _turned(reader.minor(one.first(amount), amount), red)
        taxed = _turned(reader.minor(one.first(tax), tax), red)
        category, percent = _rate(one.get(rate))
        items.append(
            Item(
                str(place),
                one.get(name),
                net,
                one.get(amount),
                one.get(quantity),
                one.get(unit),
                one.get(price),
                category,
                percent,
            )
        )
        both = sums.setdefault((category, percent), [0, 0])
        for at, more in enumerate((net, taxed)):
            before = both[at]
            both[at] = None if before is None or more is None else before + more
    return tuple(items), tuple(Tax(*key, both[0], both[1]) for key, both in sums.items())


def _rate(text: str) -> tuple[str, str]:
    """Give category and percentage of a rate: ``0.13`` and ``13%`` are 13; words are a category."""
    whole = text.endswith("%")
    try:
        number = exact(text.rstrip("%"), "TaxRate", 0)
    except FormatError:
        return text, ""
    scaled = (number if whole else number * 100).normalize()
    return "", f"{scaled:f}"
