"""The same seed gives the same ledger, row by row; what cannot be made leaves nothing behind."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from fairdue.demo.company import DemoError
from fairdue.demo.generate import build
from fairdue.ledger.models import AuditEntry, Customer
from fairdue.people.models import Company, User

AS_OF = date(2026, 10, 30)
AT = datetime(2026, 10, 31, 7, 0, tzinfo=UTC)
PASSWORD = "a password for tests"
TABLES = ("customer_group", "customer", "contact", "accepted_terms", "document", "due_item", "payment", "allocation", "hold",
          "due_date_change", "effect", "exchange_rate")  # fmt: skip


def content_hash(company_id: int) -> str:
    """Hash every business row of a ledger, with ids replaced by the order in which rows appear."""
    sha = hashlib.sha256()
    places: dict[tuple[str, int], int] = {}
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM ledger_{table} ORDER BY id")
            names = [column[0] for column in cursor.description]
            for place, row in enumerate(cursor.fetchall()):
                places[table, row[names.index("id")]] = place
                for name, value in zip(names, row):
                    if name.endswith("_id") and value is not None:
                        target = {"customer_id": "customer", "suspected_customer_id": "customer", "group_id": "customer_group",
                                  "document_id": "document", "due_item_id": "due_item", "credit_item_id": "due_item",
                                  "payment_id": "payment", "reverses_id": "allocation"}.get(name)  # fmt: skip
                        value = places.get((target, value)) if target else None
                    sha.update(f"{name}={'' if name == 'id' else value}\n".encode())
    return sha.hexdigest()


def rolled_back_hash(seed: int) -> str:
    with transaction.atomic():
        found = content_hash(build(AT, AS_OF, seed, 30, PASSWORD).company_id)
        transaction.set_rollback(True)
    return found


def test_the_same_seed_gives_the_same_ledger_and_another_seed_another(db):
    first, again, other = rolled_back_hash(7), rolled_back_hash(7), rolled_back_hash(8)
    assert first == again
    assert first != other
    assert Company.objects.count() == 0


def test_a_second_one_is_refused_and_changes_nothing(db):
    build(AT, AS_OF, 7, 22, PASSWORD)
    before = AuditEntry.objects.count(), Customer.objects.count(), User.objects.count()
    with pytest.raises(DemoError, match="exists already"), transaction.atomic():
        build(AT, AS_OF, 8, 22, PASSWORD)
    assert (AuditEntry.objects.count(), Customer.objects.count(), User.objects.count()) == before


def test_a_taken_user_name_is_refused_and_nothing_is_written(db):
    User.objects.create(username="auditor")
    with pytest.raises(DemoError, match="auditor is taken"), transaction.atomic():
        build(AT, AS_OF, 8, 22, PASSWORD)
    assert Company.objects.count() == Customer.objects.count() == 0


def test_too_few_customers_are_refused(db):
    with pytest.raises(ValueError, match="at least 22"):
        build(AT, AS_OF, 7, 21, PASSWORD)
    assert Company.objects.count() == 0
