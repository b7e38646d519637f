"""Personal data on the command line: what is kept about a person, its export, its erasure, what reached its end."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.progress import bar, busy
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.people.actor import Actor
    from fairdue.personal.people import Person
    from fairdue.personal.rules import Verdict

personal_app = typer.Typer(help=_("Personal data: export, erase, what is due."), no_args_is_help=True)
Subject = Annotated[
    str, typer.Argument(help=_("customer:17, contact:5, user:3, a customer number, a user name or an e-mail address"))
]
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("Act as this user"))]


def _acting(company: str | None, user: str | None) -> Actor:
    start.start()
    from fairdue.people.actor import Actor

    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    if user is None:
        # Who may run a command on the server may read its files: that is the administrator.
        acting = Actor(chosen.pk, acting.at, roles=acting.roles | {"administrator"})
    return acting


def _find(acting: Actor, subject: str) -> Person:
    from fairdue.personal.people import PersonalError, find

    try:
        return find(acting.company_id, subject)
    except PersonalError as error:
        start.fail(str(error))


@personal_app.command("export")
def export(
    subject: Subject,
    out: Annotated[Path, typer.Option("--out", help=_("ZIP file to write"))],
    company: Code = None,
    user: User = None,
) -> None:
    """Write everything that is kept about a person into one ZIP: JSON, files, and a page to read."""
    acting = _acting(company, user)
    person = _find(acting, subject)
    from fairdue.personal.export import do_export

    part = out.with_name(out.name + ".part")
    try:
        with bar() as report, part.open("wb") as file:
            counts = do_export(acting, person, file, lambda done, of: report(_("files"), done, of))
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
    told = _("%(subject)s: %(rows)d rows and %(files)d files written to %(out)s")
    files = counts.pop("files")
    start.console.print(
        told % {"subject": person.subject, "rows": sum(counts.values()), "files": files, "out": out}, highlight=False
    )


@personal_app.command("erase")
def erase(
    subject: Subject,
    reason: Annotated[str, typer.Option("--reason", help=_("Who asked, when and how; without names"))] = "",
    yes: Annotated[bool, typer.Option("--yes", help=_("Erase; without it only the preview is shown"))] = False,
    company: Code = None,
    user: User = None,
) -> None:
    """Show what of a person would go and what must stay; with --yes and --reason erase it. Nothing brings it back."""
    acting = _acting(company, user)
    person = _find(acting, subject)
    today = start.day(None)
    from fairdue.personal.actions import do_erase, preview

    verdict = preview(acting, person, today)
    _print(person, verdict)
    if verdict.refused:
        raise typer.Exit(1)
    _print_outlook(acting.company_id, person)
    if not yes:
        start.console.print(_("Nothing was changed. To erase: --yes --reason “…”"))
        return
    if not reason.strip():
        start.fail(_("An erasure needs a reason: --reason “…”"))
    from fairdue.cycle.old_snapshots import do_leave_persons_out

    with busy(_("erasure")):
        do_leave_persons_out(acting)
        done = do_erase(acting, person, today, reason=reason)
    told = _("%(subject)s: %(state)s. %(rows)d rows and files changed.")
    rows = sum(done.counts.values())
    start.console.print(told % {"subject": person.subject, "state": done.get_state_display(), "rows": rows})
    start.console.print(
        _("Backups made before hold the person until they lapse: see docs/how-to/export-or-erase-a-person.md")
    )


def _print(person: Person, verdict: Verdict) -> None:
    from fairdue.people.register import RETENTIONS
    from fairdue.wording import words

    start.console.print(f"[bold]{escape(person.subject)}[/] {escape(person.label)}", highlight=False)
    for text in words.reasons(verdict.refused):
        start.console.print(f"[red]{escape(text)}[/]", highlight=False)
    for clock in verdict.clocks:
        start.console.print(f"[green]{_('goes')}[/]  {escape(_of_pages(RETENTIONS[clock]))}", highlight=False)
    for stay in verdict.stays:
        told = f"{_of_pages(RETENTIONS[stay.clock])}: {words.day(stay.until)}, {stay.source}"
        start.console.print(f"[yellow]{_('stays')}[/] {escape(told)}", highlight=False)


def _print_outlook(company_id: int, person: Person) -> None:
    """Say which money rows stay and why, which names others bear too, and which payments give only the number."""
    from fairdue.personal.export import titles
    from fairdue.personal.outlook import outlook
    from fairdue.wording import words

    found = outlook(company_id, person)
    for one in found.kept:
        told = _("%(table)s: %(rows)d rows stay under the number %(number)s, amounts and dates only") % {
            "table": titles()[one.table], "rows": one.rows, "number": one.number,
        }  # fmt: skip
        why = f" ({words.day(one.until)}, {one.source})" if one.until else ""
        start.console.print(f"[yellow]{_('stays')}[/] {escape(told + why)}", highlight=False)
    for name in found.common:
        told = _("%(name)s tells nobody from others: it goes from the person's own rows only") % {"name": name}
        start.console.print(f"[yellow]{_('stays')}[/] {escape(told)}", highlight=False)
    if found.by_number_count:
        told = _("%(count)d payments of nobody give the number; are they this customer's? %(listed)s") % {
            "count": found.by_number_count, "listed": ", ".join(f"payment:{pk}" for pk in found.by_number),
        }  # fmt: skip
        start.console.print(f"[yellow]![/] {escape(told)}", highlight=False)


def _of_pages(text: str) -> str:
    from fairdue.cli.texts import of_pages

    return of_pages(text)


@personal_app.command("due")
def due(
    complete: Annotated[
        bool, typer.Option("--complete", help=_("Complete unfinished erasures and remove old imported files"))
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help=_("Write JSON for programs"))] = False,
    company: Code = None,
    user: User = None,
) -> None:
    """List what reached the end of its retention: unfinished erasures, contacts without business, old imported files."""
    acting = _acting(company, user)
    today = start.day(None)
    from fairdue.personal.actions import do_complete
    from fairdue.personal.queries import due as ask

    if complete:
        with busy(_("erasure")):
            left: list[tuple[str, str]] = []
            count = do_complete(acting, today, left)
        for subject, why in left:
            start.errors.print(f"[red]{escape(subject)}[/]: {escape(why)}", highlight=False)
        start.console.print(_("%(count)d completed or removed") % {"count": count})
    found = ask(acting.company_id, today)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "unfinished": [one.subject for one in found.unfinished],
                    "contacts": [{"contact": pk, "customer": number, "last": last.isoformat()} for pk, number, last in found.contacts],
                    "contact_count": found.contact_count,
                    "imports": found.imports,
                    "behind": found.behind,
                }
            )
        )  # fmt: skip
        return
    table = Table(box=None)
    for title in (_("What"), _("Customer"), _("Last business")):
        table.add_column(title)
    for one in found.unfinished:
        table.add_row(one.subject, one.get_state_display(), one.next_on.isoformat() if one.next_on else "")
    for pk, number, last in found.contacts:
        table.add_row(f"contact:{pk}", number, last.isoformat())
    start.console.print(table)
    start.console.print(
        _("%(contacts)d contacts without business for 36 months, %(imports)d imported files past their time")
        % {"contacts": found.contact_count, "imports": found.imports}
    )


@personal_app.command("readmit")
def readmit(
    subject: Subject,
    reason: Annotated[str, typer.Option("--reason", help=_("Why the person may be named again"))],
    company: Code = None,
    user: User = None,
) -> None:
    """Let imports name an erased person again, because there is new business."""
    acting = _acting(company, user)
    person = _find(acting, subject)
    from fairdue.personal.actions import do_readmit

    count = do_readmit(acting, person, reason=reason)
    start.console.print(_("%(subject)s: %(count)d marks removed") % {"subject": person.subject, "count": count})


@personal_app.command("reapply")
def reapply(company: Code = None, user: User = None) -> None:
    """After a restore: erase again whoever was erased since the backup, as the key store notes it."""
    acting = _acting(company, user)
    from fairdue.personal.repeat import do_reapply
    from fairdue.wording import words

    with busy(_("erasure")):
        done = do_reapply(acting, start.day(None))
    if not done:
        start.console.print(_("Nobody was erased that the database does not know of."))
    for one in done:
        if not one.refused:
            start.console.print(f"{one.subject}: {one.state}", highlight=False)
        for text in words.reasons(one.refused):
            start.errors.print(f"[red]{one.subject}[/]: {escape(text)}", highlight=False)
    if any(one.refused for one in done):
        raise typer.Exit(1)


@personal_app.command("sweep")
def sweep() -> None:
    """Destroy keys and remove stored bytes that nothing names any more, of all companies; younger than a day they stay."""
    start.start()
    from fairdue.personal.repeat import do_sweep

    with busy(_("sweeping")):
        gone, bytes_gone = do_sweep(start.moment())
    start.console.print(
        _("%(keys)d keys destroyed, %(files)d stored files removed") % {"keys": gone, "files": bytes_gone}
    )


@personal_app.command("keep-keys")
def keep_keys(target: Annotated[Path, typer.Argument(help=_("File to write; the copy of before is replaced"))]) -> None:
    """Copy the key store to another place. Keep one copy only, the newest: an older one holds keys that were destroyed."""
    start.start()
    from fairdue.ledger import keystore

    count = keystore.opened().copy_to(target)
    start.console.print(_("%(count)d keys kept in %(target)s") % {"count": count, "target": target})
