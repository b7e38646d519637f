"""Guards of the tables of document files: append-only, one company and customer throughout, the wall."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.install import row_level_security, run

TABLES = ("ledger_document_file", "ledger_file_withdrawal")
MESSAGE = "fairdue: a document file does not agree with its customer and document"
WITHDRAWN = "fairdue: a withdrawal is of another company than its file"


def install_files(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards on the connected database."""
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        run(schema_editor, [*_postgresql(), *row_level_security(list(TABLES))])
    else:
        run(schema_editor, _sqlite())


def _postgresql() -> list[str]:
    never = [
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION fairdue_append_only()"
        for table in TABLES
    ]
    head = "RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$ BEGIN"
    return [
        *never,
        f"CREATE FUNCTION fairdue_document_file_right() {head}"
        " IF NOT EXISTS (SELECT 1 FROM ledger_customer c WHERE c.id = NEW.customer_id AND c.company_id = NEW.company_id)"
        " OR (NEW.document_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_document d WHERE d.id = NEW.document_id"
        " AND d.customer_id = NEW.customer_id AND d.company_id = NEW.company_id))"
        f" THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_document_file_right BEFORE INSERT ON ledger_document_file"
        " FOR EACH ROW EXECUTE FUNCTION fairdue_document_file_right()",
        f"CREATE FUNCTION fairdue_file_withdrawal_right() {head}"
        " IF NOT EXISTS (SELECT 1 FROM ledger_document_file f WHERE f.id = NEW.file_id AND f.company_id = NEW.company_id)"
        f" THEN RAISE EXCEPTION '{WITHDRAWN}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER ledger_file_withdrawal_right BEFORE INSERT ON ledger_file_withdrawal"
        " FOR EACH ROW EXECUTE FUNCTION fairdue_file_withdrawal_right()",
    ]


def _sqlite() -> list[str]:
    never = [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'fairdue: rows of {table} are never changed or deleted'); END"
        for table in TABLES
        for verb in ("UPDATE", "DELETE")
    ]
    return [
        *never,
        "CREATE TRIGGER ledger_document_file_right BEFORE INSERT ON ledger_document_file BEGIN"
        f" SELECT RAISE(ABORT, '{MESSAGE}') WHERE NOT EXISTS (SELECT 1 FROM ledger_customer c"
        " WHERE c.id = NEW.customer_id AND c.company_id = NEW.company_id)"
        " OR (NEW.document_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_document d WHERE d.id = NEW.document_id"
        " AND d.customer_id = NEW.customer_id AND d.company_id = NEW.company_id)); END",
        "CREATE TRIGGER ledger_file_withdrawal_right BEFORE INSERT ON ledger_file_withdrawal BEGIN"
        f" SELECT RAISE(ABORT, '{WITHDRAWN}') WHERE NOT EXISTS (SELECT 1 FROM ledger_document_file f"
        " WHERE f.id = NEW.file_id AND f.company_id = NEW.company_id); END",
    ]
