"""What a message carries for the gate beside its text, and when a person last looked at it."""

from django.db import migrations, models
from django.db.models.functions import Lower

from fairdue.contact.constraints import refix_content


class Migration(migrations.Migration):
    dependencies = [("contact", "0004_cover_task")]
    operations = [
        migrations.AddField(
            "outboxmessage",
            "gate_notes",
            models.JSONField(
                blank=True,
                help_text="what it grants, which law it doubts, which findings of the tone check were let pass",
                null=True,
            ),
        ),
        migrations.AddField(
            "outboxmessage",
            "looked_at",
            models.DateTimeField(blank=True, help_text="when a person last queued it again", null=True),
        ),
        migrations.AddIndex(
            "outboxmessage",
            models.Index("company", Lower("recipient_email"), name="outbox_to_address"),
        ),
        migrations.RunPython(refix_content, migrations.RunPython.noop),
    ]
