"""The pre-send gate: all customers of a portfolio at the proposal, and one message after the other at the moment of sending.

Run ``python -m bench gate``. The portfolio has 100,000 customers with a contact and an overdue invoice each; every tenth was
written to lately, every hundredth is held, has answered, or has money that is not matched. At sending 2,000 queued messages are
judged by a rehearsing dispatch: live facts and rules, one message at a time.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.databases import found_on_both

Line = tuple[str, float, str, float | None, float | None]
CUSTOMERS = 100_000
QUEUED = 2_000
TODAY = date(2026, 6, 1)
AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
LIMIT_BULK_S = 10.0
LIMIT_MESSAGE_MS = 5.0


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for where, found in found_on_both("bench.gate"):
        yield from _lines(where, found)


def _lines(where: str, found: dict[str, float]) -> Iterator[Line]:
    yield f"{where}: gate for {CUSTOMERS:,} customers, facts and rules", found["bulk_s"], "s", None, LIMIT_BULK_S
    yield f"{where}: of that, the facts", found["facts_s"], "s", None, None
    yield f"{where}: the same, CPU of the process", found["bulk_cpu_s"], "s", None, None
    yield f"{where}: at sending, a message", found["message_ms"], "ms", None, LIMIT_MESSAGE_MS
    yield f"{where}: the same, CPU of the process", found["message_cpu_ms"], "ms", None, None


def measure() -> dict[str, float]:
    """Fill the database of the environment, then ask the gate; give seconds and milliseconds."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    company_id, items = _fill()
    return _bulk(company_id, items) | _sending(company_id)


def _bulk(company_id: int, items: dict[int, int]) -> dict[str, float]:
    from fairdue.contact.facts import ClaimItem, GatePolicy, Stage, Step
    from fairdue.contact.queries import gate_facts
    from fairdue.contact.rules import check
    from fairdue.kernel.memory import no_collection

    policy = GatePolicy(bank_data_max_age_days=3, contacts_per_week=2, min_days_between=3)
    started, cpu_started = time.perf_counter(), time.process_time()
    with no_collection():
        found = gate_facts(company_id, None, AT)
        facts_s = time.perf_counter() - started
        passed = 0
        for customer_id, facts in found.items():
            step = Step(
                step_key=f"step-{customer_id}", channel="email", currency="EUR", run_key="run",
                contact_id=facts.contacts[0].contact_id, language="de",
                items=(ClaimItem(items[customer_id], 100_00),),
            )  # fmt: skip
            passed += check(step, facts, policy, Stage.PROPOSAL).passed
    took = time.perf_counter() - started
    cpu = time.process_time() - cpu_started
    assert CUSTOMERS * 8 // 10 < passed < CUSTOMERS, passed
    return {"bulk_s": round(took, 2), "facts_s": round(facts_s, 2), "bulk_cpu_s": round(cpu, 2)}


def _sending(company_id: int) -> dict[str, float]:
    from pathlib import Path

    from fairdue.contact.dispatch import dispatch
    from fairdue.contact.transports import FileFolder

    transport = FileFolder(Path(os.environ["FAIRDUE_DATA_DIR"]) / "files")
    started, cpu_started = time.perf_counter(), time.process_time()
    summary = dispatch(company_id, AT, [transport], dry_run=True)
    took, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    assert summary.rehearsed + sum(summary.held_back.values()) + sum(summary.waiting.values()) == QUEUED
    assert summary.rehearsed > QUEUED // 2, summary
    return {"message_ms": round(took * 1000 / QUEUED, 2), "message_cpu_ms": round(cpu * 1000 / QUEUED, 2)}


