"""The law that nobody has confirmed: what there is, and what a lawyer confirmed for a company."""

from __future__ import annotations

from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _

law_app = typer.Typer(help=_("What of a country's law a lawyer has confirmed for the company."), no_args_is_help=True)
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]
TOPICS = _("conduct, third_party, form, fee, interest or compensation")


@law_app.command("list")
def show_list(
    country: Annotated[str | None, typer.Argument(help=_("Only this country, two letters"))] = None,
    company: Code = None,
) -> None:
    """List what nobody has confirmed with its sources, and what was confirmed for the company."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.models import LawConfirmation
    from fairdue.law.confirmed import unconfirmed_topics
    from fairdue.wording import names, words
    from fairdue.wording.country import source

    wanted = (country or "").upper()
    today = start.day(None)
    rows = list(LawConfirmation.objects.filter(company=chosen).order_by("country", "topic", "id"))
    listed = sorted(unconfirmed_topics().items(), key=lambda one: names.in_order(names.law(one[0][0])))
    for (place, topic), sources in listed:
        if wanted not in ("", place):
            continue
        mine = [one for one in rows if (one.country, one.topic) == (place, topic.value)]
        in_force = any(one.withdrawn_at is None and one.valid_from <= today <= one.valid_until for one in mine)
        state = _("confirmed") if in_force else _("not confirmed")
        told = f"{place}  {topic.value}  {state}  " + "; ".join(source(one) for one in sources)
        start.console.print(told, highlight=False, markup=False, soft_wrap=True)
        for one in mine:
            span = f"{words.day(one.valid_from)} – {words.day(one.valid_until)}"
            taken = _("taken back") if one.withdrawn_at else ""
            parts = (f"    {one.pk}", one.confirmed_by, one.reference, span, one.recorded_by, taken)
            start.console.print(
                "  ".join(part for part in parts if part), highlight=False, markup=False, soft_wrap=True
            )


@law_app.command("confirm")
def confirm(
    country: Annotated[
        str, typer.Argument(help=_("Country, part of one (US-CA) or EU, as `fairdue law list` names it"))
    ],
    topic: Annotated[str, typer.Argument(help=TOPICS)],
    by: Annotated[str, typer.Option("--by", help=_("Who looked at it, by full name"))],
    reference: Annotated[str, typer.Option("--reference", help=_("Where the answer stands: opinion, date, file"))],
    until: Annotated[str, typer.Option("--until", help=_("Last day, YYYY-MM-DD"))],
    since: Annotated[str | None, typer.Option("--from", help=_("First day, YYYY-MM-DD; default: today"))] = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Record that a lawyer has confirmed a topic of a country's law, until a day."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.actions import do_confirm_law

    made = do_confirm_law(
        start.actor(chosen, user=user), country=country, topic=topic, confirmed_by=by, reference=reference,
        valid_from=start.day(since), valid_until=start.day(until),
    )  # fmt: skip
    start.console.print(f"{made.pk}  {made.country}  {made.topic}", highlight=False, markup=False)


@law_app.command("withdraw")
def withdraw(
    number: Annotated[int, typer.Argument(help=_("Its number in the list"))],
    why: Annotated[str, typer.Option("--why", help=_("Reason"))],
    user: User = None,
    company: Code = None,
) -> None:
    """Take a confirmation back from now on."""
    start.start()
    chosen = start.company(company)
    from fairdue.contact.actions import do_withdraw_law
    from fairdue.contact.models import LawConfirmation

    if not LawConfirmation.objects.filter(pk=number, company=chosen).exists():
        start.fail(_("There is no confirmation %(number)s") % {"number": number})
    do_withdraw_law(start.actor(chosen, user=user), number, reason=why)
