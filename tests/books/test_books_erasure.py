"""A person is taken out of the posting lines, and the batch still verifies; a changed amount is still found."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection

from fairdue.books import files
from fairdue.books.actions import contents, do_cut, is_whole
from fairdue.books.models import Posting
from fairdue.ledger.actions import do_allocate, do_book_payment
from fairdue.ledger.models import Customer, Erasure
from fairdue.personal.actions import do_erase
from fairdue.personal.people import load

pytestmark = pytest.mark.django_db
NAME = "Wilhelmine Kaesebier"
LATER = date(2041, 1, 10)


@pytest.fixture
def cut(actor, company, tmp_path, settings):
    """A sole trader who paid: one batch tells invoice, payment and allocation, with the name in three places."""
    from fairdue.ledger.actions import Maturity, do_book_document

    settings.DATA_DIR = tmp_path
    customer = Customer.objects.create(
        company=company, number=NAME, number_key="WILHELMINEKAESEBIER", name=NAME, created_at=actor.at
    )
    day = actor.at.date()
    document = do_book_document(
        actor, customer_id=customer.pk, kind="invoice", number="R-9", issued_on=day, currency="EUR",
        maturities=[Maturity(day, 100_00)],
    )  # fmt: skip
    paid = do_book_payment(
        actor,
        amount_minor=100_00,
        currency="EUR",
        effective_on=day,
        customer_id=customer.pk,
        reference=f"R-9 {NAME}",
        payer=NAME,
    )
    item = document.due_items.get()
    do_allocate(
        actor, due_item_id=item.pk, payment_id=paid.pk, amount_minor=100_00, effective_on=day, reason=f"paid by {NAME}"
    )
    (batch,) = do_cut(actor)
    return customer, batch


def erase(actor, customer):
    from dataclasses import replace

    later = replace(actor, at=actor.at + timedelta(days=365 * 15))
    done = do_erase(later, load(actor.company_id, "customer", customer.pk), LATER, reason="asked")
    assert done.state == "done"


def test_the_batch_verifies_after_the_person_went(actor, company, cut):
    customer, batch = cut
    assert is_whole(batch)
    assert NAME in json.dumps(list(contents(batch.pk)))
    erase(actor, customer)
    assert NAME not in json.dumps(list(contents(batch.pk)))
    assert is_whole(batch)
    assert b"100.00" in files.as_bytes(company.code, batch, "csv")
    lines = Posting.objects.filter(batch=batch)
    assert {line.salt for line in lines if line.commitment} == {""}
    assert len({line.commitment for line in lines if line.commitment}) == 3


@pytest.mark.parametrize(
    "change", ["amount_minor = 1", "commitment = REPLACE(commitment, SUBSTR(commitment, 1, 1), 'x')"]
)
def test_a_changed_line_is_found_as_before(actor, cut, change):
    """With the guards switched off: an edit by who owns the database."""
    customer, batch = cut
    erase(actor, customer)
    Erasure.objects.update(state="erasing")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER books_posting_no_update")
        else:
            cursor.execute("DROP TRIGGER books_posting_append_only ON books_posting")
        cursor.execute(f"UPDATE books_posting SET {change} WHERE line = 2")
    assert not is_whole(batch)


def test_without_the_salt_nobody_can_try_names(cut, actor):
    """The same texts in another line have another commitment: it cannot be looked up."""
    from fairdue.books.models import commitment_of

    assert commitment_of("00" * 16, [NAME]) != commitment_of("01" * 16, [NAME])
    _customer, batch = cut
    salts = set(Posting.objects.filter(batch=batch).values_list("salt", flat=True))
    assert len(salts) == batch.lines
    assert all(len(one) == 32 for one in salts)
