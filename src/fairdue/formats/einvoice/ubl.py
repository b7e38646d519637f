"""UBL 2.1 Invoice and CreditNote (EN 16931, XRechnung, Peppol BIS Billing 3)."""

from __future__ import annotations

from fairdue.formats.einvoice.records import (
    Attachment,
    Due,
    EInvoice,
    Identifier,
    Item,
    Kind,
    Means,
    Party,
    Reference,
    Tax,
    Totals,
)
from fairdue.formats.einvoice.terms import discounts_in
from fairdue.formats.einvoice.values import Reader, all_fields, attachment, day, needed
from fairdue.formats.markup.tree import Element

SPACES = {
    "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2": "Invoice",
    "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2": "CreditNote",
}
_KINDS = {
    "381": Kind.CREDIT_NOTE, "396": Kind.CREDIT_NOTE, "532": Kind.CREDIT_NOTE, "261": Kind.CREDIT_NOTE, "384": Kind.CORRECTION,
    "386": Kind.PREPAYMENT, "389": Kind.SELF_BILLED,
}  # fmt: skip
"""Codes of UNTDID 1001 that are no plain invoice."""
_REFERENCES = {
    "OrderReference/ID": "order", "OrderReference/SalesOrderID": "sales_order", "ContractDocumentReference/ID": "contract",
    "ProjectReference/ID": "project", "DespatchDocumentReference/ID": "despatch", "ReceiptDocumentReference/ID": "receipt",
    "OriginatorDocumentReference/ID": "tender",
}  # fmt: skip
_BINARY = frozenset({"EmbeddedDocumentBinaryObject"})


def kind_of(code: str, credit: bool) -> Kind:
    """Say what a document is by its code; a document of the type for credit notes is one whatever its code."""
    return Kind.CREDIT_NOTE if credit else _KINDS.get(code, Kind.INVOICE)


def read_ubl(root: Element) -> EInvoice:
    """Read an invoice or a credit note; FormatError where number, day or currency are missing or no such thing."""
    reader = Reader()
    credit = root.name == "CreditNote"
    code = root.get("CreditNoteTypeCode" if credit else "InvoiceTypeCode")
    reader.set_currency(root.get("DocumentCurrencyCode"), "DocumentCurrencyCode (BT-5)", root.line)
    issued = day(root.get("IssueDate"), "IssueDate (BT-2)", root.line)
    needed(root.get("IssueDate"), "IssueDate (BT-2)", root.line)
    assert issued is not None
    terms = "\n".join(root.texts("PaymentTerms/Note"))
    totals = _totals(reader, root)
    taxes = [one for one in root.all("TaxTotal") if one.first("TaxSubtotal") is not None]
    due = day(root.get("DueDate") or root.get("PaymentMeans/PaymentDueDate"), "DueDate (BT-9)", root.line)
    delivered = root.get("Delivery/ActualDeliveryDate")
    return EInvoice(
        "ubl", root.get("CustomizationID"), kind_of(code, credit), code, needed(root.get("ID"), "ID (BT-1)", root.line), issued,
        reader.currency, _party(root, "AccountingSupplierParty/Party"), _party(root, "AccountingCustomerParty/Party"),
        _party(root, "PayeeParty"), day(delivered, "ActualDeliveryDate (BT-72)", root.line), root.get("BuyerReference"),
        _references(root), terms, (Due(due),) if due else (), discounts_in(terms, reader.currency), _means(root),
        tuple(_item(reader, one, credit) for one in root.all("CreditNoteLine" if credit else "InvoiceLine")),
        tuple(_tax(reader, one) for outer in taxes for one in outer.all("TaxSubtotal")), totals, root.texts("Note"),
        tuple(_attachment(one) for one in root.all("AdditionalDocumentReference") if one.first("Attachment") is not None),
        tuple(reader.findings), all_fields(root, _BINARY),
    )  # fmt: skip


def _party(root: Element, path: str) -> Party:
    one = root.first(path)
    if one is None:
        return Party()
    vat, other = "", ""
    for scheme in one.all("PartyTaxScheme"):
        if scheme.get("TaxScheme/ID").upper() == "VAT":
            vat = vat or scheme.get("CompanyID")
        else:
            other = other or scheme.get("CompanyID")
    address = one.first("PostalAddress") or one
    street = (*address.texts("StreetName"), *address.texts("AdditionalStreetName"), *address.texts("AddressLine/Line"))
    legal_name = one.get("PartyLegalEntity/RegistrationName")
    return Party(
        one.get("PartyName/Name") or legal_name, legal_name, vat, other, _identifier(one.first("PartyLegalEntity/CompanyID")),
        tuple(_identifier(each) for each in one.all("PartyIdentification/ID")), _identifier(one.first("EndpointID")), street,
        address.get("CityName"), address.get("PostalZone"), address.get("CountrySubentity"), address.get("Country/IdentificationCode"),
        one.get("Contact/Name"), one.get("Contact/Telephone"), one.get("Contact/ElectronicMail"),
    )  # fmt: skip


