from __future__ import annotations

import importlib

import django.db.models.deletion
from django.db import migrations, models

wall = importlib.import_module("fairdue.ledger.migrations.0011_files_by_company").wall


class Migration(migrations.Migration):

    dependencies = [("ledger", "0011_files_by_company")]

    operations = [
        migrations.AlterField(
            model_name="sealedfile",
            name="company",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.company"),
        ),
        migrations.AddConstraint(
            model_name="sealedfile",
            constraint=models.UniqueConstraint(fields=("company", "sha256"), name="one_key_per_company_and_content"),
        ),
        migrations.AddIndex(
            model_name="sealedfile",
            index=models.Index(fields=["stored_sha256"], name="sealed_file_by_stored"),
        ),
        migrations.RunPython(wall, migrations.RunPython.noop),
    ]
