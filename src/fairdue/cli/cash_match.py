"""Matching on the command line: propose, post, look at the queue, decide, take back, count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.cash import Code, show_rechecked
from fairdue.cli.cash import cash_app as cash_app
from fairdue.cli.progress import bar
from fairdue.cli.texts import _

if TYPE_CHECKING:
    from fairdue.cash.matching.records import Part
    from fairdue.cash.models import BankLine
    from fairdue.cash.queue import Named
    from fairdue.people.models import Company

User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]
LineNumber = Annotated[int, typer.Argument(help=_("Number of the line"))]
Why = Annotated[str, typer.Option("--reason", help=_("Why"))]
STATES = {"posted": _("to be posted"), "waiting": _("waits"), "abstained": _("no proposal")}
HOW = {
    "automatic": _("posted by evidence"),
    "confirmed": _("confirmed by a person"),
    "assigned": _("chosen by a person"),
}
KINDS = {
    "payment": _("payment"), "credit": _("credit note used"), "on_account": _("on account"), "return": _("goes back"),
    "charge": _("bank's charge"), "not_customer": _("no customer's money"),
}  # fmt: skip
DIFFERENCES = {
    "open": _("the rest stays open"), "discount": _("discount"), "discount_grace": _("discount, days of grace"),
    "discount_unearned": _("discount not earned: stays open"), "charges": _("bank charges, written off"),
    "withholding": _("tax withheld: stays open"), "exchange": _("in the item's currency"), "rounding": _("rounding, written off"),
    "deduction": _("deducted: a dispute is proposed"), "duplicate": _("paid twice"), "write_off": _("written off"),
    "dispute": _("in dispute"),
}  # fmt: skip
GROUPED = {"statement": _("statement"), "account": _("account"), "month": _("month")}
TWICE_SHOWN = 20
RESTS = ("discount", "write_off", "dispute")


@cash_app.command("propose")
def propose(user: User = None, company: Code = None) -> None:
    """Propose for every line that is not decided what it is. What a person decided is never touched.

    Mail that came in is looked at for remittance advices before, each once.
    """
    start.start()
    acting = start.actor(start.company(company), user=user)
    from fairdue.cash.actions import do_propose

    with bar() as report:
        done = do_propose(acting, progress=lambda seen, of: report(_("lines"), seen, of))
    if done.advices:
        told = _("%(count)d remittance advices found in mail: fairdue cash advices") % {"count": done.advices}
        start.console.print(told, highlight=False)
    if done.elsewhere:
        told = _("%(count)d lines wait because another source told of the same payment: fairdue cash queue")
        start.console.print(told % {"count": done.elsewhere}, highlight=False)
    if done.twice:
        told = _("Posted, and told by another source as well: lines %(lines)s. Take one of the two back.")
        start.console.print(told % {"lines": ", ".join(map(str, done.twice[:TWICE_SHOWN]))}, highlight=False)
    if done.expanded:
        told = _("%(count)d totals are told in parts elsewhere; the parts are matched.") % {"count": done.expanded}
        start.console.print(told, highlight=False)
    told = _("%(lines)d lines looked at, %(new)d proposals are new.") % {"lines": done.lines, "new": done.new}
    start.console.print(told, highlight=False)
    for state, name in STATES.items():
        if count := done.states.get(state, 0):
            start.console.print(f"  {start.line(name, count)}", highlight=False)
    show_rechecked(done.rechecked)


@cash_app.command("post")
def post(user: User = None, company: Code = None) -> None:
    """Post what was proposed for posting."""
    start.start()
    acting = start.actor(start.company(company), user=user)
    from fairdue.cash.actions import do_post

    with bar() as report:
        done = do_post(acting, progress=lambda seen, of: report(_("lines"), seen, of))
    start.console.print(_("%(count)d lines posted.") % {"count": done.posted}, highlight=False)
    if done.off:
        start.console.print(_("Posting is switched off in the settings of the company."), highlight=False)
    if done.left:
        told = _("%(count)d lines do not fit what is open any more; propose again.") % {"count": len(done.left)}
        start.console.print(told, highlight=False)
    show_rechecked(done.rechecked)


@cash_app.command("queue")
def show_queue(
    number: Annotated[int, typer.Option("--number", help=_("How many lines"), min=1)] = 50,
    after: Annotated[int, typer.Option("--after", help=_("Only lines with a higher number"))] = 0,
    company: Code = None,
) -> None:
    """List the lines that are not decided."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.queue import queue
    from fairdue.wording import words

    table = Table()
    for heading in (_("line"), _("day"), _("amount"), _("other side"), _("state"), _("right with"), _("why")):
        table.add_column(heading, justify="right" if heading in (_("amount"), _("right with")) else "left")
    found = queue(chosen.pk, number=number, after=after)
    for line, on, proposal in found:
        reasons = words.reasons(proposal.evidence[:1]) if proposal else []
        table.add_row(
            str(line.pk), words.day(on) if on else "", f"{words.amount(line.amount_minor, line.currency)} {line.currency}",
            escape(line.name or line.account_number), STATES[proposal.state] if proposal else _("not proposed yet"),
            words.percent(proposal.ppm) if proposal and proposal.ppm else "", escape(" ".join(reasons)),
        )  # fmt: skip
    start.console.print(table if found else _("Every line is decided."))


