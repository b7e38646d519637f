"""Run by tests in a process of its own: kill an erasure and an export at every point, begin again, and look for what is left.

``python kill_erasure.py FOLDER [EVERY]``: the ledger of ``FAIRDUE_DATABASE_URL`` (SQLite in FOLDER, or a server's) is filled with one
person once. Then, for every EVERY-th thing that an erasure does (a statement that writes, a key destroyed, a file removed), the state
of before is put back, a child erases and is killed by SIGKILL right there, and a second child asks for the same again. Prints what it
saw as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class State:
    """The state of before, put back for every kill: the folder by copying, a server's database by its template."""

    def __init__(self, folder: Path) -> None:
        self.data, self.kept = folder / "data", folder / "kept"
        self.url = os.environ["FAIRDUE_DATABASE_URL"]
        self.name = self.url.rpartition("/")[2]

    def keep(self) -> None:
        from django.db import connections

        connections.close_all()
        shutil.copytree(self.data, self.kept)
        self._server(f"CREATE DATABASE {self.name}_kept TEMPLATE {self.name}")

    def put_back(self) -> None:
        from django.db import connections

        connections.close_all()
        shutil.rmtree(self.data)
        shutil.copytree(self.kept, self.data)
        self._server(
            f"DROP DATABASE {self.name} WITH (FORCE)", f"CREATE DATABASE {self.name} TEMPLATE {self.name}_kept"
        )

    def _server(self, *statements: str) -> None:
        if self.url.startswith("sqlite"):
            return
        import psycopg

        with psycopg.connect(self.url.rpartition("/")[0] + "/postgres", autocommit=True) as con:
            for statement in statements:
                con.execute(statement.encode())


def child(work: Callable[[], None]) -> int:
    """Run in a fork of its own; give how it ended: 0, 1, or minus the signal."""
    from django.db import connections

    connections.close_all()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001  the child tells what went wrong
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def counted(kill_at: int, work: Callable[[], None]) -> int:
    """Do the work and count what it does to anything that lasts; at the ``kill_at``-th, die before it is done."""
    import zipfile

    from django.db import connection

    from fairdue.ledger import keystore
    from fairdue.ledger.store.folder import FolderStore

    seen = 0

    def tick() -> None:
        nonlocal seen
        seen += 1
        if seen == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def ticking(owner: type, name: str) -> None:
        plain = getattr(owner, name)

        def ticked(*args, **more):
            tick()
            found = plain(*args, **more)
            tick()
            return found

        setattr(owner, name, ticked)

    ticking(keystore.KeyStore, "destroy")
    ticking(keystore.KeyStore, "note_erased")
    ticking(FolderStore, "remove")
    ticking(zipfile.ZipFile, "writestr")

    def wrapper(execute, sql, params, many, context):
        if not sql.lstrip().startswith(("SELECT", "PRAGMA table")):
            tick()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        work()
    return seen


