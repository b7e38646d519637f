"""A whole run without rendering: 100,000 open items of 10,000 customers, on SQLite and PostgreSQL; a million on SQLite.

The ledger is a real one, filled in bulk once and kept under ``var/bench``; each measurement runs the line in a fresh process on
a fresh copy. 72 of 100 open items are overdue; a quarter is partly paid; half as many again are settled. Seconds are the
processor's, of the process with all its threads, so that a busy machine does not decide (a PostgreSQL server's own are apart);
wall seconds stand beside them. ``python -m bench.cycle --items N [--postgres]`` measures one size.
"""

from __future__ import annotations

import argparse
import hashlib
import inspect
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

Line = tuple[str, float, str, float | None, float | None]

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "bench"
SERVER = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
TODAY = date(2026, 6, 1)
AT = datetime(2026, 6, 1, 20, tzinfo=UTC)
BOOKED = datetime(2026, 1, 1, tzinfo=UTC)
ITEMS, ITEMS_A_CUSTOMER = 100_000, 10
RUN_S, COMMIT_S, PEAK_MB, GROWTH = 20.0, 5.0, 1500.0, 11.0


def run() -> Iterator[Line]:
    """Measure both databases, then ten times as many items."""
    small = _measured(ITEMS, postgres=False)
    yield from _lines("SQLite", small)
    if _administer("SELECT 1"):
        yield from _lines("PostgreSQL", _measured(ITEMS, postgres=True))
    else:
        print("  PostgreSQL: NOT RUN (no server)", flush=True)
    large = _measured(10 * ITEMS, postgres=False)
    yield from _steps("1,000,000 items", large)
    yield "1,000,000 items: CPU beside 100,000", large["cpu_s"] / small["cpu_s"], "x", None, GROWTH
    yield "1,000,000 items: peak memory", large["peak_mb"], "MB", None, None


def _lines(where: str, found: dict[str, Any]) -> Iterator[Line]:
    yield from _steps(where, found)
    yield f"{where}: whole run, CPU", found["cpu_s"], "s", None, RUN_S
    yield f"{where}: whole run, wall", found["wall_s"], "s", None, None
    yield f"{where}: propose and commit, CPU", found["steps"]["propose"] + found["steps"]["commit"], "s", None, COMMIT_S
    yield f"{where}: peak memory", found["peak_mb"], "MB", None, PEAK_MB


def _steps(where: str, found: dict[str, Any]) -> Iterator[Line]:
    for name, cpu_s in found["steps"].items():
        yield f"{where}: {name}, CPU", cpu_s, "s", None, None
    for name in ("overdue", "proposals", "lines"):
        yield f"{where}: {name}", found[name], "rows", None, None


# The parent: a kept ledger, a copy, a process.


def _measured(items: int, *, postgres: bool) -> dict[str, Any]:
    """Give the figures of a run on a fresh copy of the kept ledger."""
    kept = _kept(items, postgres=postgres)
    data = KEPT / "cycle-now"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    if postgres:
        url = SERVER.rpartition("/")[0] + "/fairdue_bench_cycle_now"
        _administer("DROP DATABASE IF EXISTS fairdue_bench_cycle_now WITH (FORCE)")
        _administer(f"CREATE DATABASE fairdue_bench_cycle_now TEMPLATE {kept}")
    else:
        url = f"sqlite:///{data / 'fairdue.sqlite3'}"
        shutil.copyfile(kept, data / "fairdue.sqlite3")
    try:
        return _child(url, data, "--measure")
    finally:
        shutil.rmtree(data, ignore_errors=True)
        if postgres:
            _administer("DROP DATABASE IF EXISTS fairdue_bench_cycle_now WITH (FORCE)")


