"""Credit insurance on the command line: policies, limits, deadlines, and what was told to the insurer."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from fairdue.cli import start
from fairdue.cli.gate import find_customer
from fairdue.cli.progress import busy
from fairdue.cli.texts import _, of_pages

if TYPE_CHECKING:
    from fairdue.cover.models import CoverPolicy
    from fairdue.people.models import Company

cover_app = typer.Typer(help=_("Credit insurance: policies, limits, deadlines."), no_args_is_help=True)
limits_app = typer.Typer(help=_("Limits of buyers."), no_args_is_help=True)
cover_app.add_typer(limits_app, name="limits")
Code = Annotated[str | None, typer.Option("--company", help=_("Code of the company"))]
User = Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))]
AsOf = Annotated[str | None, typer.Option("--as-of", help=_("The day to look at, YYYY-MM-DD; default: today"))]


@cover_app.callback()
def cover() -> None:
    """Credit insurance: policies, limits, deadlines."""


@limits_app.callback()
def limits() -> None:
    """Limits of buyers."""


@cover_app.command("add")
def add(
    insurer: Annotated[str, typer.Option(help=_("Name of the insurer"))],
    number: Annotated[str, typer.Option(help=_("Policy number"))],
    currency: Annotated[str, typer.Option(help=_("Currency of the policy"))],
    valid_from: Annotated[str, typer.Option("--from", help=_("First day of shipments, YYYY-MM-DD"))],
    share: Annotated[int, typer.Option(help=_("Insured share in per cent"), min=1, max=100)],
    valid_to: Annotated[str | None, typer.Option("--to", help=_("Last day of shipments"))] = None,
    max_terms: Annotated[int | None, typer.Option(help=_("Longest terms, days from the invoice date"))] = None,
    max_extension: Annotated[int | None, typer.Option(help=_("Longest extension, days from the due date"))] = None,
    notify: Annotated[int | None, typer.Option(help=_("Report overdue amounts within days from the due date"))] = None,
    claim: Annotated[int | None, typer.Option(help=_("File the claim within days from the due date"))] = None,
    waiting: Annotated[int | None, typer.Option(help=_("Waiting period in days"))] = None,
    stop: Annotated[int | None, typer.Option(help=_("Stop shipping after so many days overdue"))] = None,
    max_liability: Annotated[str | None, typer.Option(help=_("Most that the insurer pays"))] = None,
    minimum: Annotated[str | None, typer.Option(help=_("Buyers that owe less have no deadlines"))] = None,
    consent_above: Annotated[str | None, typer.Option(help=_("Plans need consent above this open amount"))] = None,
    consent_beyond: Annotated[int | None, typer.Option(help=_("Extensions need consent beyond so many days"))] = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Enter a policy; for a policy number that is known, a new version of its terms. Periods are calendar days."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from django.db import transaction

    from fairdue.cover.actions import TermsValues, do_add_policy, do_set_terms
    from fairdue.cover.models import CoverPolicy

    code = currency.upper()
    values = TermsValues(
        valid_from=start.day(valid_from), valid_to=start.day(valid_to) if valid_to else None,
        insured_share_ppm=share * 10_000, max_liability_minor=_minor(max_liability, code),
        minimum_minor=_minor(minimum, code) or 0, max_terms_days=max_terms, max_extension_days=max_extension,
        notify_days=notify, claim_days=claim, waiting_days=waiting, stop_days=stop,
        consent_above_minor=_minor(consent_above, code), consent_beyond_days=consent_beyond,
    )  # fmt: skip
    with transaction.atomic():
        known = CoverPolicy.objects.filter(company=chosen, number=number.strip(), currency=code).first()
        policy = known or do_add_policy(acting, insurer=insurer, number=number, currency=code)
        terms = do_set_terms(acting, policy.pk, values)
    told = _("Policy %(number)s of %(insurer)s, version %(version)d of its terms.")
    start.console.print(told % {"number": policy.number, "insurer": policy.insurer, "version": terms.version})


def _minor(text: str | None, currency: str) -> int | None:
    """Read an amount such as 100000 or 100000.50."""
    from fairdue.kernel.money import MoneyError, typed_minor

    if text is None:
        return None
    try:
        return typed_minor(text, currency)
    except MoneyError:
        start.fail(_("%(text)s is no amount; write it as 1234.50") % {"text": text})


def _policy(chosen: Company, number: str | None) -> CoverPolicy:
    from fairdue.cover.models import CoverPolicy

    rows = CoverPolicy.objects.filter(company=chosen)
    found = list(rows.filter(number=number) if number else rows.order_by("id")[:2])
    if len(found) != 1:
        start.fail(_("Name one policy with --policy NUMBER; `fairdue cover list` shows them."))
    return found[0]


@limits_app.command("import")
def import_limits(
    file: Annotated[Path, typer.Argument(help=_("CSV, TSV, XLSX or ODS"), exists=True, dir_okay=False)],
    policy: Annotated[str | None, typer.Option(help=_("Policy number; default: the only one"))] = None,
    refused: Annotated[Path | None, typer.Option(help=_("Where refused rows go; default: beside the file"))] = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Read limits of buyers: customer or group, limit, from; also until, share, reference, conditions. Zero withdraws a limit."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    under = _policy(chosen, policy)
    from fairdue.cover.actions import do_import_limits
    from fairdue.cover.row_reasons import RowReason
    from fairdue.formats.errors import FormatError
    from fairdue.formats.refused import write_refused

    try:
        with busy(file.name):
            done = do_import_limits(acting, under.pk, file.read_bytes(), file.name)
    except FormatError as error:
        start.fail(start.why(error))
    counts = {"new": done.new, "known": done.known, "refused": len(done.refused)}
    start.console.print(_("%(new)d new limits, %(known)d known before, %(refused)d rows refused.") % counts)
    if done.refused:
        target = refused or file.with_name(f"{file.stem}-refused.csv")
        target.write_bytes(write_refused(done.file.table, done.refused, of_pages, (RowReason,)))
        start.console.print(_("Refused rows with reasons and remedies: %(path)s") % {"path": target})


@cover_app.command("list")
def show(as_of: AsOf = None, company: Code = None) -> None:
    """Show policies, and per buyer the limit, what is open under cover, and what of it is insured now."""
    start.start()
    chosen, day = start.company(company), start.day(as_of)
    from fairdue.cover.liability import liabilities
    from fairdue.cover.measures import look
    from fairdue.cover.models import CoverPolicy
    from fairdue.cover.standing import standings
    from fairdue.ledger.models import Customer, CustomerGroup
    from fairdue.wording import words

    policies = CoverPolicy.objects.filter(company=chosen).in_bulk()
    with busy(_("measuring")):
        found = standings(*look(chosen.pk, day, start.moment()), day)
    customers = dict(Customer.objects.filter(company=chosen).values_list("pk", "name"))
    groups = dict(CustomerGroup.objects.filter(company=chosen).values_list("pk", "name"))
    table = Table(title=f"{chosen.name} · {words.day(day)}")
    for heading in (_("policy"), _("buyer"), _("limit"), _("open under cover"), _("insured"), _("not covered")):
        amount = heading not in {_("policy"), _("buyer")}
        table.add_column(heading, justify="right" if amount else "left", overflow="fold")
    for one in found:
        buyer = groups[one.group_id] if one.group_id else customers[one.customer_ids[0]]
        figures = (one.limit_minor, one.covered_minor, one.insured_minor, one.uncovered_minor)
        amounts = (f"{words.amount(figure, one.currency)} {one.currency}" for figure in figures)
        table.add_row(escape(str(policies[one.policy_id])), escape(buyer), *amounts)
    start.console.print(table)
    for policy_id, used in sorted(liabilities(chosen.pk, found, day).items()):
        if used.over_minor:
            policy = policies[policy_id]
            told = _("%(policy)s: %(insured)s are insured, and the insurer pays at most %(most)s: %(over)s too much.")
            sums = {"insured": used.insured_minor, "most": used.most_minor or 0, "over": used.over_minor}
            said = {name: f"{words.amount(minor, policy.currency)} {policy.currency}" for name, minor in sums.items()}
            start.errors.print(told % {"policy": policy, **said}, highlight=False, markup=False)


@cover_app.command("deadlines")
def deadlines(
    days: Annotated[int, typer.Option(min=0, help=_("How many days ahead; missed ones are always shown"))] = 30,
    as_of: AsOf = None,
    company: Code = None,
) -> None:
    """Show what the insurers ask for and by when, with the amount at risk. The insurer's days do not move; act by the second date."""
    start.start()
    chosen, day = start.company(company), start.day(as_of)
    from datetime import timedelta

    from fairdue.cover.measures import look
    from fairdue.cover.models import CoverPolicy
    from fairdue.cover.standing import deadlines as due
    from fairdue.ledger.models import Customer
    from fairdue.wording import names, words

    policies = CoverPolicy.objects.filter(company=chosen).in_bulk()
    with busy(_("measuring")):
        found = due(*look(chosen.pk, day, start.moment()), day, chosen.country, through=day + timedelta(days=days))
    customers = Customer.objects.filter(company=chosen).in_bulk([one.customer_id for one in found])
    table = Table(title=f"{chosen.name} · {words.day(day)}")
    for heading in (_("deadline"), _("act by"), _("customer"), _("what"), _("at risk"), _("policy")):
        table.add_column(heading, justify="right" if heading == _("at risk") else "left", overflow="fold")
    for one in found:
        table.add_row(
            f"[red]{words.day(one.day)}[/]" if one.day < day else words.day(one.day), words.day(one.act_by),
            escape(str(customers[one.customer_id])), names.cover_deadline(one.kind),
            f"{words.amount(one.at_risk_minor, one.currency)} {one.currency}", escape(str(policies[one.policy_id])),
        )  # fmt: skip
    start.console.print(table)


