from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from fairdue.ledger.constraints.install import row_level_security, run

CLAIMS = ("contact_stored_blob", "ledger_document_file")
CHECK = 1


def give_to_companies(apps: Any, schema_editor: Any) -> None:
    """Give each stored file to the company that names it; one that several name gets a row for each, which share its key.

    A file that nobody names (looked at, never written) loses its row; the sweep takes key and bytes.
    """
    sealed = apps.get_model("ledger", "SealedFile")
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT current_setting('fairdue.companies', true)")
            before = cursor.fetchone()[0] or ""
            cursor.execute("SELECT string_agg(id::text, ',') FROM people_company")
            cursor.execute("SELECT set_config('fairdue.companies', %s, false)", [cursor.fetchone()[0] or ""])
        there = set(connection.introspection.table_names(cursor))
        named: dict[str, set[int]] = {}
        for table in CLAIMS:
            if table in there:
                cursor.execute(f"SELECT sha256, company_id FROM {table}")
                for sha256, company_id in cursor.fetchall():
                    named.setdefault(sha256, set()).add(company_id)
        if connection.vendor == "postgresql":
            cursor.execute("SELECT set_config('fairdue.companies', %s, false)", [before])
    more = []
    for row in sealed.objects.order_by("pk").iterator():
        owners = sorted(named.get(row.sha256, ()))
        if not owners:
            row.delete()
            continue
        row.company_id = owners[0]
        if len(owners) > 1 and row.wrapped:
            row.wrapped = "shared"
        row.save(update_fields=["company_id", "wrapped"])
        more += [
            sealed(company_id=one, sha256=row.sha256, stored_sha256=row.stored_sha256, wrapped=row.wrapped)
            for one in owners[1:]
        ]
    sealed.objects.bulk_create(more, batch_size=2_000)
    if sealed.objects.exists():
        # Some master key sealed these files: none may be made anew. Which one is told by the first that seals.
        apps.get_model("ledger", "KeyCheck").objects.create(pk=CHECK, value="")


def wall(apps: Any, schema_editor: Any) -> None:
    """Show a file's row only to sessions of its company."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(["ledger_sealed_file"]))


class Migration(migrations.Migration):

    atomic = True
    dependencies = [("ledger", "0010_facts_of_law"), ("people", "0002_company_payment_link")]

    operations = [
        migrations.CreateModel(
            name="KeyCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.CharField(max_length=64)),
            ],
            options={"db_table": "ledger_key_check"},
        ),
        migrations.AddField(
            model_name="sealedfile",
            name="company",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="people.company"),
        ),
        migrations.AlterField(
            model_name="sealedfile",
            name="sha256",
            field=models.CharField(help_text="of the bytes as they were given", max_length=64),
        ),
        migrations.AlterField(
            model_name="sealedfile",
            name="wrapped",
            field=models.CharField(
                blank=True, help_text="apart: in the key store; shared: there too, of two companies", max_length=200
            ),
        ),
        migrations.RunPython(give_to_companies, migrations.RunPython.noop, elidable=True),
    ]
