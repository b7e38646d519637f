"""Run by tests in a process of its own: import a file, or die in the middle of it.

``python import_once.py FILE [WRITE_TO]`` imports FILE as a full list of source "erp". With WRITE_TO the process kills itself
without notice when it is about to write to that table. Prints the counts.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from killed import dying_before


def main() -> None:
    import django

    django.setup()
    from fairdue.intake import bring
    from fairdue.ledger.models import Source
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    file, write_to = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 3, 2, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    day = date(2026, 3, 2)
    source = Source.objects.filter(code="erp").first()
    reading = bring.read_for(source, file.read_bytes(), file.name, as_of=day)

    with dying_before(write_to):
        done = bring.do_bring(actor, "erp", reading, as_of=day, full=True)
    sys.stdout.write(json.dumps(done.counts))


if __name__ == "__main__":
    main()