Number = Annotated[str, typer.Argument(help=_("Customer number, or id"))]
Reference = Annotated[str, typer.Option(help=_("The insurer's reference"))]
Item = Annotated[str | None, typer.Option("--invoice", help=_("Number of one invoice; default: the whole buyer"))]
On = Annotated[str | None, typer.Option("--on", help=_("The day it happened; default: today"))]


@cover_app.command("notify")
def notify(
    customer: Number, reference: Reference, invoice: Item = None, on: On = None, user: User = None, company: Code = None
) -> None:
    """Record that an overdue amount was reported to the insurer."""
    _record(customer, "notified", reference, invoice, on, None, user, company)


@cover_app.command("claim")
def claim(
    customer: Number, reference: Reference, invoice: Item = None, on: On = None, user: User = None, company: Code = None
) -> None:
    """Record that a claim was filed with the insurer."""
    _record(customer, "claimed", reference, invoice, on, None, user, company)


@cover_app.command("consent")
def consent(
    customer: Number,
    reference: Reference,
    until: Annotated[str, typer.Option(help=_("Last day to which the insurer lets payment be put off"))],
    invoice: Item = None,
    on: On = None,
    user: User = None,
    company: Code = None,
) -> None:
    """Record the insurer's consent to an extension or a plan; it counts at once."""
    _record(customer, "consent", reference, invoice, on, until, user, company)


def _record(
    customer: str, kind: str, reference: str, invoice: str | None, on: str | None, until: str | None, user: str | None,
    company: str | None,
) -> None:  # fmt: skip
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from fairdue.cover.actions import do_record
    from fairdue.ledger.models import DueItem

    found = find_customer(chosen, customer)
    item: int | None = None
    if invoice is not None:
        rows = list(DueItem.objects.filter(customer=found, document__number=invoice).order_by("id")[:1])
        if not rows:
            start.fail(_("The customer has no invoice %(number)s") % {"number": invoice})
        item = rows[0].pk
    last: date | None = start.day(until) if until else None
    made = do_record(
        acting, customer_id=found.pk, kind=kind, on=start.day(on), reference=reference, until=last, due_item_id=item
    )
    start.console.print(
        _("Recorded: %(what)s, %(customer)s, reference %(reference)s.")
        % {"what": made.get_kind_display(), "customer": found.name, "reference": made.reference}
    )
