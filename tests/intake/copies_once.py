"""Run by tests in a process of its own: bring a folder of files in, or die when about to write to a table for the n-th time."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from killed import dying_before


def main() -> None:
    import django

    django.setup()
    from fairdue.intake import files
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    folder, write_to, after = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    files.BATCH_FILES = 5
    actor = Actor(Company.objects.get().pk, datetime(2026, 3, 2, 9, tzinfo=UTC), roles=frozenset({"finance_lead"}))

    with dying_before(write_to, after):
        found = files.do_bring_paths(actor, [folder])
    sys.stdout.write(f"{found.new} {found.known} {len(found.refused)}")


if __name__ == "__main__":
    main()
