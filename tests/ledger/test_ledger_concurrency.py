"""What only PostgreSQL can show: two writers at once, and the wall between companies for an ordinary role."""

from __future__ import annotations

import threading
from datetime import date

import psycopg
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def only_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer and no row-level security")


def connect(**more: str) -> psycopg.Connection:
    entry = connection.settings_dict
    return psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"],
        dbname=entry["NAME"],
        **{"user": entry["USER"], "password": entry["PASSWORD"], **more},
    )


@pytest.fixture
def item(actor, company, now):
    from fairdue.ledger import actions
    from fairdue.ledger.models import Customer

    customer = Customer.objects.create(company=company, number="1", number_key="1", name="A", created_at=now)
    document = actions.do_book_document(
        actor,
        customer_id=customer.pk,
        kind="invoice",
        number="R-1",
        issued_on=DAY,
        currency="EUR",
        maturities=[actions.Maturity(DAY, 100_00)],
    )
    payments = [
        actions.do_book_payment(actor, amount_minor=80_00, currency="EUR", effective_on=DAY, customer_id=customer.pk)
        for _ in range(2)
    ]
    return document.due_items.get(), payments


def test_two_writers_cannot_over_allocate_together(item, company):
    due_item, payments = item
    outcomes: list[str] = []
    both_inserted = threading.Barrier(2, timeout=20)

    def apply(payment_id: int) -> None:
        with connect() as own:
            own.execute("SELECT 1")
            both_inserted.wait()
            try:
                own.execute(
                    "INSERT INTO ledger_allocation (company_id, customer_id, kind, due_item_id, payment_id, currency, amount_minor,"
                    " reason, effective_on, recorded_at) VALUES (%s, %s, 'payment', %s, %s, 'EUR', 8000, '', %s, now())",
                    (company.pk, due_item.customer_id, due_item.pk, payment_id, DAY),
                )
                own.commit()
                outcomes.append("booked")
            except psycopg.errors.CheckViolation:
                own.rollback()
                outcomes.append("refused")

    threads = [threading.Thread(target=apply, args=(payment.pk,)) for payment in payments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["booked", "refused"]


def test_an_ordinary_role_sees_its_own_company_only(item, company):
    with connect() as own:
        own.execute("DROP ROLE IF EXISTS fairdue_test_app")
        own.execute("CREATE ROLE fairdue_test_app LOGIN")
        own.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO fairdue_test_app")
        own.commit()
    try:
        with connect(user="fairdue_test_app") as app:
            count = "SELECT count(*) FROM ledger_due_item"
            assert app.execute(count).fetchone() == (0,)
            app.execute("SELECT set_config('fairdue.companies', %s, false)", (str(company.pk),))
            assert app.execute(count).fetchone() == (1,)
            app.execute("SELECT set_config('fairdue.companies', %s, false)", (str(company.pk + 1),))
            assert app.execute(count).fetchone() == (0,)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("UPDATE ledger_customer SET name = 'x'")
    finally:
        with connect() as own:
            own.execute("DROP OWNED BY fairdue_test_app")
            own.execute("DROP ROLE fairdue_test_app")
