"""The database's own guards around advices."""

from django.db import migrations

from fairdue.cash.constraints import install_advised


class Migration(migrations.Migration):
    dependencies = [("cash", "0007_advices"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_advised, migrations.RunPython.noop)]
