"""The kill test of whole runs: the line, the release of everything and the hand-over, ended by SIGKILL and started again.

``python kill_run.py --folder DIR --kills N [--postgres URL]`` keeps a small demonstration ledger as a template below DIR, or
as a template database on the server of URL, and works on a fresh copy in every round. A state file makes it resumable:
kills done are not done again, an interrupted round is thrown away. The last line printed is a JSON summary; the exit code
is 1 when an assertion failed.

One round: processes run ``line.go`` and ``send_out`` under a policy that releases everything by rule, with a real mail server
and a print folder; each is killed at a named checkpoint, at a random line of our code, or at a random moment, until one
reaches the end. Then the round is judged:

- there is one run, done, with the decisions of an undisturbed run; no proposal, notice, charge or message is there twice, and
  none is missing;
- every e-mail is *handed over* and the server has it exactly once, or *uncertain* and the server has it at most once, or it
  waits and the server does not have it; every letter lies in its folder once, and no file lies there that nobody recorded;
- the ledger's money tables are what they were, apart from the charges that notices claim;
- the run replays exactly, and the audit chain verifies against the heads that lie outside the database.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

HERE = Path(__file__).resolve().parent
TRACED = (
    "/fairdue/cycle/", "/fairdue/contact/", "/fairdue/dunning/actions/", "/fairdue/cover/actions/", "/fairdue/ledger/audit.py",
    "/fairdue/ledger/bulk.py",
    "/fairdue/engine/snapshot.py", "/smtplib.py", "/django/db/backends/base/base.py", "/django/db/transaction.py",
)  # fmt: skip
AS_OF = date(2026, 10, 30)
START = datetime(2026, 10, 30, 9, 30, tzinfo=UTC)
CUSTOMERS, SEED = 30, 20260
MONEY_TABLES = (
    "ledger_document", "ledger_due_item", "ledger_due_date_change", "ledger_payment", "ledger_allocation", "ledger_charge",
)  # fmt: skip
WAYS = ("checkpoint", "line", "clock")
KILLS_A_ROUND_MAX = 6


class Harness:
    """One template, one mail server, many rounds."""

    def __init__(self, folder: Path, postgres: str, seed: int) -> None:
        self.folder, self.postgres, self.seed = folder, postgres, seed
        self.log, self.state_file = folder / "mails.log", folder / "state.json"
        self.state: dict[str, Any] = {"kills": 0, "rounds": 0, **dict.fromkeys(WAYS, 0), "points": {}}
        if self.state_file.exists():
            self.state = json.loads(self.state_file.read_text())
        self.random = random.Random(f"{seed}/{self.state['rounds']}")
        mark = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
        self.names = (f"fairdue_faults_{mark}_template", f"fairdue_faults_{mark}_round")
        self.round_folder = folder / "round"
        self.expected: dict[str, Any] = {}
        self.counts = {"checkpoint": 1, "line": 1}
        self.seconds = 5.0

    # The world.

    def prepare(self) -> None:
        """Make the template, or find it whole again after an interruption."""
        done = self.folder / "template.done"
        if not done.exists():
            self._use(template=True)
            if self.postgres:
                self._administer(f'DROP DATABASE IF EXISTS "{self.names[0]}" WITH (FORCE)')
                self._administer(f'CREATE DATABASE "{self.names[0]}"')
            else:
                (self.folder / "template.sqlite3").unlink(missing_ok=True)
            assert self._child(self._make_template) == 0, "the template could not be made"
            done.touch()
        self._learn()

    def _make_template(self) -> None:
        from django.core.management import call_command

        from fairdue.cli.demo import insure
        from fairdue.demo.generate import build
        from fairdue.dunning.actions import do_adopt_policy
        from fairdue.dunning.policy import shipped_yaml
        from fairdue.people.actor import system_actor
        from fairdue.people.scope import company_scope

        call_command("migrate", verbosity=0)
        made = build(START - timedelta(hours=1), AS_OF, SEED, CUSTOMERS, "kill-test-password")
        text = shipped_yaml("flexible").replace("release: person", "release: automatic")
        assert "automatic" in text
        with company_scope(made.company_id):
            insure(made.company_id, START)
            do_adopt_policy(system_actor(made.company_id, START), "flexible", text)

    def _use(self, *, template: bool = False) -> None:
        """Point Django at the template or at this round's copy."""
        from django.conf import settings
        from django.db import connections

        connections.close_all()
        entry = connections["default"].settings_dict
        if self.postgres:
            entry["NAME"] = self.names[0] if template else self.names[1]
        else:
            entry["NAME"] = str(self.folder / "template.sqlite3" if template else self.round_folder / "fairdue.sqlite3")
        settings.DATA_DIR = self.folder / "template" if template else self.round_folder

    def _fresh(self) -> None:
        """Begin a round on a fresh copy, with an empty mail log."""
        shutil.rmtree(self.round_folder, ignore_errors=True)
        self.round_folder.mkdir()
        self._use()
        if self.postgres:
            self._administer(f'DROP DATABASE IF EXISTS "{self.names[1]}" WITH (FORCE)')
            self._administer(f'CREATE DATABASE "{self.names[1]}" TEMPLATE "{self.names[0]}"')
        else:
            for ending in ("", "-wal"):
                source = self.folder / f"template.sqlite3{ending}"
                if source.exists():
                    shutil.copyfile(source, self.round_folder / f"fairdue.sqlite3{ending}")
        self.log.write_text("")

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(statement.encode())

    def start_mail_server(self) -> None:
        """Start the server in a process of its own; what it took is on disk before it says so."""
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        self.server = subprocess.Popen(
            [sys.executable, str(HERE / "kill_mail_server.py"), str(self.log), str(port_file)]
        )
        for _ in range(600):
            if port_file.exists():
                self.smtp_url = f"smtp://127.0.0.1:{port_file.read_text()}"
                return
            time.sleep(0.1)
        raise RuntimeError("the mail server did not start")

    # Processes.

    def _start(self, work: Callable[[], None]) -> int:
        from django.db import connections

        connections.close_all()
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - a child must end here, whatever went wrong
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(9)

    def _child(self, work: Callable[[], None]) -> int:
        return os.waitpid(self._start(work), 0)[1]

    def _run(self, at: datetime, way: str = "", die_at: int = 0) -> None:
        """Do a whole run, as far as one gets. ``die_at`` kills at that checkpoint or traced line; 0 only counts."""
        from fairdue.contact.transports import PrintFolder, SmtpTransport
        from fairdue.cycle.dispatch import send_out
        from fairdue.cycle.line import Watch, go
        from fairdue.people.actor import system_actor
        from fairdue.people.models import Company
        from fairdue.people.scope import company_scope

        seen = {"checkpoint": 0, "line": 0}

        def count(name: str) -> None:
            seen["checkpoint"] += 1
            if way == "checkpoint" and seen["checkpoint"] == die_at:
                (self.folder / "point").write_text(name)
                os.kill(os.getpid(), signal.SIGKILL)

        company_id = Company.objects.get().pk
        actor = system_actor(company_id, at)
        transports = [SmtpTransport.from_url(self.smtp_url), PrintFolder(self.round_folder / "outbox" / "letters")]
        if way == "line":
            _trace(seen, die_at, self.folder / "point")
        with company_scope(company_id):
            run = go(actor, AS_OF, Watch(checkpoint=count), then_dispatch=True)
            send_out(actor, run, Watch(checkpoint=count), transports)
        sys.settrace(None)
        (self.folder / "counted").write_text(json.dumps(seen))

    def _learn(self) -> None:
        """Run undisturbed twice: for the time and the checkpoints, and for the lines; keep what such a run leaves."""
        for way in ("checkpoint", "line"):
            self._fresh()
            started = time.monotonic()
            assert self._child(lambda way=way: self._run(START, way)) == 0, "an undisturbed run failed"
            if way == "checkpoint":
                self.seconds = time.monotonic() - started
            self.counts[way] = json.loads((self.folder / "counted").read_text())[way]
            assert self._child(self._judge) == 0, "an undisturbed run does not pass the judgement"
            self.expected = json.loads((self.folder / "found").read_text())

    # A round.

    def round(self, kills_left: int) -> None:
        """Kill runs on one fresh ledger until one gets through, and judge what is left."""
        self._fresh()
        killed, attempt = 0, 0
        while True:
            way = self.random.choice(WAYS) if killed < min(kills_left, KILLS_A_ROUND_MAX) else ""
            at = START + timedelta(seconds=attempt)
            attempt += 1
            status = self._attempt(at, way)
            if os.WIFSIGNALED(status):
                assert os.WTERMSIG(status) == signal.SIGKILL, f"a run ended by signal {os.WTERMSIG(status)}"
                killed += 1
                self._note(way)
                if self._child(self._reached_end) == 0:
                    break  # killed on its last lines, with everything done: another start would be a second run of the day
                continue
            assert status == 0, f"a run failed with status {status}"
            break
        # The end reached once more changes nothing.
        assert self._child(lambda: self._again(START + timedelta(seconds=attempt))) == 0
        assert self._child(self._judge) == 0, f"the judgement of round {self.state['rounds']} failed"
        self.state["rounds"] += 1
        self._save()

    def _attempt(self, at: datetime, way: str) -> int:
        (self.folder / "point").unlink(missing_ok=True)
        die_at = self.random.randrange(1, self.counts[way] + 1) if way in self.counts else 0
        pid = self._start(lambda: self._run(at, way, die_at))
        if way == "clock":
            time.sleep(self.random.random() * self.seconds)
            os.kill(pid, signal.SIGKILL)
        return os.waitpid(pid, 0)[1]

    def _again(self, at: datetime) -> None:
        from fairdue.contact.transports import PrintFolder, SmtpTransport
        from fairdue.cycle.dispatch import send_out
        from fairdue.cycle.models import Run
        from fairdue.people.actor import system_actor
        from fairdue.people.models import Company
        from fairdue.people.scope import company_scope

        company_id = Company.objects.get().pk
        transports = [SmtpTransport.from_url(self.smtp_url), PrintFolder(self.round_folder / "outbox" / "letters")]
        with company_scope(company_id):
            send_out(system_actor(company_id, at), Run.objects.get(), None, transports)

    @staticmethod
    def _reached_end() -> None:
        from fairdue.cycle.models import Run

        if not Run.objects.filter(state=Run.State.DONE).exists():
            os._exit(1)

    def _note(self, way: str) -> None:
        self.state["kills"] += 1
        self.state[way] += 1
        point = self.folder / "point"
        if point.exists():
            name = point.read_text()
            self.state["points"][name] = self.state["points"].get(name, 0) + 1
        self._save()

    def _save(self) -> None:
        part = self.state_file.with_suffix(".part")
        part.write_text(json.dumps(self.state))
        part.replace(self.state_file)

    # The judgement, in a process of its own: it uses threads, which a fork must not carry along.

    def _judge(self) -> None:
        from fairdue.people.models import Company
        from fairdue.people.scope import company_scope

        company_id = Company.objects.get().pk
        with company_scope(company_id):
            found = {**self._judge_run(company_id), **self._judge_messages(company_id), "money": _money()}
        (self.folder / "found").write_text(json.dumps(found))
        if self.expected:
            for name, value in self.expected.items():
                assert found[name] == value, f"{name}: {found[name]!r} instead of {value!r}"

    def _judge_run(self, company_id: int) -> dict[str, Any]:
        from fairdue.cycle.anchors import outside_anchors
        from fairdue.cycle.models import Run, WorklistRow
        from fairdue.cycle.replay import replay
        from fairdue.dunning.models import DunningRun, Notice, Proposal
        from fairdue.ledger import audit
        from fairdue.ledger.models import AuditEntry, Charge

        run = Run.objects.get()
        assert (run.state, run.stage) == (Run.State.DONE, Run.Stage.DISPATCH), f"{run.state} at {run.stage}"
        assert DunningRun.objects.get().run_key == run.key
        assert WorklistRow.objects.filter(run=run).count() == run.summary["worklist"]
        steps = sorted(Proposal.objects.values_list("step_key", "state"))
        assert len({step for step, _ in steps}) == len(steps), "a proposal is there twice"
        notices = list(Notice.objects.order_by("step_key").values_list("step_key", flat=True))
        assert len(set(notices)) == len(notices), "a notice is there twice"
        for action, count in (("start_run", 1), ("propose", 1), ("cancel_run", 0)):
            assert AuditEntry.objects.filter(action=action).count() == count, action
        again = replay(run)
        assert again.exact, again.differences
        assert again.stored_intact
        audit.seal(company_id)
        assert audit.verify(company_id, outside_anchors(company_id)) == [], "the audit chain is broken"
        charges = Charge.objects.exclude(notice_key="").order_by("notice_key", "kind", "due_item__id", "amount_minor")
        return {
            "decisions": run.decisions_sha256, "proposals": [list(step) for step in steps], "notices": notices,
            "charges": [list(row) for row in charges.values_list("notice_key", "kind", "due_item_id", "amount_minor")],
        }  # fmt: skip

    def _judge_messages(self, company_id: int) -> dict[str, Any]:
        from fairdue.contact.models import OutboxMessage
        from fairdue.ledger.models import AuditEntry

        taken = Counter(line.split()[0] for line in self.log.read_text().splitlines())
        messages = list(OutboxMessage.objects.order_by("step_key"))
        files: set[str] = set()
        for message in messages:
            here = taken.pop(message.message_id, 0)
            what = f"{message.step_key} ({message.channel}) is {message.state}, server has {here}"
            most = {"handed_over": (1, 1), "uncertain": (0, 1), "queued": (0, 0), "blocked": (0, 0), "bounced": (0, 0)}
            assert message.state in most, what
            if message.channel == "email":
                least, at_most = most[message.state]
                assert least <= here <= at_most, what
            elif message.state == "handed_over":
                files.add(self._letter(message))
            entries = AuditEntry.objects.filter(action="hand_over", subject=f"message:{message.pk}").count()
            assert entries == (message.state == "handed_over"), f"{entries} hand-overs recorded: {what}"
        assert not taken, f"the server has mails that nobody recorded: {sorted(taken)}"
        there = {path.name for path in (self.round_folder / "outbox").rglob("*.pdf") if ".2-" not in path.name}
        assert there == files, f"letters there and recorded differ: {there ^ files}"
        return {"messages": [[message.step_key, message.channel] for message in messages]}

    def _letter(self, message: Any) -> str:
        path = self.round_folder / "outbox" / "letters" / message.hand_over_evidence["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == message.hand_over_evidence["sha256"], f"{path} differs"
        return path.name


def _money() -> str:
    """Hash the money tables by content; charges that a notice claims are left out: they come with it."""
    from django.db import connection

    sha = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in MONEY_TABLES:
            where = "WHERE notice_key = ''" if table == "ledger_charge" else ""
            cursor.execute(f"SELECT * FROM {table} {where} ORDER BY id")
            sha.update(repr((table, cursor.fetchall())).encode())
    return sha.hexdigest()


def _trace(seen: dict[str, int], die_at: int, point: Path) -> None:
    """Count the lines run in the traced files; kill this process at number ``die_at`` (0: never)."""

    def lines(frame: Any, event: str, arg: object) -> Any:
        if event == "line":
            seen["line"] += 1
            if seen["line"] == die_at:
                point.write_text(f"{Path(frame.f_code.co_filename).name}:{frame.f_code.co_name}")
                os.kill(os.getpid(), signal.SIGKILL)
        return lines

    def calls(frame: Any, event: str, arg: object) -> Any:
        return lines if any(part in frame.f_code.co_filename for part in TRACED) else None

    sys.settrace(calls)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", default="", help="URL of a server on which databases may be made")
    given = parser.parse_args()
    os.environ["PGOPTIONS"] = "-c fairdue.companies=1"  # what a session sees outside a scope: the one company
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["FAIRDUE_DATA_DIR"] = str(folder)
    url = urlsplit(given.postgres)._replace(path="/fairdue_faults").geturl() if given.postgres else ""
    os.environ["FAIRDUE_DATABASE_URL"] = url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairdue.conf.settings")
    import django

    django.setup()
    harness = Harness(folder, given.postgres, given.seed)
    harness.start_mail_server()
    try:
        harness.prepare()
        while harness.state["kills"] < given.kills:
            harness.round(given.kills - harness.state["kills"])
            sys.stderr.write(f"  {harness.state['kills']} of {given.kills} kills\n")
    finally:
        harness.server.terminate()
    told = {name: harness.state[name] for name in ("kills", "rounds", *WAYS)}
    told |= {"kinds_of_point": len(harness.state["points"]), "checkpoints_per_run": harness.counts["checkpoint"]}
    told |= {"lines_per_run": harness.counts["line"], "messages": len(harness.expected["messages"])}
    sys.stdout.write(json.dumps(told) + "\n")
    if given.postgres:
        for name in harness.names:
            harness._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return 0


if __name__ == "__main__":
    sys.exit(main())
