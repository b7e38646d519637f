"""The guards of balance confirmations: append-only rows, the wall between companies, persons that may go."""

from django.db import migrations

from fairdue.dunning.guards import install_balance


class Migration(migrations.Migration):
    dependencies = [("dunning", "0006_balance"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_balance, migrations.RunPython.noop)]