def _identifier(one: Element | None) -> Identifier:
    return Identifier(one.text.strip(), one.attributes.get("schemeID", "")) if one is not None else Identifier("")


def _references(root: Element) -> tuple[Reference, ...]:
    found = [Reference(kind, number) for path, kind in _REFERENCES.items() for number in root.texts(path)]
    for one in root.all("BillingReference/InvoiceDocumentReference"):
        found.append(Reference("preceding", one.get("ID"), day(one.get("IssueDate"), "IssueDate (BT-26)", one.line)))
    for one in root.all("AdditionalDocumentReference"):
        if one.first("Attachment") is None:
            found.append(Reference("object" if one.get("DocumentTypeCode") == "130" else "other", one.get("ID")))
    return tuple(found)


def _means(root: Element) -> tuple[Means, ...]:
    found = []
    for one in root.all("PaymentMeans"):
        account = one.first("PayeeFinancialAccount")
        found.append(
            Means(
                one.get("PaymentMeansCode"), account.get("ID") if account else "", account.get("Name") if account else "",
                account.get("FinancialInstitutionBranch/ID") if account else "", one.get("PaymentID"),
                one.get("PaymentMandate/ID"), one.get("PaymentMandate/PayerFinancialAccount/ID"),
            )
        )  # fmt: skip
    return tuple(found)


def _item(reader: Reader, one: Element, credit: bool) -> Item:
    quantity = one.first("CreditedQuantity" if credit else "InvoicedQuantity")
    tax = one.first("Item/ClassifiedTaxCategory")
    return Item(
        one.get("ID"), one.get("Item/Name"), reader.minor(one.first("LineExtensionAmount"), "LineExtensionAmount (BT-131)"),
        one.get("LineExtensionAmount"), quantity.text.strip() if quantity else "",
        quantity.attributes.get("unitCode", "") if quantity else "", one.get("Price/PriceAmount"), tax.get("ID") if tax else "",
        tax.get("Percent") if tax else "", one.get("OrderLineReference/LineID"),
    )  # fmt: skip


def _tax(reader: Reader, one: Element) -> Tax:
    return Tax(
        one.get("TaxCategory/ID"), one.get("TaxCategory/Percent"), reader.minor(one.first("TaxableAmount"), "TaxableAmount (BT-116)"),
        reader.minor(one.first("TaxAmount"), "TaxAmount (BT-117)"), one.get("TaxCategory/TaxExemptionReason"),
    )  # fmt: skip


def _totals(reader: Reader, root: Element) -> Totals:
    told = root.first("LegalMonetaryTotal") or Element("LegalMonetaryTotal", "", {}, root.line)
    tax = next(
        (
            found for one in root.all("TaxTotal/TaxAmount")
            if one.attributes.get("currencyID", reader.currency) == reader.currency
            and (found := reader.minor(one, "TaxAmount (BT-110)")) is not None
        ),
        None,
    )  # fmt: skip

    def amount(name: str) -> int | None:
        return reader.minor(told.first(name), name)

    others = [reader.minor(one, "PaidAmount (BT-DEX-002)") for one in root.all("PrepaidPayment/PaidAmount")]
    return Totals(
        amount("LineExtensionAmount"), amount("AllowanceTotalAmount"), amount("ChargeTotalAmount"), amount("TaxExclusiveAmount"), tax,
        amount("TaxInclusiveAmount"), amount("PrepaidAmount"), amount("PayableRoundingAmount"), amount("PayableAmount"),
        sum(one for one in others if one is not None) if others and "extension" in root.get("CustomizationID") else None,
    )  # fmt: skip


def _attachment(one: Element) -> Attachment:
    data = one.first("Attachment/EmbeddedDocumentBinaryObject")
    address, description = one.get("Attachment/ExternalReference/URI"), one.get("DocumentDescription")
    if data is None:
        return attachment(one.get("ID"), "", "", description, one.line, address)
    name = data.attributes.get("filename") or one.get("ID")
    return attachment(name, data.attributes.get("mimeCode", ""), data.text, description, data.line, address)
