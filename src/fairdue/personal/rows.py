"""Which rows speak of a person, table by table, as the register ties them. Used alike by export and erasure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from fairdue.people.register import Erased, Field, personal_fields
from fairdue.personal.people import Person

SHARED = frozenset({"import", "company", "audit"})
"""Ties by which a row speaks of many: the person is taken out of it, the row is not theirs."""


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
