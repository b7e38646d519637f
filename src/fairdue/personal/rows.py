"""Which rows speak of a person, table by table, as the register ties them. Used alike by export and erasure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from fairdue.ledger.sealed import sealed_fields
from fairdue.people.register import Erased, Field, personal_fields
from fairdue.personal.people import Person

SHARED = frozenset({"import", "company", "audit"})
"""Ties by which a row speaks of many: the person is taken out of it, the row is not theirs."""


PIECE_MIN = 3
"""Shorter runs of letters stand everywhere: then the whole needle is looked for."""


def models() -> dict[str, type[Model]]:
    """Give the models by their table."""
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def tables(person: Person) -> Iterator[tuple[type[Model], list[Field], QuerySet[Any]]]:
    """Give each table that may speak of the person: its model, its registered fields, and the rows to look at."""
    known = models()
    grouped: dict[tuple[str, str], list[Field]] = {}
    for one in personal_fields():
        if not one.table.startswith("file:") and one.erased is not Erased.COMMITMENT and _concerns(person, one):
            grouped.setdefault((one.table, one.rows), []).append(one)
    for (table, tie), found in grouped.items():
        yield known[table], found, _rows(known[table], tie, person)


def _concerns(person: Person, field: Field) -> bool:
    if person.kind == "user":
        return field.subject == "user" or field.table == "ledger_erasure"
    return field.subject != "user" and (field.table != "ledger_customer" or person.kind == "customer")


def _rows(model: type[Model], tie: str, person: Person) -> QuerySet[Any]:
    rows = model._default_manager.order_by("pk")
    if person.kind == "user":
        return rows.filter(pk=person.pk) if tie == "own" else rows
    if tie == "own":
        pks = [person.customer_id] if model._meta.db_table == "ledger_customer" else list(person.contact_ids)
        return rows.filter(pk__in=pks)
    if tie == "item":
        return rows.filter(due_item__customer_id=person.customer_id)
    if tie == "customer":
        mine = Q(customer_id=person.customer_id)
        if model._meta.db_table == "ledger_payment":
            mine |= Q(suspected_customer_id=person.customer_id, customer_id=None)
            # Money that nobody could assign may name the person all the same: the database looks, for there may be much of it.
            unknown = narrowed(rows.filter(customer_id=None), ["payer", "reference", "source_key"], person.telling)
            mine |= Q(pk__in=unknown.order_by().values("pk"))
        if model._meta.db_table in {"contact_task", "contact_inbound_mail"}:
            mine |= Q(customer_id=None)
        return rows.filter(mine)
    return rows


def theirs(row: Model, tie: str, person: Person) -> bool:
    """Tell whether a row is the person's own: it is emptied. Of other rows the person is only taken out."""
    if person.kind == "user" or tie in SHARED:
        return tie == "own"
    if person.kind == "customer":
        return getattr(row, "customer_id", person.customer_id) == person.customer_id
    return tie == "own" or getattr(row, "contact_id", None) == person.pk


SUBJECTS = {
    "allocation": ("ledger_allocation", "due_item__customer_id"), "answer": ("contact_portal_answer", "customer_id"),
    "balance": ("dunning_balance_confirmation", "customer_id"), "change": ("ledger_due_date_change", "due_item__customer_id"),
    "contact": ("ledger_contact", "customer_id"), "document": ("ledger_document", "customer_id"),
    "due_item": ("ledger_due_item", "customer_id"), "event": ("contact_timeline_event", "customer_id"),
    "file": ("ledger_document_file", "customer_id"), "hold": ("ledger_hold", "customer_id"),
    "link": ("contact_portal_link", "customer_id"), "mail": ("contact_inbound_mail", "customer_id"),
    "message": ("contact_outbox_message", "customer_id"), "notice": ("dunning_notice", "customer_id"),
    "payment": ("ledger_payment", "customer_id"), "task": ("contact_task", "customer_id"),
}  # fmt: skip
"""Subjects of audit entries that are a customer's rows: their table, and the way to the customer."""


def concerns(subject: str, person: Person) -> bool:
    """Tell whether an audit entry speaks of the person, of the person's customer or of one of its rows."""
    kind, _, number = subject.partition(":")
    if person.kind == "user":
        return subject == person.subject
    if kind == "customer":
        return number == str(person.customer_id)
    if kind not in SUBJECTS or not number.isdigit():
        return False
    table, path = SUBJECTS[kind]
    return models()[table]._default_manager.filter(**{"pk": int(number), path: person.customer_id}).exists()


def narrowed(rows: QuerySet[Any], columns: Sequence[str], needles: Sequence[str]) -> QuerySet[Any]:
    """Give those of ``rows`` that may name the person in one of ``columns``: the database looks, not one row is read for it.

    A superset of what a ``Scrubber`` finds: of each needle the longest run of plain letters and digits is looked for, whatever its
    case; a needle of another script in each writing that it may stand in. Sealed columns say nothing to the database: tables that
    have one among ``columns`` are not narrowed.
    """
    model = rows.model
    if {one.column for one in sealed_fields(model)} & set(columns):
        return rows
    fields = [one for one in model._meta.concrete_fields if one.column in columns]
    wanted = sorted({piece for needle in needles for piece in _pieces(needle)})
    if not wanted:
        return rows.none()
    found = Q()
    for field in fields:
        rows = rows.alias(**{f"{field.name}_said": Cast(field.name, TextField())})
        for piece in wanted:
            found |= Q(**{f"{field.name}_said__icontains": piece})
    return rows.filter(found)


def _pieces(needle: str) -> Iterable[str]:
    runs = re.findall(r"[A-Za-z0-9]+", needle)
    longest = max(runs, key=len, default="")
    if len(longest) >= PIECE_MIN:
        return [longest.lower()]
    return {form for one in (needle, needle.upper(), needle.lower()) for form in (one, json.dumps(one)[1:-1])}
