"""Indexes of what an allocation ties: only the rows that have it, so that a side that nobody used yet is no reason to read all."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

WHOLE = ("charge", "payment", "credit_item")
OPERATIONS = [
    models.Index(fields=[side], name=f"allocation_by_{side}", condition=models.Q((f"{side}__isnull", False)))
    for side in (*WHOLE, "reverses")
]


def drop_whole(apps: Any, schema_editor: Any) -> None:
    """Drop the indexes over all rows. To alter the fields would make the table anew on SQLite, without its guards."""
    model = apps.get_model("ledger", "Allocation")
    for side in WHOLE:
        column = model._meta.get_field(side).column
        for name in schema_editor._constraint_names(model, [column], index=True, unique=False, check=False):
            if name not in {index.name for index in OPERATIONS}:
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def side(name: str, to: str, related_name: str) -> migrations.AlterField:
    """Give the field of a side, which has no index over all rows any more."""
    field = models.ForeignKey(
        blank=True, null=True, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to
    )  # fmt: skip
    return migrations.AlterField(model_name="allocation", name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0014_hold_of_instrument")]
    operations = [
        *(migrations.AddIndex(model_name="allocation", index=index) for index in OPERATIONS),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                side("charge", "ledger.charge", "allocations"),
                side("payment", "ledger.payment", "allocations"),
                side("credit_item", "ledger.dueitem", "uses"),
            ],
            database_operations=[migrations.RunPython(drop_whole, migrations.RunPython.noop)],
        ),
    ]
