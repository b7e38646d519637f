"""Snapshots: what is read, that it is the same on both databases, and that an edit is found."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from fairdue.engine.readers import BATCH_ROWS, literals, ordered
from fairdue.engine.snapshot import Snapshot, SnapshotError, SnapshotSource, take, write_tables

AS_OF = date(2026, 3, 2)
KNOWN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("code", pa.string()),
        ("paid_on", pa.date32()),
        ("amount_minor", pa.int64()),
        ("live", pa.bool_()),
    ]
)
SOURCE = SnapshotSource(
    "things",
    "SELECT id, code, paid_on, amount_minor, live FROM thing WHERE company_id = :company_id AND recorded_at <= :known_at",
    SCHEMA,
)
ROWS = [
    (3, 1, "c", None, 2**40, True, "2026-03-02 09:00:00"),
    (1, 1, None, "2024-02-29", -5, False, "2026-03-01 00:00:00"),
    (2, 1, "später", None, None, True, "2026-03-02 08:59:59.999999"),
    (4, 1, "too late", None, 1, True, "2026-03-02 09:00:00.000001"),
    (5, 2, "other company", None, 1, True, "2026-03-01 00:00:00"),
]
EXPECTED = {
    "id": [1, 2, 3],
    "code": [None, "später", "c"],
    "paid_on": [date(2024, 2, 29), None, None],
    "amount_minor": [-5, None, 2**40],
    "live": [False, True, True],
}


@pytest.fixture
def sqlite_url(tmp_path):
    path = tmp_path / "a ledger.db"
    with closing(sqlite3.connect(path)) as con:
        con.execute("PRAGMA journal_mode=WAL")
        con.execute(
            "CREATE TABLE thing (id INTEGER PRIMARY KEY, company_id INT, code TEXT, paid_on DATE, amount_minor BIGINT,"
            " live BOOL, recorded_at DATETIME)"
        )
        con.executemany("INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)", ROWS)
        con.commit()
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url():
    psycopg = pytest.importorskip("psycopg")
    url = os.environ.get("FAIRDUE_DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("runs where FAIRDUE_DATABASE_URL is PostgreSQL")
    server, _, _ = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as con:
        con.execute("DROP DATABASE IF EXISTS fd_engine_snapshot")
        con.execute("CREATE DATABASE fd_engine_snapshot")
    with psycopg.connect(f"{server}/fd_engine_snapshot", autocommit=True) as con:
        con.execute(
            "CREATE TABLE thing (id BIGINT, company_id BIGINT, code VARCHAR(20), paid_on DATE, amount_minor BIGINT,"
            " live BOOL, recorded_at TIMESTAMPTZ)"
        )
        for row in ROWS:
            con.execute("INSERT INTO thing VALUES (%s, %s, %s, %s, %s, %s, %s)", [*row[:6], row[6] + "+00"])
    yield f"{server}/fd_engine_snapshot"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as con:
        con.execute("DROP DATABASE fd_engine_snapshot WITH (FORCE)")


def taken(url, folder, **more):
    return take(
        url, [SOURCE], company_id=1, as_of=AS_OF, known_at=KNOWN_AT, folder=folder, versions={"fairdue": "0"}, **more
    )


def test_sqlite_is_read_as_known_at_the_moment(sqlite_url, tmp_path):
    manifest = taken(sqlite_url, tmp_path / "s")
    assert manifest.rows("things") == 3
    assert Snapshot.open(tmp_path / "s").table("things").to_pydict() == EXPECTED
    assert Snapshot.open(tmp_path / "s").table("things").schema == SCHEMA


def test_both_databases_give_the_same_bytes(sqlite_url, postgres_url, tmp_path):
    first = taken(sqlite_url, tmp_path / "s")
    second = taken(postgres_url, tmp_path / "p", session={"fairdue.companies": "1"})
    assert first.text() == second.text()


def test_a_column_empty_in_its_first_batch_keeps_its_type(tmp_path):
    path = tmp_path / "long.db"
    with closing(sqlite3.connect(path)) as con:
        con.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY, code TEXT)")
        con.executemany(
            "INSERT INTO thing VALUES (?, ?)", ((n, None if n <= BATCH_ROWS else "x") for n in range(BATCH_ROWS + 2))
        )
        con.commit()
    source = SnapshotSource(
        "things", "SELECT id, code FROM thing", pa.schema([("id", pa.int64()), ("code", pa.string())])
    )
    take(
        f"sqlite:///{path}", [source], company_id=1, as_of=AS_OF, known_at=KNOWN_AT, folder=tmp_path / "s", versions={}
    )
    codes = Snapshot.open(tmp_path / "s").table("things")["code"].to_pylist()
    assert codes == [None] * (BATCH_ROWS + 1) + ["x"]


def test_files_do_not_depend_on_how_batches_are_cut(tmp_path):
    rows = BATCH_ROWS * 2 + 7
    whole = pa.table({"id": pa.array(range(rows), pa.int64())})
    cut = pa.Table.from_batches(whole.to_batches(max_chunksize=1000))
    first = write_tables({"t": whole}, company_id=1, as_of=AS_OF, known_at=KNOWN_AT, folder=tmp_path / "a")
    second = write_tables({"t": cut}, company_id=1, as_of=AS_OF, known_at=KNOWN_AT, folder=tmp_path / "b")
    assert first == second


def test_an_edited_file_is_found(sqlite_url, tmp_path):
    taken(sqlite_url, tmp_path / "s")
    path = tmp_path / "s" / "things.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(SnapshotError, match=r"things\.parquet differs"):
        Snapshot.open(tmp_path / "s")
    path.unlink()
    with pytest.raises(SnapshotError, match=r"things\.parquet is missing"):
        Snapshot.open(tmp_path / "s")


def test_a_snapshot_is_never_overwritten(sqlite_url, tmp_path):
    taken(sqlite_url, tmp_path / "s")
    before = (tmp_path / "s" / "manifest.json").read_bytes()
    with pytest.raises(SnapshotError, match="never overwritten"):
        taken(sqlite_url, tmp_path / "s")
    assert (tmp_path / "s" / "manifest.json").read_bytes() == before


def test_a_failed_reading_leaves_no_snapshot(sqlite_url, tmp_path):
    broken = SnapshotSource("broken", "SELECT id FROM nowhere", pa.schema([("id", pa.int64())]))
    with pytest.raises(Exception, match="nowhere"):
        take(
            sqlite_url,
            [SOURCE, broken],
            company_id=1,
            as_of=AS_OF,
            known_at=KNOWN_AT,
            folder=tmp_path / "s",
            versions={},
        )
    assert not (tmp_path / "s").exists()


def test_one_transaction_sees_no_later_row(sqlite_url, tmp_path):
    late = []

    def progress(name, done, count):
        if done == 1 and not late:
            with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as con:
                late.append(con.execute("INSERT INTO thing VALUES (9, 1, 'late', NULL, 1, 1, '2026-01-01 00:00:00')"))
                con.commit()

    again = SnapshotSource("again", SOURCE.select, SCHEMA)
    manifest = take(
        sqlite_url, [SOURCE, again], company_id=1, as_of=AS_OF, known_at=KNOWN_AT, folder=tmp_path / "s", versions={},
        progress=progress,
    )  # fmt: skip
    assert late
    assert (manifest.rows("things"), manifest.rows("again")) == (3, 3)


def test_literals_take_no_text():
    assert literals("x = :company_id AND y::int = 1", {"company_id": 7}, "sqlite") == "x = 7 AND y::int = 1"
    assert literals("d <= :as_of", {"as_of": AS_OF}, "sqlite") == "d <= '2026-03-02'"
    assert literals(":known_at", {"known_at": KNOWN_AT}, "sqlite") == "'2026-03-02 09:00:00'"
    assert literals(":known_at", {"known_at": KNOWN_AT}, "postgresql") == "'2026-03-02 09:00:00+00:00'"
    with pytest.raises(TypeError, match="not str"):
        literals(":company_id", {"company_id": "1; DROP"}, "sqlite")
    with pytest.raises(TypeError, match="no moment"):
        literals(":known_at", {"known_at": datetime(2026, 1, 1)}, "sqlite")
    with pytest.raises(KeyError):
        literals(":nobody", {}, "sqlite")


def test_the_engine_orders_by_the_first_column():
    assert ordered("SELECT id FROM t ORDER BY id") == "SELECT id FROM t\nORDER BY 1"
    assert ordered("SELECT id FROM t") == "SELECT id FROM t\nORDER BY 1"


def test_the_connection_reads_the_snapshot_and_nothing_else(sqlite_url, tmp_path):
    taken(sqlite_url, tmp_path / "s")
    (tmp_path / "secret.csv").write_text("a\n1\n")
    con = Snapshot.open(tmp_path / "s").connect(threads=1)
    assert con.execute("SELECT COUNT(*) FROM things").fetchone() == (3,)
    for attempt in (
        f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')",
        f"COPY things TO '{tmp_path / 'out.csv'}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(Exception, match=r"(?i)permission|disabled|locked|cannot"):
            con.execute(attempt)
    assert not (tmp_path / "out.csv").exists()
