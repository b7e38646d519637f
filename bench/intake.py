"""Import of 100,000 open items of 10,000 customers from CSV: read, checked against the ledger, written and audited.

The floor is measured in the same run, on a database of its own: the same customers, documents, due items and settlements
as ready tuples by a bare executemany (SQLite) or COPY (PostgreSQL) into our own tables, constraints and triggers on. CPU
time is that of the process; on PostgreSQL the server's is apart and shows in the wall time only. Whole real exports follow.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.databases import child, own_databases

ROWS, CUSTOMERS = 100_000, 10_000
DAY = date(2026, 6, 1)
LIMIT_S = 15.0
LIMIT_RATIO = 4.0
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
REAL = (
    ("b2b-invoices/closed_train.csv", "USD", 32_000),
    ("b2b-invoices/later_open.csv", "USD", 8_000),
    ("b2b-invoices/open_full_columns_raw.csv", "", 9_700),
    ("ibm-receivables/receivables_raw_dmy.csv", "USD", 1_972),
)
Line = tuple[str, float, str, float | None, float | None]
TABLES = ("ledger_customer", "ledger_document", "ledger_due_item", "ledger_allocation")


def make_csv(rows: int = ROWS, customers: int = CUSTOMERS) -> bytes:
    """Make the file: twelve columns, four currencies, one row in five partly paid; the same bytes every time."""
    rng = random.Random(5)
    lines = [
        "customer number,customer name,country,invoice number,document type,issue date,due date,currency,amount,open amount,"
        "payment terms,reference"
    ]
    for i in range(rows):
        k = i % customers
        issued = date(2026, 1, 1) + timedelta(days=rng.randrange(120))
        amount = rng.randrange(1_000, 5_000_000)
        rest = amount if rng.random() < 0.8 else amount - rng.randrange(1, 900)
        lines.append(
            f"{100_000 + k},Customer {k} Ltd,{('DE', 'US', 'GB', 'CH')[k % 4]},INV-{200_000 + i},invoice,{issued},"
            f"{issued + timedelta(days=30)},{('EUR', 'USD', 'GBP', 'CHF')[k % 4]},{amount // 100}.{amount % 100:02d},"
            f"{rest // 100}.{rest % 100:02d},Net 30,PO {i}"
        )
    return ("\n".join(lines) + "\n").encode()


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own; without a PostgreSQL server only SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _lines("SQLite", [f"sqlite:///{folder}/{name}.sqlite3" for name in ("bench", "floor")], folder)
        with own_databases(2) as urls:
            if urls:
                yield from _lines("PostgreSQL", urls, folder)


def _lines(label: str, urls: list[str], folder: str) -> Iterator[Line]:
    rows = f"{folder}/{label}.pickle"
    found = child("bench.intake", urls[0], folder, "--measure", rows)
    floor = child("bench.intake", urls[1], folder, "--floor", rows)
    server = "" if label == "SQLite" else ", client"
    wall, cpu = floor["wall"], floor["cpu"]
    yield (f"{label}: import of {ROWS:,} rows, wall", found["wall"], "s", wall, LIMIT_S)
    yield (f"{label}: import of {ROWS:,} rows, CPU{server}", found["cpu"], "s", cpu, None)
    yield (f"{label}: import over floor, wall", round(found["wall"] / wall, 2), "x", None, LIMIT_RATIO)
    yield (f"{label}: of that, reading, CPU", found["read_cpu"], "s", None, None)
    yield (f"{label}: the same file again, wall", found["again"], "s", wall, LIMIT_S)
    yield (f"{label}: peak memory", found["peak_mb"], "MB", None, 1_500)
    for name, seconds in found["real"]:
        yield (f"{label}: {name}, wall", seconds, "s", None, None)


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return round(time.perf_counter() - wall, 2), round(time.process_time() - cpu, 2), result


def _start() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def measure(kept: str) -> dict[str, Any]:
    """Import the file into the database of the environment, then again, then the real sets; keep the rows for the floor."""
    import resource

    _start()
    from fairdue.intake import bring
    from fairdue.ledger.models import Source
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    actor = Actor(company.pk, datetime(2026, 6, 2, 9, tzinfo=UTC), name="Bench", roles=frozenset({"finance_lead"}))
    data = make_csv()
    bring.read_for(None, make_csv(200, 20), "warm.csv", as_of=DAY)

    def give(code: str, data: bytes, answers: dict[str, str] | None = None, full: bool = True) -> tuple[Any, float]:
        known = Source.objects.filter(company=company, code=code).first()
        _, cpu, reading = _timed(lambda: bring.read_for(known, data, "items.csv", as_of=DAY, answers=answers))
        return bring.do_bring(actor, code, reading, as_of=DAY, full=full), cpu

    wall, cpu, (done, read_cpu) = _timed(lambda: give("erp", data))
    assert done.counts == {"new": ROWS, "changed": 0, "unchanged": 0, "vanished": 0, "refused": 0}, done.counts
    _keep(kept)
    again, _, (done, _cpu) = _timed(lambda: give("erp", data))
    assert done.counts["unchanged"] == ROWS, done.counts
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    real = []
    for path, currency, rows in REAL:
        if (SHARED / path).is_file():
            answers = {"currency": currency} if currency else {}
            seconds, _, (done, _cpu) = _timed(lambda: give(path, (SHARED / path).read_bytes(), answers, full=False))  # noqa: B023
            assert (done.counts["new"], done.counts["refused"]) == (rows, 0), (path, done.counts)
            real.append((f"{path} ({rows:,} rows)", seconds))
    return {"wall": wall, "cpu": cpu, "read_cpu": read_cpu, "again": again, "peak_mb": peak, "real": real}


def _keep(path: str) -> None:
    """Keep the written rows as plain tuples with their column names, as the driver gives them."""
    import pickle

    from django.db import connection

    tables = {}
    with connection.cursor() as cursor:
        for table in ("people_company", "ledger_source", *TABLES):
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            tables[table] = ([column[0] for column in cursor.description], cursor.fetchall())
    Path(path).write_bytes(pickle.dumps(tables))


def floor(kept: str) -> dict[str, Any]:
    """Write the same rows bare: one executemany or COPY a table, one transaction, nothing read, planned or audited.

    On PostgreSQL the wall between companies is down for it: COPY does not pass a wall.
    """
    import pickle

    _start()
    from django.db import connection, transaction

    tables = pickle.loads(Path(kept).read_bytes())
    connection.ensure_connection()

    def write(names: tuple[str, ...]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in names:
                columns, rows = tables[table]
                listed = ", ".join(f'"{column}"' for column in columns)
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                        for row in rows:
                            copy.write_row(row)
                else:
                    marks = ", ".join(["?"] * len(columns))
                    connection.connection.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in ("people_company", "ledger_source", *TABLES):
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    write(("people_company", "ledger_source"))
    wall, cpu, _ = _timed(lambda: write(TABLES))
    return {"wall": wall, "cpu": cpu}


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps({"--measure": measure, "--floor": floor}[sys.argv[1]](sys.argv[2])))
    else:
        for line in run():
            print(line)
