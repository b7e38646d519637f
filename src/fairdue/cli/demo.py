"""The demonstration: a believable company, two years old, run once, served."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fairdue.cli import start
from fairdue.cli.keep import need_free
from fairdue.cli.keep import serve as serve_pages
from fairdue.cli.progress import bar
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.people.actor import Actor

AS_OF = date(2026, 10, 30)
"""The demonstration's day: the last one of the packaged exchange rates, so that every amount has a dated rate."""
SEED = 20260
CUSTOMERS = 2000


def demo(
    serve: Annotated[bool, typer.Option("--serve", help=_("Serve the pages afterwards"))] = False,
    customers: Annotated[int, typer.Option(help=_("How many customers"))] = CUSTOMERS,
    seed: Annotated[int, typer.Option(help=_("The same seed makes the same company"))] = SEED,
    exports: Annotated[
        Path | None,
        typer.Option(help=_("Also write the ledger as the files a controller would export, to this folder")),
    ] = None,
    host: Annotated[str, typer.Option(help=_("Address to listen on"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("Port"))] = 8000,
) -> None:
    """Make a company with customers in 20 countries and two years of invoices, run the cycle, print how to sign in."""
    if serve:
        need_free(host, port)
    moment = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 7, 30, tzinfo=UTC)
    os.environ.setdefault("FAIRDUE_NOW", moment.isoformat())
    os.environ.setdefault("FAIRDUE_BASE_URL", f"http://{host}:{port}")
    start.start()
    from fairdue.people.models import Company

    begun = time.monotonic()
    password = "" if Company.objects.exists() else _make(customers, seed, moment)
    start.console.print(_("Ready after %(seconds)d seconds.") % {"seconds": time.monotonic() - begun})
    if exports is not None:
        _export(exports)
    _greet(password, host, port, serve)
    if serve:
        serve_pages(host, port, 8)


def _export(folder: Path) -> None:
    from fairdue.demo.files import write_exports
    from fairdue.people.models import Company

    for path in write_exports(Company.objects.get().pk, folder):
        start.console.print(str(path), highlight=False)


def _make(customers: int, seed: int, moment: datetime) -> str:
    from django.db import connection

    from fairdue.cycle import line
    from fairdue.demo.copies import add_copies
    from fairdue.demo.generate import build
    from fairdue.demo.replies import add_replies
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml
    from fairdue.ledger.models import Customer
    from fairdue.people.actor import system_actor
    from fairdue.people.scope import set_scope

    password = secrets.token_urlsafe(9)
    with bar() as report:
        made = build(moment, AS_OF, seed, customers, password, lambda done, of: report(_("company"), done, of))
        set_scope([made.company_id])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        acting = system_actor(made.company_id, moment)
        for code in ("flexible", "brief", "public-sector"):
            do_adopt_policy(acting, code, shipped_yaml(code))
        public = Customer.objects.filter(company_id=made.company_id, public_body="yes")
        public.update(policy_code="public-sector")
        insure(made.company_id, moment)
        add_copies(acting, AS_OF, lambda done, of: report(_("copies"), done, of))
        take_money_in(acting, seed, report)
        add_replies(acting)
        line.go(acting, AS_OF, line.Watch(report=report))
    return password


def take_money_in(acting: Actor, seed: int, report: Callable[[str, int, int], None]) -> None:
    """Take the register of bills and the last bank statements in, match them and post what is certain, through the doors of any file."""
    from fairdue.cash.actions import do_post, do_propose, do_take_in
    from fairdue.cash.actions.import_instruments import do_import_instruments
    from fairdue.demo import bills
    from fairdue.demo.bank import FILE_NAME, statement_file

    do_import_instruments(acting, bills.register_csv(acting.company_id, AS_OF, seed).encode(), bills.FILE_NAME)
    do_take_in(acting, statement_file(acting.company_id, AS_OF, seed), FILE_NAME)
    do_propose(acting, progress=lambda done, of: report(_("match"), done, of))
    do_post(acting, progress=lambda done, of: report(_("post"), done, of))


def insure(company_id: int, moment: datetime) -> None:
    """Give the demonstration its credit insurance, through the same door as a list from an insurer."""
    from fairdue.cover.actions import TermsValues, do_add_policy, do_import_limits, do_record, do_set_terms
    from fairdue.demo.insurance import POLICY, TERMS, limits_csv, reports, valid_from
    from fairdue.people.actor import system_actor

    acting = system_actor(company_id, moment)
    policy = do_add_policy(acting, **POLICY)
    do_set_terms(acting, policy.pk, TermsValues(valid_from=valid_from(AS_OF), **TERMS))
    do_import_limits(acting, policy.pk, limits_csv(company_id, AS_OF).encode(), "limits.csv")
    for one in reports(company_id, AS_OF):
        do_record(acting, customer_id=one.customer_id, kind=one.kind, on=one.on, reference=one.reference)


def _greet(password: str, host: str, port: int, serve: bool) -> None:
    start.console.print()
    start.console.print(f"  [bold]http://{host}:{port}/[/]")
    if password:
        start.console.print(_("  user [bold]controller[/] (or finance, auditor), password [bold]%s[/]") % password)
        start.console.print(_("  Write the password down: it is shown once."))
    else:
        start.console.print(_("  The company exists already; sign in with the password shown when it was made."))
        start.console.print(_("  Forgotten? Set a new one: fairdue password controller"))
    if not serve:
        start.console.print(_("  Start the pages with: fairdue demo --serve"))
    start.console.print()
