"""Limits and order checks on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.credit.actions import Checked
    from fairdue.ledger.models import Customer
    from fairdue.people.models import Company

limit_app = typer.Typer(help=_("Credit limits: ask, approve, look."), no_args_is_help=True)
order_app = typer.Typer(help=_("Orders: may I ship?"), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]
CustomerNumber = Annotated[str, typer.Argument(help=_("Number of the customer"))]
OUTCOMES = {"release": _("release"), "hold": _("hold"), "refuse": _("refuse")}
ALTERNATIVES = {
    "smaller": _("an order of at most %(amount)s"), "prepaid": _("%(prepaid)s prepaid"), "secured": _("a security of %(secured)s"),
    "shorter": _("terms of at most %(terms)d days"), "prepaid_shorter": _("%(prepaid)s prepaid and terms of at most %(terms)d days"),
}  # fmt: skip
REFUSED_CODE, HELD_CODE = 4, 3
"""Exit codes, so that a script can ask."""


@limit_app.callback()
def limit() -> None:
    """Credit limits: ask, approve, look."""


@order_app.callback()
def order() -> None:
    """Orders: may I ship?"""


def _customer(chosen: Company, number: str) -> Customer:
    from fairdue.ledger.models import Customer

    found = Customer.objects.filter(company=chosen, number=number).first()
    if found is None:
        start.fail(_("There is no customer %(number)s.") % {"number": number})
    return found


@limit_app.command("ask")
def ask(
    customer: CustomerNumber,
    amount: Annotated[str, typer.Argument(help=_("Amount in the company's currency, such as 25000.00"))],
    grade: Annotated[str, typer.Option("--grade", help="A+, A, A-, B+, B, B-, C+, C, C-, D")],
    reason: Annotated[str, typer.Option("--reason", help=_("Why"))],
    temporary: Annotated[bool, typer.Option("--temporary", help=_("Added to the limit until its last day"))] = False,
    until: Annotated[str | None, typer.Option("--until", help=_("Its last day, YYYY-MM-DD"))] = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Ask for a limit. It counts once enough others have approved it."""
    start.start()
    chosen = start.company(company)
    from fairdue.credit.actions import Asked, do_ask_limit
    from fairdue.kernel.money import typed_minor

    owner = _customer(chosen, customer)
    made = do_ask_limit(
        start.actor(chosen, user=user),
        Asked(
            owner.pk, typed_minor(amount, chosen.currency), grade, reason, kind="temporary" if temporary else "own",
            until=start.day(until) if until else None,
        ),
    )  # fmt: skip
    told = _("Limit %(number)d is asked for; %(count)d approval(s) needed: fairdue limit approve %(number)d")
    start.console.print(told % {"number": made.pk, "count": made.approvals}, highlight=False)


@limit_app.command("approve")
def approve(
    number: Annotated[int, typer.Argument(help=_("Number of the limit"))],
    refuse: Annotated[bool, typer.Option("--refuse", help=_("Refuse it"))] = False,
    reason: Annotated[str, typer.Option("--reason", help=_("Why; needed to refuse"))] = "",
    user: User = None,
    company: Code = None,
) -> None:
    """Approve a limit that somebody else asked for, or refuse it."""
    start.start()
    chosen = start.company(company)
    from fairdue.credit.actions import do_vote

    do_vote(start.actor(chosen, user=user), number, approved=not refuse, reason=reason)
    start.console.print(_("Refused.") if refuse else _("Approved."))


@limit_app.command("show")
def show(customer: CustomerNumber, company: Code = None) -> None:
    """Show a customer's limits in force, its exposure by part, and what is free."""
    start.start()
    chosen = start.company(company)
    from fairdue.credit.standing import buyer
    from fairdue.people.days import today_of
    from fairdue.wording import words

    owner = _customer(chosen, customer)
    known, limits = buyer(chosen, owner, today_of(start.actor(chosen)))
    money = chosen.currency

    def amount(minor: int) -> str:
        return f"{words.amount(minor, money)} {money}"

    start.console.print(start.line(_("customer"), f"{owner.number} {owner.name}"), highlight=False, markup=False)
    table = Table(title=_("Limits"))
    for heading in (_("number"), _("kind"), _("amount"), _("grade"), _("valid from"), _("until"), _("reason")):
        table.add_column(heading, justify="right" if heading == _("amount") else "left", overflow="fold")
    for one in limits:
        table.add_row(
            str(one.pk), str(one.get_kind_display()), amount(one.amount_minor), one.grade, words.day(one.valid_from),
            words.day(one.until) if one.until else "", escape(one.reason),
        )  # fmt: skip
    start.console.print(table if limits else _("No limit is in force: fairdue limit ask"))
    parts = known.exposure
    for label, minor in (
        (_("open"), parts.open_items), (_("orders"), parts.undelivered), (_("unapplied money and credits"), -parts.unapplied),
        (_("exposure"), parts.total), (_("overdue"), known.overdue),
    ):  # fmt: skip
        start.console.print(start.line(label, amount(minor)), highlight=False, markup=False)
    if known.limit is not None:
        start.console.print(start.line(_("free"), amount(max(known.limit - parts.total, 0))), highlight=False)


