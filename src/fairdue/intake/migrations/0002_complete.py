from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="import",
            name="complete",
            field=models.BooleanField(default=False, help_text="what the file does not list has vanished"),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["source", "kind", "state", "-as_of"], name="import_of_source"),
        ),
    ]
