"""Remittance advices on the command line: take them in, list them, withdraw one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.cash import Code
from fairdue.cli.cash_match import User, Why
from fairdue.cli.cash_settings import cash_app as cash_app
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.cash.actions import ToldAdvice, Took
    from fairdue.cash.advising import Listed
    from fairdue.people.models import Company

STATES = {"open": _("open"), "tied": _("tied"), "repeats": _("repeats"), "withdrawn": _("withdrawn")}
KINDS = {"table": _("table"), "pdf": "PDF", "mail": _("mail"), "text": _("text")}
UNREAD_SHOWN = 5


@cash_app.command("advice")
def take_advice(
    files: Annotated[
        list[Path],
        typer.Argument(
            help=_("Tables (CSV, XLSX), PDFs, mails (EML) or texts, each of one payment"), exists=True, dir_okay=False
        ),
    ],
    customer: Annotated[str, typer.Option("--customer", help=_("Number of the customer whose the advice is"))] = "",
    currency: Annotated[str, typer.Option("--currency", help=_("Currency, where the items named have several"))] = "",
    day: Annotated[
        str | None, typer.Option("--day", help=_("The day on which it came, YYYY-MM-DD; else today"))
    ] = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Take remittance advices in: they say what a payment is for, and book nothing. The same file again changes nothing."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.cash.actions import CashError, advice_desk, do_take_in_advice
    from fairdue.formats.errors import FormatError

    told = told_of(chosen, customer, currency, day)
    failed = 0
    with advice_desk(acting) as desk:
        for file in files:
            try:
                taken = do_take_in_advice(acting, file.read_bytes(), file.name, told=told, desk=desk)
            except (FormatError, CashError) as error:
                failed += 1
                start.errors.print(f"{file.name}: {start.why(error)}", highlight=False, markup=False)
            else:
                show(chosen, file.name, taken)
    if failed:
        start.fail(_("%(count)d of %(of)d files were not taken in.") % {"count": failed, "of": len(files)})


def told_of(company: Company, customer: str, currency: str, day: str | None) -> ToldAdvice:
    """Give what a person says of advices."""
    from fairdue.cash.actions import ToldAdvice
    from fairdue.ledger.models import Customer

    number = None
    if customer:
        number = Customer.objects.filter(company=company, number=customer).values_list("pk", flat=True).first()
        if number is None:
            start.fail(_("There is no customer %(number)s.") % {"number": customer})
    return ToldAdvice(number, currency, start.day(day) if day else None)


def show(company: Company, name: str, taken: list[Took]) -> None:
    """Say what became of a file."""
    from fairdue.cash.advising import listed

    for one in taken:
        (found,) = listed(company.pk, advice_id=one.advice.pk)
        if one.known:
            told = _("advice %(advice)d was taken in before; nothing changed.") % {"advice": one.advice.pk}
        else:
            told = _("advice %(advice)d, %(what)s.") % {"advice": one.advice.pk, "what": _told(found)}
        start.console.print(f"{name}: {told}", highlight=False, markup=False)
        if not one.known:
            _print_unread(found)


def _told(found: Listed) -> str:
    from fairdue.wording import words

    advice = found.advice
    parts = [
        _("%(lines)d items") % {"lines": found.lines},
        f"{words.amount(advice.total_minor, advice.currency)} {advice.currency}",
        advice.customer.name if advice.customer else _("customer not found"),
        _("the total agrees") if advice.agrees else _("no total agrees"),
    ]
    if found.unread:
        parts.append(_("%(count)d lines not read") % {"count": found.unread})
    if advice.repeats_id:
        parts.append(_("repeats advice %(advice)d") % {"advice": advice.repeats_id})
    return ", ".join(parts)


def _print_unread(found: Listed) -> None:
    rows = found.advice.lines.filter(amount_minor=None).order_by("place").values_list("place", "text")
    for place, text in rows[:UNREAD_SHOWN]:
        start.console.print(f"  ! {place}: {_readable(text)}", highlight=False, markup=False)


def _readable(text: str) -> str:
    return " ".join(text.split())


@cash_app.command("advices")
def advices(
    advice: Annotated[int | None, typer.Argument(help=_("Number of an advice, to see its lines"))] = None,
    number: Annotated[int, typer.Option("--number", help=_("How many advices"), min=1)] = 50,
    company: Code = None,
) -> None:
    """List remittance advices: open, tied to a line, repeating another, withdrawn; with a number, the lines of one."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.advising import listed
    from fairdue.wording import words

    found = listed(chosen.pk, number=number, advice_id=advice)
    if advice is not None:
        if not found:
            start.fail(_("There is no advice %(advice)d.") % {"advice": advice})
        _one(found[0])
        return
    table = Table()
    headings = (_("advice"), _("day"), _("customer"), _("number"), _("amount"), _("items"), _("not read"), _("state"))
    for heading in headings:
        right = heading in (_("amount"), _("items"), _("not read"))
        table.add_column(heading, justify="right" if right else "left")
    for one in found:
        kept = one.advice
        table.add_row(
            str(kept.pk), words.day(kept.received_on), escape(kept.customer.name if kept.customer else ""), escape(kept.number),
            f"{words.amount(kept.total_minor, kept.currency)} {kept.currency}", str(one.lines), str(one.unread or ""), _state(one),
        )  # fmt: skip
    start.console.print(table if found else _("No advice was taken in yet: fairdue cash advice FILE"))


def _state(one: Listed) -> str:
    if one.state == "tied":
        return _("tied to line %(line)d") % {"line": one.line or 0}
    if one.state == "repeats":
        return _("repeats advice %(advice)d") % {"advice": one.advice.repeats_id or 0}
    if one.state == "open" and not one.advice.sure:
        return _("open, not sure")
    return STATES[one.state]


def _one(found: Listed) -> None:
    from fairdue.wording import words

    kept = found.advice
    head = [
        kept.file_name, KINDS[kept.kind], kept.number, words.day(kept.received_on), _told(found), _state(found), kept.sha256[:12],
    ]  # fmt: skip
    if kept.mail is not None:
        head.append(_("mail %(mail)d of %(sender)s") % {"mail": kept.mail.pk, "sender": kept.mail.sender})
    start.console.print(" · ".join(filter(None, head)), highlight=False, markup=False)
    if found.state == "withdrawn":
        gone = kept.withdrawal
        start.console.print(
            start.line(_("withdrawn"), f"{gone.reason} ({gone.withdrawn_by})"), highlight=False, markup=False
        )
    for line in kept.lines.order_by("place"):
        if line.amount_minor is None:
            told = f"! {_readable(line.text)}"
        else:
            told = f"{line.number} · {words.amount(line.amount_minor, kept.currency)} {kept.currency}"
        start.console.print(f"  {line.place}: {told}", highlight=False, markup=False)


@cash_app.command("withdraw-advice")
def withdraw_advice(
    advice: Annotated[int, typer.Argument(help=_("Number of the advice"))],
    reason: Why,
    user: User = None,
    company: Code = None,
) -> None:
    """Withdraw an advice: it does not count any more, and stays readable."""
    start.start()
    acting = start.actor(start.company(company), user=user)
    from fairdue.cash.actions import do_withdraw_advice

    do_withdraw_advice(acting, advice, reason=reason)
    start.console.print(_("Advice %(advice)d does not count any more.") % {"advice": advice}, highlight=False)
