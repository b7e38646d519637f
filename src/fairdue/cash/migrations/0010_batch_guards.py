"""The database's own guards around totals that are told in parts."""

from django.db import migrations

from fairdue.cash.constraints import install_batches


class Migration(migrations.Migration):
    dependencies = [("cash", "0009_batches"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_batches, migrations.RunPython.noop)]
