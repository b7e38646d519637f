"""Balance confirmations on the command line: ask, look, record what came back signed, decide on differences, close."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.gate import find_customer
from fairdue.cli.progress import bar
from fairdue.cli.texts import _
from fairdue.people.days import today_of

if TYPE_CHECKING:
    from fairdue.dunning.actions.balance_answers import Difference
    from fairdue.dunning.balance.models import BalanceConfirmation
    from fairdue.people.models import Company

balance_app = typer.Typer(help=_("Balance confirmations: do our books and theirs agree?"), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]
Number = Annotated[str, typer.Argument(help=_("Number of the confirmation, as printed on its letter"))]


@balance_app.callback()
def balance() -> None:
    """Balance confirmations: do our books and theirs agree?"""


@balance_app.command("send")
def send(
    as_of: Annotated[str, typer.Option("--as-of", help=_("The day whose balance is asked for, YYYY-MM-DD"))],
    customer: Annotated[
        list[str] | None, typer.Option("--customer", help=_("Customer number, or id; repeat it for more"))
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help=_("Every customer with anything open on the day"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Only say how many would be asked"))] = False,
    user: User = None,
    company: Code = None,
) -> None:
    """Ask customers to confirm what was open on a day. The letters go to the outbox; the same day is asked for once."""
    start.start()
    chosen, day = start.company(company), start.day(as_of)
    acting = start.actor(chosen, user=user)
    from fairdue.dunning.actions.balance import do_send_confirmations
    from fairdue.dunning.balance.queries import customers_with_balance
    from fairdue.ledger.models import Customer
    from fairdue.wording import words

    if bool(customer) == everyone:
        start.fail(_("Name customers with --customer, or take all of them with --all."))
    ids = (
        customers_with_balance(chosen.pk, day)
        if everyone
        else [find_customer(chosen, one).pk for one in customer or ()]
    )
    if dry_run:
        told = _("%(count)d customers have something open on %(day)s.")
        start.console.print(told % {"count": len(ids), "day": words.day(day)})
        return
    with bar() as report:
        outcomes = do_send_confirmations(
            acting, ids, day, today_of(acting), progress=lambda done, of: report(_("asking"), done, of)
        )
    counts = {state: sum(one.state == state for one in outcomes) for state in ("sent", "known", "nothing")}
    counts["held"] = len(outcomes) - sum(counts.values())
    start.console.print(
        _("%(sent)d asked, %(known)d asked before, %(nothing)d without a balance, %(held)d held back.") % counts
    )
    named = Customer.objects.in_bulk([one.customer_id for one in outcomes if one.state in ("blocked", "refused")])
    for one in outcomes:
        if one.customer_id in named:
            why = "; ".join(words.reasons(one.reasons))
            start.errors.print(f"{named[one.customer_id]}: {why}", highlight=False, markup=False)


@balance_app.command("list")
def show(
    state: Annotated[str | None, typer.Option(help=_("Only those in this state, such as silent or differs"))] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=_("The day to look at, YYYY-MM-DD; default: today"))
    ] = None,
    company: Code = None,
) -> None:
    """Show the confirmations with their states, and the differences that wait for a decision."""
    start.start()
    chosen, day = start.company(company), start.day(as_of)
    from fairdue.dunning.balance.models import BalanceDifference
    from fairdue.dunning.balance.queries import listed, standings
    from fairdue.dunning.balance.rules import SETTLES
    from fairdue.wording import names, words

    found = [one for one in standings(listed(chosen.pk), day) if state in (None, one.state.value)]
    table = Table(title=f"{chosen.name} · {words.day(day)}")
    for heading in (_("number"), _("customer"), _("day"), _("balance"), _("state"), _("open differences")):
        right = heading in {_("balance"), _("open differences")}
        table.add_column(heading, justify="right" if right else "left", overflow="fold")
    for one in found:
        row = one.confirmation
        table.add_row(
            row.number, escape(str(row.customer)), words.day(row.as_of), f"{words.amount(row.open_minor, row.currency)} {row.currency}",
            names.balance_state(one.state), str(one.open_differences),
        )  # fmt: skip
    start.console.print(table)
    shown = [one.confirmation.pk for one in found if one.open_differences]
    waiting = BalanceDifference.objects.filter(answer__confirmation_id__in=shown)
    for difference in waiting.exclude(decisions__outcome__in=list(SETTLES)).select_related(
        "line", "answer__confirmation"
    ):
        document = difference.line.document_number if difference.line else difference.document_number or "–"
        start.console.print(
            f"  {difference.pk}: {difference.answer.confirmation.number} · {document} · {difference.get_kind_display()}"
            f" · {difference.remark}",
            highlight=False, markup=False,
        )  # fmt: skip


def _find(chosen: Company, number: str) -> BalanceConfirmation:
    from fairdue.dunning.balance.models import BalanceConfirmation

    found = BalanceConfirmation.objects.filter(company=chosen, number=number).first()
    if found is None:
        start.fail(_("There is no balance confirmation %(number)s") % {"number": number})
    return found


@balance_app.command("record")
def record(
    number: Number,
    name: Annotated[str, typer.Option(help=_("Who signed"))],
    role: Annotated[str, typer.Option(help=_("In which role"))],
    scan: Annotated[
        Path, typer.Option(help=_("Scan of the signed letter: PDF, PNG or JPEG"), exists=True, dir_okay=False)
    ],
    on: Annotated[str | None, typer.Option("--on", help=_("Day of signing, YYYY-MM-DD; default: today"))] = None,
    stamped: Annotated[bool, typer.Option("--stamped", help=_("The company's stamp is on it"))] = False,
    differs: Annotated[
        list[str] | None,
        typer.Option(
            "--differs", help=_("A difference, as DOCUMENT:KIND[:AMOUNT[:REMARK]]; none: the balance is confirmed")
        ),
    ] = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Record an answer that came back signed. Kinds: paid, unknown, wrong_amount, missing_credit, missing_item."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.dunning.actions.balance_answers import Signed, do_record_confirmation

    row = _find(chosen, number)
    told = tuple(_difference(row, one) for one in differs or ())
    day = start.day(on) if on else today_of(acting)
    answer = do_record_confirmation(acting, row.pk, Signed(name, role, day, told, stamped=stamped), scan.read_bytes())
    start.console.print(f"{row.number}: {answer.get_kind_display()}", highlight=False)


def _difference(row: BalanceConfirmation, text: str) -> Difference:
    from fairdue.dunning.actions.balance_answers import Difference
    from fairdue.dunning.balance.rules import Kind
    from fairdue.kernel.money import MoneyError, typed_minor

    document, kind, amount, remark = (*text.split(":", 3), "", "", "", "")[:4]
    if kind not in set(Kind):
        start.fail(_("%(text)s is no difference; write it as DOCUMENT:KIND[:AMOUNT[:REMARK]]") % {"text": text})
    line = row.lines.filter(document_number=document).order_by("id").first()
    try:
        minor = typed_minor(amount, row.currency) if amount else None
    except MoneyError as error:
        start.fail(start.why(error))
    return Difference(kind, line.pk if line else None, minor, document, remark)


@balance_app.command("decide")
def decide(
    difference: Annotated[int, typer.Argument(help=_("Id of the difference, as `fairdue balance list` shows it"))],
    outcome: Annotated[str, typer.Argument(help=_("agreed, corrected or rejected"))],
    remedy: Annotated[
        str, typer.Option(help=_("For agreed: credit_note, search_payment, dispute, book_item or note"))
    ] = "",
    reference: Annotated[str, typer.Option(help=_("For corrected: the booking that put it right"))] = "",
    reason: Annotated[str, typer.Option(help=_("Why; needed for rejected"))] = "",
    user: User = None,
    company: Code = None,
) -> None:
    """Decide on a difference. Corrected and rejected end what it holds."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.dunning.actions.balance_answers import Verdict, do_decide_difference

    made = do_decide_difference(acting, difference, Verdict(outcome, remedy, reason, reference))
    start.console.print(f"{difference}: {made.get_outcome_display()}", highlight=False)


@balance_app.command("close")
def close(
    number: Number,
    reason: Annotated[str, typer.Option(help=_("Why"))],
    user: User = None,
    company: Code = None,
) -> None:
    """Close a confirmation whose differences are all settled."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.dunning.actions.balance_answers import do_close_confirmation

    do_close_confirmation(acting, _find(chosen, number).pk, reason=reason)
    start.console.print(_("%(number)s is closed.") % {"number": number}, highlight=False)
