"""A run started from a page: a process of its own does it, so that the pages stay quick and a restart of them harms nothing.

1. The page takes the lock of the company's job, starts ``python -m fairdue.web.run_job`` and hands the open lock down. The
   operating system gives it back when the process ends, however it ends: held lock means work, free lock means none.
2. The process asks again who started it and whether that person may still do so, then runs the line up to the commit.
   Nothing leaves the house: release and dispatch are for a person.
3. What it is at is written beside the lock, whole or not at all; the page reads it. A killed run goes on where it was.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from fairdue.conf.env import for_child

TELL_EVERY_S = 0.3
COMMAND = (sys.executable, "-m", "fairdue.web.run_job")
_children: list[subprocess.Popen[bytes]] = []
"""Processes that were started here; looked at now and then, so that the system can forget ended ones."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands. ``run_id`` is set when it is done, ``error`` when it failed; ``alive`` tells whether one works."""

    as_of: str
    started_by: str
    what: str = ""
    done: int = 0
    of: int = 0
    run_id: int | None = None
    error: str = ""
    alive: bool = False

    @property
    def day(self) -> date:
        """Give the day that the run is for."""
        return date.fromisoformat(self.as_of)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "jobs"


def _lock_path(company_id: int) -> Path:
    return _folder() / f"run-{company_id}.lock"


def _tell(company_id: int, progress: Progress) -> None:
    path = _folder() / f"run-{company_id}.json"
    part = path.with_suffix(f".part-{os.getpid()}")
    part.write_text(json.dumps(asdict(progress), ensure_ascii=False))
    part.replace(path)


def _alive(company_id: int) -> bool:
    try:
        with _lock_path(company_id).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def progress_of(company_id: int) -> Progress | None:
    """Give where the company's latest job stands, or None where none was ever started here."""
    _children[:] = [child for child in _children if child.poll() is None]
    try:
        stored = json.loads((_folder() / f"run-{company_id}.json").read_text())
        return Progress(**{**stored, "alive": _alive(company_id)})
    except (OSError, ValueError, TypeError):
        return None


def start(company_id: int, user_id: int, name: str, as_of: date, language: str) -> bool:
    """Start a run of a company in a process of its own; False where one is at work."""
    _folder().mkdir(parents=True, exist_ok=True)
    with _lock_path(company_id).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        _tell(company_id, Progress(as_of.isoformat(), name))
        launch([str(company_id), str(user_id), as_of.isoformat(), language], lock.fileno())
    return True


def launch(arguments: list[str], lock: int) -> None:
    """Start the process; it holds ``lock`` until it ends, and lives on when the pages are stopped."""
    _children.append(
        subprocess.Popen(
            [*COMMAND, *arguments], env=for_child(), pass_fds=[lock], start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )
    )  # fmt: skip


def work(company_id: int, user_id: int, as_of: date) -> Progress:
    """Run the line for who asked, telling where it is; the last word is what became of it."""
    from fairdue.conf.clock import now
    from fairdue.people.models import User
    from fairdue.people.queries import actor_for
    from fairdue.people.scope import company_scope

    with company_scope(company_id):
        actor = actor_for(User.objects.get(pk=user_id), company_id, now())
        name = actor.name if actor is not None else ""
        began = Progress(as_of.isoformat(), name)
        if actor is None:
            ended = Progress(began.as_of, name, error="not_allowed")
        else:
            from fairdue.cycle import line
            from fairdue.cycle.lock import RunBusy
            from fairdue.people.actor import NotAllowed

            try:
                run = line.go(actor, as_of, line.Watch(report=_Teller(company_id, began)))
                ended = Progress(began.as_of, name, run_id=run.pk)
            except NotAllowed:
                ended = Progress(began.as_of, name, error="not_allowed")
            except (RunBusy, line.RunError, ValueError) as error:
                ended = Progress(began.as_of, name, error=str(error))
    _tell(company_id, ended)
    return ended


class _Teller:
    """Writes progress down, a few times a second at most."""

    def __init__(self, company_id: int, began: Progress) -> None:
        self.company_id, self.began, self.told_at, self.what = company_id, began, 0.0, ""

    def __call__(self, what: str, done: int, of: int) -> None:
        present = time.monotonic()
        if what == self.what and present - self.told_at < TELL_EVERY_S:
            return
        self.what, self.told_at = what, present
        _tell(self.company_id, Progress(self.began.as_of, self.began.started_by, what, done, of))


def main(arguments: list[str]) -> int:
    """Run as a process of its own: company, user, day, language of messages."""
    import django

    django.setup()
    from django.utils import translation

    company_id, user_id, as_of, language = arguments
    translation.activate(language)
    return 1 if work(int(company_id), int(user_id), date.fromisoformat(as_of)).error else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
