"""Third parties: what a person confirmed, by country."""

from __future__ import annotations

from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _

third_party_app = typer.Typer(
    help=_("Licences, registrations and mandates of third parties, as a person confirmed them."), no_args_is_help=True
)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]


@third_party_app.command("list")
def show_list(company: Code = None) -> None:
    """List what was confirmed, in force or not."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.models import ThirdPartyClearance
    from fairdue.wording import names, words

    rows = ThirdPartyClearance.objects.filter(company=chosen).order_by("id")
    for row in sorted(rows, key=lambda one: names.in_order(names.country(one.country))):
        span = f"{words.day(row.valid_from)} – {words.day(row.valid_until)}"
        state = _("taken back") if row.withdrawn_at else ""
        said = (f"{row.pk}", row.country, str(row.get_basis_display()), row.third_party, span, row.confirmed_by, state)
        start.console.print("  ".join(part for part in said if part), highlight=False, markup=False)


@third_party_app.command("confirm")
def confirm(
    country: Annotated[str, typer.Argument(help=_("Country of the debtors, two letters"))],
    who: Annotated[str, typer.Option("--who", help=_("Who acts, by full name"))],
    why: Annotated[str, typer.Option("--why", help=_("What was seen: register and number, or the document"))],
    until: Annotated[str, typer.Option("--until", help=_("Last day, YYYY-MM-DD"))],
    since: Annotated[str | None, typer.Option("--from", help=_("First day, YYYY-MM-DD; default: today"))] = None,
    basis: Annotated[str, typer.Option("--basis", help=_("licence, registration or mandate"))] = "licence",
    user: User = None,
    company: Code = None,
) -> None:
    """Confirm that a third party may act for debtors in a country, until a day."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.actions import do_confirm_third_party

    made = do_confirm_third_party(
        start.actor(chosen, user=user), country=country, basis=basis, third_party=who, reason=why,
        valid_from=start.day(since), valid_until=start.day(until),
    )  # fmt: skip
    start.console.print(f"{made.pk}  {made.country}  {made.third_party}", highlight=False, markup=False)


@third_party_app.command("withdraw")
def withdraw(
    number: Annotated[int, typer.Argument(help=_("Its number in the list"))],
    why: Annotated[str, typer.Option("--why", help=_("Reason"))],
    user: User = None,
    company: Code = None,
) -> None:
    """Take a confirmation back from now on."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.actions import do_withdraw_clearance
    from fairdue.contact.models import ThirdPartyClearance

    if not ThirdPartyClearance.objects.filter(pk=number, company=chosen).exists():
        start.fail(_("There is no confirmation %(number)s") % {"number": number})
    do_withdraw_clearance(start.actor(chosen, user=user), number, reason=why)
