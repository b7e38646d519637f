"""A cut is one transaction and a file comes before its record: killed anywhere and run again, the same batches and the same bytes."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from cut_once import LINES, ROWS

HERE = Path(__file__).resolve().parent
POSTGRES = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
ONE_COMPANY = "-c fairdue.companies=1"
MAKE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from fairdue.people.models import Company
Company.objects.create(code="acme", name="Acme", country="DE", currency="EUR", language="de")
"""
pytestmark = pytest.mark.kill


class House:
    """A database of its own, worked on by processes of their own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.out = url, folder, folder / "out"
        self.env = os.environ | {
            "FAIRDUE_DATABASE_URL": url, "FAIRDUE_DATA_DIR": str(folder / "data"), "PGOPTIONS": ONE_COMPANY,
            "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings", "PYTHONPATH": str(HERE.parents[1] / "src"),
        }  # fmt: skip
        for arguments in (["-c", MAKE], [str(HERE / "cut_once.py"), "MAKE"]):
            assert self.run(*arguments) == 0

    def run(self, *arguments: str) -> int:
        done = subprocess.run(
            [sys.executable, *arguments], env=self.env, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
        return done.returncode

    def cut(self, write_to: str = "") -> int:
        return self.run(str(HERE / "cut_once.py"), "CUT", str(self.out), *([write_to] if write_to else []))

    def count(self, table: str) -> int:
        con = (
            sqlite3.connect(self.url.removeprefix("sqlite:///"))
            if self.url.startswith("sqlite")
            else psycopg.connect(self.url, options=ONE_COMPANY)
        )
        try:
            return int(con.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])
        finally:
            con.close()

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.out.iterdir()} if self.out.exists() else {}


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path):
    if request.param == "sqlite":
        yield House(f"sqlite:///{tmp_path}/ledger.sqlite3", tmp_path)
        return
    name = f"fairdue_kill_books_{os.getpid()}"
    try:
        con = psycopg.connect(POSTGRES, connect_timeout=3, autocommit=True)
    except psycopg.Error:
        pytest.skip("no PostgreSQL server")
    with con:
        con.execute(f"CREATE DATABASE {name}")
        try:
            yield House(POSTGRES.rpartition("/")[0] + "/" + name, tmp_path)
        finally:
            con.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_killed_anywhere_the_same_batches_leave_once(house):
    for write_to in ("books_posting", "books_posting_batch", "ledger_audit_entry"):
        assert house.cut(write_to) == -signal.SIGKILL
        assert (house.count("books_posting"), house.count("books_posting_batch"), house.files()) == (0, 0, {})
    assert house.cut("books_export") == -signal.SIGKILL
    assert (house.count("books_posting"), house.count("books_posting_batch")) == (ROWS, ROWS // LINES)
    before = house.files()
    assert (len(before), house.count("books_export")) == (1, 0)
    assert house.cut() == 0
    after = house.files()
    assert {name: after[name] for name in before} == before
    assert (len(after), house.count("books_export"), house.count("books_posting")) == (3, 3, ROWS)
    told = [line.split(b",")[2] for content in after.values() for line in content.splitlines()[1:]]
    assert (len(told), len(set(told))) == (ROWS, ROWS)
