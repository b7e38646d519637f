"""The writers of people: companies, users, passwords. The ledger's audit log begins above this floor; see the entrances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext
from stdnum import iban as iban_check

from fairdue.kernel.money import exponent
from fairdue.people.models import BankAccount, Company, Membership, Role, User


@transaction.atomic
def do_add_company(
    at: datetime,
    *,
    code: str,
    name: str,
    country: str,
    currency: str,
    language: str = "en",
    email: str = "",
    payment_link: str = "",
) -> Company:
    """Add a company; raises ValueError for a taken code, a bad country, an unknown currency or a link without https."""
    exponent(currency)
    if len(country) != 2 or not country.isalpha():
        raise ValueError(gettext("%(code)s is no two-letter country code.") % {"code": country})
    if payment_link and not payment_link.startswith("https://"):
        raise ValueError(gettext("A payment link starts with https://."))
    if Company.objects.filter(code=code).exists():
        raise ValueError(gettext("There is a company %(code)s already.") % {"code": code})
    return Company.objects.create(
        code=code, name=name, country=country, currency=currency, language=language, email=email,
        payment_link=payment_link,
    )  # fmt: skip


@transaction.atomic
def do_add_user(company_id: int, *, username: str, password: str, roles: Sequence[str]) -> User:
    """Add a user with roles in a company. Raises ValueError for an unknown role or taken name, ValidationError for a weak password."""
    unknown = sorted(set(roles) - set(Role.values))
    if unknown or not roles:
        raise ValueError(
            gettext("There is no role %(unknown)s; there are: %(known)s.")
            % {"unknown": ", ".join(unknown) or "–", "known": ", ".join(Role.values)}
        )
    if User.objects.filter(username=username).exists():
        raise ValueError(gettext("There is a user %(name)s already.") % {"name": username})
    user = User(username=username)
    validate_password(password, user)
    user.set_password(password)
    user.save()
    Membership.objects.bulk_create(
        Membership(user=user, company_id=company_id, role=role) for role in sorted(set(roles))
    )
    return user


@transaction.atomic
def do_set_password(username: str, password: str) -> None:
    """Set a password. Raises ValueError for an unknown user, ValidationError for a weak password."""
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise ValueError(gettext("There is no user %(name)s.") % {"name": username})
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


COMPANY_FIELDS = (
    "name", "street", "postal_code", "city", "region", "country", "subdivision", "language", "time_zone", "registration_no",
    "vat_no", "email", "phone", "size", "payment_link",
)  # fmt: skip
"""What may be changed of a company; its code and reporting currency stay."""


@transaction.atomic
def do_edit_company(company_id: int, values: dict[str, str]) -> Company:
    """Change what letters print of a company. Raises ValueError for an unknown field, ValidationError for a bad value."""
    unknown = sorted(values.keys() - set(COMPANY_FIELDS))
    if unknown:
        raise ValueError(
            gettext("There is no field %(unknown)s; there are: %(known)s.")
            % {"unknown": ", ".join(unknown), "known": ", ".join(COMPANY_FIELDS)}
        )
    link = values.get("payment_link", "")
    if link and not link.startswith("https://"):
        raise ValueError(gettext("A payment link starts with https://."))
    company = Company.objects.select_for_update().get(pk=company_id)
    for name, value in values.items():
        setattr(company, name, value.strip())
    company.full_clean(validate_unique=False, validate_constraints=False)
    company.save(update_fields=sorted(values))
    return company


@transaction.atomic
def do_set_bank_account(
    company_id: int,
    *,
    currency: str,
    holder: str,
    iban: str = "",
    bic: str = "",
    account_number: str = "",
    bank_name: str = "",
) -> BankAccount:
    """Set where a company wants to be paid in a currency. Raises ValueError for a wrong IBAN or no number at all."""
    exponent(currency)
    compact = iban.replace(" ", "").upper()
    if compact and not iban_check.is_valid(compact):
        raise ValueError(gettext("%(iban)s is no valid IBAN.") % {"iban": iban})
    if not compact and not account_number:
        raise ValueError(gettext("Give an IBAN or an account number."))
    values = {
        "holder": holder, "iban": compact, "bic": bic.replace(" ", "").upper(), "account_number": account_number,
        "bank_name": bank_name,
    }  # fmt: skip
    account, _ = BankAccount.objects.update_or_create(company_id=company_id, currency=currency, defaults=values)
    return account
