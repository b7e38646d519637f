"""The database's own guards of this room: fixed content, append-only rows, the wall between companies."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.erasable import let_persons_go, unless_erasing
from fairdue.ledger.constraints.install import row_level_security, run

TABLES = (
    "contact_gate_block",
    "contact_outbox_message",
    "contact_portal_answer",
    "contact_portal_link",
    "contact_stored_blob",
    "contact_task",
    "contact_timeline_event",
)
APPEND_ONLY = ("contact_gate_block", "contact_portal_answer", "contact_timeline_event")
FIXED = (
    *("company_id", "customer_id", "contact_id", "step_key", "run_key", "kind", "channel", "language", "subject"),
    *("recipient_name", "recipient_email", "body_text", "body_html", "edited_text", "attachments", "message_id"),
    *("content_sha256", "currency", "claim_items", "gate_policy", "legal_stage", "earliest_on", "requires_steps"),
    *("created_by", "released_by_id", "created_at"),
)
"""What a message is made of; its state stands in the other columns."""


FIXED_SINCE_0003 = (*FIXED, "third_party")
"""The same once the column for third parties is there."""


def install_clearances(apps: Any, schema_editor: Any) -> None:
    """Migration step: the wall around clearances, and the fixed content of messages with its new column.

    SQLite makes a table anew to add a column and loses its triggers with that; PostgreSQL's function is replaced.
    """
    vendor = schema_editor.connection.vendor
    drop = ["DROP TRIGGER IF EXISTS contact_outbox_message_fixed", "DROP TRIGGER IF EXISTS contact_outbox_message_kept"]
    if vendor == "postgresql":
        drop = ["DROP TRIGGER contact_outbox_message_fixed ON contact_outbox_message"]
    run(schema_editor, drop + _fixed_content(vendor, FIXED_SINCE_0003))
    if vendor == "postgresql":
        run(schema_editor, row_level_security(["contact_third_party_clearance"]))


def wall_law_confirmations(apps: Any, schema_editor: Any) -> None:
    """Migration step: the wall between companies around what they had confirmed of the law."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(["contact_law_confirmation"]))


FIXED_SINCE_0004 = (*FIXED_SINCE_0003, "gate_notes")
"""The same once the notes for the gate are there."""


PERSONAL = (
    "recipient_name",
    "recipient_email",
    "subject",
    "body_text",
    "body_html",
    "edited_text",
    "attachments",
    "created_by",
    "gate_notes",
)
"""Fixed columns of a message that may go while the company erases a person."""

ERASABLE = {
    "contact_gate_block": ("reasons",),
    "contact_portal_answer": ("text", "upload_name"),
    "contact_timeline_event": ("values", "text", "actor"),
}


INBOUND_PERSONAL = {
    "contact_inbound_mail": (
        "mail_id", "sender", "sender_name", "recipients", "subject", "text", "quoted", "attachments", "signs",
    ),
    "contact_change_proposal": ("old_email", "new_email"),
}  # fmt: skip
"""The same of mail that came in."""


def install_contact_erasure(apps: Any, schema_editor: Any) -> None:
    """Migration step: guards that let persons go."""
    for table, personal in INBOUND_PERSONAL.items():
        _reopen_inbound(schema_editor, table, personal)
    for table, columns in ERASABLE.items():
        let_persons_go(schema_editor, table, columns)
    vendor = schema_editor.connection.vendor
    drop = ["DROP TRIGGER IF EXISTS contact_outbox_message_fixed", "DROP TRIGGER IF EXISTS contact_outbox_message_kept"]
    if vendor == "postgresql":
        drop = ["DROP TRIGGER contact_outbox_message_fixed ON contact_outbox_message"]
    run(schema_editor, drop + _fixed_content(vendor, FIXED_SINCE_0004, personal=PERSONAL))


