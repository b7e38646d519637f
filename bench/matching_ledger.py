"""Proposing 100,000 bank lines against 1,000,000 items out of the database: reading, index, matching, proposals and money written.

The ledger and the bank files are those of the open benchmark (seed 9); settled items are settled in the source. CPU time is that of the
process: on PostgreSQL the server's is apart and shows in the wall time only. The floor reads the same items and does nothing else.
How far it is shows on standard error; of the wall time is said what went into reading, the index, matching, and the rest (writing).
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.databases import PROGRESS, found_on_both

LINES, ITEMS = 100_000, 1_000_000
SECONDS, MEMORY_MB = 60, 3_000
DAY = date(2026, 12, 31)
PHASES = ("reading", "index", "matching", "writing")
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.matching_ledger"):
        what = f"{label}: {LINES:,} lines against {ITEMS:,} items of the ledger"
        yield (f"{what}, proposed, wall", found["wall"], "s", found["floor"], SECONDS)
        for phase in PHASES:
            yield (f"{label}: of that, {phase}", found[phase], "s", None, None)
        yield (f"{what}, CPU", found["cpu"], "s", None, None)
        yield (f"{label}: lines proposed", found["lines"], "lines", None, None)
        yield (f"{label}: peak memory of proposing", found["memory_mb"], "MB", None, MEMORY_MB)


def _portions(rows: Iterable[Any], size: int = 100_000) -> Iterator[list[Any]]:
    rows = iter(rows)
    while portion := list(islice(rows, size)):
        yield portion


def _owe(company_id: int, at: datetime, folder: Path) -> None:
    """Book customers, documents, items, and what was settled of them."""
    from bench.cash_application.product import rows
    from fairdue.ledger import bulk
    from fairdue.ledger.models import Allocation, Customer, Document, DueItem

    customers: dict[str, int] = {}
    told = list(rows(folder / "customers.csv"))
    for pk, row in zip(bulk.reserve_ids(Customer, len(told)), told, strict=True):
        customers[row["customer"]] = pk
    Customer.objects.bulk_create(
        [
            Customer(
                pk=customers[row["customer"]], company_id=company_id, number=row["customer"], number_key=row["customer"],
                name=row["name"], country=row["country"], created_at=at,
            )
            for row in told
        ],
        batch_size=500,
    )  # fmt: skip
    for number, portion in enumerate(_portions(rows(folder / "items.csv"))):
        _say(f"filling: {number * 100_000:,} of {ITEMS:,} items")
        documents = bulk.reserve_ids(Document, len(portion))
        items = bulk.reserve_ids(DueItem, len(portion))
        kinds = ["invoice" if int(row["amount_minor"]) > 0 else "credit_note" for row in portion]
        days = [date.fromisoformat(row["issued_on"]) for row in portion]
        bulk.insert_rows(
            Document,
            ("id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms", "order_no",
             "reference", "effective_on", "recorded_at"),
            [(pk, company_id, customers[row["customer"]], kind, row["number"], on, row["currency"], int(row["amount_minor"]), "", "",
              "", on, at) for pk, row, kind, on in zip(documents, portion, kinds, days, strict=True)],
        )  # fmt: skip
        bulk.insert_rows(
            DueItem,
            ("id", "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
             "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at"),
            [(pk, company_id, customers[row["customer"]], document, 1, row["currency"], int(row["amount_minor"]),
              date.fromisoformat(row["due_on"]), 0, row["reference"], "", 1, on, at)
             for pk, document, row, on in zip(items, documents, portion, days, strict=True)],
        )  # fmt: skip
        settled = [
            (company_id, customers[row["customer"]], "source_settlement", pk, row["currency"],
             int(row["amount_minor"]) - int(row["open_minor"]), "", on, at)
            for pk, row, on in zip(items, portion, days, strict=True)
            if int(row["amount_minor"]) > int(row["open_minor"]) >= 0
        ]  # fmt: skip
        bulk.insert_rows(
            Allocation,
            ("company_id", "customer_id", "kind", "due_item_id", "currency", "amount_minor", "reason", "effective_on", "recorded_at"),
            settled,
        )  # fmt: skip


def _say(text: str) -> None:
    print(f"{PROGRESS}{text}", file=sys.stderr, flush=True)


def _timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def fill() -> None:
    """Make the ledger and take the bank files in."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from bench.cash_application.generate import generate
    from bench.cash_application.product import rows
    from fairdue.cash.actions import Said, do_take_in
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    set_scope([company.pk])
    at = datetime(2026, 12, 31, 9, tzinfo=UTC)
    actor = Actor(company.pk, at, name="Bench", roles=frozenset({"finance_lead"}))
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        generate(folder, 9, LINES, ITEMS)
        _owe(company.pk, at, folder)
        for account in rows(folder / "accounts.csv"):
            said = Said(account["account"], account["currency"]) if account["file"].endswith(".csv") else Said()
            _say(f"filling: {account['file']}")
            do_take_in(actor, (folder / account["file"]).read_bytes(), account["file"], new_account=True, said=said)


def propose() -> dict[str, float]:
    """Propose every line, and measure it."""
    from fairdue.cash.actions import do_propose
    from fairdue.cash.matching.match import Matcher
    from fairdue.ledger.queries import payable_items
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    company = Company.objects.values_list("pk", flat=True).get()
    set_scope([company])
    actor = Actor(company, datetime(2026, 12, 31, 10, tzinfo=UTC), name="Bench", roles=frozenset({"finance_lead"}))
    took: dict[str, float] = dict.fromkeys(PHASES, 0.0)
    started = time.perf_counter()

    def matcher(book: Any, lines: Iterable[Any], allowed: frozenset[str]) -> Iterator[Any]:
        took["reading"] = time.perf_counter() - started
        took["index"], _, made = _timed(lambda: Matcher(book, allowed, {}))
        for line in lines:
            before = time.perf_counter()
            answer = made.answer(line)
            took["matching"] += time.perf_counter() - before
            yield answer

    def progress(seen: int, of: int) -> None:
        if seen % 20_000 == 0:
            _say(f"proposed: {seen:,} of {of:,} lines, {time.perf_counter() - started:.0f} s")

    wall, cpu, done = _timed(lambda: do_propose(actor, matcher=matcher, progress=progress))
    took["writing"] = wall - sum(took.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    floor, _, _ = _timed(lambda: len(payable_items(company, DAY, closed_since=date(2024, 1, 1))))
    return took | {"wall": wall, "cpu": cpu, "floor": floor, "lines": done.lines, "memory_mb": peak}


def measure() -> dict[str, Any]:
    """Fill in this process, propose in one of its own: what filling needed does not count as memory."""
    import os
    import subprocess

    import django

    django.setup()
    fill()
    command = [sys.executable, "-m", "bench.matching_ledger", "--propose"]
    done = subprocess.run(command, env=os.environ, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


if __name__ == "__main__":
    if "--propose" in sys.argv:
        import django

        django.setup()
        print(json.dumps(propose()))
    else:
        print(json.dumps(measure()))
