"""The database's own guards: append-only rows, the wall between companies."""

from django.db import migrations

from fairdue.cover.constraints import install_cover


class Migration(migrations.Migration):
    dependencies = [("cover", "0001_initial"), ("ledger", "0003_guards")]
    operations = [migrations.RunPython(install_cover, migrations.RunPython.noop)]
