"""The database's own guards: fixed content of messages, append-only rows, the wall between companies."""

from django.db import migrations

from fairdue.contact.constraints import install_contact


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_initial"), ("ledger", "0003_guards")]
    operations = [migrations.RunPython(install_contact, migrations.RunPython.noop)]