def _kept(items: int, *, postgres: bool) -> str:
    """Give the file, or the template database, of a filled ledger; it is made when the code that fills it changed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    mark = hashlib.sha256(inspect.getsource(fill).encode())
    rooms = ROOT / "src" / "fairdue"
    for path in sorted([*rooms.glob("*/migrations/*.py"), *rooms.glob("ledger/constraints/*.*")]):
        mark.update(path.read_bytes())
    name = f"fairdue_bench_cycle_{items}_{mark.hexdigest()[:10]}"
    done = KEPT / f"{name}.{'pg' if postgres else 'sqlite3'}.done"
    file = KEPT / f"{name}.sqlite3"
    if postgres:
        if not done.exists() or not _administer("SELECT 1", name):
            _administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            _administer(f"CREATE DATABASE {name}")
            _child(SERVER.rpartition("/")[0] + f"/{name}", KEPT, "--fill", str(items))
        done.touch()
        return name
    if not done.exists() or not file.exists():
        for ending in ("", "-wal", "-shm"):
            Path(f"{file}{ending}").unlink(missing_ok=True)
        _child(f"sqlite:///{file}", KEPT, "--fill", str(items))
        done.touch()
    return str(file)


def _child(url: str, data: Path, *arguments: str) -> dict[str, Any]:
    env = os.environ | {
        "FAIRDUE_DATABASE_URL": url, "FAIRDUE_DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", "bench.cycle", *arguments]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _administer(statement: str, database: str = "") -> bool:
    import psycopg

    url = SERVER.rpartition("/")[0] + f"/{database}" if database else SERVER
    try:
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:
            connection.execute(statement.encode())
    except psycopg.Error:
        return False
    return True


# The child: one run, its seconds by step and its peak.


def measure() -> dict[str, Any]:
    """Run the line once on the database of the environment."""
    import django

    django.setup()
    from fairdue.cycle.line import Watch, go, read_decisions
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company
    from fairdue.people.scope import company_scope

    names = {
        "snapshot taken": "snapshot", "measured": "measures", "summarised": "summary", "decided": "propose",
        "decisions written": "keep decisions", "committing": "commit", "worklist written": "worklist",
        "committed": "database commit", "anchored": "audit", "opened": "open", "cover written": "cover",
        "postings cut": "first cut of postings",
    }  # fmt: skip
    steps: dict[str, float] = {}
    last = [time.process_time()]

    def told(name: str) -> None:
        now = time.process_time()
        steps[names.get(name, name)] = round(now - last[0], 3)
        last[0] = now

    company_id = Company.objects.get().pk
    actor = Actor(company_id, AT, name="Bench", roles=frozenset({"finance_lead"}))
    began, cpu = time.perf_counter(), time.process_time()
    with company_scope(company_id):
        done = go(actor, TODAY, Watch(checkpoint=told))
    found = {
        "wall_s": round(time.perf_counter() - began, 2), "cpu_s": round(time.process_time() - cpu, 2), "steps": steps,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }  # fmt: skip
    decisions = read_decisions(done)
    late = decisions.lines.column("days_overdue").to_pylist()
    return found | {
        "proposals": decisions.proposals.num_rows, "lines": len(late), "overdue": sum(days > 0 for days in late),
    }  # fmt: skip


def fill(items: int) -> dict[str, Any]:
    """Book the ledger in bulk: ten open items a customer, due from 60 days ago to 23 days ahead, payments beside them."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml
    from fairdue.ledger import bulk
    from fairdue.ledger.actions import do_publish_fact
    from fairdue.ledger.models import Allocation, Contact, Customer, Document, DueItem, Payment
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company
    from fairdue.people.scope import company_scope

    call_command("migrate", verbosity=0)
    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    actor = Actor(company.pk, BOOKED, name="Bench", roles=frozenset({"finance_lead", "system"}))
    with company_scope(company.pk), transaction.atomic():
        people = items // ITEMS_A_CUSTOMER
        for first in range(0, people, 10_000):
            made = Customer.objects.bulk_create(
                [
                    Customer(
                        company=company, number=str(n), number_key=str(n), name=f"Customer {n}", street="Street 1",
                        postal_code="1", city="Town", country="DE", language="de", created_at=BOOKED,
                    )
                    for n in range(first, min(first + 10_000, people))
                ],
                batch_size=1000,
            )  # fmt: skip
            Contact.objects.bulk_create(
                [
                    Contact(company=company, customer=one, purpose="payables", name="A", email=f"a{one.pk}@example.com")
                    for one in made
                ],
                batch_size=1000,
            )
        customers = list(Customer.objects.order_by("id").values_list("id", flat=True))
        booked = items + items // 2
        for first in range(0, booked, 100_000):
            numbers = range(first, min(first + 100_000, booked))
            documents, due_items, payments, allocations = [], [], [], []
            ids = zip(
                numbers, bulk.reserve_ids(Document, len(numbers)), bulk.reserve_ids(DueItem, len(numbers)),
                bulk.reserve_ids(Payment, len(numbers)), strict=True,
            )  # fmt: skip
            for n, document_id, item_id, payment_id in ids:
                settled = n >= items
                due_on = TODAY - timedelta(days=60 - (n * 83 // items + n) % 83 + (100 if settled else 0))
                issued_on = due_on - timedelta(days=30)
                base, amount = (company.pk, customers[n % people]), 10_000 + n % 50_000
                documents.append(
                    (document_id, *base, "invoice", f"R{n}", issued_on, "EUR", amount, "", "", "", issued_on, BOOKED)
                )
                due_items.append(
                    (item_id, *base, document_id, 1, "EUR", amount, due_on, 0, "", "", 1, issued_on, BOOKED)
                )
                paid = amount if settled else amount // 3 if n % 4 == 0 else 0
                if paid:
                    payments.append((payment_id, *base, "EUR", paid, due_on, "", "", 1, "", BOOKED))
                    allocations.append((*base, "payment", item_id, payment_id, "EUR", paid, "", due_on, BOOKED))
            bulk.insert_rows(Document, (
                "id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms",
                "order_no", "reference", "effective_on", "recorded_at",
            ), documents)  # fmt: skip
            bulk.insert_rows(DueItem, (
                "id", "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on",
                "discount_minor", "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at",
            ), due_items)  # fmt: skip
            bulk.insert_rows(Payment, (
                "id", "company_id", "customer_id", "currency", "amount_minor", "effective_on", "reference", "source_key",
                "occurrence", "payer", "recorded_at",
            ), payments)  # fmt: skip
            bulk.insert_rows(Allocation, (
                "company_id", "customer_id", "kind", "due_item_id", "payment_id", "currency", "amount_minor", "reason",
                "effective_on", "recorded_at",
            ), allocations)  # fmt: skip
        do_adopt_policy(actor, "flexible", shipped_yaml("flexible"))
        do_publish_fact(
            actor, room="ledger", kind="bank_data_through", subject=f"company:{company.pk}", as_of=TODAY,
            value=TODAY.toordinal(), source_version="bench",
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {"items": booked}


def main() -> None:
    """Fill or measure in this process, or measure one size from outside."""
    parser = argparse.ArgumentParser(prog="python -m bench.cycle")
    parser.add_argument("--fill", type=int, default=0)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args()
    if given.fill:
        print(json.dumps(fill(given.fill)))
    elif given.measure:
        print(json.dumps(measure()))
    else:
        print(json.dumps(_measured(given.items, postgres=given.postgres), indent=1))


if __name__ == "__main__":
    main()
