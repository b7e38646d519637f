"""A register of 10,000 bills, each covering an invoice, taken into a ledger of 100,000 open items; the same again, and the list.

CPU time is that of the process; on PostgreSQL the server's is apart and shows in the wall time only.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.databases import found_on_both

Line = tuple[str, float, str, float | None, float | None]
BILLS, ITEMS = 10_000, 100_000
TAKEN_S = 5.0
"""CPU seconds for the whole register."""
KNOWN_S = 2.0
LISTED_S = 2.0


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.instruments"):
        yield (f"{label}: {BILLS:,} bills with covers on {ITEMS:,} items, CPU", found["taken_cpu"], "s", None, TAKEN_S)
        yield (f"{label}: the same, wall", found["taken"], "s", None, None)
        yield (f"{label}: the same register again, CPU", found["known"], "s", None, KNOWN_S)
        yield (f"{label}: all of them listed with what is to be done, CPU", found["listed"], "s", None, LISTED_S)


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure() -> dict[str, float]:
    """Take the register into the database of the environment."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "cash"))
    from instrument_registers import many, owe

    from fairdue.cash.actions.import_instruments import do_import_instruments
    from fairdue.cash.instruments import standing
    from fairdue.people.actor import Actor
    from fairdue.people.days import today_of
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    set_scope([company.pk])
    actor = Actor(company.pk, datetime(2026, 11, 2, 9, tzinfo=UTC), name="Bench", roles=frozenset({"finance_lead"}))
    owe(actor, ITEMS, customers=2_000)
    data = many(BILLS, customers=2_000)
    taken, taken_cpu = _timed(lambda: do_import_instruments(actor, data, "register.csv"))
    again: list[Any] = []
    _, known = _timed(lambda: again.append(do_import_instruments(actor, data, "register.csv")))
    assert (again[0].new, again[0].known) == (0, BILLS)
    found: list[Any] = []
    _, listed = _timed(lambda: found.extend(standing(company.pk, today_of(actor), soon_days=60)))
    assert len(found) == BILLS
    return {"taken": taken, "taken_cpu": taken_cpu, "known": known, "listed": listed}


if __name__ == "__main__":
    print(json.dumps(measure()))
