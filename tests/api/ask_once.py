"""Run by tests in a process of its own: ask the interface for one piece of work, or die when its work is committed.

``python ask_once.py MAKE`` makes the house and prints a token. ``python ask_once.py WORK TOKEN [DIE]`` asks for the work and prints
status and body; with DIE the process kills itself without notice after the work is committed and before the answer leaves. ``DIE`` is
``kept`` (the kept answer is written too) or ``bare`` (it is not: only where work and answer are not one transaction).
"""

from __future__ import annotations

import os
import signal
import sys


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
    answer = WORKS[sys.argv[1]](Program(sys.argv[2]), "k1")
    sys.stdout.write(f"{answer.status_code} {answer.content.decode()}")


if __name__ == "__main__":
    main()
