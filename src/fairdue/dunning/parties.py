"""The two parties of a letter, who writes it and whom to talk to: from the ledger's rows to the letter's facts."""

from __future__ import annotations

from fairdue.dunning.desk import Desk
from fairdue.dunning.policy.shape import Sender
from fairdue.ledger.models import AcceptedTerms, Contact, Customer
from fairdue.letters import facts as letter
from fairdue.people.models import Company, User

BACK_OFFICE = frozenset({Sender.FINANCE, Sender.NEUTRAL, Sender.MANAGEMENT})


def creditor(company: Company) -> letter.Party:
    """Give the creditor under its full name."""
    return letter.Party(
        name=company.name,
        address=letter.Address(
            street=company.street,
            postal_code=company.postal_code,
            town=company.city,
            region=company.region,
            country=company.country,
        ),
        registration_number=company.registration_no,
        vat_id=company.vat_no,
        email=company.email,
        phone=company.phone,
    )


def debtor(customer: Customer, contact: Contact | None) -> letter.Party:
    """Give the debtor under its legal name where the ledger has it."""
    return letter.Party(
        name=customer.legal_name or customer.name,
        address=letter.Address(
            street=customer.street,
            postal_code=customer.postal_code,
            town=customer.city,
            region=customer.region,
            country=customer.country,
        ),
        registration_number=customer.registration_no,
        vat_id=customer.vat_no,
        email=contact.email if contact else "",
        phone=contact.phone if contact else "",
        attention=contact.name if contact else "",
    )


def person(user: User | None, company: Company) -> letter.Person:
    """Give a user as a person to talk to; without one, the company itself."""
    if user is None:
        return letter.Person(name=company.name, phone=company.phone, email=company.email)
    return letter.Person(
        name=user.get_full_name() or user.username,
        role=user.job_title,
        phone=user.phone or company.phone,
        email=user.email or company.email,
    )


def sender(desk: Desk, customer: Customer, role: Sender, releaser: User | None) -> letter.Person:
    """Give who signs: the account owner for the sales side, else the person who releases, else the company."""
    if role is Sender.ACCOUNT_OWNER and customer.account_owner is not None:
        return person(customer.account_owner, desk.company)
    return person(releaser if role in BACK_OFFICE else None, desk.company)


def clause(terms: AcceptedTerms | None) -> letter.AcceptedClause | None:
    """Give the payment clause as the customer accepted it, or None: nothing else is ever cited."""
    if terms is None:
        return None
    return letter.AcceptedClause(
        text=terms.clause, version=terms.version, accepted_on=terms.accepted_on, accepted_by=terms.accepted_by
    )


def bank(desk: Desk, currency: str) -> letter.BankAccount | None:
    """Give the company's account for a currency."""
    account = desk.banks.get(currency)
    if account is None:
        return None
    return letter.BankAccount(
        holder=account.holder,
        iban=account.iban,
        bic=account.bic,
        bank_name=account.bank_name,
        account_number=account.account_number,
    )
