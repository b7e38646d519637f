"""What tests that kill processes share: a database of its own, processes on it, and the statement before which one dies."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

POSTGRES = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
ONE_COMPANY = "-c fairdue.companies=1"
TESTS = Path(__file__).resolve().parent
MAKE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from fairdue.people.models import Company
Company.objects.create(code="acme", name="Acme", country="DE", currency="EUR", language="de")
"""


class House:
    """A migrated database with one company, worked on by processes of their own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.env = os.environ | {
            "FAIRDUE_DATABASE_URL": url, "FAIRDUE_DATA_DIR": str(folder / "data"), "PGOPTIONS": ONE_COMPANY,
            "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings", "PYTHONPATH": f"{TESTS.parent / 'src'}{os.pathsep}{TESTS}",
        }  # fmt: skip
        self.python("-c", MAKE)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python on this database."""
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process: subprocess.Popen[str]) -> tuple[bool, str]:
        """Wait for a process: whether it was killed, and what it printed. Fails when it ended in any other way."""
        out, err = process.communicate(timeout=240)
        assert process.returncode in (0, -signal.SIGKILL), err[-2000:]
        return process.returncode != 0, out

    def python(self, *arguments: str) -> str:
        """Run Python to its end; it must not be killed."""
        killed, out = self.finish(self.start(*arguments))
        assert not killed
        return out

    def killed(self, *arguments: str) -> bool:
        """Run Python; tell whether it was killed."""
        return self.finish(self.start(*arguments))[0]

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Look into the database from outside."""
        if self.url.startswith("sqlite"):
            con: Any = sqlite3.connect(self.url.removeprefix("sqlite:///"))
        else:
            con = psycopg.connect(self.url, options=ONE_COMPANY)
        try:
            yield con
        finally:
            con.close()

    def count(self, table: str, where: str = "") -> int:
        """Count the rows of a table."""
        with self.reading() as con:
            return int(con.execute(f"SELECT COUNT(*) FROM {table} {where}").fetchone()[0])


@contextmanager
def own_database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database of its own; the test is skipped where no PostgreSQL server answers."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/ledger.sqlite3"
        return
    name = f"fairdue_kill_{os.getpid()}"
    try:
        con = psycopg.connect(POSTGRES, connect_timeout=3, autocommit=True)
    except psycopg.Error:
        pytest.skip("no PostgreSQL server")
    with con:
        con.execute(f"CREATE DATABASE {name}")
        try:
            yield POSTGRES.rpartition("/")[0] + "/" + name
        finally:
            con.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def dying_before(write_to: str, after: int = 0) -> Iterator[None]:
    """Kill this process without notice when it is about to insert into a table for the time after ``after``; "" never."""
    from django.db import connection

    left = [after]

    def kill(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if write_to and sql.lstrip().startswith("INSERT") and write_to in sql.split("(")[0].split("SELECT")[0]:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kill):
        yield
