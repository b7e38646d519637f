"""Run by tests in a process of its own: ask the interface for one piece of work, or die when its work is committed.

``python ask_once.py MAKE`` makes the house and prints a token. ``python ask_once.py WORK TOKEN [DIE]`` asks for the work and prints
status and body; with DIE the process kills itself without notice after the work is committed and before the answer leaves. ``DIE`` is
``kept`` (the kept answer is written too) or ``bare`` (it is not: only where work and answer are not one transaction). Instead of DIE,
``meet FOLDER`` waits before it asks until two processes are there, and ``slow FOLDER`` stops inside the reading of a list, after its
claim was renewed at 09:02, until FOLDER/go is there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not there():
        assert time.monotonic() < end
        time.sleep(0.01)


def slowly(folder: Path) -> None:
    from fairdue.api import imports, once
    from fairdue.api.models import KeptAnswer

    renewed = datetime(2026, 3, 3, 9, 2, tzinfo=UTC)
    once.RENEW_S, once.now = 0.05, lambda: renewed
    read = imports.bring.read_for

    def reading(*args, **more):
        until(lambda: KeptAnswer.objects.filter(claimed_at=renewed).exists())
        (folder / "renewed").touch()
        until((folder / "go").exists)
        return read(*args, **more)

    imports.bring.read_for = reading


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    from api_sample import Program, make_house

    from fairdue.conf.clock import now
    from fairdue.people.scope import close_scope

    if sys.argv[1] == "MAKE":
        sys.stdout.write(make_house("ours", "Quernstein", now()).token())
        return
    from test_api_once import WORKS

    from fairdue.api import once

    close_scope()
    die = sys.argv[3] if len(sys.argv) > 3 else ""
    if die == "kept":
        once._answer = lambda *args, **more: os.kill(os.getpid(), signal.SIGKILL)
    elif die == "bare":
        from django.db.models import QuerySet

        update = QuerySet.update

        def killed(rows, **values):
            if "answered_at" in values:
                os.kill(os.getpid(), signal.SIGKILL)
            return update(rows, **values)

        QuerySet.update = killed
    elif die == "meet":
        folder = Path(sys.argv[4])
        (folder / str(os.getpid())).touch()
        until(lambda: len(list(folder.iterdir())) == 2)
    elif die == "slow":
        slowly(Path(sys.argv[4]))
    answer = WORKS[sys.argv[1]](Program(sys.argv[2]), "k1")
    sys.stdout.write(f"{answer.status_code} {answer.content.decode()}")


if __name__ == "__main__":
    main()
