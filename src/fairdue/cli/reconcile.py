"""Reconciling: does the ledger show what its source lists?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.bring import pairs
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.intake.reconcile import Line, Reconciliation

SHOWN = 40


def reconcile(
    source: Annotated[str, typer.Option(help=_("Name of the system the file comes from"))] = "files",
    file: Annotated[
        Path | None,
        typer.Argument(
            help=_("A list of open items; default: the last full list of the source"), exists=True, dir_okay=False
        ),
    ] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("The day for which the file speaks"))] = None,
    default: Annotated[list[str] | None, typer.Option(help=_("What the file lacks: NAME=VALUE"))] = None,
    out: Annotated[Path | None, typer.Option("--out", help=_("Write all lines to this .csv or .xlsx file"))] = None,
    company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None,
) -> None:
    """Compare ledger and source, each difference explained. Exit code 1 when more differs than the books have not answered."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.blobs import BlobError
    from fairdue.cycle.tie import tie_out
    from fairdue.formats.errors import FormatError
    from fairdue.intake import bring
    from fairdue.intake.actions import IntakeError
    from fairdue.ledger.models import Source

    known = Source.objects.filter(company=chosen, code=source).first()
    if known is None:
        sources = ", ".join(Source.objects.filter(company=chosen).order_by("code").values_list("code", flat=True))
        if not sources:
            start.fail(
                _("Nothing has been imported yet, so there is nothing to compare with. Start with: fairdue import FILE")
            )
        start.fail(
            _("There is no source %(source)s. Choose one with --source: %(sources)s")
            % {"source": source, "sources": sources}
        )
    day = start.day(as_of) if as_of or file else None
    try:
        answers = pairs(default, "--default")
        reading = (
            bring.read_for(known, file.read_bytes(), file.name, as_of=start.day(as_of), answers=answers)
            if file
            else None
        )
        found = tie_out(known, reading, day)
    except (IntakeError, FormatError, BlobError) as error:
        start.fail(start.why(error))
    _show(found)
    if out is not None:
        _write(out, found)
    if not found.ties:
        raise typer.Exit(1)


def _show(found: Reconciliation) -> None:
    from fairdue.wording import words

    table = Table(title=f"{found.file_name} · {words.day(found.as_of)}")
    for heading in _headings():
        table.add_column(heading, overflow="fold")
    lines = list(found.differing())
    for line in lines[:SHOWN]:
        table.add_row(*(escape(cell) for cell in _cells(line)))
    for line in found.totals:
        table.add_row("", _("total"), *(str(cell) for cell in _cells(line)[2:]), style="bold")
    start.console.print(table)
    if len(lines) > SHOWN:
        start.console.print(_("… and %(count)d more; use --limit or --out") % {"count": len(lines) - SHOWN})
    if found.refused:
        start.console.print(_("%(count)d rows of the file could not be read.") % {"count": found.refused})
    if found.agrees:
        start.console.print(_("Ledger and source agree."))
    elif found.ties:
        start.console.print(
            _("Ledger and source tie: they differ by what the books have not answered or refuse, and by nothing else.")
        )
    else:
        start.console.print(_("Ledger and source differ."))


def _headings() -> tuple[str, ...]:
    return (
        _("customer number"), _("customer"), _("currency"), _("ledger"), _("source"), _("difference"),
        _("only in the ledger"), _("only in the file"), _("paid in the ledger"), _("unexplained"),
        _("not answered by the books"), _("refused by the books"), _("booked, yet different"),
    )  # fmt: skip


def _cells(line: Line) -> list[str]:
    from fairdue.wording import words

    amounts = (
        line.ledger_minor, line.source_minor, line.difference_minor, line.only_ledger_minor, line.only_file_minor,
        line.ledger_payment_minor, line.unexplained_minor, line.waiting_minor, line.refused_minor, line.booked_minor,
    )  # fmt: skip
    return [
        line.customer_number, line.customer_name, line.currency,
        *(words.amount(amount, line.currency) for amount in amounts),
    ]  # fmt: skip


def _write(out: Path, found: Reconciliation) -> None:
    from fairdue.cycle.exports import as_file
    from fairdue.formats.spreadsheet import Column, ColumnKind
    from fairdue.formats.spreadsheet.columns import Value
    from fairdue.kernel.money import Money

    kind = out.suffix.lower().removeprefix(".")
    columns = [Column(h, ColumnKind.MONEY if n > 2 else ColumnKind.TEXT) for n, h in enumerate(_headings())]
    rows: list[list[Value]] = [
        [
            line.customer_number, line.customer_name, line.currency,
            *(
                Money(amount, line.currency)
                for amount in (
                    line.ledger_minor, line.source_minor, line.difference_minor, line.only_ledger_minor,
                    line.only_file_minor, line.ledger_payment_minor, line.unexplained_minor,
                )
            ),
        ]
        for line in found.lines
    ]  # fmt: skip
    try:
        out.write_bytes(as_file("reconcile", columns, rows, kind))
    except ValueError as error:
        start.fail(str(error))
    start.console.print(_("Written: %(path)s") % {"path": out})
