"""The key store: one key for each stored file and each sealed text, and the list of who was erased. It lives apart from
database and backups, and is never rolled back: a key that was destroyed is gone for every copy of what it sealed.

1. ``FAIRDUE_KEYS_URL`` says where: ``sqlite:///path`` (unset: ``keys.sqlite3`` in the data folder) or ``postgresql://…``, another
   database than the ledger's. ``fairdue backup`` leaves it out.
2. A key is written before what it seals: a crash between leaves a key of nothing, which ``sweep`` finds later.
3. Keys stand wrapped by the master key (``ledger.keys``): the store alone opens nothing, and neither does the master key alone.
4. ``note_erased`` keeps, for each erased subject, what repeats the erasure after an older backup was restored.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

BLOCK = 500
"""Names asked for at once."""
BUSY_SECONDS = 30
_TABLES = (
    "CREATE TABLE IF NOT EXISTS fairdue_key (name VARCHAR(64) PRIMARY KEY, wrapped VARCHAR(200) NOT NULL, made_at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS fairdue_erased (company_id BIGINT NOT NULL, subject VARCHAR(60) NOT NULL, clocks TEXT NOT NULL,"
    " reason TEXT NOT NULL, asked_by VARCHAR(60) NOT NULL, opened_at VARCHAR(40) NOT NULL, marks TEXT NOT NULL,"
    " PRIMARY KEY (company_id, subject))",
)


@dataclass(frozen=True, slots=True)
class Erased:
    """One erased subject. ``clocks`` are those that went; ``marks`` keyed hashes of what named the subject then."""

    company_id: int
    subject: str
    clocks: tuple[str, ...]
    reason: str
    asked_by: str
    opened_at: str
    marks: tuple[str, ...]


class KeyStore:
    """Keys and erasures in SQLite or PostgreSQL. One connection for each process and thread; every call is its own transaction."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._local = threading.local()
        self._mark = "?" if url.startswith("sqlite") else "%s"

    @contextmanager
    def _work(self) -> Iterator[Any]:
        con = self._connection()
        try:
            cursor = con.cursor()
            yield cursor
            con.commit()
        except BaseException:
            if not getattr(con, "closed", False):
                con.rollback()
            raise

    def _connection(self) -> Any:
        # A connection made before a fork is the parent's; a file that was put aside (a restore) is another store.
        here = (os.getpid(), _stamp(self.path))
        known = getattr(self._local, "con", None)
        if known is not None and self._local.of == here and not getattr(known, "closed", False):
            return known
        con = self._open()
        self._local.con, self._local.of = con, (os.getpid(), _stamp(self.path))
        return con

    def _open(self) -> Any:
        if self.path is None:
            import psycopg

            con: Any = psycopg.connect(self.url, connect_timeout=BUSY_SECONDS)
        else:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                self.path.touch(mode=0o600)
            con = sqlite3.connect(self.path, timeout=BUSY_SECONDS, check_same_thread=False)
            # What is deleted is overwritten, and no journal is left that could hold it.
            con.execute("PRAGMA secure_delete = ON")
            con.execute("PRAGMA journal_mode = TRUNCATE")
        cursor = con.cursor()
        if not self._is_made(cursor):
            for statement in _TABLES:
                cursor.execute(statement)
        con.commit()
        return con

    def _is_made(self, cursor: Any) -> bool:
        if self.path is not None:
            cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE name IN ('fairdue_key', 'fairdue_erased')")
            return bool(cursor.fetchone()[0] == 2)
        cursor.execute("SELECT to_regclass('fairdue_key') IS NOT NULL AND to_regclass('fairdue_erased') IS NOT NULL")
        return bool(cursor.fetchone()[0])

    @property
    def path(self) -> Path | None:
        """Give the file of a SQLite store; None for a server's."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:///") else None

    @property
    def place(self) -> str:
        """Say where it lies, without a password."""
        return str(self.path) if self.path is not None else self.url.rpartition("@")[2]

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "con", None) is not None:
            self._local.con.close()
            self._local.con = None

    def put(self, keys: Iterable[tuple[str, str]]) -> None:
        """Keep (name, wrapped key); a name that is there keeps its key."""
        at = int(time.time())
        rows = [(name, wrapped, at) for name, wrapped in keys]
        marks = ", ".join([self._mark] * 3)
        with self._work() as cursor:
            cursor.executemany(f"INSERT INTO fairdue_key VALUES ({marks}) ON CONFLICT (name) DO NOTHING", rows)

    def get(self, name: str) -> str:
        """Give a wrapped key; empty where there is none: it was destroyed, or is of another store."""
        return self.get_many([name]).get(name, "")

    def get_many(self, names: Sequence[str]) -> dict[str, str]:
        """Give the wrapped keys that are there, by name."""
        found: dict[str, str] = {}
        with self._work() as cursor:
            for part in _parts(names):
                marks = ", ".join([self._mark] * len(part))
                cursor.execute(f"SELECT name, wrapped FROM fairdue_key WHERE name IN ({marks})", part)
                found.update(cursor.fetchall())
        return found

    def newest(self) -> str:
        """Give the wrapped key that was made last; empty where there is none."""
        with self._work() as cursor:
            cursor.execute("SELECT wrapped FROM fairdue_key ORDER BY made_at DESC, name LIMIT 1")
            row = cursor.fetchone()
            return str(row[0]) if row else ""

    def destroy(self, names: Iterable[str]) -> int:
        """Destroy keys for good; give how many there were. Again changes nothing."""
        count = 0
        with self._work() as cursor:
            for part in _parts(list(names)):
                marks = ", ".join([self._mark] * len(part))
                cursor.execute(f"DELETE FROM fairdue_key WHERE name IN ({marks})", part)
                count += cursor.rowcount
        return count

    def names(self, made_before: int) -> set[str]:
        """Give the names of the keys made before a moment (seconds since 1970)."""
        with self._work() as cursor:
            cursor.execute(f"SELECT name FROM fairdue_key WHERE made_at < {self._mark}", [made_before])
            return {row[0] for row in cursor.fetchall()}

    def note_erased(self, one: Erased) -> None:
        """Keep that a subject is erased; clocks and marks of before stay."""
        before = next((e for e in self.erased(one.company_id) if e.subject == one.subject), None)
        clocks = sorted({*one.clocks, *(before.clocks if before else ())})
        marks = sorted({*one.marks, *(before.marks if before else ())})
        row = [
            one.company_id,
            one.subject,
            json.dumps(clocks),
            one.reason,
            one.asked_by,
            one.opened_at,
            json.dumps(marks),
        ]
        with self._work() as cursor:
            cursor.execute(
                f"INSERT INTO fairdue_erased VALUES ({', '.join([self._mark] * len(row))})"
                " ON CONFLICT (company_id, subject) DO UPDATE SET clocks = excluded.clocks, reason = excluded.reason,"
                " asked_by = excluded.asked_by, opened_at = excluded.opened_at, marks = excluded.marks",
                row,
            )

    def erased(self, company_id: int) -> list[Erased]:
        """Give the erased subjects of a company, in the order of their first erasure's moment."""
        with self._work() as cursor:
            cursor.execute(
                "SELECT company_id, subject, clocks, reason, asked_by, opened_at, marks FROM fairdue_erased"
                f" WHERE company_id = {self._mark} ORDER BY opened_at, subject",
                [company_id],
            )
            return [
                Erased(row[0], row[1], tuple(json.loads(row[2])), row[3], row[4], row[5], tuple(json.loads(row[6])))
                for row in cursor.fetchall()
            ]

    def forget_erased(self, company_id: int, subject: str) -> None:
        """Forget that a subject was erased: there is new business, and a restore must not erase it again."""
        with self._work() as cursor:
            cursor.execute(
                f"DELETE FROM fairdue_erased WHERE company_id = {self._mark} AND subject = {self._mark}",
                [company_id, subject],
            )

    def copy_to(self, target: Path) -> int:
        """Write keys and erasures as a SQLite key store in the place of ``target``, whole or not at all; give how many keys."""
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)
        copy = KeyStore(f"sqlite:///{part}")
        with self._work() as cursor:
            cursor.execute("SELECT name, wrapped, made_at FROM fairdue_key")
            keys = cursor.fetchall()
            cursor.execute("SELECT * FROM fairdue_erased")
            erased = cursor.fetchall()
        with copy._work() as cursor:
            cursor.executemany("INSERT INTO fairdue_key VALUES (?, ?, ?)", keys)
            cursor.executemany("INSERT INTO fairdue_erased VALUES (?, ?, ?, ?, ?, ?, ?)", erased)
        copy.close()
        Path(f"{part}-journal").unlink(missing_ok=True)
        os.replace(part, target)
        return len(keys)


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), BLOCK):
        yield list(names[start : start + BLOCK])


def _stamp(path: Path | None) -> tuple[int, int]:
    try:
        found = path.stat() if path is not None else None
    except FileNotFoundError:
        return (0, 0)
    return (found.st_dev, found.st_ino) if found else (-1, -1)


def opened() -> KeyStore:
    """Give the installation's key store. Raises ImproperlyConfigured for an address of neither kind."""
    return _store(settings.FAIRDUE_KEYS_URL or f"sqlite:///{Path(settings.DATA_DIR) / 'keys.sqlite3'}")


@cache
def _store(url: str) -> KeyStore:
    if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ImproperlyConfigured("FAIRDUE_KEYS_URL must begin with sqlite:/// or postgresql://")
    return KeyStore(url)
