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
