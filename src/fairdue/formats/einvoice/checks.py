"""What the standard asks of an invoice's sums (EN 16931-1, chapter 6.4, by the names of its rules). Findings, never errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from fairdue.formats.einvoice.reasons import EInvoiceFinding
from fairdue.formats.einvoice.records import EInvoice, Finding, Kind
from fairdue.kernel.money import exponents, plain
from fairdue.kernel.reasons import because
from fairdue.kernel.rounding import to_int

TAX_SLACK = 1
"""BR-CO-17 allows one minor unit a row; national rules allow more, so that a row is only noted."""


def checked(invoice: EInvoice) -> EInvoice:
    """Give the invoice with what was found in its sums and contents added."""
    if invoice.format == "fapiao":
        # Not under EN 16931, whose rules are not named then; its tax is rounded line by line, and it never has a due day.
        odd = (one._replace(rule="") for one in (*invoice.findings, *_contents(invoice), *_sums(invoice)))
        return invoice._replace(findings=tuple(one for one in odd if one.reason.code != EInvoiceFinding.NO_DUE.code))
    found = (*invoice.findings, *_contents(invoice), *_sums(invoice), *_taxes(invoice))
    return invoice._replace(findings=found)


def _contents(invoice: EInvoice) -> Iterator[Finding]:
    if not (invoice.seller.name or invoice.seller.legal_name):
        yield Finding(because(EInvoiceFinding.NO_SELLER), "BR-06")
    if not (invoice.buyer.name or invoice.buyer.legal_name):
        yield Finding(because(EInvoiceFinding.NO_BUYER), "BR-07")
    if not invoice.items and "minimum" not in invoice.profile and "basicwl" not in invoice.profile:
        yield Finding(because(EInvoiceFinding.NO_LINES), "BR-16")
    if "xrechnung" in invoice.profile and not invoice.buyer_reference:
        yield Finding(because(EInvoiceFinding.NO_BUYER_REFERENCE), "BR-DE-15")
    payable = invoice.totals.payable_minor
    if payable and payable > 0 and not invoice.dues and not invoice.terms and invoice.kind != Kind.CREDIT_NOTE:
        yield Finding(because(EInvoiceFinding.NO_DUE), "BR-CO-25")


def _known(amounts: Iterable[int | None]) -> int | None:
    """Add up, or give None where one is not known."""
    found = list(amounts)
    return sum(one for one in found if one is not None) if found and None not in found else None


def zero(amount: int | None) -> int:
    """Give an amount, or 0 for none."""
    return amount or 0


def _sums(invoice: EInvoice) -> Iterator[Finding]:
    told = invoice.totals
    if told.payable_minor is None and invoice.format != "fatturapa":
        yield Finding(because(EInvoiceFinding.TOTAL_MISSING, field="PayableAmount"), "BR-15")
    lines = _known(item.net_minor for item in invoice.items)
    if told.lines_minor is not None:
        yield from _differ(invoice, EInvoiceFinding.LINES, "BR-CO-10", lines, told.lines_minor)
        net = told.lines_minor - zero(told.allowances_minor) + zero(told.charges_minor)
        yield from _differ(invoice, EInvoiceFinding.NET, "BR-CO-13", net, told.net_minor)
    yield from _differ(
        invoice, EInvoiceFinding.TAXES, "BR-CO-14", _known(tax.tax_minor for tax in invoice.taxes), told.tax_minor
    )
    if told.net_minor is not None:
        gross = (
            told.net_minor + zero(told.tax_minor) + (zero(told.rounding_minor) if invoice.format == "fatturapa" else 0)
        )
        yield from _differ(invoice, EInvoiceFinding.GROSS, "BR-CO-15", gross, told.gross_minor)
    if told.gross_minor is not None and invoice.format != "fatturapa":
        payable = told.gross_minor - zero(told.prepaid_minor) + zero(told.rounding_minor) + zero(told.third_party_minor)
        yield from _differ(invoice, EInvoiceFinding.PAYABLE, "BR-CO-16", payable, told.payable_minor)
    amounts = [due.amount_minor for due in invoice.dues]
    if len(amounts) > 1 or (amounts and amounts[0] is not None):
        yield from _differ(invoice, EInvoiceFinding.DUES, "", _known(amounts), told.payable_minor)


def _differ(
    invoice: EInvoice, code: EInvoiceFinding, rule: str, counted: int | None, told: int | None
) -> Iterator[Finding]:
    if counted is not None and told is not None and counted != told:
        written = [plain(amount, invoice.currency) for amount in (counted, told)]
        yield Finding(because(code, counted=written[0], told=written[1]), rule)


def _taxes(invoice: EInvoice) -> Iterator[Finding]:
    bases = _known(tax.basis_minor for tax in invoice.taxes)
    if invoice.format != "fatturapa":
        yield from _differ(invoice, EInvoiceFinding.TAX_BASES, "BR-CO-13", bases, invoice.totals.net_minor)
    for tax in invoice.taxes:
        if tax.basis_minor is None or tax.tax_minor is None or not tax.rate:
            continue
        try:
            rate = Decimal(tax.rate)
        except ArithmeticError:
            continue
        counted = to_int(Decimal(tax.basis_minor) * rate / 100)
        if abs(counted - tax.tax_minor) > TAX_SLACK * 10 ** max(0, exponents()[invoice.currency] - 2):
            basis, right, told = (
                plain(amount, invoice.currency) for amount in (tax.basis_minor, counted, tax.tax_minor)
            )
            values = {"rate": tax.rate, "basis": basis, "counted": right, "told": told}
            yield Finding(because(EInvoiceFinding.TAX_ROW, **values), "BR-CO-17")
