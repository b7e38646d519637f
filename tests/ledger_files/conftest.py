"""A customer with an invoice, and stored files in a folder of their own."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Customer


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def customer(company, now):
    return Customer.objects.create(company=company, number="C1", number_key="C1", name="Kunde AG", created_at=now)


@pytest.fixture
def document(actor, customer):
    return do_book_document(
        actor, customer_id=customer.pk, kind="invoice", number="RE-2026-1001", issued_on=date(2026, 1, 5),
        currency="EUR", maturities=[Maturity(date(2026, 2, 4), 10_000)],
    )  # fmt: skip
