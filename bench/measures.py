"""Snapshots and measures of 100,000 open items: processor seconds beside the floor, in one run, on two threads.

The floor is bare DuckDB over the same Parquet files: read every column that the measures read of items, documents,
customers, allocations and payments, join them to one row per due item, and hand the rows over as Arrow. It knows no date, no
hold, no order and no indicator. Processor time is that of this process with all its threads; a PostgreSQL server's is apart.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from fairdue.engine.measures import forget
from fairdue.engine.snapshot import Manifest, Snapshot, write_tables
from fairdue.ledger import measures, snapshot

Line = tuple[str, float, str, float | None, float | None]

AS_OF = date(2026, 3, 2)
KNOWN_AT = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
OPEN_ITEMS = 100_000
TIMES = 5
SERVER = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
POSTGRES = SERVER.rpartition("/")[0] + "/fairdue_bench_measures"

FLOOR = """
SELECT i.id, i.customer_id, i.currency, i.amount_minor, i.due_on, i.effective_on, i.document_id, d.kind, d.number,
  d.issued_on, d.terms, c.group_id, c.group_code, a.*
FROM due_items i
JOIN documents d ON d.id = i.document_id
JOIN customers c ON c.id = i.customer_id
LEFT JOIN (
  SELECT x.due_item_id, SUM(x.amount_minor), MAX(x.effective_on), MAX(x.kind), MAX(x.currency), COUNT(x.charge_id),
    COUNT(x.credit_item_id), SUM(p.amount_minor), MAX(p.effective_on), MAX(p.customer_id), MAX(p.currency)
  FROM allocations x
  LEFT JOIN payments p ON p.id = x.payment_id
  GROUP BY x.due_item_id
) a ON a.due_item_id = i.id
"""

# Every fourth open item is partly paid; half as many items again are settled. Amounts and days come from a hash of the row
# number, so that the portfolio is the same on every machine.
PORTFOLIO = {
    "company": "SELECT 1 AS id, 'acme' AS code, 'Acme' AS name, 'DE' AS country, 'EUR' AS currency",
    "customers": """
        SELECT n + 1 AS id, 'C' || n AS number, 'Customer ' || n AS name, 'Customer ' || n || ' GmbH' AS legal_name,
          CASE WHEN n % 7 = 0 THEN n // 70 + 1 END AS group_id, CASE WHEN n % 7 = 0 THEN 'G' || (n // 70) ELSE '' END AS group_code,
          'DE' AS country, 'de' AS language, 'no' AS natural_person, 'no' AS public_body, 'large' AS size
        FROM range($customers) r(n)""",
    "items": """
        SELECT n + 1 AS id, n % $customers + 1 AS customer_id, n + 1 AS document_id, 1 AS seq,
          CASE WHEN n % 10 = 0 THEN 'USD' WHEN n % 10 = 1 THEN 'GBP' ELSE 'EUR' END AS currency,
          1000 + CAST(hash(n) % 5000000 AS BIGINT) AS amount_minor,
          n % 3 = 2 AS settled,
          DATE '2026-03-02' + CAST(CAST(hash(n + 7) % 100 AS INTEGER) - 72
            - CASE WHEN n % 3 = 2 THEN 90 ELSE 0 END AS INTEGER) AS due_on
        FROM range($items) r(n)""",
    "due_items": """
        SELECT id, customer_id, document_id, seq, currency, amount_minor, due_on, 0 AS discount_minor,
          'RF' || id AS payment_reference, due_on - 30 AS effective_on FROM items""",
    "documents": """
        SELECT id, customer_id, 'invoice' AS kind, 'R-2026-' || id AS number, due_on - 30 AS issued_on, currency,
          amount_minor AS total_minor, 'net 30' AS terms, '' AS order_no, due_on - 30 AS effective_on FROM items""",
    "allocations": """
        SELECT row_number() OVER (ORDER BY id) AS id, customer_id, 'payment' AS kind, id AS due_item_id,
          row_number() OVER (ORDER BY id) AS payment_id, currency,
          CASE WHEN settled THEN amount_minor ELSE amount_minor // 3 END AS amount_minor,
          CASE WHEN settled THEN due_on + CAST(CAST(hash(id) % 40 AS INTEGER) - 10 AS INTEGER) ELSE due_on END AS effective_on
        FROM items WHERE settled OR (id % 4 = 0 AND due_on <= DATE '2026-03-02')""",
    "payments": """
        SELECT payment_id AS id, customer_id, currency,
          amount_minor + CASE WHEN payment_id % 50 = 0 THEN 100 ELSE 0 END AS amount_minor, effective_on FROM allocations""",
    "due_date_changes": """
        SELECT row_number() OVER (ORDER BY id) AS id, id AS due_item_id, due_on + 14 AS due_on, 'agreed' AS reason,
          due_on - 3 AS effective_on FROM items WHERE id % 50 = 3""",
    "holds": """
        SELECT row_number() OVER (ORDER BY id) AS id, customer_id, CASE WHEN id % 2 = 0 THEN id END AS due_item_id,
          CASE WHEN id % 3 = 0 THEN 'promise' ELSE 'dispute' END AS reason,
          CASE WHEN id % 5 = 0 THEN 5000 END AS amount_minor, currency, DATE '2026-02-01' AS since,
          DATE '2026-02-20' + CAST(id % 30 AS INTEGER) AS until FROM items WHERE id % 97 = 0""",
    "exchange_rates": """
        SELECT n * 2 + k + 1 AS id, CASE k WHEN 0 THEN 'USD' ELSE 'GBP' END AS currency,
          DATE '2026-03-02' - CAST(n AS INTEGER) AS quoted_on,
          1000000 + n AS per_euro_micro FROM range(30) r(n), range(2) s(k)""",
}


def portfolio(open_items: int) -> dict[str, pa.Table]:
    """Make the tables of a company with ``open_items`` open items, a tenth as many customers, and settled history."""
    con = duckdb.connect(":memory:")
    con.execute("SET enable_progress_bar = false")
    given = {"customers": open_items // 10, "items": open_items * 3 // 2}
    schemas = {source.name: source.schema for source in snapshot.SOURCES}
    for name, sql in PORTFOLIO.items():
        used = {key: value for key, value in given.items() if f"${key}" in sql}
        con.execute(f'CREATE TABLE "{name}" AS {sql} ORDER BY id', used)
    tables = {}
    for name, schema in schemas.items():
        if name not in PORTFOLIO:
            tables[name] = schema.empty_table()
            continue
        made = con.sql(f'SELECT * FROM "{name}" ORDER BY id').to_arrow_table()
        columns = {
            field.name: made[field.name].cast(field.type) if field.name in made.schema.names else _empty(field, made)
            for field in schema
        }
        tables[name] = pa.table(columns, schema=schema)
    return tables


def _empty(field: pa.Field, made: pa.Table) -> pa.Array:
    if pa.types.is_string(field.type):
        return pa.array([""] * made.num_rows, field.type)
    if pa.types.is_boolean(field.type):
        return pa.array([False] * made.num_rows, field.type)
    return pa.nulls(made.num_rows, field.type)


def cpu(work: Callable[[], object], times: int = TIMES) -> float:
    """Give the median processor seconds of ``work``, all threads counted."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return sorted(spent)[times // 2]


