"""Dunning of 72,000 due items: rules per customer, and proposing and committing on SQLite and PostgreSQL.

Run ``python bench/dunning.py``. The portfolio has 100,000 open items of 10,000 customers, 72,000 of them overdue, beside as
many paid ones. CPU time is that of the process with all its threads; on PostgreSQL the server's is apart and not counted.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.databases import found_on_both

Line = tuple[str, float, str, float | None, float | None]
CUSTOMERS = 10_000
ITEMS = 100_000
TODAY = date(2026, 6, 1)
TARGET_RULES_US = 300
TARGET_COMMIT_CPU_S = 5.0


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for where, found in found_on_both("bench.dunning"):
        yield from _lines(where, found)


def _lines(where: str, found: dict[str, Any]) -> Iterator[Line]:
    yield f"{where}: rules, CPU a customer", found["rules_us_per_customer"], "us", None, TARGET_RULES_US
    both, floor = found["propose_and_commit_cpu_s"], found["floor_cpu_s"]
    yield f"{where}: propose and commit {found['lines']:,} lines, CPU", both, "s", floor, TARGET_COMMIT_CPU_S
    for name in ("propose", "commit"):
        yield f"{where}: {name}, wall", found[f"{name}_s"], "s", None, None


def measure() -> dict[str, Any]:
    """Fill the database of the environment, then snapshot, propose and commit; give seconds and microseconds."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from fairdue.people.actor import Actor

    company_id = _fill()
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 20, tzinfo=UTC)
    actor = Actor(company_id, at, name="Bench", roles=frozenset({"finance_lead"}))
    return _measure(actor)


def _measure(actor: Any) -> dict[str, Any]:
    from fairdue.dunning.actions import do_commit
    from fairdue.dunning.facts_reader import read_book
    from fairdue.dunning.queries import policies_in_force
    from fairdue.dunning.run import propose
    from fairdue.dunning.signals_reader import wanted_facts
    from fairdue.dunning.snapshot import SOURCES
    from fairdue.dunning.strategy import Planner, decide_planned
    from fairdue.engine.snapshot import Snapshot
    from fairdue.ledger import snapshot

    folder = Path(tempfile.mkdtemp(dir=os.environ["FAIRDUE_DATA_DIR"])) / "snapshot"
    timed: dict[str, Any] = {}
    _timed(timed, "snapshot", lambda: snapshot.take(actor.company_id, TODAY, actor.at, folder, more=SOURCES))
    opened = Snapshot.open(folder)
    policies = policies_in_force(actor.company_id)
    book = read_book(opened, TODAY, wanted_facts([policies[""].policy]))
    accounts = list(book.accounts())
    start = time.process_time()
    planner = Planner({"": policies[""].policy}, TODAY)
    for account in accounts:
        decide_planned(account, planner.plan("", account, book.signals_of(account)), TODAY)
    timed["rules_us_per_customer"] = round((time.process_time() - start) * 1e6 / len(accounts), 1)
    decisions = _timed(timed, "propose", lambda: propose(opened, actor.company_id, policies, TODAY))
    done = _timed(timed, "commit", lambda: do_commit(actor, "bench", decisions))
    _floor(timed)
    timed["propose_and_commit_cpu_s"] = round(timed["propose_cpu_s"] + timed["commit_cpu_s"], 2)
    return timed | {"proposals": done.proposals, "lines": done.lines, "blocked": done.blocked}


def _floor(timed: dict[str, Any]) -> None:
    """Insert the committed rows once more, into bare tables without keys or guards: what the writing alone takes."""
    from django.db import connection, transaction

    from fairdue.dunning.models import Proposal, ProposalLine

    copies = []
    with connection.cursor() as cursor:
        for model in (Proposal, ProposalLine):
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {table}")
            rows = cursor.fetchall()
            cursor.execute(f"CREATE TEMPORARY TABLE bare_{table} AS SELECT * FROM {table} LIMIT 0")
            marks = ", ".join(["%s"] * len(rows[0]))
            copies.append((f"INSERT INTO bare_{table} VALUES ({marks})", rows))

        def write() -> None:
            with transaction.atomic():
                for statement, rows in copies:
                    cursor.executemany(statement, rows)

        _timed(timed, "floor", write)


def _timed(timed: dict[str, Any], name: str, work: Callable[[], Any]) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    timed[f"{name}_s"] = round(time.perf_counter() - wall, 2)
    timed[f"{name}_cpu_s"] = round(time.process_time() - cpu, 2)
    return result


def _fill() -> int:
    """Book the portfolio in bulk: every customer ten open items, due from 60 days ago to 23 days ahead."""
    from django.db import transaction

    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml
    from fairdue.ledger import bulk
    from fairdue.ledger.actions import do_publish_fact
    from fairdue.ledger.models import Contact, Customer, Document, DueItem
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    at = datetime(2026, 1, 1, tzinfo=UTC)
    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    actor = Actor(company.pk, at, name="Bench", roles=frozenset({"finance_lead", "system"}))
    with transaction.atomic():
        Customer.objects.bulk_create(
            [
                Customer(
                    company=company, number=str(n), number_key=str(n), name=f"Customer {n}", street="Street 1",
                    postal_code="1", city="Town", country="DE", language="de", created_at=at,
                )
                for n in range(CUSTOMERS)
            ],
            batch_size=1000,
        )  # fmt: skip
        customers = list(Customer.objects.order_by("id").values_list("id", flat=True))
        Contact.objects.bulk_create(
            [
                Contact(company=company, customer_id=c, purpose="payables", name="A", email=f"a{c}@example.com")
                for c in customers
            ],
            batch_size=1000,
        )
        documents, items = [], []
        ids = list(bulk.reserve_ids(Document, ITEMS))
        for n, document_id in enumerate(ids):
            due_on = TODAY - timedelta(days=60 - (n * 83 // ITEMS + n) % 83)
            issued_on = due_on - timedelta(days=30)
            customer = customers[n % CUSTOMERS]
            amount = 10_000 + n % 50_000
            base = (company.pk, customer)
            documents.append(
                (document_id, *base, "invoice", f"R{n}", issued_on, "EUR", amount, "", "", "", issued_on, at)
            )
            items.append((*base, document_id, 1, "EUR", amount, due_on, 0, "", "", 1, issued_on, at))
        bulk.insert_rows(
            Document,
            (
                "id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms",
                "order_no", "reference", "effective_on", "recorded_at",
            ),
            documents,
        )  # fmt: skip
        bulk.insert_rows(
            DueItem,
            (
                "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
                "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at",
            ),
            items,
        )  # fmt: skip
    do_adopt_policy(actor, "flexible", shipped_yaml("flexible"))
    do_publish_fact(
        actor, room="ledger", kind="bank_data_through", subject=f"company:{company.pk}", as_of=TODAY,
        value=TODAY.toordinal(), source_version="bench",
    )  # fmt: skip
    return company.pk


if __name__ == "__main__":
    if "--measure" in sys.argv:
        print(json.dumps(measure()))
    else:
        for line in run():
            print(*line)
