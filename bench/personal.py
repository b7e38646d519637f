"""Personal data: one person among 100,000 customers, previewed, exported and erased; nothing may be read row by row for it.

Each customer has a contact, a message to it, a note, an audit entry with a text. The floor of an erasure is one bare scan of the
texts that stand beside the audit chain, in the same run. Run ``python -m bench personal``.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from bench.databases import found_on_both

CUSTOMERS = 100_000
TODAY, THEN, NOW = date(2026, 6, 1), datetime(2014, 5, 6, 9, tzinfo=UTC), datetime(2026, 6, 1, 9, tzinfo=UTC)
LIMIT_S = 5.0
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.personal"):
        yield f"{label}: preview of one contact", found["preview"], "s", found["scan"], LIMIT_S
        yield f"{label}: export of one contact", found["export"], "s", found["scan"], LIMIT_S
        yield f"{label}: erase one contact, without VACUUM", found["erase"], "s", found["scan"], LIMIT_S
        yield f"{label}: of that, SQL statements", found["statements"], "", None, 400
        yield f"{label}: erase one customer, without VACUUM", found["customer"], "s", found["scan"], LIMIT_S
        yield f"{label}: due list", found["due"], "s", None, LIMIT_S
        yield f"{label}: VACUUM after it", found["vacuum"], "s", None, None


def fill() -> Any:
    """Make the company; the same every time."""
    from fairdue.contact.models import OutboxMessage, TimelineEvent
    from fairdue.ledger.audit_texts import commitment
    from fairdue.ledger.bulk import insert_rows
    from fairdue.ledger.models import AuditEntry, AuditText, Contact, Customer
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR", language="de")
    c, every = company.pk, range(1, CUSTOMERS + 1)
    set_scope([c])
    insert_rows(
        Customer,
        ("id", "company_id", "number", "number_key", "name", "legal_name", "street", "postal_code", "city", "region", "country",
         "language", "time_zone", "registration_no", "vat_no", "natural_person", "public_body", "size", "key_account", "policy_code",
         "created_at"),
        [(n, c, str(n), str(n), f"Firma Nummer {n}", "", f"Weg {n}", "20457", "Hamburg", "", "DE", "de", "", "", "", "unknown", "unknown",
          "unknown", False, "", THEN) for n in every],
    )  # fmt: skip
    Contact.objects.bulk_create(
        [Contact(pk=n, company=company, customer_id=n, name=f"Person{n} Nachname{n}", email=f"p{n}@firma{n}.example") for n in every],
        batch_size=1_000,
    )  # fmt: skip
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(pk=n, company=company, customer_id=n, contact_id=n, step_key=f"s{n}", channel="letter", language="de",
                       recipient_name=f"Person{n} Nachname{n}", subject="Mahnung", body_text=f"Guten Tag Person{n} Nachname{n}",
                       attachments=[{"sha256": f"{n:064x}", "file_name": "D.pdf", "media_type": "application/pdf"}],
                       message_id=f"<{n}@x>", content_sha256="0" * 64, state="handed_over", created_at=THEN, handed_over_at=THEN)
         for n in every],
        batch_size=1_000,
    )  # fmt: skip
    TimelineEvent.objects.bulk_create(
        [TimelineEvent(company=company, customer_id=n, at=THEN, kind="note", code="note", text=f"Spoke with Person{n}", actor="A B")
         for n in every],
        batch_size=1_000,
    )  # fmt: skip
    said = {n: json.dumps(f"asked by Person{n} Nachname{n}") for n in every}
    AuditEntry.objects.bulk_create(
        [AuditEntry(pk=n, company=company, at=THEN, actor="user:1", action="note", subject=f"customer:{n}",
                    detail={"text": {"commitment": commitment("0" * 32, said[n])}}, content_hash=f"{n:064x}") for n in every],
        batch_size=1_000,
    )  # fmt: skip
    AuditText.objects.bulk_create(
        [AuditText(company=company, entry_id=n, name="text", salt="0" * 32, text=said[n]) for n in every],
        batch_size=1_000,
    )
    return company


def measure() -> dict[str, float]:
    """Fill and measure the database of the settings."""
    import django

    django.setup()
    from django.apps import apps
    from django.core.management import call_command
    from django.core.management.color import no_style
    from django.db import connection, transaction

    call_command("migrate", verbosity=0)
    from fairdue.ledger import audit
    from fairdue.ledger.models import AuditText
    from fairdue.people.actor import Actor
    from fairdue.personal import actions
    from fairdue.personal.export import do_export
    from fairdue.personal.people import load
    from fairdue.personal.queries import due

    company = fill()
    # Rows were given their numbers: a server's sequences follow, and the chain is sealed, as each night does.
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)
    audit.seal(company.pk)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    actor = Actor(company.pk, NOW, name="Bench", roles=frozenset({"finance_lead"}))
    found: dict[str, float] = {}

    def timed(name: str, work: Any) -> None:
        started = time.perf_counter()
        work()
        found[name] = round(time.perf_counter() - started, 3)

    vacuum = actions.overwrite
    actions.overwrite = lambda: None
    counted = 0

    def count(execute: Any, *given: Any) -> Any:
        nonlocal counted
        counted += 1
        return execute(*given)

    def erase(kind: str, pk: int) -> None:
        done = actions.do_erase(actor, load(company.pk, kind, pk), TODAY, reason="asked")
        assert done.counts["contact_outbox_message"] == 1, done.counts
        assert done.counts["ledger_audit_text"] == 1, done.counts

    timed("scan", lambda: AuditText.objects.filter(text__icontains="Nachname7777").count())
    timed("preview", lambda: actions.preview(actor, load(company.pk, "contact", 777), TODAY))
    timed("export", lambda: do_export(actor, load(company.pk, "contact", 777), io.BytesIO()))
    with connection.execute_wrapper(count):
        timed("erase", lambda: erase("contact", 777))
    found["statements"] = counted
    timed("customer", lambda: erase("customer", 7_778))
    timed("due", lambda: due(company.pk, TODAY))
    assert not transaction.get_connection().in_atomic_block
    timed("vacuum", vacuum)
    return found


if __name__ == "__main__" and "--measure" in sys.argv:
    sys.stdout.write(json.dumps(measure()) + "\n")
