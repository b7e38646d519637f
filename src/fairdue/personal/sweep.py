"""Taking a person out of the tables, as the register says, inside the caller's transaction.

Rows stay, and so do amounts, dates, hashes and ids. The database's guards let the registered columns change only while an
erasure of the company is open. A contact goes wholly out of the own rows and of the messages to it; in the other rows of the
customer only the person is taken out of the texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db import models as db
from django.db.models import Model
from django.db.models.functions import Cast

from fairdue.ledger import audit
from fairdue.ledger.audit_texts import ERASED_TEXT
from fairdue.ledger.models import AuditEntry, AuditText, Contact, Customer
from fairdue.ledger.sealed import names_in, sealed_fields
from fairdue.people.actor import Actor
from fairdue.people.register import Erased, Field
from fairdue.personal.people import Person, Scrubber, pseudonym
from fairdue.personal.rows import SHARED, concerns, narrowed, tables, theirs

CHUNK = 500


@dataclass(slots=True)
class Swept:
    """How many rows changed, by table, and the names of the keys that sealed what stood there before."""

    counts: Counter[str] = field(default_factory=Counter)
    doomed: list[str] = field(default_factory=list)


def sweep(actor: Actor, person: Person, clocks: Collection[str]) -> Swept:
    """Erase the person from the fields whose clock is in ``clocks``. The doomed keys go after the caller's commit."""
    own, tells = _scrubbers(person)
    swept = Swept()
    done = swept.counts
    for model, found, rows in tables(person):
        fields = [one for one in found if one.retention in clocks]
        if not fields:
            continue
        if hasattr(model, "company_id"):
            rows = rows.filter(company_id=actor.company_id)
        if fields[0].rows in SHARED or (person.kind == "user" and fields[0].rows != "own"):
            rows = narrowed(
                rows, [one.name for one in fields], person.needles if person.kind == "user" else person.telling
            )
        for row in rows.iterator(chunk_size=CHUNK):
            changed = _changed(row, fields, person, own if _of(row, fields[0].rows, person) else tells)
            if changed:
                swept.doomed += _keys_of(row, changed)
                model._default_manager.filter(pk=row.pk).update(**changed)
                done[model._meta.db_table] += 1
    if person.kind != "user" and "relation" in clocks:
        Contact.objects.filter(company_id=actor.company_id, pk__in=person.contact_ids).update(active=False)
    if "letter" in clocks or person.kind == "user":
        done.update(sweep_audit(actor, person))
    return swept


def _scrubbers(person: Person) -> tuple[Scrubber, Scrubber]:
    """Give what takes the person out of own rows, and out of all others'. A user's common name counts where it is all that is said."""
    if person.kind == "user":
        one = Scrubber(person.telling, whole=person.needles)
        return one, one
    return Scrubber(person.needles), Scrubber(person.telling)


def _of(row: Model, tie: str, person: Person) -> bool:
    """Tell whether a row is the person's or the person's customer's: there a common name means this person."""
    if person.kind == "user":
        return True
    if tie in SHARED:
        return False
    return tie != "customer" or getattr(row, "customer_id", None) == person.customer_id


def _keys_of(row: Model, changed: Collection[str]) -> list[str]:
    """Give the names of the keys under which the changed fields of a row are sealed as they stand."""
    columns = [one.attname for one in sealed_fields(type(row)) if one.attname in changed]
    if not columns:
        return []
    stored = type(row)._default_manager.filter(pk=row.pk).values_list(*(Cast(one, db.TextField()) for one in columns))
    return names_in(str(value) for value in stored.get() if value)


def _changed(row: Model, fields: list[Field], person: Person, scrub: Scrubber) -> dict[str, Any]:
    changed = {}
    for one in fields:
        column = next(field for field in row._meta.concrete_fields if field.column == one.name)
        value = getattr(row, column.attname)
        wanted = _wanted(row, one, column, value, person, scrub)
        if wanted != value:
            changed[column.attname] = wanted
    # A row that a root covers keeps a commitment to what it said.
    if changed and (committed := getattr(row, "committed", None)) is not None:
        changed |= committed()
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
    scrub, tells = _scrubbers(person)
    done: Counter[str] = Counter()
    texts = AuditText.objects.filter(company_id=actor.company_id).exclude(text="").order_by("pk")
    texts = narrowed(texts, ["text"], person.needles)
    for pk, text, subject in texts.values_list("pk", "text", "entry__subject").iterator(chunk_size=CHUNK):
        if tells.finds(text) or (scrub.finds(text) and concerns(subject, person)):
            AuditText.objects.filter(pk=pk).update(text="", salt="")
            done["ledger_audit_text"] += 1
    redacted = []
    entries = AuditEntry.objects.filter(company_id=actor.company_id).order_by("pk")
    named = narrowed(entries, ["actor", "detail"], person.needles)
    if person.kind == "user":
        # Entries of before actors stood by number end so.
        named = entries.filter(db.Q(pk__in=named.values("pk")) | db.Q(actor__endswith=f" (user {person.pk})"))
    for entry in named.iterator(chunk_size=CHUNK):
        mine = scrub if concerns(entry.subject, person) else tells
        who, detail = _who(entry.actor, person, mine), mine(entry.detail)
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