def bare(folder: Path) -> int:
    """Run the floor over the files of a snapshot in a fresh DuckDB."""
    con = duckdb.connect(":memory:", config={"threads": "2"})
    for name in ("due_items", "documents", "customers", "allocations", "payments"):
        con.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
    return int(con.execute(FLOOR).to_arrow_table().num_rows)


def night(folder: Path) -> dict[str, pa.Table]:
    """Open a snapshot and run every nightly measure, as the cycle does."""
    return measures.nightly(Snapshot(folder, Manifest.read(folder)).connect(threads=2), AS_OF)


def run() -> Iterator[Line]:
    """Measure 100,000 open items from made Parquet, from SQLite and from PostgreSQL, then 1,000,000 from made Parquet."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        small, large = root / "small", root / "large"
        write_tables(portfolio(OPEN_ITEMS), company_id=1, as_of=AS_OF, known_at=KNOWN_AT, folder=small)
        floor, total = yield from nightly_lines("made", small)
        for label, url in (("SQLite", f"sqlite:///{root / 'bench.sqlite3'}"), ("PostgreSQL", POSTGRES)):
            yield from database_lines(label, url, root, small, floor)
        write_tables(portfolio(OPEN_ITEMS * 10), company_id=1, as_of=AS_OF, known_at=KNOWN_AT, folder=large)
        yield (
            "1,000,000 items: nightly measures, against 100,000",
            cpu(lambda: night(large), 3),
            "s",
            total,
            11 * total,
        )
        yield ("1,000,000 items: peak memory of the night", float(child("--peak", str(large))), "GB", None, 1.5)


def nightly_lines(label: str, folder: Path) -> Iterator[Line]:
    """Give the figures of one snapshot; return floor and nightly total."""
    bare(folder), night(folder)
    floor, total = cpu(lambda: bare(folder)), cpu(lambda: night(folder))
    yield (f"{label}: nightly measures", total, "s", floor, 3 * floor)
    con = Snapshot.open(folder).connect(threads=2)

    def aged() -> None:
        forget(con)
        measures.ageing(con, AS_OF)

    aged()
    yield (f"{label}: ageing as of a date, warm", cpu(aged), "s", floor, 0.5)
    return floor, total


def database_lines(label: str, url: str, root: Path, made: Path, floor: float) -> Iterator[Line]:
    """Fill a fresh database through the ledger's guards, take a snapshot, run the night over it."""
    try:
        child("--fill", str(made), url=url)
    except subprocess.CalledProcessError as error:
        print(f"  {label}: not measured, {error.stderr.strip().splitlines()[-1]}")
        return
    folder = root / label
    start = time.process_time()
    manifest = snapshot.take(1, AS_OF, KNOWN_AT, folder, place=url)
    rows = sum(file.rows for file in manifest.files)
    yield (f"{label}: snapshot of {rows:,} rows", time.process_time() - start, "s", floor, 3.0)
    yield from nightly_lines(label, folder)


