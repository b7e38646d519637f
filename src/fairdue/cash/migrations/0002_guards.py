"""The database's own guards: what the bank said is never changed, the wall between companies."""

from django.db import migrations

from fairdue.cash.constraints import install_cash


class Migration(migrations.Migration):
    dependencies = [("cash", "0001_initial"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_cash, migrations.RunPython.noop)]
