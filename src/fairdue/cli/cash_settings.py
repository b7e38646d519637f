"""What a company lets the matcher and the posting do, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.cash import Code
from fairdue.cli.cash_match import cash_app as cash_app
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.people.actor import Actor


@cash_app.command("settings")
def settings(
    changes: Annotated[
        list[str] | None, typer.Option("--set", help=_("NAME=VALUE, more than once for several"))
    ] = None,
    versions: Annotated[bool, typer.Option("--versions", help=_("Every version, with who set it"))] = False,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
    company: Code = None,
) -> None:
    """Show what the company lets the matcher and the posting do, or set it as a new version."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.company_settings import settings_of
    from fairdue.cash.company_settings import versions as all_versions

    if changes:
        _set(start.actor(chosen, user=user), changes)
    if versions:
        table = Table()
        for heading in (_("version"), _("set by"), _("when"), _("settings")):
            table.add_column(heading)
        from fairdue.wording import words

        for row, found in all_versions(chosen.pk):
            told = "\n".join(f"{name}={value}" for name, value in found.told().items())
            table.add_row(str(row.version), escape(row.recorded_by), words.moment(row.recorded_at), told)
        start.console.print(table)
        return
    now = settings_of(chosen.pk)
    told = _("Version %(number)d") % {"number": now.version} if now.version else _("Default settings")
    start.console.print(told, highlight=False)
    for name, value in now.told().items():
        start.console.print(f"  {name}={value}", highlight=False, markup=False)


def _set(actor: Actor, changes: list[str]) -> None:
    from fairdue.cash.actions import do_set_settings
    from fairdue.cash.settings import SettingError
    from fairdue.wording import words

    asked: dict[str, str] = {}
    for told in changes:
        name, sign, value = told.partition("=")
        if not sign:
            start.fail(_("%(told)s: write NAME=VALUE") % {"told": told})
        asked[name.strip()] = value
    try:
        do_set_settings(actor, asked)
    except SettingError as error:
        start.fail(words.reason(error.reason))
