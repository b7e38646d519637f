"""Facts on customers that law asks for: set one by one, or from the columns of a table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.gate import find_customer
from fairdue.cli.texts import _

facts_app = typer.Typer(
    help=_("Facts on customers that law asks for: size, public body, sector, natural person."), no_args_is_help=True
)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]
ROWS_MAX = 200_000
BYTES_MAX = 50_000_000


@facts_app.command("set")
def set_facts(
    customer: Annotated[str, typer.Argument(help=_("Customer number, or id"))],
    facts: Annotated[list[str], typer.Argument(help=_("Facts such as size=small public_body=no agri_food=yes"))],
    source: Annotated[str, typer.Option("--source", help=_("Where it stands: register, own declaration, contract"))],
    user: User = None,
    company: Code = None,
) -> None:
    """Record facts on a customer; who, when and where it stands go into the audit log."""
    start.start()
    chosen = start.company(company)
    from django.core.exceptions import ValidationError

    from fairdue.ledger.actions import do_set_party_facts

    given = dict(fact.partition("=")[::2] for fact in facts)
    found = find_customer(chosen, customer)
    try:
        do_set_party_facts(start.actor(chosen, user=user), found.pk, found_in=source, **given)
    except (ValueError, TypeError, ValidationError) as error:
        start.fail(str(error))
    start.console.print(f"{found.number}  {' '.join(facts)}", highlight=False, markup=False)


@facts_app.command("import")
def import_facts(
    file: Annotated[
        Path, typer.Argument(help=_("CSV with the columns customer, source and one for each fact"), exists=True)
    ],
    user: User = None,
    company: Code = None,
) -> None:
    """Read facts from the columns of a CSV; an empty cell says nothing, a bad row is told and left out."""
    start.start()
    chosen = start.company(company)
    from django.core.exceptions import ValidationError

    from fairdue.ledger.actions import PARTY_FACTS, do_set_party_facts
    from fairdue.ledger.models import Customer

    if file.stat().st_size > BYTES_MAX:
        start.fail(_("The file is larger than %(most)s bytes.") % {"most": BYTES_MAX})
    actor, done, bad = start.actor(chosen, user=user), 0, 0
    ids = dict(Customer.objects.filter(company=chosen).values_list("number_key", "id"))
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if number > ROWS_MAX:
                break
            given = {name: (row.get(name) or "").strip().lower() for name in PARTY_FACTS}
            given = {name: value for name, value in given.items() if value}
            pk = ids.get((row.get("customer") or "").strip().lstrip("0").casefold())
            try:
                if pk is None:
                    raise ValueError(_("There is no customer %(number)s") % {"number": row.get("customer") or ""})
                do_set_party_facts(actor, pk, found_in=(row.get("source") or file.name), **given)
                done += 1
            except (ValueError, ValidationError) as error:
                bad += 1
                start.console.print(
                    _("%(file)s, line %(line)s: %(why)s") % {"file": file.name, "line": number, "why": error},
                    highlight=False, markup=False,
                )  # fmt: skip
    start.console.print(
        _("%(done)s customers read, %(bad)s rows left out") % {"done": done, "bad": bad}, highlight=False
    )
    if bad:
        raise typer.Exit(1)
