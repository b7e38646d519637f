"""Bank files taken in: 10,000 and 100,000 lines of CAMT, read, held against what is known, written and audited; matched and booked.

CPU time is that of the process; on PostgreSQL the server's is apart and shows in the wall time only. The floor reads the same file and
does nothing else.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.databases import found_on_both

Line = tuple[str, float, str, float | None, float | None]
SMALL, LARGE = 10_000, 100_000
LIMIT_S = 2.5
"""CPU seconds for 10,000 lines: half of what reading, matching and booking may take together."""
MEMORY_MB = 1000
MATCHED_S = 5.0
"""CPU seconds for 10,000 lines read, matched to 10,000 open items and booked."""


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.cash"):
        yield (f"{label}: {SMALL:,} lines of CAMT taken in, CPU", found["small"], "s", found["floor"], LIMIT_S)
        yield (f"{label}: the same, wall", found["small_wall"], "s", None, None)
        yield (f"{label}: an overlapping file, nothing new, CPU", found["again"], "s", found["floor"], LIMIT_S)
        yield (f"{label}: the same proposed, CPU", found["proposed"], "s", None, None)
        yield (f"{label}: the same posted, CPU", found["posted"], "s", None, None)
        matched = found["small"] + found["proposed"] + found["posted"]
        yield (f"{label}: {SMALL:,} lines read, matched and booked, CPU", matched, "s", None, MATCHED_S)
        yield (f"{label}: {LARGE:,} lines, CPU", found["large"], "s", None, LIMIT_S * LARGE / SMALL)
        yield (f"{label}: peak memory", found["memory_mb"], "MB", None, MEMORY_MB)


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def _owe(actor: Any, count: int) -> None:
    """Book the invoices that the lines pay: two of a customer, one item each."""
    import bank_files

    from fairdue.ledger import bulk
    from fairdue.ledger.models import Customer, Document, DueItem

    own, at, on = actor.company_id, actor.at, date(2026, 10, 1)
    customers, documents = bulk.reserve_ids(Customer, count // 2), bulk.reserve_ids(Document, count)
    Customer.objects.bulk_create(
        Customer(
            pk=pk,
            company_id=own,
            number=str(n),
            number_key=str(n),
            name=f"Abnehmer {n} GmbH",
            country="DE",
            created_at=at,
        )
        for n, pk in enumerate(customers)
    )
    amounts = list(bank_files.amounts(count))
    bulk.insert_rows(
        Document,
        ("id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms", "order_no",
         "reference", "effective_on", "recorded_at"),
        [(pk, own, customers[n // 2], "invoice", f"RE-{100_000 + n}", on, "EUR", amounts[n], "", "", "", on, at)
         for n, pk in enumerate(documents)],
    )  # fmt: skip
    bulk.insert_rows(
        DueItem,
        ("company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
         "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at"),
        [(own, customers[n // 2], pk, 1, "EUR", amounts[n], on, 0, "", "", 1, on, at) for n, pk in enumerate(documents)],
    )  # fmt: skip


def measure() -> dict[str, float]:
    """Take the files into the database of the environment."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "formats"))
    import bank_files

    from fairdue.cash.actions import do_post, do_propose, do_take_in
    from fairdue.cash.models import BankLine
    from fairdue.formats.bank.files import read_bank_file
    from fairdue.ledger.models import Allocation
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    set_scope([company.pk])
    actor = Actor(company.pk, datetime(2026, 11, 2, 9, tzinfo=UTC), name="Bench", roles=frozenset({"finance_lead"}))

    def take(data: bytes) -> tuple[float, float]:
        return _timed(lambda: do_take_in(actor, data, "bench.xml", new_account=True))

    # The made file has one account for all payers, which says that they are one.
    small = re.sub(rb"<DbtrAcct>.*?</DbtrAcct>", b"", b"".join(bank_files.camt(SMALL)))
    floor, _ = _timed(lambda: sum(1 for _part in read_bank_file(io.BytesIO(small), "bench.xml")))
    cpu, wall = take(small)
    _owe(actor, SMALL)
    proposed, _ = _timed(lambda: do_propose(actor))
    posted, _ = _timed(lambda: do_post(actor))
    assert Allocation.objects.count() == SMALL
    again, _ = take(small.replace(b"<MsgId>M1<", b"<MsgId>M2<").replace(b"CLBD", b"XXXX"))
    assert BankLine.objects.filter(occurrence__gt=0).count() == SMALL
    assert BankLine.objects.count() == 2 * SMALL
    large, _ = take(b"".join(bank_files.camt(LARGE)))
    assert BankLine.objects.filter(occurrence__gt=0).count() == LARGE
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "proposed": proposed,
        "posted": posted,
        "small": cpu,
        "small_wall": wall,
        "floor": floor,
        "again": again,
        "large": large,
        "memory_mb": peak,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
