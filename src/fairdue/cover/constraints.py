"""The database's own guards of this room: nothing is changed or deleted, companies see their rows only."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.erasable import let_persons_go
from fairdue.ledger.constraints.install import row_level_security, run

TABLES = ("cover_buyer_limit", "cover_policy", "cover_record", "cover_terms")


def install_cover(apps: Any, schema_editor: Any) -> None:
    """Migration step: append-only triggers on both databases, row-level security on PostgreSQL."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, [_refuse_postgresql(table) for table in TABLES] + row_level_security(list(TABLES)))
    else:
        run(schema_editor, [_refuse_sqlite(table, verb) for table in TABLES for verb in ("UPDATE", "DELETE")])


def _refuse_postgresql(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION fairdue_append_only()"
    )


def _refuse_sqlite(table: str, verb: str) -> str:
    message = f"fairdue: rows of {table} are never changed or deleted"
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


ERASABLE = {
    "cover_policy": ("recorded_by",),
    "cover_terms": ("recorded_by",),
    "cover_buyer_limit": ("recorded_by",),
    "cover_record": ("recorded_by", "note"),
}
"""Personal columns that may go while the company erases a person."""


def install_cover_erasure(apps: Any, schema_editor: Any) -> None:
    """Migration step: guards that let persons go."""
    for table, columns in ERASABLE.items():
        let_persons_go(schema_editor, table, columns)
