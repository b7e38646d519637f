"""The address of a message in small letters, as a column of its own on PostgreSQL.

Row-level security lets an index serve only comparisons that cannot leak, and ``lower()`` is not among them: the index on the
expression is left alone there, and each look for messages at an address would read the whole outbox. The database keeps the
column itself; SQLite has no such wall and uses the index on the expression.
"""

from django.db import migrations


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE contact_outbox_message ADD COLUMN recipient_key varchar(254) "
            "GENERATED ALWAYS AS (lower(recipient_email)) STORED"
        )
        schema_editor.execute(
            "CREATE INDEX outbox_by_recipient_key ON contact_outbox_message (company_id, recipient_key, created_at)"
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE contact_outbox_message DROP COLUMN recipient_key")


class Migration(migrations.Migration):
    dependencies = [("contact", "0008_personal")]
    operations = [migrations.RunPython(add, remove)]
