"""What stays of a person beside what the clocks say: money rows under a pseudonym, common names, payments that give the number only.

1. *Kept*: amounts, dates and numbers of documents, due items, payments, allocations and postings are never deleted. They are told
   by table with how many, under which number they stay, by which duty and until when that runs.
2. *Common*: names that somebody else bears too, or that tell nobody. In others' records they are left alone.
3. *By number*: payments that nobody could assign and that give the customer's number. A true number is no name and stays; a person
   looks whether the money is this customer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from fairdue.formats.values.keys import identity
from fairdue.law.retention import BOOK, duty
from fairdue.ledger.models import Customer, Payment
from fairdue.people.models import Company
from fairdue.personal.people import Person, Scrubber, pseudonym
from fairdue.personal.queries import last_book
from fairdue.personal.rows import models, narrowed

MONEY = (
    ("ledger_document", "customer_id"), ("ledger_due_item", "customer_id"), ("ledger_payment", "customer_id"),
    ("ledger_allocation", "due_item__customer_id"), ("books_posting", "customer_id"),
)  # fmt: skip
"""Tables of money facts, and the way to the customer."""
LISTED_MAX = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of one table that stay: how many, under which number, the last day of the duty and its law."""

    table: str
    rows: int
    number: str
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is told before and after an erasure. ``by_number`` are payments' ids, the first of ``by_number_count``."""

    kept: tuple[Kept, ...] = ()
    common: tuple[str, ...] = ()
    by_number: tuple[int, ...] = ()
    by_number_count: int = 0


def outlook(company_id: int, person: Person) -> Outlook:
    """Say what an erasure leaves: a customer's money rows, names that others bear, payments that give only the number."""
    if person.kind != "customer":
        return Outlook(common=common_names(person))
    customer = Customer.objects.get(company_id=company_id, pk=person.pk)
    found = list(_by_number(company_id, customer).values_list("pk", flat=True))
    return Outlook(_kept(company_id, customer), common_names(person), tuple(found[:LISTED_MAX]), len(found))


def common_names(person: Person) -> tuple[str, ...]:
    """Give the writings of a person that do not tell this person from others, each once as it is written."""
    alone = set(person.telling)
    found: dict[str, str] = {}
    for one in person.needles:
        known = found.setdefault(identity(one), one)
        # Of a writing and its folded form the one that a person wrote is told.
        if known == identity(one):
            found[identity(one)] = one
    return tuple(sorted(one for one in found.values() if one not in alone))


def _kept(company_id: int, customer: Customer) -> tuple[Kept, ...]:
    country = Company.objects.values_list("country", flat=True).get(pk=company_id)
    book, last_on, known = duty(country, BOOK), last_book(customer), models()
    until = book.until(last_on) if last_on else None
    found = []
    for table, path in MONEY:
        count = known[table]._default_manager.filter(company_id=company_id, **{path: customer.pk}).count()
        if count:
            found.append(Kept(table, count, pseudonym(customer), until, book.source))
    return tuple(found)


def _by_number(company_id: int, customer: Customer) -> QuerySet[Any]:
    """Give the payments of nobody that give the customer's number as a word of its own; of one or two signs nothing is told."""
    number = customer.number
    rows = Payment.objects.filter(company_id=company_id, customer__isnull=True).order_by("pk")
    rows = rows.exclude(suspected_customer_id=customer.pk)
    if len(number) < 3 or not any(sign.isdigit() for sign in number):
        return rows.none()
    scrub = Scrubber((number,))
    likely = narrowed(rows, ["payer", "reference", "source_key"], [number]).values_list("pk", "payer", "reference")
    return rows.filter(Q(pk__in=[pk for pk, *said in likely.iterator() if scrub.finds(said)]))
