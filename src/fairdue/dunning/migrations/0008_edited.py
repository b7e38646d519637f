"""Whether a person changed a proposal, whatever became of it since."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dunning", "0007_balance_guards")]
    operations = [
        migrations.AddField(
            "proposal",
            "edited",
            models.BooleanField(
                default=False, help_text="a person changed its paragraph, contact, deadline or language"
            ),
        ),
    ]
