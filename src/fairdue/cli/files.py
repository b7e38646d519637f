"""Copies of documents as files: add them, list them, see which are missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.progress import bar
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.intake.files import Report
    from fairdue.intake.sorting import Asked
    from fairdue.ledger.models import Customer
    from fairdue.people.models import Company

files_app = typer.Typer(help=_("Copies of documents as files."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", help=_("invoice, contract, order, delivery_proof, acceptance, confirmation, other")),
]
CustomerOption = Annotated[str | None, typer.Option("--customer", help=_("Number of the customer"))]
SHOWN_MAX = 20


@files_app.callback()
def files() -> None:
    """Copies of documents as files: invoices, contracts, delivery notes."""


@files_app.command("add")
def add(
    paths: Annotated[list[Path], typer.Argument(help=_("Folders, ZIP files, mail files (.eml), PDFs and pictures"))],
    kind: KindOption = None,
    customer: CustomerOption = None,
    document: Annotated[str | None, typer.Option("--document", help=_("Number of the document they belong to"))] = None,
    refused: Annotated[Path | None, typer.Option(help=_("Where the list of refused files goes"))] = None,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Code = None,
) -> None:
    """Bring in files; each goes to the document whose number its name or text holds. The same files again change nothing."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.intake.files import do_bring_paths, refused_csv

    asked = _asked(chosen, kind, customer, document)
    for path in paths:
        if not path.exists():
            start.fail(_("%(path)s is not there") % {"path": path})
    with bar() as report:
        found = do_bring_paths(acting, paths, asked, lambda done, of: report(_("files"), done, of))
    _show(found)
    if not found.refused:
        return
    target = refused or Path("refused-files.csv")
    target.write_bytes(refused_csv(found.refused))
    start.console.print(_("Refused files with reasons and remedies: %(path)s") % {"path": target}, highlight=False)
    raise typer.Exit(2)


def _asked(chosen: Company, kind: str | None, customer: str | None, document: str | None) -> Asked:
    from fairdue.intake.sorting import Asked, DocumentRef
    from fairdue.ledger.models import CopyKind, Document

    if kind is not None and kind not in CopyKind.values:
        start.fail(_("%(kind)s is no kind; there are: %(known)s") % {"kind": kind, "known": ", ".join(CopyKind.values)})
    owner = _customer(chosen, customer) if customer else None
    ref = None
    if document:
        rows = Document.objects.filter(company=chosen, number=document)
        found = list(rows.filter(customer=owner) if owner else rows)
        if len(found) != 1:
            start.fail(_("%(number)s is the number of %(count)d documents") % {"number": document, "count": len(found)})
        ref = DocumentRef(found[0].pk, found[0].customer_id, found[0].number)
    return Asked(kind or "", owner.pk if owner else None, ref)


def _customer(chosen: Company, number: str) -> Customer:
    from fairdue.ledger.models import Customer

    found = Customer.objects.filter(company=chosen, number=number).first()
    if found is None:
        start.fail(_("There is no customer %(number)s") % {"number": number})
    return found


def _show(found: Report) -> None:
    from fairdue.wording import names, words

    kinds = ", ".join(f"{names.copy_kind(kind)} {words.count(count)}" for kind, count in sorted(found.by_kind.items()))
    counts = ((_("new"), found.new), (_("known before"), found.known), (_("refused"), len(found.refused)))
    start.console.print(" · ".join(f"{label} {words.count(count)}" for label, count in counts), highlight=False)
    if kinds:
        start.console.print(kinds, highlight=False)
    for one in found.refused[:SHOWN_MAX]:
        start.console.print(f"[red]![/] {escape(one.path)}: {escape(start.why(one.error))}", highlight=False)
    if len(found.refused) > SHOWN_MAX:
        more = len(found.refused) - SHOWN_MAX
        start.console.print(_("… and %(count)d more") % {"count": more}, highlight=False)


@files_app.command("list")
def listed(
    customer: CustomerOption = None,
    kind: KindOption = None,
    limit: Annotated[int, typer.Option(help=_("Rows shown"), min=1)] = 50,
    company: Code = None,
) -> None:
    """List the files in force, newest first."""
    start.start()
    chosen = start.company(company)
    from fairdue.ledger.file_queries import in_force
    from fairdue.wording import names, words

    rows = in_force(chosen.pk).select_related("customer", "document").order_by("-id")
    if customer:
        rows = rows.filter(customer=_customer(chosen, customer))
    if kind:
        rows = rows.filter(kind=kind)
    table = Table()
    for heading in (_("kind"), _("document"), _("customer"), _("file"), _("size"), _("from"), _("on"), _("by")):
        table.add_column(heading, overflow="fold")
    for row in rows[:limit]:
        table.add_row(
            names.copy_kind(row.kind), row.document.number if row.document else "–", escape(row.customer.name),
            escape(row.file_name), words.size(row.size_bytes), row.get_origin_display(),
            words.day(row.recorded_at.date()), escape(row.recorded_by),
        )  # fmt: skip
    start.console.print(table)
    start.console.print(_("%(count)s files") % {"count": words.count(rows.count())}, highlight=False)


@files_app.command("missing")
def missing(
    kind: KindOption = None,
    limit: Annotated[int, typer.Option(help=_("Rows shown"), min=1)] = 50,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("Day, YYYY-MM-DD; default: today"))] = None,
    company: Code = None,
) -> None:
    """List the copies that the policies ask for and that are missing, the largest open amount first."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.missing import missing_now
    from fairdue.wording import names, words

    found = missing_now(chosen.pk, start.day(as_of), kinds=(kind,) if kind else ())
    table = Table()
    for heading in (_("kind"), _("document"), _("customer number"), _("customer"), _("open"), _("days overdue")):
        right = heading in {_("open"), _("days overdue")}
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for one in found[:limit]:
        table.add_row(
            names.copy_kind(one.kind), one.document_number or "–", one.customer_number, escape(one.customer_name),
            f"{words.amount(one.open_minor, one.currency)} {one.currency}", words.count(max(one.days_overdue, 0)),
        )  # fmt: skip
    start.console.print(table)
    start.console.print(_("%(count)s copies are missing") % {"count": words.count(len(found))}, highlight=False)
