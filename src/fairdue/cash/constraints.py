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


INSTRUMENTS = {
    "cash_instrument": ("number", "drawer", "acceptor", "recorded_by"),
    "cash_instrument_step": ("reason", "recorded_by"),
    "cash_instrument_cover": (),
}
"""Append-only tables of what covers items, with their personal columns."""
COVERING = "'received', 'presented', 'endorsed', 'discounted'"
STATE = (
    "(SELECT s.kind FROM cash_instrument_step s WHERE s.instrument_id = c.instrument_id AND s.kind <> 'undone'"
    " AND NOT EXISTS (SELECT 1 FROM cash_instrument_step u WHERE u.undoes_id = s.id) ORDER BY s.id DESC LIMIT 1)"
)
COVER_RULES = {
    "fairdue: covers exceed the instrument": (
        "(SELECT SUM(c.amount_minor) FROM cash_instrument_cover c WHERE c.instrument_id = NEW.instrument_id)"
        " > (SELECT i.amount_minor FROM cash_instrument i WHERE i.id = NEW.instrument_id)"
    ),
    "fairdue: covers exceed the due item": (
        "(SELECT COALESCE(SUM(c.amount_minor), 0) FROM cash_instrument_cover c WHERE c.due_item_id = NEW.due_item_id"
        f" AND (c.id = NEW.id OR {STATE} IN ({COVERING})))"
        " > (SELECT d.amount_minor FROM ledger_due_item d WHERE d.id = NEW.due_item_id)"
    ),
    "fairdue: a cover crosses companies or currencies": (
        "NOT EXISTS (SELECT 1 FROM cash_instrument i, ledger_due_item d WHERE i.id = NEW.instrument_id AND d.id = NEW.due_item_id"
        " AND i.company_id = NEW.company_id AND d.company_id = NEW.company_id AND i.currency = d.currency)"
    ),
}
"""What no cover may do, as a condition on the row just written."""


def install_instruments(apps: Any, schema_editor: Any) -> None:
    """Migration step: append-only guards, the sums of covers, and the wall between companies."""
    for table, columns in INSTRUMENTS.items():
        let_persons_go(schema_editor, table, columns)
    if schema_editor.connection.vendor == "postgresql":
        checks = " ".join(
            f"IF {wrong} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF;"
            for message, wrong in COVER_RULES.items()
        )
        run(
            schema_editor,
            [
                "CREATE OR REPLACE FUNCTION fairdue_instrument_cover() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" {checks} RETURN NEW; END $$",
                "CREATE TRIGGER cash_instrument_cover_right AFTER INSERT ON cash_instrument_cover"
                " FOR EACH ROW EXECUTE FUNCTION fairdue_instrument_cover()",
                *row_level_security(list(INSTRUMENTS)),
            ],
        )
        return
    checks = " ".join(f"SELECT RAISE(ABORT, '{message}') WHERE {wrong};" for message, wrong in COVER_RULES.items())
    run(
        schema_editor,
        [f"CREATE TRIGGER cash_instrument_cover_right AFTER INSERT ON cash_instrument_cover BEGIN {checks} END"],
    )
