from __future__ import annotations

from typing import Any

from django.db import migrations, models

from fairdue.ledger import keystore

APART = "apart"
CHUNK = 2_000


def move_keys(apps: Any, schema_editor: Any) -> None:
    """Move the keys of stored files out of the database: into the key store first, then out of the rows."""
    files = apps.get_model("ledger", "SealedFile").objects.exclude(wrapped__in=("", APART)).order_by("pk")
    while rows := list(files.values_list("pk", "stored_sha256", "wrapped")[:CHUNK]):
        keystore.opened().put((stored, wrapped) for _pk, stored, wrapped in rows)
        files.model.objects.filter(pk__in=[row[0] for row in rows]).update(wrapped=APART)


class Migration(migrations.Migration):

    dependencies = [("ledger", "0008_reference_index")]

    operations = [
        migrations.AddField(
            model_name="erasure",
            name="doomed",
            field=models.JSONField(blank=True, help_text="names of keys that go after the rows were swept", null=True),
        ),
        migrations.AlterField(
            model_name="sealedfile",
            name="wrapped",
            field=models.CharField(
                blank=True, help_text="apart: in the key store; of before it: the wrapped key itself", max_length=200
            ),
        ),
        migrations.RunPython(move_keys, migrations.RunPython.noop, elidable=True),
    ]
