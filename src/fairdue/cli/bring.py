"""Bringing data in: import a file with a preview, answers and a refused-rows file; reconcile with the source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.progress import busy
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.intake.bring import Preview
    from fairdue.intake.models import Import
    from fairdue.intake.reading import Reading

Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]


def pairs(given: list[str] | None, what: str) -> dict[str, str]:
    """Read ``NAME=VALUE`` options."""
    found = {}
    for text in given or ():
        name, mark, value = text.partition("=")
        if not mark or not name:
            start.fail(_("%(what)s is written NAME=VALUE, not %(text)s") % {"what": what, "text": text})
        found[name.strip()] = value.strip()
    return found


def import_file(
    file: Annotated[Path, typer.Argument(help=_("CSV, TSV, XLSX or ODS"), exists=True, dir_okay=False)],
    source: Annotated[str, typer.Option(help=_("Name of the system the file comes from"))] = "files",
    kind: Annotated[
        str | None, typer.Option(help=_("open_items, closed_items, payments, customers, contacts; told by itself"))
    ] = None,
    full: Annotated[
        bool | None, typer.Option("--full/--partial", help=_("Is the file a full list of what is open?"))
    ] = None,
    default: Annotated[
        list[str] | None, typer.Option(help=_("What the file lacks: currency=EUR, country=DE, column:due_on=Due, …"))
    ] = None,
    control: Annotated[list[str] | None, typer.Option(help=_("Control total: EUR=1234.50"))] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help=_("The day for which the file speaks"))] = None,
    yes: Annotated[bool, typer.Option("--yes", help=_("Write without asking"))] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help=_("Write a file that would wait for a person"))] = False,
    refused: Annotated[Path | None, typer.Option(help=_("Where refused rows go; default: beside the file"))] = None,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Code = None,
) -> None:
    """Read a file into the ledger: mapping, preview, then write. Good rows go in; refused rows come back as a file."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    day = start.day(as_of)
    from fairdue.formats.errors import FormatError
    from fairdue.intake import bring
    from fairdue.kernel.money import MoneyError
    from fairdue.ledger.models import Source

    known = Source.objects.filter(company=chosen, code=source).first()
    answers = pairs(default, "--default")
    try:
        totals = bring.control_totals(pairs(control, "--control"))
        with busy(file.name):
            reading = bring.read_for(
                known, file.read_bytes(), file.name, as_of=day, kind=kind, answers=answers, company_id=chosen.pk
            )
    except (FormatError, MoneyError, ValueError) as error:
        start.fail(start.why(error))
    show_mapping(reading)
    if not reading.mapping.complete:
        start.fail(_("Answer the questions with --default NAME=VALUE and run the command again. Nothing was written."))
    is_full = full if full is not None else bool(known and known.completeness == Source.Completeness.FULL)
    with busy(file.name):
        found = bring.preview(known, is_full, reading, day, totals, company_id=chosen.pk)
    show_preview(found)
    if not yes and not typer.confirm(_("Write this into the ledger?")):
        raise typer.Exit(0)
    with busy(file.name):
        done = bring.do_bring(acting, source, reading, as_of=day, full=full, totals=totals, confirmed=confirm)
    if done.refused_csv:
        target = refused or file.with_name(f"{file.stem}.refused.csv")
        target.write_bytes(done.refused_csv.encode("utf-8-sig"))
        start.console.print(_("Refused rows with reasons and remedies: %(path)s") % {"path": target})
    show_outcome(done, found)
    if done.state == "waiting":
        start.fail(_("The file waits for a person; look at the reasons above, then use --confirm."), 2)
    start.console.print(_("Written as import %(number)d.") % {"number": done.pk})


def show_outcome(done: Import, found: Preview) -> None:
    """Show what writing brought to light that the preview could not know, such as what payments were applied to."""
    from fairdue.wording import words

    seen = [reason.as_dict() for reason in (*found.waits, *found.notes)]
    for reason in words.reasons([one for one in done.reasons if one not in seen]):
        start.console.print(f"  {reason}", highlight=False, markup=False)


def show_mapping(reading: Reading) -> None:
    """Show which column is read as what, what is not read, and what must be answered."""
    from fairdue.wording import words

    table = Table(title=f"{reading.name} · {reading.kind}")
    for heading in (_("field"), _("column"), _("sure"), _("why")):
        table.add_column(heading)
    for name, match in sorted(reading.mapping.columns.items()):
        table.add_row(name, escape(match.heading), f"{match.confidence} %", match.why)
    start.console.print(table)
    if reading.mapping.unmapped:
        listed = ", ".join(heading for heading, _why in reading.mapping.unmapped)
        start.console.print(_("Not read: %(columns)s") % {"columns": listed}, highlight=False)
    for name, value in sorted(reading.answers.items()):
        start.console.print(_("Default: %(name)s = %(value)s") % {"name": name, "value": value}, highlight=False)
    for question in reading.mapping.questions:
        mark = "[red]?[/]" if question.blocking else "[yellow]?[/]"
        text = words.reasons([question.reason.as_dict()])[0]
        options = f" ({', '.join(question.options[:12])})" if question.options else ""
        start.console.print(f"{mark} {question.key}: {text}{options}", highlight=False)


def show_preview(found: Preview, name: str = "") -> None:
    """Show what writing the file would do; ``name`` tells it from others shown beside it."""
    from fairdue.wording import words

    labels = {
        "new": _("new"), "changed": _("changed"), "unchanged": _("unchanged"), "vanished": _("vanished"),
        "refused": _("refused"),
    }  # fmt: skip
    counts = " · ".join(f"{label} {found.counts.get(code, 0)}" for code, label in labels.items())
    start.console.print(f"{escape(name)}: {counts}" if name else counts)
    for reason in words.reasons([reason.as_dict() for reason in found.waits]):
        start.console.print(f"[red]![/] {reason}", highlight=False)
    for reason in words.reasons([reason.as_dict() for reason in found.notes[:10]]):
        start.console.print(f"  {reason}", highlight=False)
