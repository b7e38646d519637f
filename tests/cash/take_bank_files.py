"""Run by tests in a process of its own: take three bank files in, or die in the middle of it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from killed import dying_before

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "formats"))


def main() -> None:
    import bank_files
    import django

    django.setup()
    from fairdue.cash.actions import do_take_in
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 11, 2, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    write_to, after = (*sys.argv[1:3], "", "0")[:2]
    with dying_before(write_to, int(after or 0)):
        for made in (bank_files.camt(3), bank_files.mt940(4), bank_files.camt(5)):
            do_take_in(actor, b"".join(made), "file", new_account=True)


if __name__ == "__main__":
    main()
