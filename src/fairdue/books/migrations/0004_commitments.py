"""What may name a person stands in a batch's root by a salted commitment, so that a batch verifies after an erasure."""

from django.db import migrations, models

from fairdue.books.constraints import install_books_commitments


class Migration(migrations.Migration):
    dependencies = [("books", "0003_personal")]
    operations = [
        migrations.AddField(
            model_name="posting",
            name="salt",
            field=models.CharField(
                help_text="of the commitment to what may name a person; empty: erased", max_length=32, null=True
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="commitment",
            field=models.CharField(
                help_text="what the root covers once the line's texts are erased", max_length=64, null=True
            ),
        ),
        migrations.RunPython(install_books_commitments, migrations.RunPython.noop),
    ]
