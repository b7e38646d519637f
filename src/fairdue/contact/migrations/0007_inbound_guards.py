"""The database's own guards of inbound mail: what came in stays as it came; the wall between companies."""

from django.db import migrations

from fairdue.contact.constraints import install_inbound


class Migration(migrations.Migration):
    dependencies = [("contact", "0006_inbound"), ("ledger", "0003_guards")]
    operations = [migrations.RunPython(install_inbound, migrations.RunPython.noop)]
