"""People: companies, users, passwords."""

from __future__ import annotations

from typing import Annotated

import typer

from fairdue.cli import start
from fairdue.cli.texts import _

company_app = typer.Typer(help=_("Companies (the creditor's legal entities)."), no_args_is_help=True)
user_app = typer.Typer(help=_("Users and their roles."), no_args_is_help=True)


@company_app.command("add")
def add_company(
    code: Annotated[str, typer.Argument(help=_("Short code, such as acme"))],
    name: Annotated[str, typer.Option(help=_("Full legal name"))],
    country: Annotated[str, typer.Option(help=_("Two-letter country code"))],
    currency: Annotated[str, typer.Option(help=_("Reporting currency"))],
    policy: Annotated[str, typer.Option(help=_("Shipped policy to start with"))] = "flexible",
    language: Annotated[str, typer.Option(help=_("Language of the company"))] = "en",
    email: Annotated[str, typer.Option(help=_("Sender address of its letters"))] = "",
    payment_link: Annotated[
        str, typer.Option(help=_("Payment page: https address with {reference}, {amount} and {currency}"))
    ] = "",
) -> None:
    """Add a company and put a shipped policy in force."""
    start.start()
    from fairdue.people.actions import do_add_company

    try:
        made = do_add_company(
            start.moment(), code=code, name=name, country=country.upper(), currency=currency.upper(), language=language,
            email=email, payment_link=payment_link,
        )  # fmt: skip
    except ValueError as error:
        start.fail(str(error))
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml
    from fairdue.people.scope import set_scope

    set_scope([made.pk])
    do_adopt_policy(start.actor(made), policy, shipped_yaml(policy))
    start.console.print(_("Company %(name)s is ready.") % {"name": made.name})


@company_app.command("list")
def list_companies() -> None:
    """List the companies of this installation."""
    start.start()
    from fairdue.people.models import Company

    for one in Company.objects.order_by("code"):
        start.console.print(f"{one.code}  {one.name}  {one.country}  {one.currency}", highlight=False, markup=False)


@user_app.command("list")
def list_users(company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None) -> None:
    """List a company's users with their roles."""
    start.start()
    from fairdue.people.models import Membership

    chosen = start.company(company)
    roles: dict[str, list[str]] = {}
    members = Membership.objects.filter(company=chosen).select_related("user").order_by("user__username", "role")
    for member in members:
        roles.setdefault(member.user.username, []).append(member.role)
    for name, held in roles.items():
        start.console.print(f"{name}  {', '.join(held)}", highlight=False, markup=False)


@user_app.command("add")
def add_user(
    username: Annotated[str, typer.Argument(help=_("User name"))],
    role: Annotated[list[str], typer.Option(help=_("controller, account_owner, finance_lead, auditor, administrator"))],
    company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None,
    password: Annotated[str, typer.Option(help=_("Asked for when it is not given"), show_default=False)] = "",
) -> None:
    """Add a user to a company with one or more roles."""
    start.start()
    chosen = start.company(company)
    from django.core.exceptions import ValidationError

    from fairdue.people.actions import do_add_user

    try:
        do_add_user(chosen.pk, username=username, password=password or ask_password(), roles=role)
    except ValidationError as error:
        start.fail(" ".join(error.messages))
    except ValueError as error:
        start.fail(str(error))
    start.console.print(_("User %(name)s may sign in.") % {"name": username})


def ask_password() -> str:
    """Ask for a password twice, unseen, until both are the same."""
    while True:
        first = str(typer.prompt(_("Password"), hide_input=True))
        if first == str(typer.prompt(_("Repeat the password"), hide_input=True)):
            return first
        start.errors.print(_("The two passwords differ; please type them again."))


def password(
    username: Annotated[str, typer.Argument(help=_("User name"))],
    new: Annotated[str, typer.Option("--new", help=_("Asked for when it is not given"), show_default=False)] = "",
) -> None:
    """Set a user's password."""
    start.start()
    from django.core.exceptions import ValidationError

    from fairdue.people.actions import do_set_password

    try:
        do_set_password(username, new or ask_password())
    except ValidationError as error:
        start.fail(" ".join(error.messages))
    except ValueError as error:
        start.fail(str(error))
    start.console.print(_("The password is set."))


