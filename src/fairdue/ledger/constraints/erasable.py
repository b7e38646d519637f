"""Guards that let a person go and nothing else: while an erasure of the company is open, the personal columns of a row that
is otherwise never changed may be changed; every other column, and the row itself, stays. Called by migrations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairdue.ledger.constraints.install import row_level_security, run

OPEN = "SELECT 1 FROM ledger_erasure e WHERE e.company_id = OLD.company_id AND e.state = 'erasing'"

FUNCTION = (
    "CREATE OR REPLACE FUNCTION fairdue_erasable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " IF TG_OP = 'UPDATE' THEN"
    " IF (to_jsonb(NEW) - TG_ARGV) = (to_jsonb(OLD) - TG_ARGV)"
    f" AND EXISTS ({OPEN}) THEN RETURN NEW; END IF; END IF;"
    " RAISE EXCEPTION 'fairdue: rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';"
    " END $$"
)


def let_persons_go(schema_editor: Any, table: str, columns: Sequence[str]) -> None:
    """Replace the append-only guard of ``table`` by one that lets ``columns`` go while an erasure of the company is open."""
    if schema_editor.connection.vendor == "postgresql":
        arguments = ", ".join(f"'{column}'" for column in columns)
        run(
            schema_editor,
            [
                FUNCTION,
                f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION fairdue_erasable({arguments})",
            ],
        )
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"PRAGMA table_info({table})")
        kept = [row[1] for row in cursor.fetchall() if row[1] not in columns]
    same = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in kept)
    message = f"fairdue: rows of {table} are never changed or deleted"
    run(
        schema_editor,
        [
            f"DROP TRIGGER IF EXISTS {table}_no_update",
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT (EXISTS ({OPEN}) AND {same})"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ],
    )


def unless_erasing(vendor: str, kept: Sequence[str], columns: Sequence[str]) -> str:
    """Give the condition under which an update is refused: a kept column changes, or a personal one while nobody is erased."""
    other = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    changed, personal = (
        " OR ".join(f"NEW.{column} {other} OLD.{column}" for column in part) for part in (kept, columns)
    )
    return f"({changed}) OR (({personal}) AND NOT EXISTS ({OPEN}))"


LEDGER = {
    "ledger_document": ("reference", "order_no"),
    "ledger_due_item": ("source_key",),
    "ledger_due_date_change": ("reason",),
    "ledger_allocation": ("reason",),
    "ledger_audit_entry": ("actor", "detail"),
    "ledger_audit_text": ("salt", "text"),
    "ledger_document_file": ("file_name", "recorded_by"),
    "ledger_file_withdrawal": ("reason", "recorded_by"),
}
"""The personal columns of the ledger's append-only tables, as the register names them."""

PAYMENT_KEPT = ("company_id", "currency", "amount_minor", "effective_on", "recorded_at", "source_id", "occurrence")
PAYMENT_MESSAGE = "fairdue: the money facts of a payment are never changed or deleted"


def install_ledger_erasure(apps: Any, schema_editor: Any) -> None:
    """Migration step: the walls around erasures, and the guards of the ledger that let persons go."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        run(schema_editor, row_level_security(["ledger_audit_text", "ledger_erased_mark", "ledger_erasure"]))
    for table, columns in LEDGER.items():
        let_persons_go(schema_editor, table, columns)
    refused = unless_erasing(vendor, PAYMENT_KEPT, ("source_key",))
    if vendor == "postgresql":
        run(
            schema_editor,
            [
                "CREATE OR REPLACE FUNCTION fairdue_payment_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{PAYMENT_MESSAGE}' USING ERRCODE = 'check_violation'; END IF;"
                f" IF {refused} THEN RAISE EXCEPTION '{PAYMENT_MESSAGE}' USING ERRCODE = 'check_violation'; END IF;"
                " RETURN NEW; END $$"
            ],
        )
        return
    run(
        schema_editor,
        [
            "DROP TRIGGER IF EXISTS ledger_payment_fixed",
            f"CREATE TRIGGER ledger_payment_fixed BEFORE UPDATE ON ledger_payment WHEN {refused}"
            f" BEGIN SELECT RAISE(ABORT, '{PAYMENT_MESSAGE}'); END",
        ],
    )
