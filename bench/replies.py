"""1,000 inbound mails read into a company of 20,000 customers with a contact, a letter that left and two invoices each.

Half answer by Message-ID; the others name an invoice, come from a known address only, are automatic, or come from nobody known; one in
five has a file of 60 KB. The floor is reading the same mails without the ledger. SQLite, and PostgreSQL as an ordinary role where a
server answers.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bench.databases import found_on_both

CUSTOMERS, MAILS = 20_000, 1_000
LIMIT_S = 30.0
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.replies"):
        yield from _lines(label, found)


def _lines(label: str, found: dict[str, Any]) -> Iterator[Line]:
    yield (f"{label}: {MAILS:,} inbound mails, wall", found["wall"], "s", found["parse"], LIMIT_S)
    yield (f"{label}: of that, CPU of the process", found["cpu"], "s", None, None)
    yield (f"{label}: the same folder again, nothing new", found["again"], "s", None, 2.0)
    yield (f"{label}: queries a mail", found["queries"], "queries", None, None)


def fill() -> tuple[Any, list[str]]:
    """Make the company; gives it and the Message-IDs of the letters. The same every time."""
    from fairdue.contact.models import OutboxMessage
    from fairdue.ledger.models import Contact, Customer, Document, DueItem
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    company = Company.objects.create(
        code="bench", name="Bench", country="DE", currency="EUR", email="credit@bench.example"
    )
    set_scope([company.pk])
    numbers, day = range(1, CUSTOMERS + 1), date(2026, 4, 1)
    common = {"company": company, "batch_size": 2000}
    size = common.pop("batch_size")
    Customer.objects.bulk_create(
        [Customer(pk=n, number=str(n), number_key=str(n), name=f"Kunde {n}", created_at=AT, **common) for n in numbers],
        size,
    )
    Contact.objects.bulk_create(
        [Contact(pk=n, customer_id=n, email=f"ap@kunde{n}.example", **common) for n in numbers], size
    )
    rows = [(2 * n + k, n) for n in numbers for k in (0, 1)]
    stored = {"currency": "EUR", "effective_on": day, "recorded_at": AT, **common}
    Document.objects.bulk_create(
        [
            Document(
                pk=k, customer_id=n, kind="invoice", number=f"RE-{100000 + k}", issued_on=day, total_minor=100, **stored
            )
            for k, n in rows
        ],
        size,
    )
    DueItem.objects.bulk_create(
        [DueItem(pk=k, customer_id=n, document_id=k, amount_minor=100, due_on=day, **stored) for k, n in rows], size
    )
    ids = [f"<{n:040x}@bench.example>" for n in numbers]
    left = AT - timedelta(days=3)
    OutboxMessage.objects.bulk_create(
        [
            OutboxMessage(
                customer_id=n, contact_id=n, step_key=f"s{n}", channel="email", language="de", subject="Erinnerung", message_id=ids[n - 1],
                content_sha256="0" * 64, claim_items=[[2 * n, 100, 0]], created_by="bench", created_at=left, state="handed_over",
                handed_over_at=left, **common,
            )
            for n in numbers
        ],
        size,
    )  # fmt: skip
    return company, ids


def mails(folder: Path, ids: list[str]) -> None:
    """Write the mails; the same every time."""
    rng = random.Random(3)
    folder.mkdir(parents=True)
    for k in range(MAILS):
        n = rng.randrange(1, CUSTOMERS + 1)
        made = EmailMessage()
        made["From"] = f"ap@kunde{n}.example" if k % 10 != 9 else f"x{k}@gmail.com"
        made["To"], made["Subject"], made["Date"] = (
            "credit@bench.example",
            "AW: Erinnerung",
            "Mon, 01 Jun 2026 08:00:00 +0200",
        )
        made["Message-ID"] = f"<{k}@kunde.example>"
        text = f"Guten Tag,\n\nwir zahlen am Freitag. ({k})\n\nMit freundlichen Grüßen\n"
        if k % 2 == 0:
            made["In-Reply-To"] = ids[n - 1]
        elif k % 10 == 1:
            text += f"Rechnung RE-{100000 + 2 * n}\n"
        elif k % 10 == 3:
            made["Auto-Submitted"], text = "auto-replied", f"Ich bin bis 16. Juni nicht im Büro ({k})."
        made.set_content(
            text + "\nAm 29.05.2026 schrieb Bench:\n" + "> Bitte zahlen Sie die folgenden Rechnungen.\n" * 40
        )
        made.add_alternative(f"<html><body><p>{text}</p></body></html>", subtype="html")
        if k % 5 == 0:
            made.add_attachment(rng.randbytes(60_000), maintype="application", subtype="pdf", filename="scan.pdf")
        (folder / f"{k:04}.eml").write_bytes(made.as_bytes())


def measure() -> dict[str, Any]:
    """Fill the database of the environment and read the mails."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from fairdue.contact.collect import from_folder
    from fairdue.contact.inbox.kinds import kind_of
    from fairdue.contact.inbox.mail import read
    from fairdue.people.actor import system_actor

    call_command("migrate", verbosity=0)
    company, ids = fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    folder = Path(settings.DATA_DIR) / "mails"
    mails(folder, ids)
    began = time.perf_counter()
    for path in folder.iterdir():
        kind_of(read(path.read_bytes()))
    parse = time.perf_counter() - began
    asked = [0]

    def count(execute: Any, *args: Any) -> Any:
        asked[0] += 1
        return execute(*args)

    actor = system_actor(company.pk, AT)
    began, cpu = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        counts = from_folder(actor, folder)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert counts == {"reply": 800, "automatic": 100, "unmatched": 100}, counts
    began = time.perf_counter()
    assert from_folder(actor, folder) == {"skipped": MAILS}
    again = time.perf_counter() - began
    return {"wall": wall, "cpu": cpu, "parse": parse, "again": again, "queries": asked[0] / MAILS}


if __name__ == "__main__" and "--measure" in sys.argv:
    print(json.dumps(measure()))
