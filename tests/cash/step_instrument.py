"""Run by tests in a process of its own: discount a bill that covers two items without recourse, or die in the middle of it."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

from instrument_registers import owe

from killed import dying_before


def main() -> None:
    """Make the bill where there is none, then take the step unless it stands."""
    import django

    django.setup()
    from django.db import transaction

    from fairdue.cash.actions.instruments import Step, Told, do_add_instrument, do_step
    from fairdue.cash.instruments import states
    from fairdue.cash.models import Instrument
    from fairdue.ledger.models import DueItem
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 11, 2, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    if not Instrument.objects.exists():
        with transaction.atomic():
            owe(actor, 2, customers=1)
            items = list(DueItem.objects.order_by("pk"))
            told = Told(items[0].customer_id, "bank_acceptance", "B-1", "EUR", 150_00, date(2026, 12, 18))
            do_add_instrument(actor, told, [(items[0].pk, 100_00), (items[1].pk, 50_00)])
    bill = Instrument.objects.get()
    if states([bill.pk])[bill.pk].kind == "received":
        write_to, after = (*sys.argv[1:3], "", "0")[:2]
        with dying_before(write_to, int(after or 0)):
            do_step(actor, bill.pk, Step("discounted"))


if __name__ == "__main__":
    main()
