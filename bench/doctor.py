"""The data check on 100,000 customers with a contact each and 200,000 open invoices: queries, DuckDB, duplicates, money.

The floor is the bare reading of the same rows in the same run. SQLite, and PostgreSQL as an ordinary role where a server answers.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.databases import found_on_both

CUSTOMERS, ITEMS_EACH = 100_000, 2
DAY = date(2026, 6, 1)
LIMIT_S = 5.0
Line = tuple[str, float, str, float | None, float | None]
WORDS = (
    "Nord",
    "Hafen",
    "Werk",
    "Stahl",
    "Quern",
    "Licht",
    "Berg",
    "Wasser",
    "Glas",
    "Feder",
    "Kupfer",
    "Linde",
    "Anker",
    "Mühlen",
)
FORMS = ("GmbH", "AG", "GmbH & Co. KG", "Ltd", "S.A.", "B.V.", "有限公司")


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.doctor"):
        yield from _lines(label, found)


def _lines(label: str, found: dict[str, Any]) -> Iterator[Line]:
    yield (f"{label}: data check of {CUSTOMERS:,} customers, wall", found["whole"], "s", found["read"], LIMIT_S)
    yield (f"{label}: of that, CPU of the process", found["cpu"], "s", None, None)
    yield (f"{label}: of that, duplicates", found["twins"], "s", None, None)
    yield (f"{label}: queries", found["queries"], "queries", None, 5)
    yield (f"{label}: file of {found['rows']:,} customers, XLSX", found["file"], "s", None, None)
    yield (f"{label}: peak memory", found["peak_mb"], "MB", None, 1_500)


def fill() -> Any:
    """Make the company; one customer in ten lacks something, one in fifty has a twin. The same every time."""
    from fairdue.ledger.bulk import insert_rows
    from fairdue.ledger.models import Contact, Customer, Document, DueItem
    from fairdue.people.models import Company

    rng, at = random.Random(7), datetime(2026, 1, 2, tzinfo=UTC)
    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    customers, contacts, documents, items = [], [], [], []
    for n in range(1, CUSTOMERS + 1):
        of = n - 1 if n % 50 == 0 else n
        word = f"{WORDS[of % 14]}{WORDS[of // 14 % 14].lower()} {of // 196}"
        gap = rng.randrange(40)
        customers.append(
            (n, company.pk, str(n), str(n), f"{word} {FORMS[n % 7]}", "", None, "Weg 1" if gap else "", "1", "Köln", "",
             "DE" if gap != 1 else "", "de" if gap != 2 else "", "", f"HRB {n}" if gap != 3 and n % 50 else "",
             f"DE{100_000_000 + of}", "no", "unknown", "unknown", False, None, "", at)
        )  # fmt: skip
        if gap != 4:
            mail = f"ap@kunde{of}.example" if gap != 5 else ""
            contacts.append(
                (n, company.pk, n, "payables", "", "", "email", mail, "", "", "unknown", None, None, "", True)
            )
        for k in range(ITEMS_EACH):
            pk, currency = (n - 1) * ITEMS_EACH + k + 1, ("EUR", "EUR", "EUR", "USD")[n % 4]
            issued = date(2026, 1, 1) + timedelta(days=rng.randrange(120))
            amount, due = rng.randrange(1_000, 5_000_000), issued + timedelta(days=30)
            documents.append(
                (pk, company.pk, n, "invoice", f"I{pk}", issued, currency, amount, "Net 30", "", "", issued, at)
            )
            items.append((pk, company.pk, n, pk, 1, currency, amount, due, 0, "", "", 1, issued, at))
    insert_rows(Customer, _CUSTOMER, customers)
    insert_rows(Contact, _CONTACT, contacts)
    insert_rows(Document, _DOCUMENT, documents)
    insert_rows(DueItem, _ITEM, items)
    return company


_CUSTOMER = (
    "id", "company_id", "number", "number_key", "name", "legal_name", "group_id", "street", "postal_code", "city", "region",
    "country", "language", "time_zone", "registration_no", "vat_no", "natural_person", "public_body", "size", "key_account",
    "account_owner_id", "policy_code", "created_at",
)  # fmt: skip
_CONTACT = (
    "id", "company_id", "customer_id", "purpose", "name", "language", "channel", "email", "phone", "time_zone", "consent",
    "consent_on", "bounced_on", "bounce_reason", "active",
)  # fmt: skip
_DOCUMENT = (
    "id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms", "order_no",
    "reference", "effective_on", "recorded_at",
)  # fmt: skip
_ITEM = (
    "id", "company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
    "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at",
)  # fmt: skip


def measure() -> dict[str, Any]:
    """Fill the database of the environment and check it."""
    import resource

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    call_command("migrate", verbosity=0)
    from fairdue.cycle.doctor import examine, find
    from fairdue.cycle.doctor.files import file_of
    from fairdue.cycle.doctor.read import read
    from fairdue.cycle.doctor.rules import twins
    from fairdue.ledger.models import ExchangeRate

    with transaction.atomic():
        company = fill()
        ExchangeRate.objects.create(currency="USD", quoted_on=DAY, per_euro_micro=1_100_000, source="bench")
    examine(company.pk, "EUR", date(2020, 1, 1))
    with CaptureQueriesContext(connection) as queries:
        begun, cpu = time.perf_counter(), time.process_time()
        found = examine(company.pk, "EUR", DAY)
        whole, cpu = time.perf_counter() - begun, time.process_time() - cpu
    begun = time.perf_counter()
    book = read(company.pk, DAY)
    reading = time.perf_counter() - begun
    begun = time.perf_counter()
    pairs = twins(find._parties(book))
    double = time.perf_counter() - begun
    assert found.checked == CUSTOMERS, found.checked
    assert len(pairs) == len(found.twins) == CUSTOMERS // 50, len(pairs)
    check = max((one for one in found.customers if one.endswith("_missing")), key=lambda one: len(found.customers[one]))
    begun = time.perf_counter()
    file_of(company.pk, found, check, "xlsx")
    written = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {
        "whole": whole, "cpu": cpu, "read": reading, "twins": double, "queries": len(queries), "rows": len(found.customers[check]),
        "file": written, "peak_mb": peak,
    }  # fmt: skip


if __name__ == "__main__":
    if "--measure" in sys.argv:
        print(json.dumps(measure()))
    else:
        for line in run():
            print(line)
