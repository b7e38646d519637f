"""An import is one transaction: killed anywhere, nothing is half-written; two at once give what one gives."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

HERE = Path(__file__).resolve().parent
ROWS = 200
POSTGRES = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
FIRST = "customer,name,invoice,issued,due,currency,amount,open,disputed\n" + "".join(
    f"{n % 20},Customer {n % 20},R{n},2026-01-05,2026-02-04,EUR,{n + 2}.00,{n + 1}.00,{'yes' if n % 50 == 0 else 'no'}\n"
    for n in range(ROWS)
)
SECOND = (
    FIRST.rsplit("0,Customer 0,R180", 1)[0]
    .replace(",2.00,1.00,", ",2.00,2.00,")
    .replace(",9.00,8.00,", ",12.00,12.00,")
)
COUNT = (
    "ledger_customer", "ledger_document", "ledger_due_item", "ledger_allocation", "ledger_hold", "ledger_audit_entry",
    "ledger_source", "ledger_fact", "intake_import", "intake_source_profile", "contact_stored_blob",
)  # fmt: skip
OPEN = """SELECT (SELECT SUM(amount_minor) FROM ledger_due_item)
  - COALESCE((SELECT SUM(amount_minor) FROM ledger_allocation WHERE due_item_id IS NOT NULL), 0)"""
MAKE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from fairdue.people.models import Company
Company.objects.create(code="acme", name="Acme", country="DE", currency="EUR", language="de")
"""
ONE_COMPANY = "-c fairdue.companies=1"
pytestmark = pytest.mark.kill


LESS = {"ledger_fact": " WHERE kind <> 'import_running'"}
"""That an import was begun is told on purpose before it begins: it holds dunning while nobody knows how it ended."""


class House:
    """A database of its own, worked on by processes of their own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder, self.url = folder, url
        self.env = os.environ | {
            "FAIRDUE_DATABASE_URL": url,
            "FAIRDUE_DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings",
            "PYTHONPATH": str(HERE.parents[1] / "src"),
            "PGOPTIONS": ONE_COMPANY,
        }
        self.python("-c", MAKE)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, *arguments]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def python(self, *arguments: str) -> str:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err[-2000:]
        return out

    def bring(self, text: str, write_to: str = "") -> subprocess.Popen[str]:
        file = self.folder / f"list-{len(text)}.csv"
        file.write_text(text, encoding="utf-8")
        return self.start(str(HERE / "import_once.py"), str(file), *([write_to] if write_to else []))

    def killed(self, text: str, write_to: str) -> bool:
        process = self.bring(text, write_to)
        process.communicate(timeout=240)
        return process.returncode == -9

    def brought(self, process: subprocess.Popen[str]) -> dict:
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err[-2000:]
        return json.loads(out)

    def state(self) -> tuple[dict[str, int], int]:
        """Rows of every table that an import writes, and what is open."""
        con = (
            sqlite3.connect(self.url.removeprefix("sqlite:///"))
            if self.url.startswith("sqlite")
            else psycopg.connect(self.url, options=ONE_COMPANY)
        )
        try:
            counts = {
                table: con.execute(f"SELECT COUNT(*) FROM {table}{LESS.get(table, '')}").fetchone()[0]
                for table in COUNT
            }
            return counts, int(con.execute(OPEN).fetchone()[0] or 0)
        finally:
            con.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path):
    if request.param == "sqlite":
        yield House(f"sqlite:///{tmp_path}/ledger.sqlite3", tmp_path)
        return
    name = f"fairdue_kill_{os.getpid()}"
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


def test_killed_anywhere_nothing_is_half_written_and_two_at_once_are_one(house):
    empty = house.state()
    assert empty == (dict.fromkeys(COUNT, 0), 0)
    for write_to in ("intake_import", "ledger_audit_entry", "intake_source_profile"):
        assert house.killed(FIRST, write_to)
        assert house.state() == empty
    both = [house.bring(FIRST), house.bring(FIRST)]
    done = [house.brought(process) for process in both]
    assert sorted((counts["new"], counts["unchanged"]) for counts in done) == [(0, ROWS), (ROWS, 0)]
    before = house.state()
    assert (before[0]["ledger_due_item"], before[0]["ledger_customer"], before[0]["ledger_source"]) == (ROWS, 20, 1)
    assert before[1] == sum(range(1, ROWS + 1)) * 100
    assert house.killed(SECOND, "ledger_audit_entry")
    assert house.state() == before
    second = house.brought(house.bring(SECOND))
    assert second == {"new": 0, "changed": 2, "unchanged": 178, "vanished": 20, "refused": 0}
    assert house.state()[1] == (sum(range(1, 181)) - 1 - 8 + 2 + 12) * 100
