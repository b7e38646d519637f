"""UN/CEFACT Cross Industry Invoice (EN 16931, XRechnung, Factur-X, ZUGFeRD 2; and ZUGFeRD 1, whose names are older)."""

from __future__ import annotations

from datetime import date

from fairdue.formats.einvoice.reasons import EInvoiceError
from fairdue.formats.einvoice.records import (
    Attachment,
    Discount,
    Due,
    EInvoice,
    Identifier,
    Item,
    Means,
    Party,
    Reference,
    Tax,
    Totals,
)
from fairdue.formats.einvoice.terms import discounts_in
from fairdue.formats.einvoice.ubl import kind_of
from fairdue.formats.einvoice.values import Reader, all_fields, attachment, day, needed
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.markup.tree import Element

SPACES = {
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100": "CrossIndustryInvoice",
    "urn:ferd:CrossIndustryDocument:invoice:1p0": "CrossIndustryDocument",
}
_OLD = {
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext", "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedTradeSettlementMonetarySummation": "SpecifiedTradeSettlementHeaderMonetarySummation",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement", "ApplicablePercent": "RateApplicablePercent",
}  # fmt: skip
"""What ZUGFeRD 1 calls the same elements."""
_BINARY = frozenset({"AttachmentBinaryObject"})
_TRADE = {
    "BuyerOrderReferencedDocument": "order", "SellerOrderReferencedDocument": "sales_order", "ContractReferencedDocument": "contract",
}  # fmt: skip


def read_cii(root: Element) -> EInvoice:
    """Read an invoice or a credit note; FormatError where number, day or currency are missing or no such thing."""
    fields = all_fields(root, _BINARY)
    if root.name == "CrossIndustryDocument":
        _renew(root)
    return _Cii(root, fields).read()


def _renew(element: Element) -> None:
    """Give the elements of ZUGFeRD 1 their later names."""
    for one in element.inner:
        one.name = _OLD.get(one.name, one.name)
        _renew(one)


