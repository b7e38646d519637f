"""Run by tests in a process of its own, on an empty database: tables of before, with rows, brought to the newest state.

Prints JSON: what the rows say afterwards, and what the database refuses.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime

BEFORE = [("ledger", "0008_reference_index"), ("dunning", "0008_edited"), ("contact", "0009_recipient_key")]
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHARED, ONE, NOBODY = "a" * 64, "b" * 64, "c" * 64


def fill(apps) -> None:
    """Two companies of before: a customer each, three sealed files (of both, of one, of nobody) and their claims."""
    company = apps.get_model("people", "Company").objects
    first, second = (
        company.create(code=code, name=code, country="DE", currency="EUR", language="de") for code in ("one", "two")
    )
    for owner, files in ((first, (SHARED, ONE)), (second, (SHARED,))):
        apps.get_model("ledger", "Customer").objects.create(
            company=owner, number="4711", number_key="4711", name=f"Kunde {owner.code}", created_at=AT
        )
        for sha256 in files:
            apps.get_model("contact", "StoredBlob").objects.create(**blob(apps, owner, sha256))
    for sha256 in (SHARED, ONE, NOBODY):
        apps.get_model("ledger", "SealedFile").objects.create(
            sha256=sha256, stored_sha256=sha256[::-1].replace(sha256[0], "d"), wrapped=f"key of {sha256[0]}"
        )


def blob(apps, owner, sha256) -> dict:
    """Give a claim's columns: what has no default gets something of its kind."""
    values = {"company": owner, "sha256": sha256}
    for field in apps.get_model("contact", "StoredBlob")._meta.concrete_fields:
        if field.name in values or field.primary_key or field.has_default() or field.null:
            continue
        kind = field.get_internal_type()
        values[field.name] = AT if "Date" in kind else 1 if "Integer" in kind else "x"
    return values


def refused(sql: str) -> str:
    from django.db import DatabaseError, connection, transaction

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        return type(error).__name__
    return ""


def scoped(companies: str) -> list[list]:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT set_config('fairdue.companies', %s, false)", [companies])
        cursor.execute("SELECT company_id, substr(sha256, 1, 1), wrapped FROM ledger_sealed_file ORDER BY 1, 2")
        return [list(row) for row in cursor.fetchall()]


def main() -> None:
    import django

    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('fairdue.companies', '1,2', false)")
    fill(MigrationExecutor(connection).loader.project_state(BEFORE).apps)
    newest = MigrationExecutor(connection)
    newest.migrate(newest.loader.graph.leaf_nodes())
    told = {"all": scoped("1,2"), "second": scoped("2"), "none": scoped("")}
    scoped("1,2")
    with connection.cursor() as cursor:
        cursor.execute("SELECT agri_food, size_declared, subcontract FROM ledger_customer ORDER BY id")
        told["customers"] = [list(row) for row in cursor.fetchall()]
    told["twice"] = refused(
        "INSERT INTO ledger_sealed_file (company_id, sha256, stored_sha256, wrapped)"
        f" VALUES (2, '{SHARED}', '{'e' * 64}', 'apart')"
    )
    told["nobody"] = refused(
        f"INSERT INTO ledger_sealed_file (sha256, stored_sha256, wrapped) VALUES ('{'f' * 64}', '{'e' * 64}', 'apart')"
    )
    after = MigrationExecutor(connection)
    told["left"] = len(after.migration_plan(after.loader.graph.leaf_nodes()))
    told["guards"] = guards()
    sys.stdout.write(json.dumps(told))


def guards() -> list[str]:
    """Give the guards of the table that SQLite makes anew."""
    from django.db import connection

    lite = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'dunning_balance_confirmation'"
    full = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'dunning_balance_confirmation'::regclass AND NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(lite if connection.vendor == "sqlite" else full)
        return sorted(row[0] for row in cursor.fetchall())


if __name__ == "__main__":
    main()
