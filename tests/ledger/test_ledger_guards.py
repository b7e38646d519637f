"""The database itself refuses what would make the ledger wrong, in bulk paths too."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.utils import InternalError, OperationalError

from fairdue.ledger import actions, bulk, queries
from fairdue.ledger.models import Allocation, Customer, Document, DueItem, Payment

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, OperationalError, InternalError)


@pytest.fixture
def customer(company, now):
    return Customer.objects.create(company=company, number="0017", number_key="17", name="Muster AG", created_at=now)


@pytest.fixture
def invoice(actor, customer, today) -> DueItem:
    document = actions.do_book_document(
        actor,
        customer_id=customer.pk,
        kind="invoice",
        number="R-1",
        issued_on=today - timedelta(days=40),
        currency="EUR",
        maturities=[actions.Maturity(today - timedelta(days=10), 100_00)],
    )
    return document.due_items.get()


@pytest.fixture
def credit(actor, customer, today) -> DueItem:
    document = actions.do_book_document(
        actor,
        customer_id=customer.pk,
        kind="credit_note",
        number="G-1",
        issued_on=today - timedelta(days=5),
        currency="EUR",
        maturities=[actions.Maturity(today - timedelta(days=5), 30_00)],
    )
    return document.due_items.get()


@pytest.fixture
def payment(actor, customer, today) -> Payment:
    return actions.do_book_payment(
        actor, amount_minor=150_00, currency="EUR", effective_on=today, customer_id=customer.pk
    )


def refused(action) -> str:
    with pytest.raises(REFUSED) as caught, transaction.atomic():
        action()
    return str(caught.value)


def test_part_payment_credit_and_reversal_give_the_open_amount(actor, customer, invoice, credit, payment, today):
    paid = actions.do_allocate(
        actor, due_item_id=invoice.pk, payment_id=payment.pk, amount_minor=60_00, effective_on=today
    )
    actions.do_allocate(
        actor, kind="credit", due_item_id=invoice.pk, credit_item_id=credit.pk, amount_minor=30_00, effective_on=today
    )
    assert queries.open_amounts(customer.company_id, today) == {invoice.pk: 10_00}
    actions.do_reverse(actor, paid.pk, effective_on=today, reason="wrong customer")
    assert queries.open_amounts(customer.company_id, today) == {invoice.pk: 70_00}
    assert queries.open_amounts(customer.company_id, today - timedelta(days=1)) == {
        invoice.pk: 100_00,
        credit.pk: -30_00,
    }
    assert [row.rest_minor for row in queries.unapplied_payments(customer.company_id, today)] == [150_00]


def test_no_allocation_beyond_item_payment_or_credit(actor, invoice, credit, payment, today):
    assert "exceeds the due item" in refused(
        lambda: actions.do_allocate(
            actor, due_item_id=invoice.pk, payment_id=payment.pk, amount_minor=100_01, effective_on=today
        )
    )
    assert "exceeds the credit note" in refused(
        lambda: actions.do_allocate(
            actor,
            kind="credit",
            due_item_id=invoice.pk,
            credit_item_id=credit.pk,
            amount_minor=30_01,
            effective_on=today,
        )
    )
    assert Allocation.objects.count() == 0


def test_bulk_insert_is_bound_by_the_same_guards(actor, company, customer, invoice, payment, today, now):
    fields = (
        "company_id",
        "customer_id",
        "kind",
        "due_item_id",
        "payment_id",
        "currency",
        "amount_minor",
        "reason",
        "effective_on",
        "recorded_at",
    )
    row = (company.pk, customer.pk, "payment", invoice.pk, payment.pk, "EUR", 60_00, "", today, now)
    assert "exceeds the due item" in refused(lambda: bulk.insert_rows(Allocation, fields, [row, row]))
    assert Allocation.objects.count() == 0
    bulk.insert_rows(Allocation, fields, [row])
    assert queries.open_amounts(company.pk, today) == {invoice.pk: 40_00}


def test_guards_of_bulk_rows_look_up_by_key(company, customer, today, now):
    """Under row-level security the planner once walked the whole ledger for each row that came."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite checks row by row, by key")
    tables = ("ledger_document", "ledger_due_item", "ledger_payment", "ledger_allocation")
    for _batch in range(3):
        book_in_bulk(company, customer, today, now, 200)
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(seq_tup_read) FROM pg_stat_xact_user_tables WHERE relname = ANY(%s)", [list(tables)])
        (walked,) = cursor.fetchone()
    assert walked < 600


