"""The database's own guards of this room: notices and policy versions are never changed; companies see their rows."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.erasable import let_persons_go
from fairdue.ledger.constraints.install import row_level_security, run

IMMUTABLE = ("dunning_policy_version", "dunning_run", "dunning_notice", "dunning_notice_line")
"""Tables whose rows are never changed or deleted."""

WALLED = (*IMMUTABLE, "dunning_policy", "dunning_proposal", "dunning_proposal_line")


def install_dunning(apps: Any, schema_editor: Any) -> None:
    """Migration step: append-only triggers on both databases, row-level security on PostgreSQL."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, [_refuse_postgresql(table) for table in IMMUTABLE] + row_level_security(sorted(WALLED)))
    else:
        run(schema_editor, [_refuse_sqlite(table, verb) for table in IMMUTABLE for verb in ("UPDATE", "DELETE")])


ERASABLE = {"dunning_notice": ("facts", "released_by"), "dunning_policy_version": ("created_by",)}
"""Personal columns that may go while the company erases a person."""


def install_dunning_erasure(apps: Any, schema_editor: Any) -> None:
    """Migration step: guards that let persons go."""
    for table, columns in ERASABLE.items():
        let_persons_go(schema_editor, table, columns)


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


BALANCE = tuple(
    f"dunning_balance_{name}"
    for name in ("confirmation", "line", "answer", "difference", "hold", "decision", "closing")
)
"""Balance confirmations and what was answered: never changed or deleted."""

BALANCE_ERASABLE = {
    "dunning_balance_confirmation": ("facts", "created_by"),
    "dunning_balance_answer": ("signed_name", "signed_role", "remark", "recorded_by"),
    "dunning_balance_difference": ("document_number", "remark"),
    "dunning_balance_decision": ("reason", "reference", "decided_by"),
    "dunning_balance_closing": ("reason", "closed_by"),
}
"""Their personal columns, which may go while the company erases a person."""


def install_balance(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards of balance confirmations on the connected database."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, [_refuse_postgresql(table) for table in BALANCE] + row_level_security(sorted(BALANCE)))
    else:
        run(schema_editor, [_refuse_sqlite(table, verb) for table in BALANCE for verb in ("UPDATE", "DELETE")])
    for table, columns in BALANCE_ERASABLE.items():
        let_persons_go(schema_editor, table, columns)