class _Cii:
    def __init__(self, root: Element, fields: tuple[tuple[str, str], ...]) -> None:
        empty = Element("", "", {}, root.line)
        self.root, self.fields, self.reader = root, fields, Reader()
        self.document = root.first("ExchangedDocument") or empty
        self.trade = root.first("SupplyChainTradeTransaction") or empty
        self.agreement = self.trade.first("ApplicableHeaderTradeAgreement") or empty
        self.delivery = self.trade.first("ApplicableHeaderTradeDelivery") or empty
        self.settlement = self.trade.first("ApplicableHeaderTradeSettlement") or empty

    def read(self) -> EInvoice:
        reader, document, settlement, agreement = self.reader, self.document, self.settlement, self.agreement
        reader.set_currency(settlement.get("InvoiceCurrencyCode"), "InvoiceCurrencyCode (BT-5)", settlement.line)
        issued = moment(document.first("IssueDateTime"), "IssueDateTime (BT-2)")
        if issued is None:
            raise FormatError(EInvoiceError.MISSING, line=document.line, field="IssueDateTime (BT-2)")
        number = needed(document.get("ID"), "ID (BT-1)", document.line)
        terms = settlement.all("SpecifiedTradePaymentTerms")
        text = "\n".join(one for each in terms for one in each.texts("Description"))
        code = document.get("TypeCode")
        items = tuple(self._item(one) for one in self.trade.all("IncludedSupplyChainTradeLineItem"))
        taxes = tuple(self._tax(one) for one in settlement.all("ApplicableTradeTax"))
        notes = tuple(filter(None, (one.get("Content") for one in document.all("IncludedNote"))))
        delivered = moment(self.delivery.first("ActualDeliverySupplyChainEvent/OccurrenceDateTime"), "delivery (BT-72)")
        return EInvoice(
            "cii", self.root.get("ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"), kind_of(code, False), code,
            number, issued, reader.currency, party(agreement.first("SellerTradeParty")), party(agreement.first("BuyerTradeParty")),
            party(settlement.first("PayeeTradeParty")), delivered, agreement.get("BuyerReference"), self._references(), text,
            self._dues(terms), (*self._discounts(terms), *discounts_in(text, reader.currency)), self._means(terms), items, taxes,
            self._totals(), notes, self._attachments(), tuple(reader.findings), self.fields,
        )  # fmt: skip

    def _dues(self, terms: list[Element]) -> tuple[Due, ...]:
        found = []
        for one in terms:
            on = moment(one.first("DueDateDateTime"), "DueDateDateTime (BT-9)")
            if on is not None:
                found.append(Due(on, self.reader.minor(one.first("PartialPaymentAmount"), "PartialPaymentAmount")))
        return tuple(found)

    def _discounts(self, terms: list[Element]) -> list[Discount]:
        found = []
        for one in (each for outer in terms for each in outer.all("ApplicableTradePaymentDiscountTerms")):
            measure = one.first("BasisPeriodMeasure")
            days = None
            if measure is not None and measure.attributes.get("unitCode", "DAY") == "DAY":
                text = measure.text.strip().partition(".")[0]
                days = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None
            found.append(
                Discount(
                    one.get("CalculationPercent"), self.reader.minor(one.first("ActualDiscountAmount"), "ActualDiscountAmount"), days,
                    moment(one.first("BasisDateTime"), "BasisDateTime") if days is None else None,
                    self.reader.minor(one.first("BasisAmount"), "BasisAmount"),
                )
            )  # fmt: skip
        return found

    def _means(self, terms: list[Element]) -> tuple[Means, ...]:
        reference = self.settlement.get("PaymentReference")
        mandate = next((text for one in terms if (text := one.get("DirectDebitMandateID"))), "")
        found = []
        for one in self.settlement.all("SpecifiedTradeSettlementPaymentMeans"):
            account = one.first("PayeePartyCreditorFinancialAccount") or Element("", "", {}, one.line)
            found.append(
                Means(
                    one.get("TypeCode"), account.get("IBANID") or account.get("ProprietaryID"), account.get("AccountName"),
                    one.get("PayeeSpecifiedCreditorFinancialInstitution/BICID"), reference, mandate,
                    one.get("PayerPartyDebtorFinancialAccount/IBANID"),
                )
            )  # fmt: skip
        return tuple(found) or ((Means(reference=reference),) if reference else ())

    def _item(self, one: Element) -> Item:
        quantity = one.first("SpecifiedLineTradeDelivery/BilledQuantity")
        settled = one.first("SpecifiedLineTradeSettlement") or one
        tax = settled.first("ApplicableTradeTax")
        names = ("SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementHeaderMonetarySummation")
        net = next((each for name in names if (each := settled.first(f"{name}/LineTotalAmount")) is not None), None)
        return Item(
            one.get("AssociatedDocumentLineDocument/LineID"), one.get("SpecifiedTradeProduct/Name"),
            self.reader.minor(net, "LineTotalAmount (BT-131)"), net.text.strip() if net is not None else "",
            quantity.text.strip() if quantity is not None else "", quantity.attributes.get("unitCode", "") if quantity is not None else "",
            one.get("SpecifiedLineTradeAgreement/NetPriceProductTradePrice/ChargeAmount"), tax.get("CategoryCode") if tax else "",
            tax.get("RateApplicablePercent") if tax else "", one.get("SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/LineID"),
        )  # fmt: skip

    def _tax(self, one: Element) -> Tax:
        return Tax(
            one.get("CategoryCode"), one.get("RateApplicablePercent"), self.reader.minor(one.first("BasisAmount"), "BasisAmount (BT-116)"),
            self.reader.minor(one.first("CalculatedAmount"), "CalculatedAmount (BT-117)"), one.get("ExemptionReason"),
        )  # fmt: skip

    def _totals(self) -> Totals:
        told = self.settlement.first("SpecifiedTradeSettlementHeaderMonetarySummation") or Element(
            "", "", {}, self.root.line
        )
        currency = self.reader.currency
        taxes = [one for one in told.all("TaxTotalAmount") if one.attributes.get("currencyID", currency) == currency]

        def amount(name: str) -> int | None:
            return self.reader.minor(told.first(name), name)

        return Totals(
            amount("LineTotalAmount"), amount("AllowanceTotalAmount"), amount("ChargeTotalAmount"), amount("TaxBasisTotalAmount"),
            self.reader.minor(taxes[0], "TaxTotalAmount (BT-110)") if taxes else None, amount("GrandTotalAmount"),
            amount("TotalPrepaidAmount"), amount("RoundingAmount"), amount("DuePayableAmount"),
        )  # fmt: skip

    def _references(self) -> tuple[Reference, ...]:
        found = [
            Reference(kind, number) for name, kind in _TRADE.items() for one in self.agreement.all(name)
            if (number := one.get("IssuerAssignedID") or one.get("ID"))
        ]  # fmt: skip
        found += [Reference("project", number) for number in self.agreement.texts("SpecifiedProcuringProject/ID")]
        for name, kind in (
            ("DespatchAdviceReferencedDocument", "despatch"),
            ("ReceivingAdviceReferencedDocument", "receipt"),
        ):
            found += [Reference(kind, number) for number in self.delivery.texts(f"{name}/IssuerAssignedID")]
        for one in self.settlement.all("InvoiceReferencedDocument"):
            on = moment(one.first("FormattedIssueDateTime") or one.first("IssueDateTime"), "preceding invoice (BT-26)")
            found.append(Reference("preceding", one.get("IssuerAssignedID") or one.get("ID"), on))
        for one in self.agreement.all("AdditionalReferencedDocument"):
            kind = {"50": "tender", "130": "object"}.get(one.get("TypeCode"), "other")
            if kind != "other" or (one.first("AttachmentBinaryObject") is None and not one.get("URIID")):
                found.append(Reference(kind, one.get("IssuerAssignedID") or one.get("ID")))
        return tuple(found)

    def _attachments(self) -> tuple[Attachment, ...]:
        found = []
        for one in self.agreement.all("AdditionalReferencedDocument"):
            data = one.first("AttachmentBinaryObject")
            name, about = one.get("IssuerAssignedID"), one.get("Name")
            if data is not None:
                name = data.attributes.get("filename") or name
                found.append(
                    attachment(name, data.attributes.get("mimeCode", ""), data.text, about, data.line, one.get("URIID"))
                )
            elif one.get("URIID"):
                found.append(attachment(name, "", "", about, one.line, one.get("URIID")))
        return tuple(found)


