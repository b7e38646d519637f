"""The wall between companies around kept answers."""

from typing import Any

from django.db import migrations

from fairdue.ledger.constraints.install import row_level_security, run


def install(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        run(schema_editor, row_level_security(["api_kept_answer"]))


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
