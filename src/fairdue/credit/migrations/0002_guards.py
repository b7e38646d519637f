"""The database's own guards: append-only rows that let persons go, the wall between companies."""

from django.db import migrations

from fairdue.credit.constraints import install_credit


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial"), ("ledger", "0016_payment_suspects")]
    operations = [migrations.RunPython(install_credit, migrations.RunPython.noop)]
