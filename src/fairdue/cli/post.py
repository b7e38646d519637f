"""The post: letters to be printed, postings to be recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _

Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]


def letters(
    out: Annotated[Path, typer.Option("--out", help=_("ZIP file to write"))],
    day: Annotated[str | None, typer.Option("--day", help=_("Day of the letters, YYYY-MM-DD; default: today"))] = None,
    company: Code = None,
) -> None:
    """Pack a day's letters and their list into one ZIP for the printer."""
    start.start()
    chosen = start.company(company)
    from django.conf import settings

    from fairdue.contact.manifest import zip_day

    # The folder of a letter carries its day in UTC, which a recovery finds again whatever the company's zone.
    made_on = start.day(day) if day else start.moment().date()
    folder = Path(settings.DATA_DIR) / "outbox" / "letters" / chosen.code / made_on.isoformat()
    if not folder.is_dir():
        start.fail(_("There are no letters of %(day)s") % {"day": folder.name})
    out.write_bytes(zip_day(folder))
    start.console.print(_("Written: %(path)s") % {"path": out})


def posted(
    messages: Annotated[list[int], typer.Argument(help=_("Numbers of messages (see the outbox page)"))],
    on: Annotated[str | None, typer.Option("--on", help=_("Day of posting, YYYY-MM-DD; default: today"))] = None,
    tracking: Annotated[str, typer.Option(help=_("Tracking number"))] = "",
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Code = None,
) -> None:
    """Record that printed letters were posted; without it they count as handed over only, and become a task."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.contact.actions import do_record_posting

    for number in messages:
        do_record_posting(acting, number, posted_on=start.day(on), tracking_no=tracking)
    start.console.print(_("%(count)d postings recorded.") % {"count": len(messages)})
