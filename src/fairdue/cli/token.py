"""Tokens of programs that use the HTTP interface: make, list, revoke."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

token_app = typer.Typer(help=_("Tokens of programs that use the HTTP interface."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]


@token_app.callback()
def token() -> None:
    """Tokens of programs that use the HTTP interface."""


def _acting(chosen: Company, user: str | None) -> Actor:
    """Give who acts; without a user it is the operator, who may administer what is theirs."""
    acting = start.actor(chosen, user=user)
    return acting if user else replace(acting, roles=acting.roles | {"administrator"})


@token_app.command("make")
def make(
    name: Annotated[str, typer.Argument(help=_("What the program is, such as “ERP connector”"))],
    scope: Annotated[
        list[str], typer.Option("--scope", help=_("read, files:write, imports:write, postings:ack, inbox:write"))
    ],
    days: Annotated[int, typer.Option(help=_("Days after which it ends, 730 at most"))] = 90,
    company: Code = None,
    user: User = None,
) -> None:
    """Make a token and show it, this once: only its hash is kept."""
    start.start()
    chosen = start.company(company)
    acting = _acting(chosen, user)
    from django.db import transaction

    from fairdue.ledger import audit
    from fairdue.people.tokens import TokenError, do_make_token

    try:
        with transaction.atomic():
            made, shown = do_make_token(acting, name=name, scopes=scope, days=days)
            expires = made.expires_at.date().isoformat()
            audit.record(
                acting, "make_token", f"token:{made.pk}", name=made.name, scopes=made.scopes, expires_on=expires
            )
    except TokenError as error:
        start.fail(str(error))
    start.console.print(shown, highlight=False, markup=False, soft_wrap=True)
    told = _("Token %(number)d for %(company)s, until %(day)s. Keep it now: it cannot be shown again.")
    start.errors.print(told % {"number": made.pk, "company": chosen.code, "day": expires}, highlight=False)


@token_app.command("list")
def show_list(company: Code = None) -> None:
    """List the company's tokens, newest first: scopes, end, last use, state."""
    start.start()
    chosen = start.company(company)
    from fairdue.people.models import ApiToken
    from fairdue.wording import words

    table = Table(box=None, pad_edge=False)
    for heading in (_("number"), _("name"), _("scopes"), _("until"), _("last use"), _("state")):
        table.add_column(heading, overflow="fold")
    now = start.moment()
    for row in ApiToken.objects.filter(company=chosen).order_by("-id"):
        state = _("revoked") if row.revoked_at else _("in force") if row.is_open(now) else _("ended")
        used = words.moment(row.last_used_at) if row.last_used_at else "–"
        table.add_row(str(row.pk), row.name, ", ".join(row.scopes), words.day(row.expires_at.date()), used, state)
    start.console.print(table if table.row_count else _("No token yet."), markup=False)


@token_app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help=_("Its number in the list"))],
    company: Code = None,
    user: User = None,
) -> None:
    """Refuse a token from now on; revoking twice changes nothing."""
    start.start()
    chosen = start.company(company)
    acting = _acting(chosen, user)
    from django.db import transaction

    from fairdue.ledger import audit
    from fairdue.people.tokens import TokenError, do_revoke_token

    try:
        with transaction.atomic():
            found, changed = do_revoke_token(acting, number)
            if changed:
                audit.record(acting, "revoke_token", f"token:{found.pk}", name=found.name)
    except TokenError as error:
        start.fail(str(error))
    start.console.print(_("Token %(number)d is revoked.") % {"number": number})
