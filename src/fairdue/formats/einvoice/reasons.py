"""What is wrong or doubtful in an e-invoice."""

from __future__ import annotations

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import ReasonCode, gettext_noop


class EInvoiceError(FormatCode):
    """An e-invoice is refused whole."""

    MISSING = (
        "einvoice_missing",
        gettext_noop("%(field)s is missing."),
        gettext_noop("Ask the sender for a complete invoice."),
    )
    AMOUNT = (
        "einvoice_amount",
        gettext_noop("%(field)s is no amount: %(value)s"),
        gettext_noop("Ask the sender for a corrected invoice."),
    )
    DAY = (
        "einvoice_day",
        gettext_noop("%(field)s is no day: %(value)s"),
        gettext_noop("Ask the sender for a corrected invoice."),
    )
    CURRENCY = (
        "einvoice_currency",
        gettext_noop("%(field)s is no currency: %(value)s"),
        gettext_noop("Ask the sender for a corrected invoice."),
    )
    ATTACHMENT = (
        "einvoice_attachment",
        gettext_noop("The attachment %(name)s cannot be read."),
        gettext_noop("Ask the sender for the invoice with a whole attachment."),
    )
    NO_INVOICE = (
        "einvoice_no_invoice",
        gettext_noop("The PDF holds no invoice as data."),
        gettext_noop("Import it as a copy of the invoice, or ask the sender for a Factur-X or ZUGFeRD file."),
    )
    OFD = (
        "einvoice_ofd",
        gettext_noop("The ZIP or OFD is damaged or too large, or holds no invoice as data."),
        gettext_noop("Ask the sender for the invoice as XML."),
    )
    SIGNED = (
        "einvoice_signed",
        gettext_noop("The signed file (p7m) is damaged, or holds no file."),
        gettext_noop("Ask the sender for the invoice without its signature, as XML."),
    )
    UNKNOWN = (
        "einvoice_unknown",
        gettext_noop("This is none of the e-invoices read here (it begins with %(element)s)."),
        gettext_noop(
            "Read are UBL, CII, Factur-X, ZUGFeRD, FatturaPA and Chinese digital invoices (XML, OFD). Check that it is the right file."
        ),
    )


class EInvoiceFinding(ReasonCode):
    """Something that does not add up, or is missing by the standard."""

    LINES = ("einvoice.lines", gettext_noop("The lines add up to %(counted)s, the invoice says %(told)s."))
    NET = (
        "einvoice.net",
        gettext_noop("Lines, allowances and charges give %(counted)s without tax, the invoice says %(told)s."),
    )
    TAXES = ("einvoice.taxes", gettext_noop("The tax rows add up to %(counted)s, the invoice says %(told)s."))
    TAX_BASES = (
        "einvoice.tax_bases",
        gettext_noop("The amounts taxed add up to %(counted)s, without tax the invoice says %(told)s."),
    )
    TAX_ROW = (
        "einvoice.tax_row",
        gettext_noop("%(rate)s %% of %(basis)s is %(counted)s, the invoice says %(told)s."),
    )
    GROSS = ("einvoice.gross", gettext_noop("Net and tax give %(counted)s, the invoice says %(told)s."))
    PAYABLE = (
        "einvoice.payable",
        gettext_noop("What is to be paid comes to %(counted)s, the invoice says %(told)s."),
    )
    DUES = ("einvoice.dues", gettext_noop("The maturities add up to %(counted)s, to be paid is %(told)s."))
    NO_BUYER = ("einvoice.no_buyer", gettext_noop("The buyer has no name."))
    NO_SELLER = ("einvoice.no_seller", gettext_noop("The seller has no name."))
    NO_BUYER_REFERENCE = (
        "einvoice.no_buyer_reference",
        gettext_noop("A public buyer in Germany needs a buyer reference (Leitweg-ID); there is none."),
    )
    NO_DUE = ("einvoice.no_due", gettext_noop("There is something to pay, and neither a due day nor payment terms."))
    NO_LINES = ("einvoice.no_lines", gettext_noop("The invoice has no lines."))
    CURRENCIES = (
        "einvoice.currencies",
        gettext_noop("%(field)s is told in %(other)s, the invoice in %(currency)s; it is not used."),
    )
    FRACTION = ("einvoice.fraction", gettext_noop("%(field)s has more decimals than the currency: %(value)s"))
    TOTAL_MISSING = ("einvoice.total_missing", gettext_noop("%(field)s is missing."))
