"""The books: cut postings into batches, hand them out, take the answers, write the journal."""

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
    from fairdue.books.answers import Result

Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
Who = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]
SHOWN = 40
books_app = typer.Typer(help=_("What flows back to the books: posting batches, their answers, the journal."))


@books_app.command("cut")
def cut(company: Code = None, user: Who = None) -> None:
    """Put every decision and effect that no batch tells yet into new batches. The nightly run does it by itself."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.books.actions import do_cut

    with busy(_("cutting")):
        made = do_cut(acting)
    for batch in made:
        start.console.print(_("Batch %(number)d: %(lines)d lines.") % {"number": batch.number, "lines": batch.lines})
    if not made:
        start.console.print(_("Nothing new."))


@books_app.command("open")
def open_(
    as_of: Annotated[str, typer.Option("--as-of", help=_("Last day that the books have already, YYYY-MM-DD"))],
    source: Annotated[
        list[str] | None, typer.Option(help=_("System whose open item list is held against the ledger; default: all"))
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", help=_("The list of that day; default: the last full list"), exists=True, dir_okay=False
        ),
    ] = None,
    accept: Annotated[str, typer.Option(help=_("Why differences to the list are accepted"))] = "",
    company: Code = None,
    user: Who = None,
) -> None:
    """Begin posting in mid-life: what the books have already is marked as opening and never handed out."""
    start.start()
    chosen = start.company(company)
    acting, day = start.actor(chosen, user=user), start.day(as_of)
    from fairdue.books.opening import OpeningError
    from fairdue.contact.blobs import BlobError
    from fairdue.cycle.tie import open_books
    from fairdue.formats.errors import FormatError
    from fairdue.intake import bring
    from fairdue.intake.actions import IntakeError
    from fairdue.ledger.models import Source

    known = Source.objects.filter(company=chosen).order_by("code")
    sources = list(known.filter(code__in=source) if source else known)
    if file is not None and len(sources) != 1:
        start.fail(_("Name the one source of the file with --source."))
    try:
        reading = bring.read_for(sources[0], file.read_bytes(), file.name, as_of=day) if file is not None else None
        with busy(_("tying out")):
            opened, tied = open_books(acting, day, [(one, reading) for one in sources], accepted=accept)
    except (OpeningError, IntakeError, FormatError, BlobError) as error:
        start.fail(start.why(error))
    for found in tied:
        agreed = _("agrees with the ledger") if found.agrees else _("differs from the ledger, accepted")
        start.console.print(start.line(found.file_name, agreed), highlight=False, markup=False)
    if opened.known:
        start.console.print(_("The books were opened for this day before."))
    start.console.print(
        _("%(lines)d lines in %(batches)d batches are the opening; what comes later is handed out.")
        % {"lines": opened.lines, "batches": len(opened.batches)}
    )


@books_app.command("export")
def export(
    numbers: Annotated[
        list[int] | None, typer.Argument(help=_("Numbers of batches; default: those never handed out"))
    ] = None,
    out: Annotated[Path, typer.Option("--out", help=_("Folder for the files"))] = Path("postings"),
    kind: Annotated[str, typer.Option("--format", help=_("csv or json"))] = "csv",
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help=_("Write what the books have not answered, handed out before or not"))
    ] = False,
    company: Code = None,
    user: Who = None,
) -> None:
    """Write batches as files; the same batch is the same file every time."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.books import files

    if kind not in files.KINDS:
        start.fail(_("%(kind)s is no format; there are: %(known)s") % {"kind": kind, "known": ", ".join(files.KINDS)})
    found = files.waiting_batches(chosen.pk, numbers, unanswered=unanswered)
    if numbers and (missing := sorted(set(numbers) - {batch.number for batch in found})):
        start.fail(_("There is no batch %(number)s.") % {"number": ", ".join(str(one) for one in missing)})
    try:
        for batch in found:
            made = files.hand_out(acting, chosen.code, batch, kind, out)
            start.console.print(_("Written: %(path)s") % {"path": out / made.name}, soft_wrap=True)
    except files.BooksError as error:
        start.fail(str(error))
    if not found:
        start.console.print(_("Every batch was handed out before; name one to write it again."))


