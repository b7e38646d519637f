"""What the data check reads, in four queries whatever the number of customers. No writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from fairdue.contact.facts import CompanyFacts
from fairdue.contact.money import bank_data
from fairdue.dunning.gate import gate_policy
from fairdue.dunning.policy import shipped
from fairdue.dunning.queries import policies_in_force
from fairdue.kernel.reasons import Reason
from fairdue.ledger.queries import money_by_customer

_CUSTOMERS = """
SELECT c.id, c.number, c.name, c.legal_name, c.country, c.language, c.street, c.city, c.registration_no, c.vat_no,
  c.natural_person, c.group_id,
  CASE WHEN EXISTS (SELECT 1 FROM ledger_accepted_terms t WHERE t.customer_id = c.id AND t.valid_from <= %(as_of)s)
    THEN 1 ELSE 0 END,
  (SELECT f.value FROM ledger_fact f WHERE f.company_id = %(company)s AND f.subject = %(subject)s
    AND f.kind = 'bank_data_through' AND f.as_of <= %(as_of)s ORDER BY f.as_of DESC, f.recorded_at DESC, f.id DESC LIMIT 1)
FROM ledger_customer c WHERE c.company_id = %(company)s ORDER BY c.id
"""
_CONTACTS = """
SELECT customer_id, purpose, email, language, consent, CASE WHEN bounced_on IS NULL THEN 0 ELSE 1 END
FROM ledger_contact WHERE company_id = %(company)s AND active ORDER BY customer_id, id
"""
CUSTOMER_COLUMNS = (
    "id", "number", "name", "legal_name", "country", "language", "street", "city", "registration_no", "vat_no",
    "natural_person", "group_id", "terms", "bank_through",
)  # fmt: skip
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """The rows of one company on one day. ``bank`` says why the bank data is too old to dun by, or is None."""

    customers: Sequence[Row]
    contacts: Sequence[Row]
    money: Sequence[tuple[int, str, int, int, int, int]]
    purposes: tuple[str, ...]
    bank: Reason | None


def read(company_id: int, as_of: date) -> Book:
    """Read the customers, their active contacts, what they owe, the policy and the day of the bank data. Four queries."""
    values: dict[str, Any] = {
        "company": company_id,
        "subject": f"company:{company_id}",
        "as_of": as_of if connection.vendor == "postgresql" else as_of.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMERS, values)
        customers = cursor.fetchall()
        cursor.execute(_CONTACTS, values)
        contacts = cursor.fetchall()
    policy = in_force.policy if (in_force := policies_in_force(company_id).get("")) else shipped("flexible")
    asked = gate_policy(policy, policy.stages[0])
    through = date.fromordinal(customers[0][-1]) if customers and customers[0][-1] else None
    bank = bank_data(CompanyFacts(through, 0), asked, as_of)
    return Book(customers, contacts, money_by_customer(company_id, as_of), asked.purposes, bank)
