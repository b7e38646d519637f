"""A message knows the tasks that wait for an answer to it once it has been handed over."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contact", "0010_law_confirmations")]
    operations = [
        migrations.AddField(
            "outboxmessage",
            "on_silence",
            models.JSONField(
                blank=True,
                help_text="[{kind, key, after_days, owner, reasons}, …]: tasks that wait for an answer once it has left",
                null=True,
            ),
        ),
    ]
