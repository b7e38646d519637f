"""The guards of this room let persons go while one of the company is erased."""

from django.db import migrations

from fairdue.cover.constraints import install_cover_erasure


class Migration(migrations.Migration):
    dependencies = [("cover", "0002_guards"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_cover_erasure, migrations.RunPython.noop)]