@cash_app.command("explain")
def explain(line: LineNumber, company: Code = None) -> None:
    """Say what a line is proposed or decided to be, and why."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.queue import line_with_all, named
    from fairdue.cash.stored import parts_of
    from fairdue.wording import words

    found, proposal, decision = line_with_all(chosen.pk, line)
    money = f"{words.amount(found.amount_minor, found.currency)} {found.currency}"
    _print(" · ".join(filter(None, (money, found.name, found.account_number, " ".join(found.text.split())))))
    if decision is not None:
        by = "" if decision.how == "automatic" else f" ({decision.decided_by})"
        _print(start.line(_("decided"), f"{HOW[decision.how]}{by} · {_version(decision.settings_version)}"))
        _parts(found, named(chosen.pk, [parts_of(decision.parts)])[0])
    if proposal is None:
        _print(_("Not proposed yet: fairdue cash propose"))
        return
    told = [parts_of(proposal.parts), *(parts_of(other) for other in proposal.others)]
    first, *others = named(chosen.pk, told)
    sure = f" · {words.percent(proposal.ppm)}" if proposal.ppm else ""
    _print(start.line(_("proposed"), f"{STATES[proposal.state]}{sure} · {_version(proposal.settings_version)}"))
    _parts(found, first)
    for text in words.reasons(proposal.evidence):
        _print(f"  – {text}")
    for number, other in enumerate(others, start=1):
        _print(start.line(_("other explanation %(number)d") % {"number": number}, ""))
        _parts(found, other)
    if decision is None:
        _held(chosen.pk, line)


def _held(company_id: int, line: int) -> None:
    """Say whose chasing the money of a line holds."""
    from fairdue.cash.queue import held
    from fairdue.cash.stored import SUSPECTS_MAX

    customers = held(company_id, line)
    if not customers:
        return
    names = ", ".join(f"{one.name} ({one.number})" for one in customers)
    told = _("Until the line is decided, its money counts before a notice to %(customers)s leaves.")
    _print(told % {"customers": names})
    if len(customers) == SUSPECTS_MAX:
        _print(_("It counts for at most %(count)d customers; there may be more whose it is.") % {"count": SUSPECTS_MAX})


def _version(number: int) -> str:
    return _("settings version %(number)d") % {"number": number} if number else _("default settings")


def _print(text: str) -> None:
    start.console.print(text, highlight=False, markup=False)


def _parts(line: BankLine, parts: Sequence[Named]) -> None:
    from fairdue.wording import words

    for part, number, customer, currency in parts:
        told = [
            f"{words.amount(part.amount_minor, line.currency)} {line.currency}",
            KINDS.get(part.kind, part.kind),
            number,
            customer,
        ]
        if part.item_minor is not None:
            told.append(f"{words.amount(part.item_minor, currency)} {currency}")
        if part.difference:
            rest = f" {words.amount(part.difference_minor, currency)}" if part.difference_minor and currency else ""
            told.append(f"{DIFFERENCES.get(part.difference, part.difference)}{rest}")
        _print(f"    {' · '.join(filter(None, told))}")


@cash_app.command("confirm")
def confirm(
    line: LineNumber,
    other: Annotated[int, typer.Option("--other", help=_("Number of another explanation"), min=0)] = 0,
    forget: Annotated[bool, typer.Option("--once", help=_("Learn nothing of the payer from it"))] = False,
    user: User = None,
    company: Code = None,
) -> None:
    """Post a line as it is proposed. Name and account of its payer are learned; `fairdue cash aliases` lists them."""
    start.start()
    acting = start.actor(start.company(company), user=user)
    from fairdue.cash.actions import do_confirm

    do_confirm(acting, line, other=other or None, learn=not forget)
    _print(_("Line %(line)d is decided.") % {"line": line})


@cash_app.command("assign")
def assign(
    line: LineNumber,
    items: Annotated[
        list[str] | None,
        typer.Argument(
            help=_(
                "NUMBER, NUMBER=AMOUNT or NUMBER=AMOUNT:REST; REST is discount, write_off or dispute. An item in another currency: "
                "NUMBER=AMOUNT@FALLS, by what it falls in its own"
            )
        ),
    ] = None,
    on_account: Annotated[
        str, typer.Option("--on-account", help=_("Number of the customer who has the rest to the credit"))
    ] = "",
    nobody: Annotated[
        bool, typer.Option("--no-customer", help=_("The rest is no customer's money; say why with --reason"))
    ] = False,
    charge: Annotated[
        bool,
        typer.Option("--charge", help=_("The rest of money that went back is the bank's cost; the customer bears it")),
    ] = False,
    third_party: Annotated[bool, typer.Option("--third-party", help=_("The payer pays for another"))] = False,
    forget: Annotated[bool, typer.Option("--once", help=_("Learn nothing of the payer from it"))] = False,
    reason: Why = "",
    user: User = None,
    company: Code = None,
) -> None:
    """Decide what a line is: the items that it pays, and whose the rest is."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.cash.actions import do_assign
    from fairdue.cash.queue import line_with_all

    found, _proposal, _decision = line_with_all(chosen.pk, line)
    parts = _chosen_parts(chosen, found, items or [])
    rest = found.amount_minor - sum(part.amount_minor for part in parts)
    if nobody and not reason.strip():
        start.fail(_("Say why it is no customer's money: --reason."))
    if rest and (on_account or nobody or charge):
        parts.append(_rest(chosen, rest, on_account, parts[0].customer if charge and parts else None))
    do_assign(acting, line, parts, reason=reason, learn=not forget, third_party=third_party)
    _print(_("Line %(line)d is decided.") % {"line": line})


