"""No guard of the database stands between a person and the way out: a new append-only table must let its personal columns go."""

from __future__ import annotations

import pytest
from django.db import connection

from fairdue.people.register import personal_fields

pytestmark = pytest.mark.django_db
SQLITE = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_no_update'"
POSTGRESQL = (
    "SELECT c.relname, p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
    " WHERE t.tgname LIKE '%_append_only'"
)


def test_every_guarded_table_with_personal_fields_lets_them_go():
    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        guards = dict(cursor.fetchall())
    personal = {one.table for one in personal_fields()}
    assert {"ledger_audit_entry", "contact_timeline_event", "dunning_notice"} <= guards.keys() & personal
    closed = [
        t for t in sorted(personal & guards.keys()) if not any(w in guards[t] for w in ("ledger_erasure", "erasable"))
    ]
    assert closed == [], "let_persons_go() in ledger/constraints/erasable.py opens a table's guard"
