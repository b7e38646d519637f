"""The database's own guards: immutable notices and policy versions, the wall between companies."""

from django.db import migrations

from fairdue.dunning.guards import install_dunning


class Migration(migrations.Migration):
    dependencies = [("dunning", "0001_initial"), ("ledger", "0003_guards")]
    operations = [migrations.RunPython(install_dunning, migrations.RunPython.noop)]
