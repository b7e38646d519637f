"""E-invoices on the command line: book what the company has sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairdue.cli import start
from fairdue.cli.progress import bar
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.intake.einvoices import Booked


def invoices(
    files: Annotated[
        list[Path],
        typer.Argument(
            help=_("UBL, CII, FatturaPA, 数电发票 (XML); Factur-X, ZUGFeRD (PDF); OFD"), exists=True, dir_okay=False
        ),
    ],
    ours: Annotated[
        bool, typer.Option("--ours", help=_("The seller is this company although its numbers do not say so"))
    ] = False,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None,
) -> None:
    """Book e-invoices that the company has sent: documents, due items, copies. The same file again changes nothing."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.formats.errors import FormatError
    from fairdue.intake.einvoices import do_bring_einvoice

    failed = 0
    with bar() as report:
        for at, file in enumerate(files):
            report(_("e-invoices"), at, len(files))
            try:
                done = do_bring_einvoice(acting, file.read_bytes(), file.name, ours=ours)
            except FormatError as error:
                failed += 1
                start.errors.print(start.why(error), highlight=False, markup=False)
            else:
                for one in done:
                    _show(file.name, one)
    if failed:
        start.fail(_("%(count)d of %(of)d files were not taken in.") % {"count": failed, "of": len(files)})


def _show(name: str, one: Booked) -> None:
    from fairdue.wording import words

    document = one.document
    told = _("booked") if one.new else _("known")
    customer = document.customer.name + (f" ({_('new customer')})" if one.new_customer else "")
    amount = f"{words.amount(document.total_minor, document.currency)} {document.currency}"
    start.console.print(f"{name}: {document.number} · {customer} · {amount} · {told}", highlight=False, markup=False)
    for item in document.due_items.order_by("seq") if one.new else ():
        line = f"  {words.day(item.due_on)}  {words.amount(item.amount_minor, item.currency)}"
        if item.discount_until:
            less = {"amount": words.amount(item.discount_minor, item.currency), "day": words.day(item.discount_until)}
            line += "  " + _("less %(amount)s until %(day)s") % less
        start.console.print(line, highlight=False, markup=False)
    for reason in (*one.notes, *(finding.reason for finding in one.invoice.findings)):
        start.console.print(f"  ! {words.reason(reason)}", highlight=False, markup=False)
