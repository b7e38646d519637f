"""The database's own guards around the settings of a company, and of the tables that got their version."""

from django.db import migrations

from fairdue.cash.constraints import install_settings


class Migration(migrations.Migration):
    dependencies = [("cash", "0005_company_settings"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_settings, migrations.RunPython.noop)]
