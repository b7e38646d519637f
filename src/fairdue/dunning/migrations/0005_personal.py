"""The guards of this room let persons go while one of the company is erased."""

from django.db import migrations

from fairdue.dunning.guards import install_dunning_erasure


class Migration(migrations.Migration):
    dependencies = [("dunning", "0004_tone_overrides"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_dunning_erasure, migrations.RunPython.noop)]
