"""The inbox: replies, delivery reports and automatic mails read from a folder or a mailbox; what waits for a person."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairdue.cli import start
from fairdue.cli.progress import Report, bar
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.people.actor import Actor

inbox_app = typer.Typer(help=_("The inbox: mail that came in."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
RECEIVED = {
    "reply": _("replies, each holds the next step until it is read"),
    "unmatched": _("to be assigned by a person"),
    "automatic": _("automatic mails"),
    "bounce": _("bounces"),
    "delayed": _("reports that ask for nothing"),
    "known": _("read before"),
    "skipped": _("files read before"),
    "unread": _("could not be opened; they are tried again the next time"),
    "unmoved": _("were read, but could not be moved away"),
}


@inbox_app.callback()
def inbox() -> None:
    """The inbox: mail that came in."""


@inbox_app.command("read")
def read(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            help=_("Read the mail files (RFC 822) of this folder or Maildir, not a mailbox"),
            exists=True,
            file_okay=False,
        ),
    ] = None,
    move_to: Annotated[
        Path | None,
        typer.Option("--move-to", help=_("With --folder: move what was read to this folder; default: leave it")),
    ] = None,
    company: Code = None,
) -> None:
    """Read what is new: a reply holds the customer's next step until a person has read it, a bounce marks the contact.

    Without --folder the mailbox of FAIRDUE_IMAP_URL is read; nothing there is marked or moved. May be stopped and run again.
    """
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen)
    from fairdue.contact.collect import from_folder

    if folder is None and move_to is not None:
        start.fail(_("--move-to goes with --folder; a mailbox is left as it is."))
    with bar() as report:
        if folder is not None:
            counts = from_folder(
                acting, folder, move_to=move_to, progress=lambda done, of: report(_("mails"), done, of)
            )
        else:
            counts = _mailbox(acting, report)
    _tell(counts)


def _mailbox(acting: Actor, report: Report) -> Counter[str]:
    from django.conf import settings

    from fairdue.contact.collect import from_mailbox, is_ours
    from fairdue.contact.inbox.imap import MailboxError, read_url

    if not settings.FAIRDUE_IMAP_URL:
        start.fail(_("Name a folder (--folder), or set FAIRDUE_IMAP_URL to the mailbox that replies come to."))
    try:
        if not is_ours(acting, settings.FAIRDUE_IMAP_COMPANY):
            told = _("The mailbox of FAIRDUE_IMAP_URL belongs to %(company)s, as FAIRDUE_IMAP_COMPANY says.")
            start.fail(told % {"company": settings.FAIRDUE_IMAP_COMPANY})
        account = read_url(settings.FAIRDUE_IMAP_URL, settings.FAIRDUE_IMAP_TOKEN)
        return from_mailbox(acting, account, progress=lambda done, of: report(_("mails"), done, of))
    except (MailboxError, ValueError) as error:
        start.fail(str(error))


def _tell(counts: Counter[str]) -> None:
    for what, label in RECEIVED.items():
        if counts[what]:
            start.console.print(start.line(label, counts[what]), highlight=False)
    if not counts.total():
        start.console.print(_("Nothing new."))


@inbox_app.command("take")
def take(
    mail: Annotated[int, typer.Argument(help=_("Number of the mail"))],
    file: Annotated[int, typer.Argument(help=_("Place of the file in the mail, from 1"))] = 1,
    kind: Annotated[
        str,
        typer.Option("--kind", help=_("invoice, contract, order, delivery_proof, acceptance, confirmation, other")),
    ] = "",
    document: Annotated[str, typer.Option("--document", help=_("Number of the document it belongs to"))] = "",
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Code = None,
) -> None:
    """Take a file of a mail over as a copy of a document; without --kind and --document as its name or the mail say."""
    start.start()
    acting = start.actor(start.company(company), user=user)
    from fairdue.contact.models import InboundMail
    from fairdue.formats.errors import FormatError
    from fairdue.intake.enclosed import do_take_enclosed
    from fairdue.ledger.file_actions import FileError
    from fairdue.wording import words

    try:
        row = do_take_enclosed(acting, mail, file - 1, kind=kind, number=document)
    except InboundMail.DoesNotExist:
        start.fail(_("There is no such mail."))
    except FormatError as error:
        start.fail(words.reason(error.reason))
    except FileError as error:
        start.fail(str(error))
    number = row.document.number if row.document else ""
    start.console.print(start.line(f"{row.get_kind_display()} {number}".strip(), row.file_name), highlight=False)


@inbox_app.command("list")
def list_waiting(company: Code = None) -> None:
    """List the replies that wait to be read or assigned, oldest first. Ends with 2 where there are any."""
    start.start()
    chosen = start.company(company)
    from rich.table import Table

    from fairdue.contact.models import MailState
    from fairdue.contact.queries import inbox_mails

    rows = inbox_mails(chosen.pk, (MailState.WAITING, MailState.UNMATCHED))[:200]
    if not rows:
        start.console.print(_("No reply waits."))
        return
    table = Table(box=None, pad_edge=False)
    for heading in (_("Number"), _("Received"), _("Customer"), _("From"), _("Subject")):
        table.add_column(heading)
    for row in rows:
        customer = row.customer.name if row.customer else _("to be assigned")
        table.add_row(str(row.pk), f"{row.received_at:%Y-%m-%d %H:%M}", customer, row.sender, row.subject[:60])
    start.console.print(table, markup=False)
    raise typer.Exit(2)
