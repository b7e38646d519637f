"""The database's own guards: sums, append-only money facts, the wall between companies."""

from django.db import migrations

from fairdue.ledger.constraints.install import install_ledger


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_initial")]
    operations = [migrations.RunPython(install_ledger, migrations.RunPython.noop)]
