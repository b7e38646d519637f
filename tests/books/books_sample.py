"""A small ledger: one customer with an invoice of the ERP's, one of our own, a payment, and hands to work with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from fairdue.ledger.actions import Maturity, do_book_document, do_book_payment
from fairdue.ledger.models import Customer, Document, DueItem, Payment, Source

DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@dataclass
class Ledger:
    """Rows to point at: ``invoice`` (1,000.00 EUR, key R-1 of source erp), ``own`` (50.00, booked here), ``paid`` (600.00)."""

    customer: Customer
    source: Source
    invoice: DueItem
    own: DueItem
    paid: Payment


def invoice(actor, customer, source, number: str, amount_minor: int, currency: str = "EUR") -> DueItem:
    """Book an invoice as its source would have brought it; a credit note where the amount is negative."""
    common = {"company_id": actor.company_id, "customer": customer, "currency": currency, "source": source}
    document = Document.objects.create(
        **common, kind="credit_note" if amount_minor < 0 else "invoice", number=number, issued_on=DAY, total_minor=amount_minor,
        effective_on=DAY, recorded_at=actor.at,
    )  # fmt: skip
    return DueItem.objects.create(
        **common, document=document, amount_minor=amount_minor, due_on=DAY, source_key=number, effective_on=DAY,
        recorded_at=actor.at,
    )  # fmt: skip


@pytest.fixture
def ledger(actor, company, now) -> Ledger:
    customer = Customer.objects.create(company=company, number="=7", number_key="7", name="Muster AG", created_at=now)
    source = Source.objects.create(company=company, code="erp", completeness="full")
    first = invoice(actor, customer, source, "R-1", 1_000_00)
    own = do_book_document(
        actor, customer_id=customer.pk, kind="invoice", number="M-1", issued_on=DAY, currency="EUR",
        maturities=[Maturity(DAY, 50_00)],
    )  # fmt: skip
    paid = do_book_payment(
        actor, amount_minor=600_00, currency="EUR", effective_on=DAY, customer_id=customer.pk, reference="SEPA 1"
    )
    return Ledger(customer, source, first, own.due_items.get(), paid)
