"""The guards of this room let persons go while one of the company is erased."""

from django.db import migrations

from fairdue.contact.constraints import install_contact_erasure


class Migration(migrations.Migration):
    dependencies = [("contact", "0007_inbound_guards"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_contact_erasure, migrations.RunPython.noop)]
