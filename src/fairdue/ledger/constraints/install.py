"""Install the database's own guards: sum triggers, append-only tables, row-level security. Called by migrations."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

APPEND_ONLY = (
    "ledger_document",
    "ledger_due_item",
    "ledger_due_date_change",
    "ledger_allocation",
    "ledger_charge",
    "ledger_audit_entry",
    "ledger_audit_seal",
    "ledger_audit_anchor",
)
"""Tables whose rows are never changed or deleted. A payment may still be tied to its customer, so it has its own rule."""


def statements(vendor: str) -> list[str]:
    """Give the guard statements for a database vendor, in the order they must run."""
    text = files("fairdue.ledger.constraints").joinpath(f"{vendor}.sql").read_text(encoding="utf-8")
    return [part.strip() for part in text.split("\n--;\n")] + _append_only(vendor) + _payment_rule(vendor)


def _append_only(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION fairdue_append_only()"
            for table in APPEND_ONLY
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'fairdue: rows of {table} are never changed or deleted'); END"
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ]


def _payment_rule(vendor: str) -> list[str]:
    fixed = (
        "company_id",
        "currency",
        "amount_minor",
        "effective_on",
        "recorded_at",
        "source_id",
        "source_key",
        "occurrence",
    )
    message = "fairdue: the money facts of a payment are never changed or deleted"
    if vendor == "postgresql":
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in fixed)
        return [
            f"CREATE FUNCTION fairdue_payment_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP = 'DELETE' OR {changed} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
            " RETURN NEW; END $$",
            "CREATE TRIGGER ledger_payment_fixed BEFORE UPDATE OR DELETE ON ledger_payment"
            " FOR EACH ROW EXECUTE FUNCTION fairdue_payment_fixed()",
        ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in fixed)
    return [
        f"CREATE TRIGGER ledger_payment_fixed BEFORE UPDATE ON ledger_payment WHEN {changed}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
        f"CREATE TRIGGER ledger_payment_kept BEFORE DELETE ON ledger_payment BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]


def row_level_security(tables: list[str], column: str = "company_id") -> list[str]:
    """Give the PostgreSQL statements that show a table's rows only to sessions scoped to their company.

    The session variable ``fairdue.companies`` holds the ids by comma; unset or empty shows nothing. Owners of the
    tables are bound too (FORCE); superusers are not, so production connects as an ordinary role. The list is read once a
    query (a sub-select), and compared by the column's own type, so that statistics and indexes serve.
    """
    made = []
    for table in tables:
        visible = f"{column} = ANY ((SELECT string_to_array(current_setting('fairdue.companies', true), ',')::bigint[])::bigint[])"
        made += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY company_wall ON {table} USING ({visible}) WITH CHECK ({visible})",
        ]
    return made


def run(schema_editor: Any, parts: list[str]) -> None:
    """Execute guard statements on a migration's connection, without parameter substitution."""
    with schema_editor.connection.cursor() as cursor:
        for part in parts:
            cursor.execute(part)


def install_ledger(apps: Any, schema_editor: Any) -> None:
    """Migration step: the ledger's guards on the connected database."""
    vendor = schema_editor.connection.vendor
    run(schema_editor, statements(vendor))
    if vendor == "postgresql":
        models = [model for model in apps.get_app_config("ledger").get_models() if _has_company(model)]
        run(schema_editor, row_level_security(sorted(model._meta.db_table for model in models)))


def _has_company(model: Any) -> bool:
    return any(field.name == "company" for field in model._meta.get_fields())
