"""What the insurer decided on one buyer: a maximum extension of its own, and the file that says so."""

import django.db.models.deletion
from django.db import migrations, models

from fairdue.cover.constraints import install_cover_erasure


class Migration(migrations.Migration):

    dependencies = [
        ('contact', '0009_recipient_key'),
        ('cover', '0003_personal'),
    ]

    operations = [
        migrations.AddField(
            model_name='buyerlimit',
            name='max_extension_days',
            field=models.PositiveIntegerField(blank=True, help_text='from the original due date', null=True),
        ),
        migrations.AddField(
            model_name='buyerlimit',
            name='source_file',
            field=models.ForeignKey(blank=True, help_text="the insurer's decision as it came", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contact.storedblob'),
        ),
        # The guard names the columns that stay; it is made again with the new ones.
        migrations.RunPython(install_cover_erasure, migrations.RunPython.noop),
    ]