def book_in_bulk(company, customer, today, now, count) -> None:
    base = (company.pk, customer.pk)
    documents = bulk.reserve_ids(Document, count)
    items, payments = bulk.reserve_ids(DueItem, count), bulk.reserve_ids(Payment, count)
    texts = ("terms", "order_no", "reference")
    bulk.insert_rows(
        Document,
        ("id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", *texts, "effective_on",
         "recorded_at"),
        [(pk, *base, "invoice", f"B{pk}", today, "EUR", 100, "", "", "", today, now) for pk in documents],
    )  # fmt: skip
    bulk.insert_rows(
        DueItem,
        ("id", "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
         "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at"),
        [
            (pk, *base, document, 1, "EUR", 100, today, 0, "", "", 1, today, now)
            for pk, document in zip(items, documents, strict=True)
        ],
    )  # fmt: skip
    texts = tuple(
        field.attname
        for field in Payment._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
    )
    texts = tuple(name for name in texts if name != "currency")
    bulk.insert_rows(
        Payment,
        (
            "id",
            "company_id",
            "customer_id",
            "currency",
            "amount_minor",
            "occurrence",
            "effective_on",
            "recorded_at",
            *texts,
        ),
        [(pk, *base, "EUR", 100, 1, today, now, *[""] * len(texts)) for pk in payments],
    )
    bulk.insert_rows(
        Allocation,
        ("company_id", "customer_id", "kind", "due_item_id", "payment_id", "currency", "amount_minor", "reason", "effective_on",
         "recorded_at"),
        [
            (*base, "payment", item, payment, "EUR", 100, "", today, now)
            for item, payment in zip(items, payments, strict=True)
        ],
    )  # fmt: skip


def test_money_facts_are_never_changed_or_deleted(invoice, payment):
    assert "never changed" in refused(lambda: DueItem.objects.filter(pk=invoice.pk).update(amount_minor=1))
    assert "never changed" in refused(lambda: Document.objects.filter(pk=invoice.document_id)._raw_delete("default"))
    assert "never changed" in refused(lambda: Payment.objects.filter(pk=payment.pk).update(amount_minor=1))
    Payment.objects.filter(pk=payment.pk).update(reference="found in the bank file")
    invoice.refresh_from_db()
    assert invoice.amount_minor == 100_00


def test_currencies_and_companies_do_not_mix(actor, invoice, today, customer):
    dollars = actions.do_book_payment(
        actor, amount_minor=10_00, currency="USD", effective_on=today, customer_id=customer.pk
    )
    assert "crosses companies or currencies" in refused(
        lambda: actions.do_allocate(
            actor, due_item_id=invoice.pk, payment_id=dollars.pk, amount_minor=10_00, effective_on=today
        )
    )


def test_a_reversal_repeats_its_original(actor, company, customer, invoice, payment, today, now):
    paid = actions.do_allocate(
        actor, due_item_id=invoice.pk, payment_id=payment.pk, amount_minor=60_00, effective_on=today
    )
    assert "repeat its original" in refused(
        lambda: Allocation.objects.create(
            company=company,
            customer=customer,
            kind="payment",
            due_item=invoice,
            payment=payment,
            currency="EUR",
            amount_minor=-10_00,
            reverses=paid,
            effective_on=today,
            recorded_at=now,
        )
    )


def test_a_held_part_is_at_most_the_open_amount(actor, company, customer, invoice, today):
    actions.do_hold(
        actor, customer_id=customer.pk, due_item_id=invoice.pk, reason="dispute", amount_minor=25_00, since=today
    )
    actions.do_hold(
        actor,
        customer_id=customer.pk,
        reason="promise",
        since=today,
        until=today + timedelta(days=3),
        amount_minor=90_00,
    )
    item = queries.open_items(company.pk, today)[0]
    assert (item.held_minor, item.hold_reasons, item.days_overdue(today)) == (100_00, ("dispute", "promise"), 10)
    later = queries.open_items(company.pk, today + timedelta(days=4))[0]
    assert (later.held_minor, later.hold_reasons) == (25_00, ("dispute",))


def test_a_changed_due_date_counts_from_when_it_was_agreed(actor, company, invoice, today):
    actions.do_extend(actor, invoice.pk, due_on=date(2026, 4, 30), reason="agreed by phone")
    assert queries.open_items(company.pk, today)[0].due_on == date(2026, 4, 30)
    assert queries.open_items(company.pk, today - timedelta(days=1))[0].due_on == invoice.due_on


def test_reserved_ids_do_not_overlap(company):
    with transaction.atomic():
        first, second = list(bulk.reserve_ids(Customer, 3)), list(bulk.reserve_ids(Customer, 2))
    assert len(set(first) | set(second)) == 5
