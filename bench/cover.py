"""Cover on 100,000 open invoices of 10,000 insured customers: the measures of a run, what is made of them, and the nightly write.

Measures: the floor is the list of open items, from the same files; the portfolio is made as columns, without a database. The write
(published facts, tasks, delivery stops) goes to SQLite, and to PostgreSQL where a server answers; its floor is a bare executemany of as
many rows of the same facts into a table without keys or guards, in the same process. CPU seconds of the process.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench.databases import found_on_both
from fairdue.cover.measures import measured
from fairdue.cover.snapshot import SOURCES as COVER
from fairdue.cover.standing import deadlines, standings
from fairdue.engine.snapshot import Snapshot, write_tables
from fairdue.ledger.measures import conversion, open_items
from fairdue.ledger.snapshot import SOURCES as LEDGER

CUSTOMERS, ITEMS_EACH = 10_000, 10
DAY = date(2026, 6, 1)
CPU_LIMIT_S = 1.0
WRITE_LIMIT_S = 10.0
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure on one thread, so that CPU is what it costs."""
    with tempfile.TemporaryDirectory() as folder:
        write_tables(tables(), company_id=1, as_of=DAY, known_at=_noon(), folder=Path(folder) / "s")
        snapshot = Snapshot.open(Path(folder) / "s")
        with snapshot.connect(1) as con:
            cpu = time.process_time()
            count = open_items(con, DAY).num_rows
            floor = time.process_time() - cpu
        with snapshot.connect(1) as con:
            rates = conversion(con, DAY)
            cpu = time.process_time()
            results = measured(con, DAY)
            spent = time.process_time() - cpu
    yield f"cover: measures of {count:,} open items, CPU", spent, "s", floor, CPU_LIMIT_S
    cpu = time.process_time()
    found = deadlines(results, rates, DAY, "DE", through=DAY + timedelta(days=14))
    standings(results, rates, DAY)
    yield (
        f"cover: {len(found):,} deadlines and insured amounts, CPU",
        time.process_time() - cpu,
        "s",
        None,
        2 * CPU_LIMIT_S,
    )
    for label, wrote in found_on_both("bench.cover"):
        whole, again, floor = wrote["write"], wrote["again"], wrote["floor"]
        yield (
            f"{label}: nightly write of {wrote['facts']:,} facts, {wrote['tasks']:,} tasks, CPU",
            whole,
            "s",
            floor,
            WRITE_LIMIT_S,
        )
        yield f"{label}: the same, wall", wrote["wall"], "s", wrote["floor_wall"], None
        yield f"{label}: the next night, nothing changed, CPU", again, "s", None, WRITE_LIMIT_S / 2


def _noon() -> Any:
    from datetime import UTC, datetime

    return datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)


def tables() -> dict[str, pa.Table]:
    """Make the portfolio: the same every time; three items in five are overdue, one customer in forty has its limit withdrawn."""
    customers = [{"id": n, "number": str(n), "country": "DE"} for n in range(1, CUSTOMERS + 1)]
    documents, items = [], []
    for pk in range(1, CUSTOMERS * ITEMS_EACH + 1):
        customer = (pk - 1) // ITEMS_EACH + 1
        issued, amount = DAY - timedelta(days=(customer * 7 + pk * 13) % 75 + 1), 10_000 + (pk * 7919) % 900_000
        common = {"id": pk, "customer_id": customer, "currency": "EUR", "effective_on": issued}
        documents.append({**common, "kind": "invoice", "number": f"I{pk}", "issued_on": issued, "total_minor": amount})
        due_on = issued + timedelta(days=30)
        items.append({**common, "document_id": pk, "seq": 1, "amount_minor": amount, "due_on": due_on})
    start = date(2025, 1, 1)
    limits = [
        {"id": n, "policy_id": 1, "customer_id": n, "effect_on": start, "limit_minor": n % 40 * 500_000}
        for n in range(1, CUSTOMERS + 1)
    ]
    terms = {
        "id": 1, "policy_id": 1, "currency": "EUR", "version": 1, "valid_from": start, "insured_share_ppm": 900_000,
        "minimum_minor": 0, "max_terms_days": 120, "max_extension_days": 60, "notify_days": 30, "claim_days": 180,
        "stop_days": 60,
    }  # fmt: skip
    rows: dict[str, list[dict[str, Any]]] = {
        "company": [{"id": 1, "currency": "EUR"}], "customers": customers, "documents": documents, "due_items": items,
        "cover_limits": limits, "cover_terms": [terms],
    }  # fmt: skip
    return {
        source.name: pa.table(
            {f.name: pa.array([row.get(f.name) for row in rows.get(source.name, ())], f.type) for f in source.schema}
        )
        for source in (*LEDGER, *COVER)
    }


def measure(folder: Path) -> dict[str, Any]:
    """Fill the database of the environment with the buyers, then write the night twice; give CPU and wall seconds."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    from fairdue.cover.actions.nightly import do_commit
    from fairdue.cover.models import CoverPolicy
    from fairdue.ledger.models import Customer, Fact
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    common = {"company": company, "country": "DE", "created_at": _noon()}
    Customer.objects.bulk_create(
        [Customer(pk=n, number=str(n), number_key=str(n), name=f"C {n}", **common) for n in range(1, CUSTOMERS + 1)],
        1_000,
    )
    CoverPolicy.objects.create(
        pk=1, company=company, insurer="Bench", number="P-1", currency="EUR", recorded_at=_noon(), recorded_by="bench"
    )
    write_tables(tables(), company_id=company.pk, as_of=DAY, known_at=_noon(), folder=folder / "s")
    with Snapshot.open(folder / "s").connect(1) as con:
        rates = conversion(con, DAY)
        results = measured(con, DAY)
    actor = Actor(company.pk, _noon(), name="Bench", roles=frozenset({"system"}))
    wall, cpu = time.perf_counter(), time.process_time()
    done = do_commit(actor, DAY, results, rates)
    found = {"wall": time.perf_counter() - wall, "write": time.process_time() - cpu}
    cpu = time.process_time()
    second = do_commit(actor, DAY, results, rates)
    found["again"] = time.process_time() - cpu
    assert done.facts > CUSTOMERS * ITEMS_EACH // 2, done
    assert (second.facts, second.tasks_opened, second.stops_set) == (0, 0, 0), second
    table = Fact._meta.db_table
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"SELECT * FROM {table}")
        rows = cursor.fetchall()
        cursor.execute(f"CREATE TEMPORARY TABLE bare AS SELECT * FROM {table} LIMIT 0")
        wall, cpu = time.perf_counter(), time.process_time()
        cursor.executemany(
            f"INSERT INTO bare VALUES ({', '.join(['%s'] * len(rows[0]))})", [_plain(row) for row in rows]
        )
        found |= {"floor": time.process_time() - cpu, "floor_wall": time.perf_counter() - wall}
    return {**{name: round(value, 2) for name, value in found.items()}, "facts": done.facts, "tasks": done.tasks_opened}


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(json.dumps(value) if isinstance(value, (list, dict)) else value for value in row)


if __name__ == "__main__" and "--measure" in sys.argv:
    print(json.dumps(measure(Path(sys.argv[2]))))
