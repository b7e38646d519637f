"""A server that is killed after the work is committed and before the answer left: the same request again does nothing twice.

Nor does it when it comes at the same moment, or while the first is at work for long: processes of their own, each with its connection.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from ask_once import until

HERE = Path(__file__).resolve().parent
POSTGRES = os.environ.get("FAIRDUE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
TABLES = (
    "ledger_document_file",
    "books_answer",
    "books_acknowledgement",
    "intake_import",
    "ledger_due_item",
    "contact_inbound_mail",
)
pytestmark = pytest.mark.kill


class House:
    """A database, asked by processes of their own."""

    def __init__(self, url: str, folder: Path, token: str = "") -> None:
        self.url, self.folder, self.token = url, folder, token
        self.env = os.environ | {
            "FAIRDUE_DATABASE_URL": url, "FAIRDUE_DATA_DIR": str(folder / "data"), "PGOPTIONS": "-c fairdue.companies=1",
            "DJANGO_SETTINGS_MODULE": "fairdue.conf.settings", "PYTHONPATH": f"{HERE.parents[1] / 'src'}:{HERE}",
            "FAIRDUE_NOW": "2026-03-03T09:00:00+00:00",
        }  # fmt: skip

    def make(self) -> None:
        assert self.run("-m", "django", "migrate", "-v", "0").returncode == 0
        self.token = self.run(str(HERE / "ask_once.py"), "MAKE").stdout.strip()

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=self.env | env, capture_output=True, text=True, check=False, timeout=240)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
        return done

    def ask(self, work: str, die: str = "", at: str = "2026-03-03T09:00:30+00:00") -> subprocess.CompletedProcess[str]:
        return self.run(str(HERE / "ask_once.py"), work, self.token, *([die] if die else []), FAIRDUE_NOW=at)

    def begin(self, work: str, *how: str, at: str = "2026-03-03T09:00:30+00:00") -> subprocess.Popen[str]:
        command = [sys.executable, str(HERE / "ask_once.py"), work, self.token, *how]
        env = self.env | {"FAIRDUE_NOW": at}
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def counts(self) -> list[int]:
        lite = self.url.startswith("sqlite")
        path = self.url.removeprefix("sqlite:///")
        con = sqlite3.connect(path) if lite else psycopg.connect(self.url, options="-c fairdue.companies=1")
        try:
            return [int(con.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]) for table in TABLES]
        finally:
            con.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def built(request, tmp_path_factory) -> Iterator[House]:
    """The house as it is made, once a database."""
    folder = tmp_path_factory.mktemp("built")
    if request.param == "sqlite":
        made = House(f"sqlite:///{folder}/house.sqlite3", folder)
        made.make()
        yield made
        return
    name = f"fairdue_api_{os.getpid()}"
    try:
        admin = psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL")
    for one in (name, f"{name}_copy"):
        admin.execute(f"DROP DATABASE IF EXISTS {one} WITH (FORCE)")
    admin.execute(f"CREATE DATABASE {name}")
    made = House(POSTGRES.rpartition("/")[0] + f"/{name}", folder)
    made.make()
    yield made
    for one in (name, f"{name}_copy"):
        admin.execute(f"DROP DATABASE IF EXISTS {one} WITH (FORCE)")
    admin.close()


@pytest.fixture
def house(built: House, tmp_path) -> House:
    """A copy of its own for each test."""
    shutil.copytree(built.folder, tmp_path / "copy")
    if built.url.startswith("sqlite"):
        return House(f"sqlite:///{tmp_path}/copy/house.sqlite3", tmp_path / "copy", built.token)
    name = built.url.rpartition("/")[2]
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}_copy WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}_copy TEMPLATE {name}")
    return House(f"{built.url}_copy", tmp_path / "copy", built.token)


@pytest.mark.parametrize("work", ["copies", "books", "list", "mail"])
def test_killed_after_the_commit_and_asked_again(work: str, house: House):
    before = house.counts()
    assert house.ask(work, die="kept").returncode == -signal.SIGKILL
    after = house.counts()
    assert after != before
    again = house.ask(work)
    assert again.stdout.split()[0] in {"200", "201"}, again.stdout + again.stderr
    assert house.counts() == after
    assert house.ask(work).stdout == again.stdout


@pytest.mark.parametrize("work", ["copies", "list", "books", "mail"])
def test_killed_before_the_answer_is_kept(work: str, house: House):
    """Where work and answer are one transaction nothing is there yet; else the work knows itself when the claim has lapsed."""
    before = house.counts()
    assert house.ask(work, die="bare").returncode == -signal.SIGKILL
    after = house.counts()
    assert (after == before) is (work in {"books", "mail"})
    assert house.ask(work).stdout.split()[0] == "409"
    again = house.ask(work, at="2026-03-03T09:02:00+00:00")
    assert again.stdout.split()[0] in {"200", "201"}, again.stdout + again.stderr
    if after != before:
        assert house.counts() == after
        assert '"new":1' in again.stdout
    else:
        assert house.counts() != before


@pytest.mark.parametrize("work", ["copies", "list", "books", "mail"])
def test_two_at_once_have_one_effect(work: str, house: House, tmp_path):
    """What is written is what one request writes: the other hears the same answer, or that it is at work."""
    (meeting := tmp_path / "meeting").mkdir()
    both = [house.begin(work, "meet", str(meeting)) for _ in range(2)]
    said = [one.communicate(timeout=240) for one in both]
    answers = [out for out, _ in said]
    assert [one.returncode for one in both] == [0, 0], said
    after = house.counts()
    done = [one for one in answers if one.split()[0] in {"200", "201"}]
    assert done, said
    assert all(one.split()[0] == "409" for one in answers if one not in done), answers
    assert len(set(done)) == 1
    assert house.ask(work).stdout == done[0]
    assert house.counts() == after
    if work in {"copies", "list"}:
        assert '"new":1' in done[0]
    if work == "books":
        assert '"repeated":0' in done[0]


def test_the_claim_of_a_long_work_is_renewed(house: House, tmp_path):
    """80 seconds after it was asked for, the reading of a list goes on: its claim of a minute has not lapsed."""
    (folder := tmp_path / "slow").mkdir()
    before = house.counts()
    first = house.begin("list", "slow", str(folder))
    try:
        until((folder / "renewed").exists)
        assert house.ask("list", at="2026-03-03T09:01:50+00:00").stdout.split()[0] == "409"
        assert house.counts() == before
    finally:
        (folder / "go").touch()
    out, errors = first.communicate(timeout=240)
    assert out.split()[0] == "201", errors
    after = house.counts()
    assert house.ask("list", at="2026-03-03T09:01:50+00:00").stdout == out
    assert house.counts() == after


def test_a_database_that_is_locked_or_gone_is_a_problem_to_ask_again_about(house):
    """Nothing of it is an error of the program: 503 with the time to wait, from the door and from the work; afterwards it is done."""
    away = [503, "database", "application/problem+json", "10"]
    locked = house.run(str(HERE / "ask_away.py"), "locked", house.token).stdout.splitlines()
    assert [json.loads(line) for line in locked] == [away, [201, "", "application/json", ""]]
    (gone,) = house.run(str(HERE / "ask_away.py"), "gone", house.token).stdout.splitlines()
    assert json.loads(gone) == away
