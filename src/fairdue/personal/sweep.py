"""Taking a person out of the tables, as the register says, inside the caller's transaction.

Rows stay, and so do amounts, dates, hashes and ids. The database's guards let the registered columns change only while an
erasure of the company is open. A contact goes wholly out of the own rows and of the messages to it; in the other rows of the
customer only the person is taken out of the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import models as db
from django.db.models import Model

from fairdue.ledger import audit
from fairdue.ledger.audit_texts import ERASED_TEXT
from fairdue.ledger.models import AuditEntry, AuditText, Contact, Customer
from fairdue.people.actor import Actor
from fairdue.people.register import Erased, Field
from fairdue.personal.people import Person, Scrubber, pseudonym
from fairdue.personal.rows import SHARED, tables, theirs

CHUNK = 500


def sweep(actor: Actor, person: Person, clocks: Collection[str]) -> Counter[str]:
    """Erase the person from the fields whose clock is in ``clocks``; give how many rows changed, by table."""
    scrub = Scrubber(person.needles)
    done: Counter[str] = Counter()
    for model, found, rows in tables(person):
        fields = [one for one in found if one.retention in clocks]
        if not fields:
            continue
        if hasattr(model, "company_id"):
            rows = rows.filter(company_id=actor.company_id)
        for row in rows.iterator(chunk_size=CHUNK):
            changed = _changed(row, fields, person, scrub)
            if changed:
                model._default_manager.filter(pk=row.pk).update(**changed)
                done[model._meta.db_table] += 1
    if person.kind != "user" and "relation" in clocks:
        Contact.objects.filter(company_id=actor.company_id, pk__in=person.contact_ids).update(active=False)
    if "letter" in clocks or person.kind == "user":
        done.update(sweep_audit(actor, person))
    return done


def _changed(row: Model, fields: list[Field], person: Person, scrub: Scrubber) -> dict[str, Any]:
    changed = {}
    for one in fields:
        column = next(field for field in row._meta.concrete_fields if field.column == one.name)
        value = getattr(row, column.attname)
        wanted = _wanted(row, one, column, value, person, scrub)
        if wanted != value:
            changed[column.attname] = wanted
    return changed


def _wanted(row: Model, one: Field, column: Any, value: Any, person: Person, scrub: Scrubber) -> Any:
    if not value or one.rows in SHARED or not theirs(row, one.rows, person) or one.erased is Erased.SCRUB:
        return scrub(value)
    if one.erased is Erased.NUMBER:
        return pseudonym(row) if isinstance(row, Customer) else f"erased-{row.pk}"
    if one.erased is Erased.WORD:
        # Two contacts of one purpose stay two rows.
        return f"[erased {row.pk}]" if isinstance(row, Contact) else ERASED_TEXT
    if isinstance(column, db.JSONField):
        return {} if isinstance(value, dict) else []
    return ""


def sweep_audit(actor: Actor, person: Person) -> Counter[str]:
    """Empty the texts beside the chain that name the person, and redact entries of before there were such texts."""
    scrub = Scrubber(person.needles)
    done: Counter[str] = Counter()
    texts = AuditText.objects.filter(company_id=actor.company_id).exclude(text="").order_by("pk")
    for pk, text in texts.values_list("pk", "text").iterator(chunk_size=CHUNK):
        if scrub.finds(text):
            AuditText.objects.filter(pk=pk).update(text="", salt="")
            done["ledger_audit_text"] += 1
    redacted = []
    for entry in AuditEntry.objects.filter(company_id=actor.company_id).order_by("pk").iterator(chunk_size=CHUNK):
        who, detail = _who(entry.actor, person, scrub), scrub(entry.detail)
        if (who, detail) != (entry.actor, entry.detail):
            now = audit.content_hash(entry.company_id, entry.at, who, entry.action, entry.subject, detail)
            AuditEntry.objects.filter(pk=entry.pk).update(actor=who, detail=detail)
            redacted.append([entry.pk, now])
    if redacted:
        audit.record(actor, audit.REDACT, person.subject, entries=redacted)
        done["ledger_audit_entry"] = len(redacted)
    return done


def _who(said: str, person: Person, scrub: Scrubber) -> str:
    if person.kind == "user" and said.endswith(f" (user {person.pk})"):
        return person.subject
    return str(scrub(said))