def _fill() -> tuple[int, dict[int, int]]:
    """Book the portfolio in bulk; give the company and the due item of each customer."""
    from django.db import connection, transaction

    from fairdue.ledger.actions import do_publish_fact
    from fairdue.ledger.models import Customer, DueItem
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    actor = Actor(company.pk, AT, name="Bench", roles=frozenset({"finance_lead", "system"}))
    with transaction.atomic():
        Customer.objects.bulk_create(
            [
                Customer(
                    company=company, number=str(n), number_key=str(n), name=f"Customer {n}", street="Street 1",
                    city="Town", country="DE", language="de", natural_person="no", created_at=AT,
                )
                for n in range(CUSTOMERS)
            ],
            batch_size=1000,
        )  # fmt: skip
        customers = list(Customer.objects.order_by("id").values_list("id", flat=True))
        _book(company.pk, customers)
        items = dict(DueItem.objects.values_list("customer_id", "id"))
        _touch(company.pk, customers, items)
    do_publish_fact(
        actor, room="ledger", kind="bank_data_through", subject=f"company:{company.pk}", as_of=TODAY,
        value=TODAY.toordinal(), source_version="bench",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return company.pk, items


def _book(company_id: int, customers: list[int]) -> None:
    from fairdue.ledger import bulk
    from fairdue.ledger.models import Contact, Document, DueItem

    Contact.objects.bulk_create(
        [Contact(company_id=company_id, customer_id=c, name="A", email=f"a{c}@example.com") for c in customers],
        batch_size=1000,
    )
    due_on = TODAY - timedelta(days=20)
    issued_on = due_on - timedelta(days=30)
    ids = list(bulk.reserve_ids(Document, len(customers)))
    bulk.insert_rows(
        Document,
        (
            "id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms",
            "order_no", "reference", "effective_on", "recorded_at",
        ),
        [
            (i, company_id, c, "invoice", f"R{i}", issued_on, "EUR", 100_00, "", "", "", issued_on, AT)
            for i, c in zip(ids, customers, strict=True)
        ],
    )  # fmt: skip
    bulk.insert_rows(
        DueItem,
        (
            "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
            "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at",
        ),
        [
            (company_id, c, i, 1, "EUR", 100_00, due_on, 0, "", "", 1, issued_on, AT)
            for i, c in zip(ids, customers, strict=True)
        ],
    )  # fmt: skip


def _touch(company_id: int, customers: list[int], items: dict[int, int]) -> None:
    """Let things have happened: messages that left, replies, holds, money not matched; and queue messages."""
    from fairdue.contact.facts import GatePolicy
    from fairdue.contact.models import OutboxMessage, Task, TimelineEvent
    from fairdue.ledger.models import Hold, Payment

    policy = GatePolicy(bank_data_max_age_days=3, contacts_per_week=2, min_days_between=3).as_dict()

    def message(customer_id: int, name: str, **more: Any) -> OutboxMessage:
        return OutboxMessage(
            company_id=company_id, customer_id=customer_id, step_key=f"{name}-{customer_id}", channel="file",
            language="de", subject="Reminder", message_id=f"<{name}{customer_id}@bench>", content_sha256="0" * 64,
            currency="EUR", gate_policy=policy, created_by="Bench", recipient_email=f"a{customer_id}@example.com",
            **more,
        )  # fmt: skip

    before = AT - timedelta(days=9)
    made = [message(c, "left", state="handed_over", handed_over_at=before, created_at=before) for c in customers[::10]]
    queued = customers[:: CUSTOMERS // QUEUED]
    made += [message(c, "wait", created_at=AT, claim_items=[[items[c], 100_00, 0]]) for c in queued]
    OutboxMessage.objects.bulk_create(made, batch_size=500)
    TimelineEvent.objects.bulk_create(
        TimelineEvent(company_id=company_id, customer_id=c, at=before, kind="reply", code="reply_received", actor="x")
        for c in customers[3::100]
    )
    Task.objects.bulk_create(
        Task(company_id=company_id, customer_id=c, kind="reply", key=f"reply:{c}", due_on=TODAY, created_at=before)
        for c in customers[3::200]
    )
    Hold.objects.bulk_create(
        Hold(company_id=company_id, customer_id=c, reason="dispute", since=TODAY, recorded_at=before)
        for c in customers[5::100]
    )
    Payment.objects.bulk_create(
        Payment(
            company_id=company_id,
            customer_id=c,
            currency="EUR",
            amount_minor=100_00,
            effective_on=TODAY,
            recorded_at=before,
        )
        for c in customers[7::100]
    )


if __name__ == "__main__" and "--measure" in sys.argv:
    print(json.dumps(measure()))
