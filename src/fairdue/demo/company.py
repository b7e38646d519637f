"""The demonstration's creditor: the company, its bank accounts and its people."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from stdnum import iban

from fairdue.demo.profiles import company_facts
from fairdue.people.models import BankAccount, Company, Membership, User


class DemoError(ValueError):
    """The demonstration cannot be made; the message names the remedy. Nothing was written."""


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can sign in."""

    username: str
    name: str
    job_title: str
    role: str


def make_company() -> Company:
    """Create the company with a bank account in each of its currencies; raises DemoError where it exists already."""
    facts = company_facts()
    if Company.objects.filter(code=facts["company"]["code"]).exists():
        raise DemoError(
            f"the demonstration company {facts['company']['code']} exists already; choose an empty data folder"
        )
    company = Company.objects.create(**facts["company"])
    for account in facts["accounts"]:
        BankAccount.objects.create(
            company=company, currency=account["currency"], holder=company.name, iban=with_check_digits(account["bban"]),
            bic=account["bic"], bank_name=account["bank_name"],
        )  # fmt: skip
    return company


def with_check_digits(country_and_bban: str) -> str:
    """Give the IBAN of a country code followed by the national account number."""
    country, bban = country_and_bban[:2], country_and_bban[2:]
    return f"{country}{iban.calc_check_digits(f'{country}00{bban}')}{bban}"


def make_users(company: Company, password: str) -> tuple[dict[str, int], tuple[DemoUser, ...]]:
    """Create the people and their memberships, all with ``password``; give their ids by user name, and who they are.

    Raises DemoError where a user name is taken. The password is hashed once: the people share its salt, which is fine for
    a password that is printed for all of them.
    """
    hashed = make_password(password)
    people = company_facts()["users"]
    names = [person["username"] for person in people]
    taken = User.objects.filter(username__in=names).values_list("username", flat=True).first()
    if taken is not None:
        raise DemoError(f"the user name {taken} is taken; choose an empty data folder")
    ids = {}
    for person in people:
        user = User.objects.create(
            username=person["username"], first_name=person["first_name"], last_name=person["last_name"], password=hashed,
            email=f"{person['username']}@nordhafen.example", language=person["language"], phone=person["phone"],
            job_title=person["job_title"],
        )  # fmt: skip
        Membership.objects.create(
            user=user, company=company, role=person["role"], release_limit_minor=person.get("release_limit_minor")
        )
        ids[user.username] = user.pk
    return ids, tuple(
        DemoUser(
            person["username"], f"{person['first_name']} {person['last_name']}", person["job_title"], person["role"]
        )
        for person in people
    )
