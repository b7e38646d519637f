"""Run by tests in a process of its own: make the ledger, cut its postings and write them out, or die in the middle of it.

``python cut_once.py MAKE`` books the invoices. ``python cut_once.py CUT FOLDER [WRITE_TO]`` cuts and writes; with WRITE_TO the process
kills itself without notice when it is about to write to that table.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from killed import dying_before

ROWS, LINES = 300, 100


def main() -> None:
    import django

    django.setup()
    from django.db import transaction

    from fairdue.books import files
    from fairdue.books.actions import do_cut
    from fairdue.ledger.actions import Maturity, do_book_document
    from fairdue.ledger.models import Customer
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.get()
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    actor = Actor(company.pk, at, name="Test", roles=frozenset({"finance_lead"}))
    if sys.argv[1] == "MAKE":
        customer = Customer.objects.create(company=company, number="1", number_key="1", name="A", created_at=at)
        with transaction.atomic():
            for n in range(ROWS):
                do_book_document(
                    actor, customer_id=customer.pk, kind="invoice", number=f"M{n}", issued_on=date(2026, 3, 1), currency="EUR",
                    maturities=[Maturity(date(2026, 4, 1), n + 1)],
                )  # fmt: skip
        return
    folder, write_to = Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else ""

    with dying_before(write_to):
        do_cut(actor, size=LINES)
        for batch in files.waiting_batches(company.pk):
            files.hand_out(actor, "acme", batch, "csv", folder)


if __name__ == "__main__":
    main()
