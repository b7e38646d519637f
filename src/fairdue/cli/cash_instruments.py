"""Bills, cheques, direct debits and cards on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.cash import Code
from fairdue.cli.cash_advices import cash_app as cash_app
from fairdue.cli.cash_match import User
from fairdue.cli.progress import bar
from fairdue.cli.texts import _, of_pages

if TYPE_CHECKING:
    from fairdue.cash.instrument_history import History
    from fairdue.people.models import Company

instrument_app = typer.Typer(
    help=_("Bills, cheques, direct debits and cards: what covers items."), no_args_is_help=True
)
cash_app.add_typer(instrument_app, name="instrument")
Number = Annotated[int, typer.Argument(help=_("Number of the instrument"))]
Covers = Annotated[
    list[str] | None, typer.Option("--covers", help=_("DOCUMENT=AMOUNT that it covers; several times for several"))
]
REFUSED_SHOWN = 5
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
    from fairdue.cash.instruments import named_covers

    return named_covers(chosen.pk, covers or (), currency.upper())


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


@instrument_app.command("import")
def import_register(
    file: Annotated[Path, typer.Argument(help=_("CSV, TSV, XLSX or ODS"), exists=True, dir_okay=False)],
    kind: Annotated[str, typer.Option("--kind", help=_("Kind of the rows that say none"))] = "",
    currency: Annotated[str, typer.Option("--currency", help=_("Currency of the rows that say none"))] = "",
    refused: Annotated[Path | None, typer.Option(help=_("Where refused rows go; default: beside the file"))] = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Take a register of bills and cheques in: good rows go in, refused rows come back as a file. The same file again changes nothing."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.cash.actions.import_instruments import do_import_instruments
    from fairdue.cash.reasons import InstrumentReason, RegisterReason
    from fairdue.formats.errors import FormatError
    from fairdue.formats.refused import write_refused
    from fairdue.wording import words

    try:
        with bar() as report:
            done = do_import_instruments(
                acting, file.read_bytes(), file.name, kind=kind, currency=currency,
                progress=lambda at, of: report(file.name, at, of),
            )  # fmt: skip
    except FormatError as error:
        start.fail(start.why(error))
    told = {"new": done.new, "covers": done.covers, "known": done.known, "refused": len(done.refused)}
    start.console.print(
        _("%(new)d instruments with %(covers)d covers are in, %(known)d known before, %(refused)d rows refused.")
        % told,
        highlight=False,
    )
    if done.refused:
        for one in done.refused[:REFUSED_SHOWN]:
            why = f"{file.name}:{one.line}: {words.reason(one.reason)} {of_pages(one.remedy)}"
            start.errors.print(why, highlight=False, markup=False)
        target = refused or file.with_name(f"{file.stem}-refused.csv")
        more = (RegisterReason, InstrumentReason)
        target.write_bytes(write_refused(done.register.table, done.refused, of_pages, more))
        start.console.print(_("Refused rows with reasons and remedies: %(path)s") % {"path": target})


@instrument_app.command("show")
def show(number: Number, company: Code = None) -> None:
    """Show everything of an instrument: steps, covers, holds, money, cost, who and when."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.instrument_history import history
    from fairdue.people.days import today_of

    found = history(chosen.pk, number, today_of(start.actor(chosen)))
    if found is None:
        start.fail(_("There is no instrument %(number)d.") % {"number": number})
    _head(found)
    _steps(found)
    _covered(found)


def _head(found: History) -> None:
    from fairdue.wording import words

    kept, currency = found.standing.instrument, found.standing.instrument.currency
    state = found.standing.state
    lines = [
        (_("kind"), str(kept.get_kind_display())),
        (_("number"), kept.number),
        (_("sub-bill range"), f"{kept.sub_from}-{kept.sub_to}" if kept.sub_from else ""),
        (_("customer"), f"{kept.customer.number} {kept.customer.name}"),
        (_("amount"), f"{words.amount(kept.amount_minor, currency)} {currency}"),
        (_("covers"), f"{words.amount(found.standing.covered_minor, currency)} {currency}"),
        (_("drawer"), kept.drawer),
        (_("acceptor"), kept.acceptor),
        (_("issued"), words.day(kept.issued_on) if kept.issued_on else ""),
        (_("matures"), words.day(kept.matures_on)),
        (_("payable"), words.day(kept.payable_on)),
        (_("an answer may come until"), words.day(found.last_on)),
        (_("state"), found.state_label if state.kind else _("taken back")),
        (_("to do"), DUTIES.get(found.standing.duty, "")),
        (_("taken in by"), f"{kept.recorded_by}, {words.moment(kept.recorded_at)}"),
    ]
    for label, value in lines:
        if value:
            start.console.print(start.line(label, value), highlight=False, markup=False)


def _steps(found: History) -> None:
    from fairdue.wording import words

    currency = found.standing.instrument.currency
    table = Table(title=_("Steps"))
    for heading in (_("step"), _("day"), _("what"), _("money"), _("cost"), _("reason"), _("who"), _("when")):
        table.add_column(heading, justify="right" if heading in (_("money"), _("cost")) else "left", overflow="fold")
    for one in found.steps:
        step = one.step
        what = str(step.get_kind_display())
        if step.recourse:
            what = _("%(step)s with recourse") % {"step": what}
        if step.undoes_id:
            what = _("step %(step)d taken back") % {"step": step.undoes_id}
        elif one.undone:
            what = _("%(step)s (taken back)") % {"step": what}
        money = _("payment %(payment)d") % {"payment": step.payment_id} if step.payment_id else ""
        cost = words.amount(step.cost_minor, currency) if step.cost_minor else ""
        table.add_row(
            str(step.pk), words.day(step.effective_on), what,
            f"{words.amount(one.paid_minor, currency)} · {money}" if money else "", cost, escape(step.reason),
            escape(step.recorded_by), words.moment(step.recorded_at),
        )  # fmt: skip
    start.console.print(table)


def _covered(found: History) -> None:
    from fairdue.wording import words

    currency = found.standing.instrument.currency
    if not found.covers:
        start.console.print(_("It covers no item."))
        return
    table = Table(title=_("Covers"))
    for heading in (_("item"), _("invoice"), _("due"), _("covers"), _("open"), _("not chased until")):
        table.add_column(heading, justify="right" if heading in (_("covers"), _("open")) else "left")
    for one in found.covers:
        table.add_row(
            str(one.item), escape(one.document), words.day(one.due_on), words.amount(one.amount_minor, currency),
            words.amount(one.open_minor, currency), words.day(one.held_until) if one.held_until else _("not held"),
        )  # fmt: skip
    start.console.print(table)
