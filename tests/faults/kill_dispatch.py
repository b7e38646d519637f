"""The kill test: dispatchers are ended by SIGKILL at random lines and moments, and started again.

``python kill_dispatch.py --folder DIR --kills N [--postgres URL]`` works on a SQLite file below DIR, or on a database of its
own on the PostgreSQL server of URL (dropped when all went well). A state file makes it resumable: kills done are not done
again. The last line printed is a JSON summary; the exit code is 1 when an assertion failed.

One round: messages are queued (e-mails and letters, each claiming an open invoice); dispatchers are started in processes
of their own and killed, at a random line of the outbox's code, of smtplib or of the database layer, or at a random moment;
at times two work at once. Then one dispatcher runs to its end, and the round is judged:

- every e-mail is *handed over* and the server has it exactly once, or it is *uncertain* and the server has it at most once;
- every letter is handed over and lies in its folder once, whole; the list names it once;
- one hand-over is recorded for each, in the audit log and on the timeline; the audit chain verifies;
- for each hand-over, and for nothing else, one task waits for an answer, due so many days after it;
- the ledger's money tables are what they were.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

HERE = Path(__file__).resolve().parent
TRACED = ("/fairdue/contact/", "/smtplib.py", "/django/db/backends/base/base.py", "/django/db/transaction.py")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EMAILS, LETTERS = 6, 3
SILENT_AFTER = 5
BY_CLOCK, IN_PAIRS = 0.3, 0.25
"""Shares of kills at a random moment (the others hit a random line), and of dispatchers that have company."""
MONEY_TABLES = (
    "ledger_document", "ledger_due_item", "ledger_due_date_change", "ledger_payment", "ledger_allocation", "ledger_charge",
)  # fmt: skip


class Harness:
    """One database, one mail server, many rounds."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, random.Random(seed)
        self.log, self.state_file = folder / "mails.log", folder / "state.json"
        self.state: dict[str, Any] = {
            "kills": 0,
            "rounds": 0,
            "by_line": 0,
            "by_clock": 0,
            "uncertain": 0,
            "handed_over": 0,
        }
        if self.state_file.exists():
            self.state = json.loads(self.state_file.read_text())
            self.random.seed(seed + self.state["rounds"])
        self.lines_per_run = 20_000
        self.seconds_per_run = 1.0

    # The world: made once, found again after an interruption.

    def prepare(self) -> None:
        from django.core.management import call_command

        from fairdue.people.models import Company

        call_command("migrate", verbosity=0)
        found = Company.objects.filter(code="faults").first()
        self.company = found or self._company()
        self.money = self._money()

    def _company(self) -> Any:
        from fairdue.ledger.actions import Maturity, do_book_document, do_book_payment
        from fairdue.ledger.models import Contact, Customer
        from fairdue.people.actor import system_actor
        from fairdue.people.models import Company

        company = Company.objects.create(
            code="faults", name="Faults AG", country="DE", currency="EUR", email="c@faults.example"
        )
        actor = system_actor(company.pk, START)
        for number in range(EMAILS + LETTERS):
            customer = Customer.objects.create(
                company=company, number=str(number), number_key=str(number), name=f"Customer {number}", country="DE",
                language="de", street="Weg 1", city="Kiel", natural_person="no", created_at=START,
            )  # fmt: skip
            Contact.objects.create(company=company, customer=customer, email=f"c{number}@example.test")
            do_book_document(
                actor, customer_id=customer.pk, kind="invoice", number=f"R-{number}", issued_on=date(2026, 1, 5),
                currency="EUR", maturities=[Maturity(date(2026, 2, 5), 1000_00 + number)],
            )  # fmt: skip
        do_book_payment(actor, amount_minor=5_00, currency="USD", effective_on=date(2026, 2, 6))
        return company

    def _money(self) -> str:
        from django.db import connection

        sha = hashlib.sha256()
        with connection.cursor() as cursor:
            for table in MONEY_TABLES:
                cursor.execute(f"SELECT * FROM {table} ORDER BY id")
                sha.update(repr((table, cursor.fetchall())).encode())
        return sha.hexdigest()

    def start_mail_server(self) -> None:
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.server = subprocess.Popen(
            [sys.executable, str(HERE / "kill_mail_server.py"), str(self.log), str(port_file)]
        )
        for _ in range(300):
            if port_file.exists():
                self.smtp_url = f"smtp://127.0.0.1:{port_file.read_text()}"
                return
            time.sleep(0.1)
        raise RuntimeError("the mail server did not start")

    # A round.

    def round(self, kills_left: int) -> None:
        keys = self._queue()
        killed = 0
        while killed < kills_left and (left := self._unsettled(keys)):
            killed += self._attempt(left)
        finished = self._child(None)
        assert os.waitpid(finished, 0)[1] == 0, "a dispatcher that nobody killed failed"
        self._judge(keys)
        self.state["rounds"] += 1
        self._save()

    def _save(self) -> None:
        part = self.state_file.with_suffix(".part")
        part.write_text(json.dumps(self.state))
        part.replace(self.state_file)

    def at(self) -> datetime:
        return START + timedelta(seconds=self.state["rounds"])

    def _queue(self) -> list[str]:
        from fairdue.contact.actions import Outgoing, Silence, do_queue_many, do_store
        from fairdue.contact.facts import ClaimItem, GatePolicy
        from fairdue.ledger.models import Contact, DueItem
        from fairdue.people.actor import system_actor

        actor = system_actor(self.company.pk, self.at())
        policy = GatePolicy(business_days_only=False, quiet_from_minute=0, quiet_to_minute=0)
        contacts = dict(Contact.objects.filter(company=self.company).values_list("customer_id", "id"))
        made = []
        for at, item in enumerate(DueItem.objects.filter(company=self.company).order_by("id")):
            key = f"round-{self.state['rounds']}:{at}"
            pdf = do_store(actor, f"%PDF-1.7 {key}".encode() * 50, file_name="letter.pdf")
            made.append(Outgoing(
                customer_id=item.customer_id, step_key=key, run_key=f"round-{self.state['rounds']}", language="de", subject=key,
                channel="letter" if at < LETTERS else "email", contact_id=contacts[item.customer_id], body_text=key,
                attachments=(pdf,), currency="EUR", claim_items=(ClaimItem(item.pk, item.amount_minor),), policy=policy,
                on_silence=(Silence("answer", f"{key}/answer", SILENT_AFTER),),
            ))  # fmt: skip
        self.random.shuffle(made)
        do_queue_many(actor, made)
        return [one.step_key for one in made]

    def _unsettled(self, keys: list[str]) -> int:
        from fairdue.contact.models import OutboxMessage

        return OutboxMessage.objects.filter(
            company=self.company, step_key__in=keys, state__in=["queued", "claimed"]
        ).count()

    def _attempt(self, left: int) -> bool:
        """Start a dispatcher (or two) on ``left`` messages and kill it; True when the kill came before the end."""
        by_clock = self.random.random() < BY_CLOCK
        die_at = self.random.randrange(1, self.lines_per_run * left // (EMAILS + LETTERS) + 1)
        other = self._child(None) if self.random.random() < IN_PAIRS else None
        victim = self._child(None if by_clock else die_at)
        if by_clock:
            time.sleep(self.random.random() * self.seconds_per_run * left / (EMAILS + LETTERS))
            os.kill(victim, signal.SIGKILL)
        status = os.waitpid(victim, 0)[1]
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed or status == 0, f"a dispatcher failed with status {status}"
        if other is not None:
            assert os.waitpid(other, 0)[1] == 0, "the other dispatcher failed"
        if killed:
            self.state["kills"] += 1
            self.state["by_clock" if by_clock else "by_line"] += 1
            self._save()
        return killed

    def measure(self) -> None:
        """Learn how many traced lines and how long a whole dispatch is, from two rounds that nobody disturbs."""
        counted = self.folder / "lines"
        for die_at in (0, None):
            keys = self._queue()
            started = time.monotonic()
            assert os.waitpid(self._child(die_at, counted if die_at == 0 else None), 0)[1] == 0
            self.seconds_per_run = min(time.monotonic() - started, 3.0)
            self._judge(keys)
            self.state["rounds"] += 1
            self._save()
        self.lines_per_run = int(counted.read_text())

    def _child(self, die_at: int | None, counted: Path | None = None) -> int:
        """Fork a dispatcher. ``die_at`` kills it at that traced line; 0 counts lines; None runs undisturbed."""
        from django.db import connections

        connections.close_all()
        pid = os.fork()
        if pid:
            return pid
        try:
            self._dispatch(die_at, counted)
            os._exit(0)
        except BaseException:  # noqa: BLE001 - a child must end here, whatever went wrong
            import traceback

            traceback.print_exc()
            os._exit(9)

    def _dispatch(self, die_at: int | None, counted: Path | None) -> None:
        from fairdue.contact.dispatch import dispatch
        from fairdue.contact.transports import PrintFolder, SmtpTransport
        from fairdue.people.scope import company_scope

        transports = [SmtpTransport.from_url(self.smtp_url), PrintFolder(self.folder / "letters")]
        seen = _trace(die_at) if die_at is not None else [0]
        with company_scope(self.company.pk):
            dispatch(self.company.pk, self.at(), transports)
        sys.settrace(None)
        if counted is not None:
            counted.write_text(str(seen[0]))

    # The judgement.

    def _judge(self, keys: list[str]) -> None:
        from fairdue.contact.models import OutboxMessage
        from fairdue.ledger import audit
        from fairdue.ledger.models import AuditEntry

        taken = (
            Counter(line.split()[0] for line in self.log.read_text().splitlines()) if self.log.exists() else Counter()
        )
        messages = list(OutboxMessage.objects.filter(company=self.company, step_key__in=keys))
        assert len(messages) == len(keys), "a message was lost"
        for message in messages:
            what = f"{message.step_key} ({message.channel}) is {message.state}, server has {taken[message.message_id]}"
            if message.channel == "email":
                assert message.state in {"handed_over", "uncertain"}, what
                assert taken[message.message_id] <= 1, f"sent twice: {what}"
                assert message.state == "uncertain" or taken[message.message_id] == 1, f"not sent: {what}"
            else:
                assert message.state == "handed_over", what
                self._judge_letter(message)
            entries = AuditEntry.objects.filter(action="hand_over", subject=f"message:{message.pk}").count()
            assert entries == (1 if message.state == "handed_over" else 0), f"{entries} hand-overs recorded: {what}"
            self._judge_wait(message)
            self.state[message.state] += 1
        self._judge_list()
        assert self._money() == self.money, "the ledger changed"
        audit.seal(self.company.pk)
        assert audit.verify(self.company.pk, []) == [], "the audit chain is broken"

    def _judge_wait(self, message: Any) -> None:
        from fairdue.contact.models import Task

        due = [message.handed_over_at.date() + timedelta(days=SILENT_AFTER)] if message.state == "handed_over" else []
        tasks = Task.objects.filter(company=self.company, key=f"{message.step_key}/answer")
        assert list(tasks.values_list("due_on", flat=True)) == due, f"{message.step_key} is waited for otherwise"

    def _judge_letter(self, message: Any) -> None:
        path = self.folder / "letters" / message.hand_over_evidence["path"]
        assert path.read_bytes() == f"%PDF-1.7 {message.step_key}".encode() * 50, f"{path} is not the letter"

    def _judge_list(self) -> None:
        for folder in (self.folder / "letters").glob("*/*"):
            listed = csv.DictReader(io.StringIO((folder / "manifest.csv").read_bytes().decode("utf-8-sig")))
            files = sorted(path.name for path in folder.glob("*.pdf"))
            assert sorted(row["file"] for row in listed) == files, f"{folder}: list and files differ"


def _trace(die_at: int) -> list[int]:
    """Count the lines run in the traced files; kill this process at number ``die_at`` (0: never)."""
    seen = [0]

    def lines(frame: Any, event: str, arg: object) -> Any:
        if event == "line":
            seen[0] += 1
            if seen[0] == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return lines

    def calls(frame: Any, event: str, arg: object) -> Any:
        return lines if any(part in frame.f_code.co_filename for part in TRACED) else None

    sys.settrace(calls)
    return seen


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", default="", help="URL of a server on which databases may be made")
    given = parser.parse_args()
    os.environ["PGOPTIONS"] = "-c fairdue.companies=1"  # what a session sees outside a scope: the one company
    given.folder.mkdir(parents=True, exist_ok=True)
    os.environ["FAIRDUE_DATA_DIR"] = str(given.folder.resolve())
    name = "fairdue_faults_" + hashlib.sha256(str(given.folder.resolve()).encode()).hexdigest()[:12]
    os.environ["FAIRDUE_DATABASE_URL"] = _database(given.postgres, name) if given.postgres else ""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairdue.conf.settings")
    import django

    django.setup()
    harness = Harness(given.folder.resolve(), given.seed)
    harness.prepare()
    harness.start_mail_server()
    try:
        harness.measure()
        while harness.state["kills"] < given.kills:
            harness.round(given.kills - harness.state["kills"])
            sys.stderr.write(f"  {harness.state['kills']} of {given.kills} kills\n")
    finally:
        harness.server.terminate()
    sys.stdout.write(json.dumps({**harness.state, "lines_per_run": harness.lines_per_run}) + "\n")
    if given.postgres:
        from django.db import connections

        connections.close_all()
        _administer(given.postgres, f'DROP DATABASE "{name}" WITH (FORCE)')
    return 0


def _database(server: str, name: str) -> str:
    """Make the database, or find it again; give its URL."""
    try:
        _administer(server, f'CREATE DATABASE "{name}"')
    except psycopg.errors.DuplicateDatabase:
        pass
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _administer(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


if __name__ == "__main__":
    sys.exit(main())
