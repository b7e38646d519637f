"""Rows that name a person who was erased: they are refused and told, so that no file brings the person back unseen.

A list of open items is not refused, for it is about money: where it names an erased customer, the money is booked to the pseudonym.

A row is known by its e-mail address, by a customer's name, by the number of an erased customer, or by a contact's name at the
same customer. Only keyed marks are kept of these; ``fairdue personal readmit`` takes them away when there is new business.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairdue.intake.reasons import IntakeReason
from fairdue.intake.rows import PartyRow
from fairdue.intake.rules import RefusedRow
from fairdue.kernel.reasons import because
from fairdue.ledger import keys
from fairdue.ledger.models import Contact, Customer, ErasedMark


@dataclass(frozen=True, slots=True)
class Erased:
    """The marks of a company's erased persons."""

    emails: frozenset[str]
    names: frozenset[str]
    customers: frozenset[str]
    """Keys of erased customers."""
    named: dict[str, int]
    """Erased customers by the mark of their name."""
    contacts: frozenset[tuple[str, str]]
    """(key of the customer, mark of the contact's name): the same name at another customer is another person."""

    def email(self, email: str) -> bool:
        """Tell whether an address was an erased person's."""
        return bool(self.emails and email) and keys.mark("email", email) in self.emails

    def customer(self, *names: str) -> int | None:
        """Give the erased customer that goes by one of the names: money of before belongs to its pseudonym."""
        marks = (keys.mark("name", one) for one in names if one and self.named)
        return next((self.named[mark] for mark in marks if mark in self.named), None)

    def row(self, row: PartyRow) -> bool:
        """Tell whether a row names an erased person."""
        if row.customer_key in self.customers or self.email(row.values.get("email", "")):
            return True
        name, contact = row.values.get("customer_name", ""), row.values.get("contact_name", "")
        if name and self.names and keys.mark("name", name) in self.names:
            return True
        return bool(contact and self.contacts) and (row.customer_key, keys.mark("contact", contact)) in self.contacts


def marks_of(company_id: int) -> Erased:
    """Read the marks of a company; one query where nobody was erased."""
    rows = list(ErasedMark.objects.filter(company_id=company_id).values_list("subject", "kind", "mark"))
    if not rows:
        return Erased(frozenset(), frozenset(), frozenset(), {}, frozenset())
    pks = {
        kind: {int(s.partition(":")[2]) for s, _, _ in rows if s.startswith(f"{kind}:")}
        for kind in ("customer", "contact")
    }
    customers = Customer.objects.filter(company_id=company_id, pk__in=pks["customer"]).values_list(
        "number_key", flat=True
    )
    people = Contact.objects.filter(company_id=company_id, pk__in=pks["contact"]).values_list(
        "pk", "customer__number_key"
    )
    at = {f"contact:{pk}": key for pk, key in people}
    at |= {
        f"customer:{pk}": key
        for pk, key in Customer.objects.filter(company_id=company_id, pk__in=pks["customer"]).values_list(
            "pk", "number_key"
        )
    }
    return Erased(
        emails=frozenset(mark for _, kind, mark in rows if kind == "email"),
        names=frozenset(mark for subject, kind, mark in rows if kind == "name" and subject.startswith("customer:")),
        customers=frozenset(customers),
        named={
            mark: int(subject.partition(":")[2])
            for subject, kind, mark in rows
            if kind == "name" and subject.startswith("customer:")
        },
        contacts=frozenset(
            (place, mark) for subject, kind, mark in rows if kind == "contact" and (place := at.get(subject))
        ),
    )


def without_erased(company_id: int, rows: Sequence[PartyRow]) -> tuple[list[PartyRow], list[RefusedRow]]:
    """Part rows into those that may be written and those that name an erased person."""
    erased = marks_of(company_id)
    kept: list[PartyRow] = []
    refused: list[RefusedRow] = []
    for row in rows:
        if erased.row(row):
            refused.append(RefusedRow(row.line, because(IntakeReason.PERSON_ERASED)))
        else:
            kept.append(row)
    return kept, refused


def unerased_emails(company_id: int, wanted: Iterable[tuple[tuple[int, str], str]]) -> dict[tuple[int, str], str]:
    """Leave out the addresses of erased persons."""
    erased = marks_of(company_id)
    return {place: email for place, email in wanted if not erased.email(email)}