@company_app.command("edit")
def edit_company(
    values: Annotated[
        list[str], typer.Argument(help=_("Fields as NAME=VALUE: street, postal_code, city, registration_no, …"))
    ],
    company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
) -> None:
    """Change what letters print of the company: address, registration, e-mail, phone, payment link."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from django.core.exceptions import ValidationError
    from django.db import transaction

    from fairdue.cli.bring import pairs
    from fairdue.ledger import audit
    from fairdue.people.actions import do_edit_company

    try:
        with transaction.atomic():
            given = pairs(values, "NAME=VALUE")
            do_edit_company(chosen.pk, given)
            audit.record(acting, "edit_company", f"company:{chosen.pk}", **given)
    except ValidationError as error:
        start.fail(" ".join(error.messages))
    except ValueError as error:
        start.fail(str(error))
    start.console.print(_("Company %(name)s is ready.") % {"name": chosen.name})


@company_app.command("bank")
def set_bank(
    currency: Annotated[str, typer.Argument(help=_("Currency of the account"))],
    iban: Annotated[str, typer.Option(help=_("IBAN"))] = "",
    account: Annotated[str, typer.Option(help=_("Account number, where the country has no IBAN"))] = "",
    bic: Annotated[str, typer.Option(help=_("BIC"))] = "",
    bank: Annotated[str, typer.Option(help=_("Name of the bank"))] = "",
    holder: Annotated[str, typer.Option(help=_("Account holder; default: the company"))] = "",
    company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
) -> None:
    """Set the account that letters ask to be paid to, per currency."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from django.db import transaction

    from fairdue.ledger import audit
    from fairdue.people.actions import do_set_bank_account

    try:
        with transaction.atomic():
            made = do_set_bank_account(
                chosen.pk, currency=currency.upper(), holder=holder or chosen.name, iban=iban, bic=bic,
                account_number=account, bank_name=bank,
            )  # fmt: skip
            audit.record(acting, "set_bank_account", f"company:{chosen.pk}", currency=made.currency, iban=made.iban)
    except ValueError as error:
        start.fail(str(error))
    start.console.print(f"{made.currency} {made.iban or made.account_number}", highlight=False)


def terms(
    customer: Annotated[str, typer.Argument(help=_("Customer number"))],
    clause: Annotated[str, typer.Option(help=_("The payment clause as accepted"))],
    accepted_by: Annotated[str, typer.Option(help=_("Who accepted"))],
    accepted_on: Annotated[str, typer.Option(help=_("When, YYYY-MM-DD"))],
    how: Annotated[str, typer.Option(help=_("How: signed contract, order confirmation, …"))],
    version: Annotated[str, typer.Option("--terms-version", help=_("Version of the terms"))] = "1",
    governing_law: Annotated[str, typer.Option(help=_("Agreed law, such as DE or US-NY"))] = "",
    interest_ppm: Annotated[int | None, typer.Option(help=_("Agreed late rate per year in ppm (9 % is 90000)"))] = None,
    retention_of_title: Annotated[bool, typer.Option(help=_("Title stays with us until payment"))] = False,
    company: Annotated[str | None, typer.Option("--company", help=_("Code of the company"))] = None,
    user: Annotated[str | None, typer.Option("--user", help=_("User name of who acts"))] = None,
) -> None:
    """Record which terms a customer accepted; letters cite only what stands here."""
    start.start()
    chosen = start.company(company)
    acting = start.actor(chosen, user=user)
    from django.db import IntegrityError

    from fairdue.ledger.actions import do_accept_terms
    from fairdue.ledger.models import Customer

    found = Customer.objects.filter(company=chosen, number=customer).first()
    if found is None:
        start.fail(_("There is no customer %(number)s") % {"number": customer})
    try:
        do_accept_terms(
            acting, customer_id=found.pk, version=version, clause=clause, accepted_by=accepted_by,
            accepted_on=start.day(accepted_on), accepted_how=how, governing_law=governing_law.upper(),
            interest_rate_ppm=interest_ppm, retention_of_title=retention_of_title,
        )  # fmt: skip
    except IntegrityError:
        start.fail(_("Version %(version)s is on record already.") % {"version": version})
    start.console.print(_("Recorded."))