def moment(one: Element | None, field: str) -> date | None:
    """Read a day as CII writes it: ``DateTimeString`` with format 102, or a plain date; FormatError for another."""
    if one is None:
        return None
    inner = one.inner[0] if one.inner else one
    text = inner.text.strip()
    if inner.attributes.get("format", "102") not in ("102", "203", "204"):
        raise FormatError(EInvoiceError.DAY, line=inner.line, field=field, value=shorten(text))
    return day(text[:8] if text.isdigit() else text, field, inner.line)


def party(one: Element | None) -> Party:
    """Read a party."""
    if one is None:
        return Party()
    taxes = {each.attributes.get("schemeID", ""): each.text.strip() for each in one.all("SpecifiedTaxRegistration/ID")}
    address = one.first("PostalTradeAddress") or Element("", "", {}, one.line)
    legal, endpoint = one.first("SpecifiedLegalOrganization/ID"), one.first("URIUniversalCommunication/URIID")
    contact = one.first("DefinedTradeContact") or Element("", "", {}, one.line)
    street = tuple(text for name in ("LineOne", "LineTwo", "LineThree") if (text := address.get(name)))
    return Party(
        one.get("Name"), one.get("SpecifiedLegalOrganization/TradingBusinessName"), taxes.get("VA", ""), taxes.get("FC", ""),
        _identifier(legal), tuple(_identifier(each) for each in (*one.all("ID"), *one.all("GlobalID"))), _identifier(endpoint), street,
        address.get("CityName"), address.get("PostcodeCode"), address.get("CountrySubDivisionName"), address.get("CountryID"),
        contact.get("PersonName") or contact.get("DepartmentName"), contact.get("TelephoneUniversalCommunication/CompleteNumber"),
        contact.get("EmailURIUniversalCommunication/URIID"),
    )  # fmt: skip


def _identifier(one: Element | None) -> Identifier:
    return Identifier(one.text.strip(), one.attributes.get("schemeID", "")) if one is not None else Identifier("")
