"""The database's own guards around what was proposed and decided."""

from django.db import migrations

from fairdue.cash.constraints import install_decided


class Migration(migrations.Migration):
    dependencies = [("cash", "0003_proposals_and_decisions"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_decided, migrations.RunPython.noop)]
