"""The guards of this room let persons go while one of the company is erased."""

from django.db import migrations

from fairdue.books.constraints import install_books_erasure


class Migration(migrations.Migration):
    dependencies = [("books", "0002_guards"), ("ledger", "0007_personal")]
    operations = [migrations.RunPython(install_books_erasure, migrations.RunPython.noop)]
