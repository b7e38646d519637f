from django.db import migrations

from fairdue.ledger.constraints.install import row_level_security, run

TABLES = ["intake_import", "intake_source_profile"]


def install_intake(apps, schema_editor):
    """The wall between companies around what intake stores."""
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(TABLES))


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_complete")]
    operations = [migrations.RunPython(install_intake, migrations.RunPython.noop)]
