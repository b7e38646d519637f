"""A side of allocations that nobody used yet must not make SQLite read all of them for each item, payment or charge."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from fairdue.contact.queries import gate_facts
from fairdue.ledger import bulk, queries
from fairdue.ledger.models import Allocation, Charge, Customer, Document, DueItem, Payment

AT = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = date(2026, 1, 1)
LATER = date(2026, 6, 1)
SIDES = {"allocation_by_charge", "allocation_by_payment", "allocation_by_credit_item", "allocation_by_reverses"}


@pytest.fixture
def customer(company):
    return Customer.objects.create(company=company, number="17", number_key="17", name="Muster AG", created_at=AT)


def fill(company, customer, count: int) -> None:
    """Book invoices settled in their source, charges, and money that nobody applied: no allocation has another side than its item."""
    documents, items = (list(bulk.reserve_ids(model, count)) for model in (Document, DueItem))
    own = (company.pk, customer.pk)
    bulk.insert_rows(
        Document,
        ("id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms", "order_no", "reference",
         "effective_on", "recorded_at"),
        [(pk, *own, "invoice", f"P{pk}", DAY, "EUR", 100, "", "", "", DAY, AT) for pk in documents],
    )  # fmt: skip
    bulk.insert_rows(
        DueItem,
        ("id", "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
         "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at"),
        [(pk, *own, of, 1, "EUR", 100, DAY, 0, "", "", 1, DAY, AT) for pk, of in zip(items, documents, strict=True)],
    )  # fmt: skip
    bulk.insert_rows(
        Allocation,
        ("company_id", "customer_id", "kind", "due_item_id", "currency", "amount_minor", "reason", "effective_on", "recorded_at"),
        [(*own, "source_settlement", pk, "EUR", 40, "", DAY, AT) for pk in items],
    )  # fmt: skip
    company_fields = {"company": company, "currency": "EUR", "amount_minor": 5, "effective_on": DAY, "recorded_at": AT}
    Payment.objects.bulk_create(Payment(suspected_customer=customer, **company_fields) for _ in range(count))
    Charge.objects.bulk_create(Charge(customer=customer, kind="fee", **company_fields) for _ in range(count))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def look_up_all(company, customer) -> None:
    queries.open_items(company.pk, LATER)
    queries.open_amounts(company.pk, LATER, customer_ids=[customer.pk])
    queries.unapplied_payments(company.pk, LATER)
    queries.unapplied_payments(company.pk, LATER, customer_ids=[customer.pk])
    queries.open_charges(company.pk, LATER)
    queries.money_by_customer(company.pk, LATER)
    gate_facts(company.pk, [customer.pk], AT, with_items=True, company=company)
    list(Allocation.objects.filter(reverses=None, reversed_by=None, due_item__customer=customer))


def read_all(company, customer) -> None:
    look_up_all(company, customer)
    queries.payable_items(company.pk, LATER, closed_since=DAY)


def plans_of(work) -> list[str]:
    """Give the plan of every statement over allocations that ``work`` executes."""
    asked: list[tuple[str, object]] = []

    def keep(execute, sql, params, many, context):
        if "ledger_allocation" in sql and sql.lstrip().startswith(("SELECT", "WITH")):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        work()
    found = []
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            found.append("\n".join(row[3] for row in cursor.fetchall()))
    return found


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
class TestOnSqlite:
    def test_each_side_is_found_by_its_index_though_none_was_used(self, company, customer):
        fill(company, customer, 300)
        plans = plans_of(lambda: look_up_all(company, customer))
        assert len(plans) == 8
        steps = {step for plan in plans for step in plan.splitlines()}
        reading = {step for step in steps if step == "SCAN a" or step.startswith(("SCAN a ", "SEARCH a "))}
        assert reading == {
            "SEARCH a USING INDEX allocation_by_charge (charge_id=?)",
            "SEARCH a USING INDEX allocation_by_credit_item (credit_item_id=?)",
            "SEARCH a USING INDEX allocation_by_payment (payment_id=?)",
            next(step for step in reading if step.endswith("(due_item_id=?)")),
        }
        (reversals,) = (step for step in steps if step.endswith("LEFT-JOIN"))
        assert "allocation_by_reverses (reverses_id=?)" in reversals

    def test_twice_the_rows_are_twice_the_steps(self, company, customer):
        steps = []
        for _ in range(2):
            fill(company, customer, 300)
            count = 0

            def counted() -> int:
                nonlocal count
                count += 1
                return 0

            connection.connection.set_progress_handler(counted, 100)
            try:
                read_all(company, customer)
            finally:
                connection.connection.set_progress_handler(None, 0)
            steps.append(count)
        assert steps[1] < steps[0] * 5 // 2


def test_a_condition_on_a_side_is_enough_for_its_index(company, customer):
    """Both databases see that what equals a number is not empty."""
    fill(company, customer, 300)
    with connection.cursor() as cursor:
        explain = "EXPLAIN QUERY PLAN"
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN"
        for side in ("charge", "payment", "credit_item"):
            cursor.execute(f"{explain} SELECT 1 FROM ledger_allocation a WHERE a.{side}_id = %s", [7])
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
            assert f"allocation_by_{side}" in plan, plan


def test_no_side_has_an_index_over_all_rows(company):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "ledger_allocation")
    by_column = {}
    for name, one in found.items():
        if one["index"] and not one["unique"]:
            by_column.setdefault(tuple(one["columns"]), []).append(name)
    for side in ("charge", "payment", "credit_item", "reverses"):
        assert by_column[f"{side}_id",] == [f"allocation_by_{side}"]
    assert not SIDES - {name for names in by_column.values() for name in names}
