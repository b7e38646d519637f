"""A snapshot leaves the database alone that its own process has open: what is written afterwards is there for everybody."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "open.sqlite3"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, company_id INTEGER, text TEXT)")
    connection.execute("INSERT INTO note VALUES (1, 1, 'before')")
    yield connection, path
    connection.close()


def test_rows_written_after_a_snapshot_are_seen_by_other_processes(database, tmp_path):
    from fairdue.engine import snapshot

    connection, path = database
    wal = path.with_name("open.sqlite3-wal")
    inode = wal.stat().st_ino
    source = snapshot.SnapshotSource(
        "notes", "SELECT id, text FROM note WHERE company_id = :company_id",
        pa.schema({"id": pa.int64(), "text": pa.string()}),
    )  # fmt: skip
    left = path.with_name("open.sqlite3.reading-999999999-00")
    left.touch()
    manifest = snapshot.take(
        f"sqlite:///{path}", [source], company_id=1, as_of=date(2026, 3, 2), known_at=datetime(2026, 3, 2, tzinfo=UTC),
        folder=tmp_path / "snapshot", versions={},
    )  # fmt: skip
    assert manifest.rows("notes") == 1
    assert wal.stat().st_ino == inode
    connection.execute("UPDATE note SET text = 'after'")
    program = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT text FROM note').fetchone()[0])"
    seen = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "after"
    assert sorted(one.name for one in tmp_path.iterdir() if "reading" in one.name) == []


def test_rows_of_a_measure_come_in_its_order_however_many_there_are(tmp_path):
    from fairdue.engine import snapshot

    rows = pa.table({"id": list(range(300_000)), "key": [n * 7919 % 10_007 for n in range(300_000)]})
    snapshot.write_tables(
        {"notes": rows}, company_id=1, as_of=date(2026, 3, 2), known_at=datetime(2026, 3, 2, tzinfo=UTC),
        folder=tmp_path / "snapshot",
    )  # fmt: skip
    with snapshot.Snapshot.open(tmp_path / "snapshot").connect() as con:
        query = "SELECT n.key, n.id FROM notes n JOIN notes m ON m.id = n.id ORDER BY n.key, n.id"
        found = con.execute(query).to_arrow_table()
    pairs = list(zip(found.column("key").to_pylist(), found.column("id").to_pylist(), strict=True))
    assert pairs == sorted(pairs)


LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
"""A moment that is another day east of Greenwich and at the far west still the day before it: zones must not matter."""


@pytest.fixture
def told(by_itself):
    """The department after its run: letters were released by rule and handed over late in the day."""
    from cycle_department import DAY, acting

    from fairdue.contact.models import OutboxMessage
    from fairdue.cycle.dispatch import send_out
    from fairdue.cycle.line import go

    send_out(acting(by_itself), go(acting(by_itself), DAY, then_dispatch=True), transports=[])
    assert OutboxMessage.objects.update(state="handed_over", handed_over_at=LATE) > 0
    return by_itself


def _taken(company, folder, place: str = "default") -> list[tuple[str, int, str]]:
    """Take a snapshot of the ledger; give its files with rows and bytes' hash."""
    from fairdue.dunning.snapshot import SOURCES
    from fairdue.ledger import snapshot as ledger

    manifest = ledger.take(company.pk, date(2026, 3, 2), LATE, folder, more=SOURCES, place=place)
    return [(file.name, file.rows, file.sha256) for file in manifest.files]


def _same(by_cursor: list[tuple[str, int, str]], in_columns: list[tuple[str, int, str]]) -> None:
    rows = {name: count for name, count, _sha256 in in_columns}
    assert (rows["customers"], rows["due_items"]) == (4, 4)
    assert rows["dunning_notices"] > 0
    assert len(in_columns) >= 15
    assert in_columns == by_cursor


@pytest.fixture
def server(db):
    """Set the time zone that sessions of the test's PostgreSQL database get; skipped on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no sessions; the next test reads it in columns")
    name = connection.ops.quote_name(connection.settings_dict["NAME"])

    def in_zone(zone: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} SET timezone TO '{zone}'")

    yield in_zone
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} RESET timezone")


@pytest.mark.django_db(transaction=True)
def test_postgresql_gives_the_same_in_columns_as_by_its_cursor_whatever_zone_it_has(server, told, tmp_path):
    from django.db import connection, transaction

    with transaction.atomic():
        by_cursor = _taken(told, tmp_path / "cursor")
    assert not connection.in_atomic_block
    for zone in ("UTC", "Asia/Shanghai", "America/St_Johns"):
        server(zone)
        _same(by_cursor, _taken(told, tmp_path / zone.replace("/", "-")))


@pytest.mark.django_db
def test_sqlite_gives_the_same_in_columns_as_by_its_cursor(told, tmp_path):
    from django.db import connection

    if connection.vendor != "sqlite":
        pytest.skip("the test before reads PostgreSQL in columns")
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(connection.connection.serialize())
    _same(_taken(told, tmp_path / "cursor"), _taken(told, tmp_path / "columns", f"sqlite:///{path}"))
