"""A balance that came back may be asked for again: its step key, which counts attempts, stands once instead of its day."""

from typing import Any

from django.db import migrations

from fairdue.dunning.guards import BALANCE_ERASABLE
from fairdue.ledger.constraints.erasable import let_persons_go

TABLE = "dunning_balance_confirmation"


def guard_again(apps: Any, schema_editor: Any) -> None:
    """Put the guards back: SQLite makes a table anew to drop a constraint."""
    let_persons_go(schema_editor, TABLE, BALANCE_ERASABLE[TABLE])


class Migration(migrations.Migration):
    dependencies = [("dunning", "0008_edited")]
    operations = [
        migrations.RemoveConstraint("balanceconfirmation", "one_balance_confirmation_per_account_and_day"),
        migrations.RunPython(guard_again, migrations.RunPython.noop),
    ]
