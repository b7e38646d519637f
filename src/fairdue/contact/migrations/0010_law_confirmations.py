"""What companies had lawyers confirm of the law of a country."""

import django.db.models.deletion
from django.db import migrations, models

from fairdue.contact.constraints import wall_law_confirmations


class Migration(migrations.Migration):

    dependencies = [
        ('contact', '0009_recipient_key'),
        ('people', '0003_api_tokens'),
    ]

    operations = [
        migrations.CreateModel(
            name='LawConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('country', models.CharField(help_text='country, part of one (US-CA) or EU, as the data name it', max_length=6)),
                ('topic', models.CharField(help_text='one of law.confirmed.Topic', max_length=20)),
                ('confirmed_by', models.CharField(help_text='who looked at it, by full name', max_length=200)),
                ('reference', models.CharField(help_text='where the answer stands: opinion, date, file', max_length=500)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(help_text='last day on which it counts')),
                ('recorded_by', models.CharField(max_length=120)),
                ('recorded_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_by', models.CharField(blank=True, max_length=120)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=500)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.company')),
            ],
            options={
                'db_table': 'contact_law_confirmation',
                'indexes': [models.Index(fields=['company', 'country', 'valid_until'], name='law_confirmation_of_country')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('valid_from'))), name='law_confirmation_ends_after_it_begins')],
            },
        ),
        migrations.RunPython(wall_law_confirmations, migrations.RunPython.noop),
    ]
