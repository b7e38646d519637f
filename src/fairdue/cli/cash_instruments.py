"""Bills, cheques, direct debits and cards on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.cash import Code
from fairdue.cli.cash_advices import cash_app as cash_app
from fairdue.cli.cash_match import User
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.people.models import Company

instrument_app = typer.Typer(
    help=_("Bills, cheques, direct debits and cards: what covers items."), no_args_is_help=True
)
cash_app.add_typer(instrument_app, name="instrument")
Number = Annotated[int, typer.Argument(help=_("Number of the instrument"))]
Covers = Annotated[
    list[str] | None, typer.Option("--covers", help=_("DOCUMENT=AMOUNT that it covers; several times for several"))
]
DUTIES = {
    "matures": _("matures soon"),
    "unanswered": _("no answer yet"),
    "late": _("late"),
    "dishonoured": _("dishonoured"),
}


@instrument_app.command("add")
def add(
    customer: Annotated[str, typer.Option("--customer", help=_("Number of the customer who gave it"))],
    kind: Annotated[str, typer.Option("--kind", help="bank_acceptance, trade_acceptance, cheque, direct_debit, card")],
    number: Annotated[str, typer.Option("--number", help=_("Number that stands on it"))],
    amount: Annotated[str, typer.Option("--amount", help=_("Amount, such as 1234.50"))],
    currency: Annotated[str, typer.Option("--currency", help=_("Currency"))],
    matures: Annotated[str, typer.Option("--matures", help=_("Day of maturity, YYYY-MM-DD"))],
    covers: Covers = None,
    sub_from: Annotated[int | None, typer.Option("--sub-from", help=_("First number of the sub-bill range"))] = None,
    sub_to: Annotated[int | None, typer.Option("--sub-to", help=_("Last number of the sub-bill range"))] = None,
    drawer: Annotated[str, typer.Option("--drawer", help=_("Who drew it"))] = "",
    acceptor: Annotated[str, typer.Option("--acceptor", help=_("Who accepted it"))] = "",
    user: User = None,
    company: Code = None,
) -> None:
    """Take an instrument in, with the items that it covers: they are not dunned, and stay open."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.actions.instruments import Told, do_add_instrument
    from fairdue.ledger.models import Customer

    owner = Customer.objects.filter(company=chosen, number=customer).values_list("pk", flat=True).first()
    if owner is None:
        start.fail(_("There is no customer %(number)s.") % {"number": customer})
    told = Told(
        owner, kind, number, currency, _minor(amount, currency), start.day(matures), sub_from, sub_to, drawer, acceptor
    )
    made = do_add_instrument(start.actor(chosen, user=user), told, _covers(chosen, covers, currency))
    start.console.print(_("Instrument %(number)d is in.") % {"number": made.pk}, highlight=False)


def _minor(text: str, currency: str) -> int:
    from fairdue.kernel.money import typed_minor

    return typed_minor(text, currency.upper())


def _covers(chosen: Company, covers: list[str] | None, currency: str) -> list[tuple[int, int]]:
    """Read DOCUMENT=AMOUNT; a document with several items is named by its item's number with #."""
    from fairdue.ledger.models import DueItem

    found = []
    for text in covers or ():
        name, _sign, amount = text.rpartition("=")
        rows = DueItem.objects.filter(company=chosen)
        rows = (
            rows.filter(pk=int(name[1:]))
            if name[:1] == "#" and name[1:].isdigit()
            else rows.filter(document__number=name)
        )
        items = list(rows.values_list("pk", flat=True)[:2])
        if len(items) != 1:
            start.fail(_("%(name)s names no item, or several: write #NUMBER of the item.") % {"name": name or text})
        found.append((items[0], _minor(amount, currency)))
    return found


@instrument_app.command("cover")
def cover(
    number: Number,
    covers: Annotated[list[str], typer.Argument(help=_("DOCUMENT=AMOUNT"))],
    user: User = None,
    company: Code = None,
) -> None:
    """Let an instrument cover further items."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.actions.instruments import do_cover
    from fairdue.cash.models import Instrument

    found = Instrument.objects.filter(company=chosen, pk=number).first()
    if found is None:
        start.fail(_("There is no instrument %(number)d.") % {"number": number})
    do_cover(start.actor(chosen, user=user), number, _covers(chosen, covers, found.currency))
    start.console.print(_("Instrument %(number)d covers them.") % {"number": number}, highlight=False)


@instrument_app.command("step")
def step(
    number: Number,
    kind: Annotated[
        str,
        typer.Argument(
            help="presented, endorsed, discounted, honoured, dishonoured, recourse, returned, replaced, undo"
        ),
    ],
    day: Annotated[str | None, typer.Option("--day", help=_("The day of it, YYYY-MM-DD; else today"))] = None,
    recourse: Annotated[bool, typer.Option("--recourse", help=_("Given away, and we still answer for it"))] = False,
    cost: Annotated[str, typer.Option("--cost", help=_("Cost of a dishonour, charged to the customer"))] = "",
    payment: Annotated[int | None, typer.Option("--payment", help=_("Number of the payment that honours it"))] = None,
    reason: Annotated[str, typer.Option("--reason", help=_("Why"))] = "",
    user: User = None,
    company: Code = None,
) -> None:
    """Write what became of an instrument; undo takes the newest step back."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.cash.actions.instruments import Step, do_step, do_undo_step
    from fairdue.cash.models import Instrument, InstrumentStep

    if kind == "undo":
        do_undo_step(acting, number, reason=reason)
    else:
        found = Instrument.objects.filter(company=chosen, pk=number).first()
        minor = _minor(cost, found.currency) if cost and found else 0
        do_step(acting, number, Step(kind, start.day(day) if day else None, recourse, reason, minor, payment))
    told = {"number": number, "kind": InstrumentStep.Kind("undone" if kind == "undo" else kind).label}
    start.console.print(_("Instrument %(number)d: %(kind)s.") % told, highlight=False)


@instrument_app.command("list")
def listed(
    soon: Annotated[int, typer.Option("--soon", help=_("How many days before maturity it is due soon"), min=0)] = 14,
    company: Code = None,
) -> None:
    """List the instruments by maturity, with what is to be done."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.instruments import standing
    from fairdue.cash.models import InstrumentStep
    from fairdue.people.days import today_of
    from fairdue.wording import words

    table = Table()
    for heading in (
        _("instrument"),
        _("matures"),
        _("customer"),
        _("number"),
        _("amount"),
        _("covers"),
        _("state"),
        _("to do"),
    ):
        table.add_column(heading, justify="right" if heading in (_("amount"), _("covers")) else "left")
    found = standing(chosen.pk, today_of(start.actor(chosen)), soon_days=soon)
    for one in found:
        kept = one.instrument
        table.add_row(
            str(kept.pk), words.day(kept.payable_on), escape(kept.customer.name), escape(kept.number),
            f"{words.amount(kept.amount_minor, kept.currency)} {kept.currency}", words.amount(one.covered_minor, kept.currency),
            str(InstrumentStep.Kind(one.state.kind).label) if one.state.kind else "", DUTIES.get(one.duty, ""),
        )  # fmt: skip
    start.console.print(table if found else _("No instrument was taken in yet: fairdue cash instrument add"))