@order_app.command("check")
def check(
    customer: CustomerNumber,
    amount: Annotated[str, typer.Argument(help=_("Amount, such as 1234.50"))],
    number: Annotated[
        str, typer.Option("--number", help=_("Number of the order; the same again replaces its reservation"))
    ],
    currency: Annotated[str | None, typer.Option("--currency", help=_("Currency; default: the company's"))] = None,
    terms: Annotated[int, typer.Option("--terms", help=_("Days of the payment terms"))] = 0,
    prepaid: Annotated[str, typer.Option("--prepaid", help=_("What is paid before the goods leave"))] = "0",
    secured: Annotated[str, typer.Option("--secured", help=_("What is secured for this order alone"))] = "0",
    gate: Annotated[str, typer.Option("--gate", help="order, delivery, invoice")] = "order",
    as_json: Annotated[bool, typer.Option("--json", help=_("Print it as JSON"))] = False,
    user: User = None,
    company: Code = None,
) -> None:
    """Release, hold or refuse an order, with what would make it pass. Exit code 0: release, 3: hold, 4: refuse."""
    start.start()
    chosen = start.company(company)
    from fairdue.credit.actions import AskedOrder, do_check_order
    from fairdue.credit.order_rules import Gate, Outcome
    from fairdue.kernel.money import typed_minor

    if gate not in list(Gate):
        start.fail(_("There is no gate %(gate)s: order, delivery, invoice.") % {"gate": gate})
    money = (currency or chosen.currency).upper()
    done = do_check_order(
        start.actor(chosen, user=user),
        AskedOrder(
            _customer(chosen, customer).pk, number, typed_minor(amount, money), money, terms, typed_minor(prepaid, money),
            typed_minor(secured, money), Gate(gate),
        ),
    )  # fmt: skip
    if as_json:
        row = done.row
        told = {
            "outcome": row.outcome, "currency": chosen.currency, "amount_minor": row.amount_minor, "reserved_minor": row.reserved_minor,
            "free_minor": done.decided.free, "reasons": row.reasons, "alternatives": row.alternatives,
        }  # fmt: skip
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _tell(chosen, done)
    if done.decided.outcome is not Outcome.RELEASE:
        raise typer.Exit(REFUSED_CODE if done.decided.outcome is Outcome.REFUSE else HELD_CODE)


def _tell(chosen: Company, done: Checked) -> None:
    from fairdue.wording import words

    def amount(minor: int) -> str:
        return f"{words.amount(minor, chosen.currency)} {chosen.currency}"

    start.console.print(f"{done.row.order_number}: [bold]{OUTCOMES[done.row.outcome]}[/]", highlight=False)
    for text in words.reasons(done.row.reasons):
        start.console.print(f"  – {text}", highlight=False, markup=False)
    for kind, other in done.decided.alternatives:
        values = {
            "amount": amount(other.amount), "prepaid": amount(other.prepaid), "secured": amount(other.secured),
            "terms": other.terms_days,
        }  # fmt: skip
        told = _("would pass with: %(what)s") % {"what": ALTERNATIVES[kind] % values}
        start.console.print(f"  + {told}", highlight=False, markup=False)
    if done.row.reserved_until is not None:
        reserved = {"amount": amount(done.row.reserved_minor), "day": words.day(done.row.reserved_until)}
        start.console.print("  " + _("%(amount)s is reserved until %(day)s.") % reserved, highlight=False)


@order_app.command("end")
def end(
    number: Annotated[str, typer.Argument(help=_("Number of the order"))],
    kind: Annotated[str, typer.Argument(help="invoiced, cancelled")],
    user: User = None,
    company: Code = None,
) -> None:
    """End an order's reservation: it was invoiced, or cancelled."""
    start.start()
    chosen = start.company(company)
    from fairdue.credit.actions import do_end_order

    if kind not in ("invoiced", "cancelled"):
        start.fail(_("An order ends invoiced or cancelled."))
    do_end_order(start.actor(chosen, user=user), number, kind)
    start.console.print(_("The reservation is ended."))
