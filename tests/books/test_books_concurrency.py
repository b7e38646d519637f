"""What only PostgreSQL can show: a low id that commits late is not forgotten, and two cuts at once tell everything once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from books_sample import DAY
from django.db import connection, connections

from fairdue.books.actions import do_cut
from fairdue.books.models import Posting, PostingBatch
from fairdue.ledger.actions import do_allocate
from fairdue.people.scope import set_scope

pytestmark = pytest.mark.django_db(transaction=True)
INSERT = (
    "INSERT INTO ledger_allocation (company_id, customer_id, kind, due_item_id, payment_id, currency, amount_minor, reason,"
    " effective_on, recorded_at) VALUES (%s, %s, 'payment', %s, %s, 'EUR', 7, '', %s, %s) RETURNING id"
)


@pytest.fixture(autouse=True)
def only_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")


@pytest.fixture
def other(company):
    """A second session, as another process has it."""
    entry = connection.settings_dict
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], dbname=entry["NAME"], user=entry["USER"], password=entry["PASSWORD"]
    ) as con:
        con.execute("SELECT set_config('fairdue.companies', %s, false)", (str(company.pk),))
        con.commit()
        yield con


def told() -> list[int]:
    return list(
        Posting.objects.filter(fact="allocation").order_by("batch__number", "line").values_list("row_id", flat=True)
    )


def test_a_low_id_that_commits_late_is_in_the_next_batch(actor, company, ledger, other):
    values = (company.pk, ledger.customer.pk, ledger.own.pk, ledger.paid.pk, DAY, actor.at)
    late = other.execute("SELECT nextval(pg_get_serial_sequence('ledger_allocation', 'id'))").fetchone()[0]
    early = do_allocate(
        actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=5, effective_on=DAY
    )
    other.execute(
        INSERT.replace("(company_id,", "(id, company_id,").replace("VALUES (", "VALUES (%s, "), (late, *values)
    )
    assert late < early.pk
    later = replace(actor, at=actor.at + timedelta(days=1))
    do_cut(later)
    assert told() == [early.pk]
    other.commit()
    do_cut(replace(actor, at=actor.at + timedelta(days=9)))
    assert told() == [early.pk, late]


def test_cuts_at_once_while_people_book_tell_everything_once(actor, company, ledger, other):
    stop, faults = threading.Event(), []

    def cut() -> None:
        try:
            set_scope([company.pk])
            while not stop.is_set():
                do_cut(replace(actor, at=actor.at + timedelta(days=1)), size=7)
        except Exception as error:  # noqa: BLE001
            faults.append(error)
        finally:
            connections.close_all()

    cutters = [threading.Thread(target=cut) for _ in range(2)]
    for one in cutters:
        one.start()
    made = []
    for n in range(120):
        made.append(
            other.execute(
                INSERT, (company.pk, ledger.customer.pk, ledger.invoice.pk, ledger.paid.pk, DAY, actor.at)
            ).fetchone()[0]
        )
        if n % 3 == 0:
            other.commit()
    other.commit()
    stop.set()
    for one in cutters:
        one.join(timeout=30)
    do_cut(replace(actor, at=actor.at + timedelta(days=2)))
    assert faults == []
    assert sorted(told()) == made
    numbers = list(PostingBatch.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 2


def test_people_go_on_booking_while_a_cut_holds_its_lock(actor, company, ledger, other):
    other.execute("SELECT 1 FROM people_company WHERE id = %s FOR NO KEY UPDATE", (company.pk,))
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    made = do_allocate(
        actor, due_item_id=ledger.invoice.pk, payment_id=ledger.paid.pk, amount_minor=5, effective_on=DAY
    )
    other.rollback()
    assert made.pk
