"""Bank files on the command line: take them in, look at accounts, statements and lines."""

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
    from fairdue.cash.actions import TakenIn
    from fairdue.cash.models import BankLine, Statement
    from fairdue.contact.recheck import Rechecked
    from fairdue.people.actor import Actor

cash_app = typer.Typer(help=_("Money in: bank files and their lines."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
TOLD = {"booked": _("booked"), "intraday": _("during the day"), "notice": _("notice")}
LINES_SHOWN = 50


@cash_app.callback()
def cash() -> None:
    """Money in: bank files and their lines."""


@cash_app.command("import")
def take_in(
    files: Annotated[
        list[Path],
        typer.Argument(
            help=_(
                "CAMT.052, .053 or .054 (also in a ZIP), MT940, MT942, OFX, BAI2, CODA, Norma 43; tables of banks, Alipay and WeChat Pay"
            ),
            exists=True,
            dir_okay=False,
        ),
    ],
    new_account: Annotated[
        bool, typer.Option("--new-account", help=_("The account is the company's although it is not known yet"))
    ] = False,
    account: Annotated[
        str, typer.Option("--account", help=_("Number of the account, for a table that does not name it"))
    ] = "",
    currency: Annotated[
        str, typer.Option("--currency", help=_("Currency of the account, for a table that does not name it"))
    ] = "",
    match: Annotated[bool, typer.Option(help=_("Match what came in to invoices, and post what is certain"))] = True,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Code = None,
) -> None:
    """Take bank files in, each whole or not at all, and match them. The same statement again changes nothing."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.cash.actions import CashError, Said, do_take_in
    from fairdue.formats.errors import FormatError

    failed = came = 0
    with bar() as report:
        for file in files:
            try:
                done = do_take_in(
                    acting, file.read_bytes(), file.name, new_account=new_account, said=Said(account, currency),
                    progress=lambda seen, name=file.name: report(name, seen, 0),  # type: ignore[misc]
                )  # fmt: skip
            except (FormatError, CashError) as error:
                failed += 1
                start.errors.print(f"{file.name}: {start.why(error)}", highlight=False, markup=False)
            else:
                show(file.name, done)
                came += done.new
    if match and came:
        match_now(acting)
    if failed:
        start.fail(_("%(count)d of %(of)d files were not taken in.") % {"count": failed, "of": len(files)})


def match_now(acting: Actor) -> None:
    """Propose and post what came in, and say what became of it; one who may not allocate leaves it to somebody who may."""
    from fairdue.cash.actions import do_post, do_propose
    from fairdue.people.actor import Right

    if not acting.may(Right.ALLOCATE):
        told = _(
            "The lines are not matched: that needs the right to allocate. Dunning waits until: fairdue cash propose"
        )
        start.console.print(told, highlight=False)
        return
    with bar() as report:
        proposed = do_propose(acting, progress=lambda seen, of: report(_("match"), seen, of))
        posted = do_post(acting, progress=lambda seen, of: report(_("post"), seen, of))
    waits = proposed.lines - posted.posted
    told = _("%(posted)d lines posted, %(waits)d wait: fairdue cash queue") if waits else _("%(posted)d lines posted.")
    start.console.print(told % {"posted": posted.posted, "waits": waits}, highlight=False)
    show_rechecked(proposed.rechecked, posted.rechecked)


def show_rechecked(*done: Rechecked) -> None:
    """Say how many queued messages were held back because of what came in."""
    if count := sum(one.held_back.total() for one in done):
        told = _("%(count)d messages in the outbox are held back because of it.")
        start.console.print(told % {"count": count}, highlight=False)


def show(name: str, done: TakenIn) -> None:
    """Say what became of a file: its lines, its statements, and what does not add up in them."""
    if done.known:
        start.console.print(f"{escape(name)}: {_('taken in before; nothing changed.')}", highlight=False)
        return
    told = _("%(new)d new lines, %(announced)d announced, %(repeated)d known before.")
    counts = {"new": done.new, "announced": done.announced, "repeated": done.repeated}
    start.console.print(f"{escape(name)}: {told % counts}", highlight=False)
    from fairdue.wording import words

    for statement in done.statements:
        start.console.print(f"  {_statement(statement)}", highlight=False, markup=False)
        for text in words.reasons(statement.findings):
            start.console.print(f"    ! {text}", highlight=False, markup=False)


def _statement(statement: Statement) -> str:
    from fairdue.wording import words

    currency = statement.account.currency
    parts = [str(statement.account), TOLD[statement.told], "/".join(filter(None, (statement.number, statement.page)))]
    if statement.last_on:
        parts.append(words.day(statement.last_on))
    if statement.opening_minor is not None and statement.closing_minor is not None:
        opening, closing = (
            words.amount(value, currency) for value in (statement.opening_minor, statement.closing_minor)
        )
        parts.append(f"{opening} → {closing}")
    return " · ".join(filter(None, parts))


@cash_app.command("accounts")
def accounts(company: Code = None) -> None:
    """List the accounts with their last booked statement, and where statements are missing."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.known import accounts_known
    from fairdue.cash.models import Account
    from fairdue.cash.queries import gaps
    from fairdue.wording import words

    found = list(Account.objects.filter(company=chosen).order_by("number", "currency"))
    if not found:
        start.console.print(_("No bank file was taken in yet: fairdue cash import FILE"))
    days = {one.account.pk: one for one in accounts_known(chosen.pk)}
    for account in found:
        last = account.statements.filter(told="booked").order_by("last_on", "id").last()
        start.console.print(_statement(last) if last else str(account), highlight=False, markup=False)
        if (known := days.get(account.pk)) is not None:
            told = (
                _("known through %(day)s") if known.counts else _("known through %(day)s; does not count for dunning")
            )
            start.console.print(f"  {told % {'day': words.day(known.through)}}", highlight=False)
        for text in words.reasons(gaps(account)):
            start.console.print(f"  ! {text}", highlight=False, markup=False)


@cash_app.command("lines")
def lines(
    since: Annotated[str | None, typer.Option(help=_("First day, YYYY-MM-DD"))] = None,
    announced: Annotated[bool, typer.Option("--announced", help=_("What is on its way and not booked yet"))] = False,
    number: Annotated[int, typer.Option("--number", help=_("How many lines"), min=1)] = LINES_SHOWN,
    company: Code = None,
) -> None:
    """List the newest lines of the company's accounts."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.queries import newest
    from fairdue.wording import words

    table = Table()
    for heading in (_("line"), _("day"), _("amount"), _("other side"), _("text")):
        table.add_column(heading, justify="right" if heading == _("amount") else "left")
    found = newest(chosen.pk, start.day(since) if since else None, announced=announced, number=number)
    for line in found:
        day = line.booked_on or line.valued_on
        table.add_row(
            str(line.pk), words.day(day) if day else "", f"{words.amount(line.amount_minor, line.currency)} {line.currency}",
            escape(line.name or line.account_number), escape(" ".join((line.structured or line.text).split())[:60]),
        )  # fmt: skip
    start.console.print(table if found else _("No lines."))


@cash_app.command("line")
def line(number: Annotated[int, typer.Argument(help=_("Number of the line"))], company: Code = None) -> None:
    """Show everything that the bank said of a line, read again from the kept file."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.look import all_fields
    from fairdue.cash.models import BankLine

    rows = BankLine.objects.filter(company=chosen, pk=number).select_related("statement__file", "statement__account")
    found = rows.first()
    if found is None:
        start.fail(_("There is no line %(number)d.") % {"number": number})
    start.console.print(_heading(found), highlight=False, markup=False)
    for record, fields in all_fields(found):
        start.console.print(f"[bold]{escape(record)}[/]")
        for path, value in fields:
            start.console.print(f"  {path}: {value}", highlight=False, markup=False)


def _heading(line: BankLine) -> str:
    from fairdue.wording import words

    file = line.statement.file
    place = _("entry %(entry)d of statement %(statement)d in %(file)s") % {
        "entry": line.entry, "statement": line.statement.ordinal, "file": file.file_name,
    }  # fmt: skip
    return f"{words.amount(line.amount_minor, line.currency)} {line.currency} · {place} · {file.sha256[:12]}"
