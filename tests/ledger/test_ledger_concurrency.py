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
            own.execute("SELECT set_config('fairdue.companies', %s, false)", (str(company.pk),))
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
    with connect() as app:
        if app.execute("SELECT current_setting('is_superuser')").fetchone() == ("on",):
            pytest.skip("a superuser is not bound; tests/run.sh connects as an ordinary role")
        count = "SELECT count(*) FROM ledger_due_item"
        assert app.execute(count).fetchone() == (0,)
        app.execute("SELECT set_config('fairdue.companies', %s, false)", (str(company.pk),))
        assert app.execute(count).fetchone() == (1,)
        app.execute("SELECT set_config('fairdue.companies', %s, false)", (str(company.pk + 1),))
        assert app.execute(count).fetchone() == (0,)
        assert app.execute("UPDATE ledger_customer SET name = 'x'").rowcount == 0


def test_what_is_behind_the_wall_takes_no_money(item, company, now):
    """The database does not let an allocation point at another company's item, although it cannot see that it is there."""
    due_item, payments = item
    with connect() as app:
        if app.execute("SELECT current_setting('is_superuser')").fetchone() == ("on",):
            pytest.skip("a superuser is not bound; tests/run.sh connects as an ordinary role")
        other = app.execute(
            "INSERT INTO people_company SELECT (jsonb_populate_record(c, jsonb_build_object('id', c.id + 1, 'code', 'other'))).*"
            " FROM people_company c WHERE id = %s RETURNING id", (company.pk,)
        ).fetchone()  # fmt: skip
        assert other is not None
        app.execute("SELECT set_config('fairdue.companies', %s, false)", (str(other[0]),))
        with pytest.raises(psycopg.errors.CheckViolation, match="crosses companies"):
            app.execute(
                "INSERT INTO ledger_allocation (company_id, customer_id, kind, due_item_id, payment_id, currency, amount_minor,"
                " reason, effective_on, recorded_at) VALUES (%s, %s, 'payment', %s, %s, 'EUR', 1, '', %s, %s)",
                (other[0], due_item.customer_id, due_item.pk, payments[0].pk, DAY, now),
            )
        app.rollback()
