"""The database's own guards around instruments."""

from django.db import migrations

from fairdue.cash.constraints import install_instruments


class Migration(migrations.Migration):
    dependencies = [("cash", "0011_instruments"), ("ledger", "0014_hold_of_instrument")]
    operations = [migrations.RunPython(install_instruments, migrations.RunPython.noop)]
