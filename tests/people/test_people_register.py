"""No field where a person may stand is forgotten: each is registered with purpose, retention and erasure, or declared free."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from fairdue.people import register
from fairdue.people.register import Erased

TEXTUAL = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.FileField)


def textual() -> set[tuple[str, str]]:
    """Every column that can hold free text, JSON or bytes; choices are closed lists and hold no person."""
    return {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, TEXTUAL) and not field.choices
    }


def test_every_text_of_every_table_stands_in_the_register() -> None:
    known = {(one.table, one.name) for one in register.fields() if not one.table.startswith("file:")}
    missing = sorted(f"{table}.{column}" for table, column in textual() - known)
    assert missing == [], "register these in people/data/personal_fields.csv, or declare them free of personal data"
    assert sorted(known - textual()) == []


def test_a_personal_field_says_whose_why_and_how_long() -> None:
    for one in register.personal_fields():
        assert one.subject in {"customer", "contact", "user", "any"}, one
        assert one.rows in {"own", "customer", "item", "audit", "import", "company"}, one
        assert "" not in {one.purpose, one.basis, one.retention}, one


def test_names_and_addresses_are_never_declared_free() -> None:
    free = {(one.table, one.name) for one in register.fields() if one.erased is Erased.FREE}
    theirs = {"ledger_customer", "ledger_contact", "people_user", "contact_outbox_message"}
    telling = ("name", "email", "phone", "street", "city", "recipient", "body")
    assert [(t, f) for t, f in sorted(free) if t in theirs and any(word in f for word in telling)] == []


def test_every_kind_of_stored_file_is_registered() -> None:
    kinds = {one.table for one in register.fields() if one.table.startswith("file:")}
    assert kinds == {
        f"file:{kind}" for kind in ("letters", "copies", "uploads", "imports", "outbox", "snapshots", "backups")
    }