def child(what: str, folder: str, url: str = "") -> str:
    """Run this file in a process of its own: ``--fill`` a database, or tell the ``--peak`` memory of a night."""
    env = os.environ | {"FAIRDUE_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings"}
    command = [sys.executable, "-m", "bench.measures", what, folder]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()


def fill(folder: Path) -> None:
    """Write the tables of a snapshot into a fresh database: migrations, then the ledger's own bulk insert, triggers on."""
    import django
    from django.core.management import call_command
    from django.db import connection, transaction

    django.setup()
    if connection.vendor == "postgresql":
        _fresh_postgres(connection.settings_dict)
    call_command("migrate", verbosity=0)
    from fairdue.ledger import models
    from fairdue.ledger.bulk import insert_rows
    from fairdue.people.models import Company

    Company.objects.create(id=1, code="acme", name="Acme", country="DE", currency="EUR")
    stamp = {"company_id": 1, "recorded_at": KNOWN_AT}
    with transaction.atomic():
        for model, name in (
            (models.Customer, "customers"), (models.Document, "documents"), (models.DueItem, "due_items"),
            (models.DueDateChange, "due_date_changes"), (models.Payment, "payments"), (models.Allocation, "allocations"),
            (models.Hold, "holds"), (models.ExchangeRate, "exchange_rates"),
        ):  # fmt: skip
            table = pq.read_table(folder / f"{name}.parquet")
            fields = [field for field in model._meta.concrete_fields if field.attname != "group_id"]
            given = {
                field.attname: table[field.attname].to_pylist()
                for field in fields
                if field.attname in table.column_names
            }
            for field in fields:
                if field.attname not in given:
                    value = stamp.get(field.attname, KNOWN_AT if field.attname == "created_at" else field.get_default())
                    given[field.attname] = [value] * table.num_rows
            if "number_key" in given:
                given["number_key"] = given["number"]
            insert_rows(model, list(given), list(zip(*given.values(), strict=True)))


def _fresh_postgres(settings: dict[str, object]) -> None:
    import psycopg

    with psycopg.connect(POSTGRES.rpartition("/")[0] + "/postgres", autocommit=True) as con:
        con.execute(f'DROP DATABASE IF EXISTS "{settings["NAME"]}"')
        con.execute(f'CREATE DATABASE "{settings["NAME"]}"')


def peak(folder: Path) -> float:
    """Give the largest memory of this process after a night, in gigabytes."""
    import resource

    night(folder)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


if __name__ == "__main__":
    wanted, place = sys.argv[1:3]
    if wanted == "--fill":
        fill(Path(place))
    else:
        print(peak(Path(place)))
