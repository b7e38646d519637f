"""Flow back: 100,000 items with a payment each, one in ten with a charge, in one in twenty the payment taken back. Cut, written, answered.

The floor is the bare reading of the same rows through the driver, in the same run. SQLite, and PostgreSQL as an ordinary role where a
server answers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.databases import found_on_both

ITEMS, CUSTOMERS = 100_000, 10_000
DAY, AT = date(2026, 6, 1), datetime(2026, 6, 1, 6, tzinfo=UTC)
LIMIT_S = 10.0
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.books"):
        yield from _lines(label, found)


def _lines(label: str, found: dict[str, Any]) -> Iterator[Line]:
    count = f"{found['postings']:,} postings of {ITEMS:,} items"
    yield (f"{label}: {count}, cut and written as CSV, wall", found["cut"] + found["csv"], "s", found["read"], LIMIT_S)
    yield (f"{label}: of that, cut", found["cut"], "s", None, None)
    yield (f"{label}: nothing new to cut, wall", found["again"], "s", None, LIMIT_S / 4)
    yield (f"{label}: all answered as booked, wall", found["answered"], "s", None, LIMIT_S)
    yield (f"{label}: journal of the whole ledger, wall", found["journal"], "s", None, 2 * LIMIT_S)
    yield (f"{label}: peak memory", found["peak_mb"], "MB", None, 1_000)


def fill() -> Any:
    """Make the company; the same every time."""
    from fairdue.ledger.bulk import insert_rows, reserve_ids
    from fairdue.ledger.models import Allocation, Charge, Customer, Document, DueItem, Payment, Source
    from fairdue.people.models import Company

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    source = Source.objects.create(company=company, code="erp")
    c, s = company.pk, source.pk
    insert_rows(
        Customer,
        ("id", "company_id", "number", "number_key", "name", "legal_name", "street", "postal_code", "city", "region", "country",
         "language", "time_zone", "registration_no", "vat_no", "natural_person", "public_body", "size", "key_account", "policy_code",
         "created_at"),
        [(n, c, str(n), str(n), f"Customer {n}", "", "", "", "", "", "DE", "", "", "", "", "no", "unknown", "unknown", False, "", AT)
         for n in range(1, CUSTOMERS + 1)],
    )  # fmt: skip
    rows = [(n, n % CUSTOMERS + 1, 1_000 + n, ("EUR", "USD")[n % 2]) for n in range(1, ITEMS + 1)]
    insert_rows(
        Document,
        ("id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms", "order_no", "reference",
         "source_id", "effective_on", "recorded_at"),
        [(n, c, k, "invoice", f"INV-{n}", DAY, cur, amount, "", "", "", s, DAY, AT) for n, k, amount, cur in rows],
    )  # fmt: skip
    insert_rows(
        DueItem,
        ("id", "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
         "payment_reference", "source_id", "source_key", "occurrence", "effective_on", "recorded_at"),
        [(n, c, k, n, 1, cur, amount, DAY, 0, "", s, f"INV-{n}", 1, DAY, AT) for n, k, amount, cur in rows],
    )  # fmt: skip
    insert_rows(
        Payment,
        ("id", "company_id", "customer_id", "currency", "amount_minor", "reference", "payer", "source_id", "source_key", "occurrence",
         "effective_on", "recorded_at"),
        [(n, c, k, cur, amount, f"SEPA {n}", "", s, f"P{n}", 1, DAY, AT) for n, k, amount, cur in rows],
    )  # fmt: skip
    insert_rows(
        Charge,
        ("id", "company_id", "customer_id", "due_item_id", "kind", "currency", "amount_minor", "basis", "notice_key", "effective_on",
         "recorded_at"),
        [(n, c, k, n, "interest", cur, 77, {}, f"notice {n}", DAY, AT) for n, k, _, cur in rows if n % 10 == 0],
    )  # fmt: skip
    fields = (
        "id", "company_id", "customer_id", "kind", "due_item_id", "payment_id", "currency", "amount_minor", "reverses_id", "reason",
        "effective_on", "recorded_at",
    )  # fmt: skip
    ids = list(reserve_ids(Allocation, 2 * ITEMS))
    insert_rows(
        Allocation, fields,
        [(ids[n - 1], c, k, "payment", n, n, cur, amount, None, "", DAY, AT) for n, k, amount, cur in rows],
    )  # fmt: skip
    insert_rows(
        Allocation, fields,
        [(ids[ITEMS + n - 1], c, k, "payment", n, n, cur, -amount, ids[n - 1], "taken back", DAY, AT + timedelta(minutes=1))
         for n, k, amount, cur in rows if n % 20 == 0],
    )  # fmt: skip
    return company


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    made = work()
    return round(time.perf_counter() - begun, 2), made


def measure(folder: Path) -> dict[str, Any]:
    """Fill the database of the environment; cut, write, answer; then the journal."""
    import resource

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    from fairdue.books import files
    from fairdue.books.actions import do_acknowledge, do_cut
    from fairdue.books.journal import write_journal
    from fairdue.books.rules import Given
    from fairdue.people.actor import Actor

    with transaction.atomic():
        company = fill()
    actor = Actor(company.pk, AT + timedelta(hours=1), name="Bench", roles=frozenset({"finance_lead"}))

    def bare() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM ledger_allocation")
            found = len(cursor.fetchall())
            cursor.execute("SELECT * FROM ledger_charge")
            return found + len(cursor.fetchall())

    read, count = _timed(bare)
    cut, batches = _timed(lambda: do_cut(actor))
    again, nothing = _timed(lambda: do_cut(actor))
    csv, _ = _timed(lambda: [files.hand_out(actor, "bench", one, "csv", folder / "out") for one in batches])
    answered, _ = _timed(
        lambda: [do_acknowledge(actor, one.number, [Given(None, True)], key=f"{one.number}") for one in batches]
    )
    journal, _ = _timed(lambda: write_journal(actor, folder / "journal.beancount", DAY))
    postings = sum(batch.lines for batch in batches)
    assert (postings, nothing) == (count, []), (postings, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "read": read, "cut": cut, "again": again, "csv": csv, "answered": answered, "journal": journal, "postings": postings,
        "peak_mb": peak,
    }  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        for line in run():
            print(line)
