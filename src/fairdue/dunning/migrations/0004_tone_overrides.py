"""Findings of the tone check that a person let pass."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dunning", "0003_stage_changes")]
    operations = [
        migrations.AddField(
            "proposal",
            "tone_overrides",
            models.JSONField(
                blank=True,
                help_text="findings of the tone check that a person let pass: [{category, found, reason, by}]",
                null=True,
            ),
        ),
    ]
