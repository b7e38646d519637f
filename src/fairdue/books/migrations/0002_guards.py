"""The database's own guards: append-only rows, the wall between companies."""

from django.db import migrations

from fairdue.books.constraints import install_books


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial"), ("ledger", "0003_guards")]
    operations = [migrations.RunPython(install_books, migrations.RunPython.noop)]
