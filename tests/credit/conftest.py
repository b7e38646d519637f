"""A buyer, and persons who act on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from fairdue.ledger.models import Customer
from fairdue.people.actor import Actor
from fairdue.people.days import today_of


@dataclass
class House:
    """A company with one buyer. ``person`` gives an actor of a role; each number is another person."""

    company: object
    customer: Customer
    at: object

    def person(self, user: int = 1, *roles: str) -> Actor:
        return Actor(
            self.company.pk, self.at, user_id=user, name=f"P{user}", roles=frozenset(roles or ("finance_lead",))
        )

    @property
    def today(self) -> date:
        return today_of(self.person())

    def invoice(self, amount: int, *, due_in: int = 20, currency: str = "EUR", number: str = ""):
        from fairdue.ledger.actions import Maturity, do_book_document
        from fairdue.ledger.models import Document

        number = number or f"R-{Document.objects.count() + 1}"
        issued = min(self.today, self.today + timedelta(days=due_in)) - timedelta(days=10)
        document = do_book_document(
            self.person(), customer_id=self.customer.pk, kind="invoice", number=number, issued_on=issued, currency=currency,
            maturities=[Maturity(self.today + timedelta(days=due_in), amount)],
        )  # fmt: skip
        return document.due_items.get()

    def limit(self, amount: int, grade: str = "B", **more):
        from fairdue.credit.actions import Asked, do_ask_limit, do_vote

        made = do_ask_limit(self.person(1), Asked(self.customer.pk, amount, grade, "yearly review", **more))
        for user in range(2, 2 + made.approvals):
            do_vote(self.person(user), made.pk, approved=True)
        return made


@pytest.fixture
def house(db, company, now) -> House:
    customer = Customer.objects.create(
        company=company, number="100", number_key="100", name="Buyer", country="DE", created_at=now
    )
    return House(company, customer, now)