def _chosen_parts(company: Company, line: BankLine, items: Sequence[str]) -> list[Part]:
    from fairdue.cash.queue import choose, part_of, told_item
    from fairdue.wording import words

    parts: list[Part] = []
    today = start.day(None)
    for told in map(told_item, items):
        if told.rest and told.rest not in RESTS:
            start.fail(_("%(rest)s is none of: %(known)s") % {"rest": told.rest, "known": ", ".join(RESTS)})
        one = choose(company.pk, told.number, today, back=line.amount_minor < 0)
        paid = words.typed_amount(told.amount, line.currency) if told.amount else None
        falls = words.typed_amount(told.falls, one.currency) if told.falls else None
        left = line.amount_minor - sum(part.amount_minor for part in parts)
        parts.append(part_of(one, paid, left, told.rest, currency=line.currency, falls_minor=falls))
    return parts


def _rest(company: Company, rest_minor: int, number: str, charged: int | None) -> Part:
    from fairdue.cash.matching.records import Kind, Part
    from fairdue.ledger.models import Customer

    if charged is not None:
        return Part(None, charged, rest_minor, Kind.CHARGE)
    if not number:
        return Part(None, None, rest_minor, Kind.NOT_CUSTOMER)
    customer = Customer.objects.filter(company=company, number=number).values_list("pk", flat=True).first()
    if customer is None:
        start.fail(_("There is no customer %(number)s.") % {"number": number})
    return Part(None, customer, rest_minor, Kind.ON_ACCOUNT)


@cash_app.command("undo")
def undo(
    line: LineNumber,
    reason: Why,
    right: Annotated[bool, typer.Option("--not-wrong", help=_("The match itself was right"))] = False,
    user: User = None,
    company: Code = None,
) -> None:
    """Take the decision of a line back with all that it did; the line waits again."""
    start.start()
    acting = start.actor(start.company(company), user=user)
    from fairdue.cash.actions import do_undo

    do_undo(acting, line, reason=reason, wrong=not right)
    _print(_("Line %(line)d waits again.") % {"line": line})


@cash_app.command("rates")
def show_rates(
    by: Annotated[str, typer.Option("--by", help=_("statement, account or month"))] = "month", company: Code = None
) -> None:
    """Count what was posted without touch: lines, parts and value, and what of it was wrong."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.rates import GROUPS, rates
    from fairdue.wording import words

    if by not in GROUPS:
        start.fail(_("%(by)s is none of: %(known)s") % {"by": by, "known": ", ".join(GROUPS)})
    table = Table()
    for heading in (
        _("account"),
        by,
        _("lines posted"),
        _("parts posted"),
        _("value posted"),
        _("taken back as wrong"),
    ):
        table.add_column(heading, justify="left" if heading in (_("account"), by) else "right")
    for one in rates(chosen.pk, by):
        value = f"{words.amount(one.posted_value_minor, one.currency)} / {words.amount(one.value_minor, one.currency)} {one.currency}"
        table.add_row(
            escape(one.account), escape(one.label), f"{one.posted_lines} / {one.lines}", f"{one.posted_parts} / {one.parts}", value,
            f"{one.wrong} / {one.ever_posted}",
        )  # fmt: skip
    start.console.print(table)


@cash_app.command("aliases")
def aliases(company: Code = None) -> None:
    """List what was learned of payers."""
    start.start()
    chosen = start.company(company)
    from fairdue.cash.book import aliases as learned
    from fairdue.wording import words

    table = Table()
    for heading in (_("number"), _("payer"), _("account"), _("customer"), _("line"), _("learned by"), _("when")):
        table.add_column(heading)
    found = list(learned(chosen.pk).select_related("customer", "decision"))
    for one in found:
        table.add_row(
            str(one.pk), escape(one.name), escape(one.account_number), escape(str(one.customer)), str(one.decision.line_id),
            escape(one.learned_by), words.moment(one.recorded_at),
        )  # fmt: skip
    start.console.print(table if found else _("Nothing was learned yet."))


@cash_app.command("forget")
def forget_alias(
    alias: Annotated[int, typer.Argument(help=_("Number of what was learned"))],
    reason: Why,
    user: User = None,
    company: Code = None,
) -> None:
    """Undo what was learned of a payer."""
    start.start()
    acting = start.actor(start.company(company), user=user)
    from fairdue.cash.actions import do_forget

    do_forget(acting, alias, reason=reason)
    _print(_("Forgotten."))
