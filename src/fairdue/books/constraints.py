"""The database's own guards of this room: rows are never changed or deleted, and no company sees another's."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.erasable import let_persons_go
from fairdue.ledger.constraints.install import row_level_security, run

TABLES = ("books_acknowledgement", "books_answer", "books_export", "books_posting", "books_posting_batch")


def install_books(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards on the connected database."""
    vendor = schema_editor.connection.vendor
    run(schema_editor, _append_only(vendor))
    if vendor == "postgresql":
        run(schema_editor, row_level_security(list(TABLES)))


def _append_only(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION fairdue_append_only()"
            for table in TABLES
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'fairdue: rows of {table} are never changed or deleted'); END"
        for table in TABLES
        for verb in ("UPDATE", "DELETE")
    ]


ERASABLE = {
    "books_posting": ("customer_number", "source_key", "means", "reason"),
    "books_posting_batch": ("cut_by",),
    "books_export": ("by",),
    "books_acknowledgement": ("by",),
    "books_answer": ("reason",),
}
"""Personal columns that may go while the company erases a person."""


COMMITTED = (*ERASABLE["books_posting"], "salt", "commitment")
"""What of a line changes in an erasure since lines carry commitments."""


def install_books_commitments(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guard of the lines, with the columns of their commitments."""
    let_persons_go(schema_editor, "books_posting", COMMITTED)


def install_books_erasure(apps: Any, schema_editor: Any) -> None:
    """Migration step: guards that let persons go."""
    for table, columns in ERASABLE.items():
        let_persons_go(schema_editor, table, columns)
