"""The guards of further suspects: payment, customer and row are one company's; companies see their rows only."""

from __future__ import annotations

from typing import Any

from fairdue.ledger.constraints.install import row_level_security, run

TABLE = "ledger_payment_suspect"
MESSAGE = "fairdue: a suspect of a payment crosses companies"


def install_suspects(apps: Any, schema_editor: Any) -> None:
    """Migration step. On PostgreSQL the guard reads each row's two by their keys, once a statement (decision 0004)."""
    if schema_editor.connection.vendor == "postgresql":
        one = "LEFT JOIN LATERAL (SELECT company_id FROM {} WHERE id = n.{} LIMIT 1) {} ON true"
        run(
            schema_editor,
            [
                "CREATE FUNCTION fairdue_payment_suspect() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF EXISTS (SELECT 1 FROM added n {one.format('ledger_payment', 'payment_id', 'p')}"
                f" {one.format('ledger_customer', 'customer_id', 'c')}"
                " WHERE p.company_id IS DISTINCT FROM n.company_id OR c.company_id IS DISTINCT FROM n.company_id)"
                f" THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END $$",
                f"CREATE TRIGGER {TABLE}_right AFTER INSERT ON {TABLE} REFERENCING NEW TABLE AS added"
                " FOR EACH STATEMENT EXECUTE FUNCTION fairdue_payment_suspect()",
                *row_level_security([TABLE]),
            ],
        )
        return
    own = "EXISTS (SELECT 1 FROM {} o WHERE o.id = NEW.{} AND o.company_id = NEW.company_id)"
    payment, customer = own.format("ledger_payment", "payment_id"), own.format("ledger_customer", "customer_id")
    run(
        schema_editor,
        [
            f"CREATE TRIGGER {TABLE}_right BEFORE INSERT ON {TABLE} BEGIN SELECT RAISE(ABORT, '{MESSAGE}')"
            f" WHERE NOT ({payment} AND {customer}); END"
        ],
    )