@books_app.command("ack")
def ack(
    file: Annotated[
        Path | None, typer.Argument(help=_("The books' answer, CSV or JSON"), exists=True, dir_okay=False)
    ] = None,
    batch: Annotated[
        list[int] | None, typer.Option("--batch", help=_("Number of a batch that is booked as a whole"))
    ] = None,
    reference: Annotated[str, typer.Option(help=_("Number of the booking run in the books"))] = "",
    company: Code = None,
    user: Who = None,
) -> None:
    """Take the books' answer: a file, or whole batches by number. Exit code 1 when lines were not taken."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.books import answers
    from fairdue.formats.errors import FormatError

    if (file is None) == (not batch):
        start.fail(_("Name a file, or batches with --batch."))
    try:
        read = answers.read(file.read_bytes(), file.name) if file is not None else answers.whole(batch or [], reference)
    except FormatError as error:
        start.fail(start.why(error))
    result = answers.take(acting, read)
    _tell(result)
    if result.refused:
        raise typer.Exit(1)


def _tell(result: Result) -> None:
    from fairdue.cli.texts import of_pages
    from fairdue.wording import words

    for one in result.taken:
        told = _("Batch %(number)d: %(booked)d lines booked, %(refused)d refused, %(repeated)d known before.") % {
            "number": one.number, "booked": one.booked + one.mended, "refused": one.refused, "repeated": one.repeated,
        }  # fmt: skip
        start.console.print(told if not one.known else f"{told} {_('This answer was taken before.')}")
    for fault in result.refused[:SHOWN]:
        said = f"{words.reason(fault.reason)} {of_pages(fault.remedy)}"
        start.errors.print(start.line(_("line %(line)d") % {"line": fault.line}, said), highlight=False, markup=False)
    if len(result.refused) > SHOWN:
        start.errors.print(_("… and %(count)d more") % {"count": len(result.refused) - SHOWN})


@books_app.command("list")
def show(
    all_: Annotated[bool, typer.Option("--all", help=_("Show answered batches too"))] = False,
    limit: Annotated[int, typer.Option(help=_("Lines shown"))] = SHOWN,
    company: Code = None,
) -> None:
    """Show the batches that the books have not answered, oldest first, with their age."""
    start.start()
    chosen = start.company(company)
    from fairdue.books import queries
    from fairdue.wording import words

    table = Table(title=chosen.name)
    for heading in (
        _("batch"),
        _("cut"),
        _("lines"),
        _("booked"),
        _("refused by the books"),
        _("not answered by the books"),
        _("handed out"),
        _("days"),
    ):
        table.add_column(heading, justify="left" if heading in {_("cut"), _("handed out")} else "right")
    found = queries.batches(chosen.pk, unanswered=not all_).order_by("number")
    for one in found[:limit]:
        table.add_row(
            str(one.number), escape(words.moment(one.cut_at)), words.count(one.lines), words.count(one.booked_lines),
            words.count(one.refused_lines), words.count(one.waiting_lines),
            words.moment(one.exported_at) if one.exported_at else "", str((start.moment() - one.cut_at).days),
        )  # fmt: skip
    start.console.print(table)
    if (count := found.count()) > limit:
        start.console.print(_("… and %(count)d more; use --limit") % {"count": count - limit})


@books_app.command("journal")
def journal(
    out: Annotated[Path, typer.Option("--out", help=_("File to write"))] = Path("journal.beancount"),
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=_("The day for which, YYYY-MM-DD; default: today"))
    ] = None,
    known_on: Annotated[
        str | None, typer.Option("--known-on", help=_("Only what was recorded by the end of this day, YYYY-MM-DD"))
    ] = None,
    company: Code = None,
    user: Who = None,
) -> None:
    """Write the whole ledger as a journal in double entry (beancount); bean-check accepts it to the cent."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from datetime import UTC, datetime, time

    from fairdue.books.files import BooksError
    from fairdue.books.journal import write_journal
    from fairdue.ledger.queries import FAR

    known_at = datetime.combine(start.day(known_on), time.max, UTC) if known_on else FAR
    try:
        with busy(_("writing")):
            lines = write_journal(acting, out, start.day(as_of), known_at)
    except BooksError as error:
        start.fail(str(error))
    start.console.print(_("Written: %(path)s (%(count)d lines)") % {"path": out, "count": lines}, soft_wrap=True)
