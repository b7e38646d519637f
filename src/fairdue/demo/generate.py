"""Make the demonstration company: from a seed, dated as of a day, in one transaction.

The steps, in this order: (1) customers with groups, contacts and accepted terms; (2) invoices with their due items; (3) the
fate of every item: when it is paid, whether it is disputed, promised, credited, extended or planned; (4) payments, one per
customer, currency and day, with their allocations; (5) write-offs and holds on what is still open; (6) all of it into the
ledger in bulk. Steps 1 to 5 are made in memory and depend on the arguments only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from fairdue.demo.cases import customer_cases, open_item_cases
from fairdue.demo.company import DemoUser, make_company, make_users
from fairdue.demo.documents import add_documents, number_documents
from fairdue.demo.drafts import Book
from fairdue.demo.parties import HISTORY_DAYS, add_parties
from fairdue.demo.receipts import book_receipts, open_amounts, write_off
from fairdue.demo.settlement import settle
from fairdue.demo.writing import Writer, write_book
from fairdue.ledger import audit
from fairdue.ledger.actions import do_publish_fact
from fairdue.ledger.rates import load_rates
from fairdue.people.actor import Actor
from fairdue.people.scope import company_scope

Progress = Callable[[int, int], None]
"""Told how much is done, of how much; both in units of no meaning outside a progress bar."""

RATES_BEFORE_DAYS = 40
UNITS_A_CUSTOMER = 80
"""Rows of a customer in the ledger, about: what the progress counts in."""


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """What was made: the company, who can sign in (all with the password that was given), and how many rows of each kind."""

    company_id: int
    users: tuple[DemoUser, ...]
    counts: dict[str, int]


@transaction.atomic
def build(
    actor_at: datetime,
    as_of: date,
    seed: int,
    customers: int,
    password: str,
    progress: Progress | None = None,
) -> DemoCompany:
    """Create the demonstration company with ``customers`` customers and two years of history up to ``as_of``.

    ``actor_at`` is the moment of acting; rows are recorded on their own days, but never after it. The same ``as_of``,
    ``seed`` and ``customers`` give the same ledger. Raises DemoError where the company exists already, ValueError for
    fewer customers than there are country profiles (22); nothing is written then.
    """
    bar = _Bar(progress, customers * UNITS_A_CUSTOMER)
    book = make_book(as_of, seed, customers, bar.drafted)
    company = make_company()
    with company_scope(company.pk):
        users, people = make_users(company, password)
        actor = Actor(company_id=company.pk, at=actor_at, name="Demonstration", roles=frozenset({"system"}))
        load_rates(as_of - timedelta(days=HISTORY_DAYS + RATES_BEFORE_DAYS))
        write_book(book, Writer(actor, bar.written), users)
        do_publish_fact(
            actor, room="ledger", kind="bank_data_through", subject=f"company:{company.pk}", as_of=as_of,
            value=as_of.toordinal(), source_version="demo",
        )  # fmt: skip
        audit.seal(company.pk)
    bar.finish()
    return DemoCompany(company.pk, people, counts_of(book))


def make_book(as_of: date, seed: int, customers: int, step: Callable[[int], None] = lambda done: None) -> Book:
    """Draw the whole company in memory. It depends on the arguments only."""
    book = Book(as_of)
    add_parties(book, seed, customers)
    add_documents(book, seed, step)
    receipts = settle(book, seed, lambda done: step(customers + done))
    customer_cases(book)
    number_documents(book)
    book_receipts(book, seed, receipts)
    write_off(book, seed)
    open_item_cases(book, seed, open_amounts(book))
    return book


def counts_of(book: Book) -> dict[str, int]:
    """Count the rows of a book by kind."""
    names = ("groups", "customers", "contacts", "terms", "documents", "items", "payments", "allocations", "holds",
             "extensions", "effects")  # fmt: skip
    return {name: len(getattr(book, name)) for name in names}


class _Bar:
    """Adds up the units of both halves of the work, and never goes back."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total, self.done, self.rows = progress, total, 0, 0

    def drafted(self, customers: int) -> None:
        """Customers drafted, twice over: a third of the work."""
        if customers % 25 == 0:
            self._tell(customers * UNITS_A_CUSTOMER // 6)

    def written(self, rows: int) -> None:
        """Rows written: the other two thirds."""
        self.rows += rows
        self._tell(self.total // 3 + self.rows * 2 // 3)

    def finish(self) -> None:
        """Say that all is done."""
        self._tell(self.total)

    def _tell(self, done: int) -> None:
        self.done = max(self.done, min(done, self.total))
        if self.progress is not None:
            self.progress(self.done, self.total)