def main() -> None:
    import django

    folder, every = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from fairdue.people import scope

    scope.OUTSIDE = range(1, 10)
    call_command("migrate", verbosity=0)
    scope.close_scope()
    from personal_traces import in_database, in_folder
    from personal_wish import CHINESE, EMAIL, NAME, PHONE, STREET, THEN, TODAY

    from conftest import Book, _deal, _talk, acting
    from fairdue.ledger import audit, keystore
    from fairdue.ledger.models import Contact, Customer, Erasure
    from fairdue.people.models import Company
    from fairdue.personal.actions import do_erase
    from fairdue.personal.export import do_export
    from fairdue.personal.people import load
    from fairdue.personal.repeat import do_sweep

    settings.FAIRDUE_MAIL_FROM = "credit@acme.example"
    company = Company.objects.create(
        code="acme", name="Acme", country="DE", currency="EUR", language="de", time_zone="Europe/Berlin"
    )
    then = acting(company, THEN, ("finance_lead", "system"))
    customer = Customer.objects.create(
        company=company, number=NAME, number_key="WILHELMINEKÄSEBIER", name=NAME, legal_name=f"{NAME} e.K.", street=STREET,
        city="Hamburg", country="DE", language="de", created_at=THEN,
    )  # fmt: skip
    contact = Contact.objects.create(company=company, customer=customer, name=CHINESE, email=EMAIL, phone=PHONE)
    other = Customer.objects.create(
        company=company, number="18", number_key="18", name="Beta AG", natural_person="no", created_at=THEN
    )
    book = Book(company, acting(company, NOW), then, customer, contact, other, Path(settings.DATA_DIR))
    _deal(book)
    _talk(book)
    audit.seal(company.pk)
    assert in_database()
    state = State(folder)
    state.keep()
    out = folder / "person.zip"

    def erase() -> None:
        scope.close_scope()
        person = load(company.pk, "customer", customer.pk)
        assert do_erase(book.actor, person, TODAY, reason="asked").state == "done"

    def export() -> None:
        scope.close_scope()
        part = out.with_name(out.name + ".part")
        with part.open("wb") as file:
            do_export(book.actor, load(company.pk, "customer", customer.pk), file)
        os.replace(part, out)

    def clean() -> None:
        erase()
        assert in_database() == [], in_database()[:3]
        assert in_folder(book.data) == []
        assert Erasure.objects.get().doomed is None
        audit.seal(company.pk)
        assert audit.verify(company.pk) == []
        do_sweep(datetime.now(UTC).replace(year=2030))
        named = keystore.opened().names(2**40)
        assert named <= set(_in_use()), "a key of the erased person is left"

    def whole() -> None:
        export()
        import zipfile

        with zipfile.ZipFile(out) as archive:
            assert archive.testzip() is None
            assert json.loads(archive.read("person.json"))["files"]
        audit.seal(company.pk)
        assert audit.verify(company.pk) == []

    def stopped(step: str) -> None:
        """Erase, and die at the moment that a step is done."""
        scope.close_scope()

        def at(done: str) -> None:
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)

        do_erase(book.actor, load(company.pk, "customer", customer.pk), TODAY, reason="asked", checkpoint=at)

    told = {"erase": _kill_all(state, erase, clean, every), "steps": _kill_steps(state, stopped, clean)}
    told["export"] = _kill_all(state, export, whole, every, lambda: not out.exists())
    sys.stdout.write(json.dumps(told))


STEPS = (
    "opened",
    "noted",
    "letters removed",
    "copies removed",
    "files removed",
    "swept",
    "sealed",
    "keys destroyed",
    "overwritten",
)


def _kill_steps(state: State, stopped: Callable[[str], None], check: Callable[[], None]) -> dict[str, str]:
    """Kill right after each step of an erasure; give how each ended when it was asked again."""
    found = {}
    for step in STEPS:
        state.put_back()
        ended = child(lambda step=step: stopped(step))
        again = child(check)
        found[step] = "whole" if (ended, again) == (-signal.SIGKILL, 0) else f"ended {ended}, again {again}"
    return found


def _in_use() -> list[str]:
    from fairdue.personal.repeat import _named_keys

    return list(_named_keys())


def _kill_all(
    state: State,
    work: Callable[[], None],
    check: Callable[[], None],
    every: int,
    between: Callable[[], bool] | None = None,
) -> dict[str, int]:
    """Kill at each point until the work comes to its end; give how many kills there were and what was found wrong."""
    found = {"kills": 0, "wrong": 0, "steps": 0}
    at = 1
    while True:
        state.put_back()
        for left in state.data.parent.glob("person.zip*"):
            left.unlink()
        ended = child(lambda at=at: counted(at, work))
        if ended == 0:
            found["steps"] = at - 1
            found["wrong"] += child(check) != 0
            return found
        if ended != -signal.SIGKILL:
            found["wrong"] += 1
            return found
        found["kills"] += 1
        found["wrong"] += bool(between and not between()) + (child(check) != 0)
        at += every


if __name__ == "__main__":
    main()