def install_contact(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards on the connected database."""
    vendor = schema_editor.connection.vendor
    run(schema_editor, _append_only(vendor) + _fixed_content(vendor))
    if vendor == "postgresql":
        run(schema_editor, row_level_security(list(TABLES)))


def _append_only(vendor: str, tables: tuple[str, ...] = APPEND_ONLY) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION fairdue_append_only()"
            for table in tables
        ]
    return [
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'fairdue: rows of {table} are never changed or deleted'); END"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    ]


def refix_content(apps: Any, schema_editor: Any) -> None:
    """Migration step: guard the content of messages anew, with the columns that were added."""
    vendor = schema_editor.connection.vendor
    drop = ["DROP TRIGGER IF EXISTS contact_outbox_message_fixed", "DROP TRIGGER IF EXISTS contact_outbox_message_kept"]
    if vendor == "postgresql":
        drop = ["DROP TRIGGER contact_outbox_message_fixed ON contact_outbox_message"]
    run(schema_editor, drop + _fixed_content(vendor, FIXED_SINCE_0004))


def _fixed_content(vendor: str, fixed: tuple[str, ...] = FIXED, *, personal: tuple[str, ...] = ()) -> list[str]:
    """Give the guard of a message's content; ``personal`` columns of it may go while the company erases a person (0006 on)."""
    message = "fairdue: the content of a message is never changed or deleted"
    if vendor == "postgresql":
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in fixed)
        if personal:
            changed = unless_erasing(vendor, [column for column in fixed if column not in personal], personal)
        return [
            "CREATE OR REPLACE FUNCTION fairdue_message_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP = 'DELETE' OR {changed} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
            " RETURN NEW; END $$",
            "CREATE TRIGGER contact_outbox_message_fixed BEFORE UPDATE OR DELETE ON contact_outbox_message"
            " FOR EACH ROW EXECUTE FUNCTION fairdue_message_fixed()",
        ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in fixed)
    if personal:
        changed = unless_erasing(vendor, [column for column in fixed if column not in personal], personal)
    return [
        f"CREATE TRIGGER contact_outbox_message_fixed BEFORE UPDATE ON contact_outbox_message WHEN {changed}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
        "CREATE TRIGGER contact_outbox_message_kept BEFORE DELETE ON contact_outbox_message"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]


INBOUND_TABLES = ("contact_change_proposal", "contact_inbound_mail", "contact_mail_place", "contact_message_reference")
INBOUND_FIXED = {
    "contact_inbound_mail": (
        *(
            "company_id",
            "mail_key",
            "raw_id",
            "mail_id",
            "way",
            "sender",
            "sender_name",
            "recipients",
            "subject",
            "sent_at",
        ),
        *("received_at", "text", "quoted", "attachments", "cut", "kind", "signs"),
    ),
    "contact_change_proposal": (
        *(
            "company_id",
            "customer_id",
            "contact_id",
            "mail_id",
            "change",
            "old_email",
            "new_email",
            "known_sender",
            "created_at",
        ),
    ),
}
"""What came in, as it came; whose it is and what a person decided stand in the other columns."""


def install_inbound(apps: Any, schema_editor: Any) -> None:
    """Migration step: the guards of inbound mail on the connected database."""
    vendor = schema_editor.connection.vendor
    run(schema_editor, _append_only(vendor, ("contact_mail_place", "contact_message_reference")))
    for table, columns in INBOUND_FIXED.items():
        run(schema_editor, _fixed(vendor, table, columns))
    if vendor == "postgresql":
        run(schema_editor, row_level_security(list(INBOUND_TABLES)))


def _reopen_inbound(schema_editor: Any, table: str, personal: tuple[str, ...]) -> None:
    """Replace the guard of what came in by one that lets ``personal`` columns go while the company erases a person."""
    vendor = schema_editor.connection.vendor
    kept = [column for column in INBOUND_FIXED[table] if column not in personal]
    refused = unless_erasing(vendor, kept, personal)
    message = f"fairdue: what came in with a row of {table} is never changed or deleted"
    if vendor == "postgresql":
        statement = (
            f"CREATE OR REPLACE FUNCTION fairdue_{table}_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP = 'DELETE' THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
            f" IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
        run(schema_editor, [statement])
        return
    run(
        schema_editor,
        [
            f"DROP TRIGGER IF EXISTS {table}_fixed",
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} WHEN {refused}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ],
    )


def _fixed(vendor: str, table: str, columns: tuple[str, ...]) -> list[str]:
    """Give the statements that refuse a change of columns and the deletion of a row."""
    message = f"fairdue: what came in with a row of {table} is never changed or deleted"
    if vendor == "postgresql":
        # JSON columns are jsonb there, which can be compared.
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
        return [
            f"CREATE FUNCTION fairdue_{table}_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP = 'DELETE' OR {changed} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
            " RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION fairdue_{table}_fixed()",
        ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
    return [
        f"CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} WHEN {changed}"
        f" BEGIN SELECT RAISE(ABORT, '{message}'); END",
        f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END",
    ]
