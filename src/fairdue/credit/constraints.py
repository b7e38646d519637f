"""The database's own guards of this room: nothing is changed or deleted, companies see their rows only, persons may be erased."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.erasable import let_persons_go
from fairdue.ledger.constraints.install import row_level_security, run

ERASABLE = {
    "credit_limit": ("recorded_by", "reason"),
    "credit_limit_vote": ("recorded_by", "reason"),
    "credit_order_check": ("recorded_by",),
    "credit_order_end": ("recorded_by",),
}
"""Append-only tables of this room, with the personal columns that may go while the company erases a person."""


def install_credit(apps: Any, schema_editor: Any) -> None:
    """Migration step: append-only guards on both databases, row-level security on PostgreSQL."""
    for table, columns in ERASABLE.items():
        let_persons_go(schema_editor, table, columns)
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(list(ERASABLE)))
