"""The demonstration's register of bills: every row goes in, the same every time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fairdue.cash.actions.import_instruments import do_import_instruments
from fairdue.cash.models import Instrument, InstrumentCover
from fairdue.demo.bills import FILE_NAME, GIVERS, register_csv
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Customer
from fairdue.people.actor import system_actor


@pytest.mark.django_db
def test_every_row_goes_in_and_covers_its_invoice(company, now) -> None:
    actor, day = system_actor(company.pk, now), now.date()
    for at in range(40):
        customer = Customer.objects.create(
            company=company, number=str(at), number_key=str(at), name=f"C {at}", country=("CN", "FR", "IN", "DE")[at % 4], created_at=now
        )  # fmt: skip
        do_book_document(
            actor, customer_id=customer.pk, kind="invoice", number=f"INV-2026-{at}", currency="EUR", issued_on=day - timedelta(days=20),
            maturities=[Maturity(day + timedelta(days=10), 1_000_00 + at)],
        )  # fmt: skip
    text = register_csv(company.pk, day, 3)
    assert text == register_csv(company.pk, day, 3)
    done = do_import_instruments(actor, text.encode(), FILE_NAME)
    count = sum(many for _, many in GIVERS.values())
    assert (done.new, done.refused, InstrumentCover.objects.count()) == (count, [], count)
    assert set(Instrument.objects.values_list("customer__country", flat=True)) == set(GIVERS)
