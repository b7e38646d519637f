"""The gate, asked by a person: why something would or would not go out to a customer today. Reads only."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from fairdue.cli import start
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.contact.remedies import Remedy
    from fairdue.contact.why import Finding
    from fairdue.dunning.why import Case, Why
    from fairdue.ledger.models import Customer
    from fairdue.people.models import Company

gate_app = typer.Typer(help=_("The pre-send gate: why something goes out or not."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
BANK_DATA = "bank_data"
COLOURS = {"passes": "green", "holds": "bold red", "waits": "yellow", "not_asked": "dim"}
OUTCOMES = {
    "goes": "bold green",
    "release": "bold green",
    "waits": "bold yellow",
    "held": "bold red",
    "nothing": "bold",
}


@gate_app.callback()
def gate() -> None:
    """The pre-send gate: why something goes out or not."""


@gate_app.command("why")
def why(
    customer: Annotated[str, typer.Argument(help=_("Customer number, or id"))],
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=_("Ask for this day, YYYY-MM-DD; default: today"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=_("Write JSON for programs"))] = False,
    company: Code = None,
) -> None:
    """Say what would go out to a customer today, and why or why not: the policy's step, then each check of the gate."""
    start.start()
    chosen = start.company(company)
    from fairdue.dunning.why import why as ask
    from fairdue.wording.why import as_data

    day, now = start.day(as_of), start.moment()
    found = find_customer(chosen, customer)
    answer = ask(chosen, found.pk, day, datetime.combine(day, now.timetz()))
    if as_json:
        typer.echo(json.dumps(as_data(answer, found), ensure_ascii=False, indent=1))
    else:
        _print(answer, found)


def find_customer(chosen: Company, text: str) -> Customer:
    """Find a customer by number, by its number without zeros in front, or by id."""
    from fairdue.ledger.models import Customer

    rows = Customer.objects.filter(company=chosen)
    key = text.lstrip("0").casefold() or "0"
    found = rows.filter(number=text).first() or rows.filter(number_key=key).first()
    if found is None and text.isdecimal() and len(text) < 19:
        found = rows.filter(pk=int(text)).first()
    if found is None:
        start.fail(_("There is no customer %(number)s") % {"number": text})
    return found


def verdict_name(code: str) -> str:
    """Name a verdict in the reader's language."""
    return {
        "passes": _("passes"), "holds": _("holds"), "waits": _("waits"), "not_asked": _("not asked"),
    }[code]  # fmt: skip


def outcome_name(code: str) -> str:
    """Say what would happen."""
    return {
        "goes": _("Would go out"), "release": _("Would go out once released"), "waits": _("Waits"),
        "held": _("Held back"), "nothing": _("Nothing is due"),
    }[code]  # fmt: skip


def _print(answer: Why, customer: Customer) -> None:
    from fairdue.wording import words

    head = f"{customer.name} · {customer.number} · {words.day(answer.today)} · {words.moment(answer.at)}"
    start.console.print(f"[bold]{escape(head)}[/]", highlight=False)
    for text in words.reasons(answer.reasons):
        start.console.print(escape(text), highlight=False)
    told: list[Finding] = []
    for case in (*answer.cases, *((answer.balance,) if answer.balance else ())):
        _print_case(case, answer, customer, told)


def _print_case(case: Case, answer: Why, customer: Customer, told: list[Finding]) -> None:
    from fairdue.wording import names, words

    parts = [names.stage(case.stage) if case.stage else "", names.channel(case.channel) if case.channel else ""]
    parts.append(f"{words.amount(case.due_minor, case.currency)} {case.currency}" if case.due_minor else case.currency)
    title = " · ".join(part for part in parts if part)
    outcome = f"[{OUTCOMES[case.outcome]}]{outcome_name(case.outcome)}[/]"
    start.console.print(f"\n{outcome}  {escape(title)}", highlight=False)
    for text in words.reasons([*case.reasons, *case.standing, *case.charges]):
        start.console.print(f"  {escape(text)}", highlight=False)
    if case.coming is not None:
        next_step = _("If nothing changes, the next step is %(stage)s on %(day)s.") % {
            "stage": names.stage(case.coming.stage), "day": words.day(case.coming.on),
        }  # fmt: skip
        start.console.print(f"  {escape(next_step)}", highlight=False)
    _print_remedies(case.remedies, answer, customer)
    for check in case.checks:
        _print_check(check, answer, customer, told)


def _print_check(check: Finding, answer: Why, customer: Customer, told: list[Finding]) -> None:
    """Print a check; what the bank data are known through is said once, however many accounts the customer has."""
    from fairdue.dunning.why import remedies_of
    from fairdue.wording import words

    verdict = f"[{COLOURS[check.verdict]}]{verdict_name(check.verdict)}[/]"
    start.console.print(f"  {verdict}  {escape(words.reason(check.name))}", highlight=False)
    if check.check == BANK_DATA and check in told:
        return
    told.append(check)
    for text in words.reasons([*check.reasons, *check.facts]):
        start.console.print(f"      {escape(text)}", highlight=False)
    _print_remedies(remedies_of(check), answer, customer)


def _print_remedies(found: tuple[Remedy, ...], answer: Why, customer: Customer) -> None:
    from fairdue.wording import words
    from fairdue.wording.why import command

    for remedy in found:
        typed = command(remedy, answer, customer)
        told = f"{words.reason(remedy.text)}  {typed}" if typed else words.reason(remedy.text)
        start.console.print(f"      → {escape(told)}", highlight=False)
