"""The database's own guards of this room: what the bank said is never changed or deleted, companies see their rows only."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.erasable import let_persons_go, unless_erasing
from fairdue.ledger.constraints.install import row_level_security, run

ERASABLE = {
    "cash_account": ("recorded_by",),
    "cash_file": ("file_name", "recorded_by"),
    "cash_statement": (),
    "cash_line": (
        "reference", "end_to_end", "mandate", "structured", "bank_reference", "batch_reference", "name", "account_number",
        "ultimate", "text", "information", "entry_reference",
    ),
}  # fmt: skip
"""Tables of this room, with the personal columns that may go while the company erases a person."""


def install_cash(apps: Any, schema_editor: Any) -> None:
    """Migration step: append-only guards on both databases, row-level security on PostgreSQL."""
    for table, columns in ERASABLE.items():
        let_persons_go(schema_editor, table, columns)
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(list(ERASABLE)))


DECIDED = {
    "cash_proposal": ("parts", "evidence", "others"),
    "cash_decision": ("parts", "decided_by", "reason"),
    "cash_undoing": ("reason", "undone_by"),
    "cash_line_payment": (),
    "cash_posting": (),
}
"""Append-only tables of what was proposed and decided, with their personal columns."""
SETTINGS = {"cash_settings": ("recorded_by",)}
"""The versions of a company's settings, with their personal column."""
LEARNED = "cash_alias"
KEPT = ("company_id", "customer_id", "decision_id", "recorded_at")


def install_decided(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards of proposals, decisions and what was learned. Of an alias only its undoing is written later."""
    # A table that gets a column is made anew on SQLite, without its guards.
    for table, columns in {"cash_line": ERASABLE["cash_line"], **DECIDED}.items():
        let_persons_go(schema_editor, table, columns)
    vendor = schema_editor.connection.vendor
    refused = unless_erasing(vendor, KEPT, ("name", "account_number", "learned_by"))
    message = f"fairdue: what {LEARNED} learned is never changed or deleted"
    if vendor == "postgresql":
        run(
            schema_editor,
            [
                "CREATE OR REPLACE FUNCTION fairdue_cash_alias_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
                f" IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
                " RETURN NEW; END $$",
                f"CREATE TRIGGER {LEARNED}_fixed BEFORE UPDATE OR DELETE ON {LEARNED}"
                " FOR EACH ROW EXECUTE FUNCTION fairdue_cash_alias_fixed()",
                *row_level_security([*DECIDED, LEARNED]),
            ],
        )
        return
    run(
        schema_editor,
        [
            f"CREATE TRIGGER {LEARNED}_fixed BEFORE UPDATE ON {LEARNED} WHEN {refused}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
            f"CREATE TRIGGER {LEARNED}_kept BEFORE DELETE ON {LEARNED} BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ],
    )


def install_settings(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards of the settings, and again those of the tables that got a column with them."""
    again = {table: DECIDED[table] for table in ("cash_proposal", "cash_decision")}
    for table, columns in {**again, **SETTINGS}.items():
        let_persons_go(schema_editor, table, columns)
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(list(SETTINGS)))


ADVISED = {
    "cash_advice": ("file_name", "recorded_by"),
    "cash_advice_line": ("text",),
    "cash_advice_withdrawal": ("reason", "withdrawn_by"),
    "cash_advice_look": (),
}
"""Append-only tables of what payers said their payments are for, with their personal columns."""


def install_advised(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards of advices; those of proposals again, which got a column."""
    for table, columns in {**ADVISED, "cash_proposal": DECIDED["cash_proposal"]}.items():
        let_persons_go(schema_editor, table, columns)
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(list(ADVISED)))


def install_batches(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards of batches; those of lines again, which got a column."""
    let_persons_go(schema_editor, "cash_line", ERASABLE["cash_line"])
    let_persons_go(schema_editor, "cash_batch", ())
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(["cash_batch"]))
