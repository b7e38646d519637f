"""Run by tests in a process of its own: bring a folder of files in, or die when about to write to a table for the n-th time."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path


def main() -> None:
    import django

    django.setup()
    from django.db import connection

    from fairdue.intake import files
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    folder, write_to, left = Path(sys.argv[1]), sys.argv[2], [int(sys.argv[3])]
    files.BATCH_FILES = 5
    actor = Actor(Company.objects.get().pk, datetime(2026, 3, 2, 9, tzinfo=UTC), roles=frozenset({"finance_lead"}))

    def kill(execute, sql, params, many, context):
        if write_to and sql.startswith("INSERT") and write_to in sql:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kill):
        found = files.do_bring_paths(actor, [folder])
    sys.stdout.write(f"{found.new} {found.known} {len(found.refused)}")


if __name__ == "__main__":
    main()
