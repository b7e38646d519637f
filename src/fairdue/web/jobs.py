"""Work started from a page that takes longer than an answer may: a process of its own, one of a kind and company at a time.

1. The page takes the lock of the company's job, writes down what is asked, starts a process and hands the open lock down. The
   operating system gives it back when the process ends, however it ends: held lock means work, free lock means none.
2. What it is at is written beside the lock, whole or not at all; the page reads it.
3. A wish to stop is a file beside it, which the process looks for between two steps.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from fairdue.conf.env import for_child

TELL_EVERY_S = 0.3
children: list[subprocess.Popen[bytes]] = []
"""Processes that were started here; looked at now and then, so that the system can forget ended ones."""


def _path(kind: str, company_id: int, ending: str) -> Path:
    return Path(settings.DATA_DIR) / "jobs" / f"{kind}-{company_id}.{ending}"


def tell(kind: str, company_id: int, state: dict[str, Any]) -> None:
    """Write down where a job stands, whole or not at all."""
    path = _path(kind, company_id, "json")
    part = path.with_suffix(f".part-{os.getpid()}")
    part.write_text(json.dumps(state, ensure_ascii=False))
    part.replace(path)


def stored(kind: str, company_id: int) -> dict[str, Any] | None:
    """Give what was written down last, or None where no such job was ever started here or its file cannot be read."""
    children[:] = [child for child in children if child.poll() is None]
    try:
        found = json.loads(_path(kind, company_id, "json").read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def alive(kind: str, company_id: int) -> bool:
    """Say whether a process works on such a job."""
    try:
        with _path(kind, company_id, "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def latest(kind: str, company_id: int) -> dict[str, Any] | None:
    """Give where the latest job stands, with ``alive``; None where none was ever started here."""
    found = stored(kind, company_id)
    if found is None:
        return None
    # Asked first whether it lives: it may end between the two looks, and then the newer file is read.
    works = alive(kind, company_id)
    return {**(stored(kind, company_id) or found), "alive": works}


def begin(kind: str, company_id: int, state: dict[str, Any], start: Callable[[int], None]) -> bool:
    """Write down what is asked and start it with the open lock; False, and nothing written, where one is at work."""
    path = _path(kind, company_id, "lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        _path(kind, company_id, "stop").unlink(missing_ok=True)
        tell(kind, company_id, state)
        start(lock.fileno())
    return True


def launch(command: Sequence[str], lock: int) -> None:
    """Start the process; it holds ``lock`` until it ends, and lives on when the pages are stopped."""
    children.append(
        subprocess.Popen(
            list(command), env=for_child(), pass_fds=[lock], start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    )  # fmt: skip


def ask_to_stop(kind: str, company_id: int) -> None:
    """Ask the process to stop before its next step."""
    if alive(kind, company_id):
        _path(kind, company_id, "stop").touch()


def is_to_stop(kind: str, company_id: int) -> bool:
    """Say whether somebody asked the process to stop."""
    return _path(kind, company_id, "stop").exists()


class Stopped(Exception):
    """Somebody asked the process to stop; what is done is done."""


class Pace:
    """Says whether it is time to write progress down again: at once for something new, else a few times a second."""

    def __init__(self) -> None:
        self.told_at, self.what = 0.0, ""

    def __call__(self, what: str) -> bool:
        present = time.monotonic()
        if what == self.what and present - self.told_at < TELL_EVERY_S:
            return False
        self.what, self.told_at = what, present
        return True
