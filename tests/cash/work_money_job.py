"""Run by tests in a process of its own: the page's job that proposes and posts, or its death in the middle of it.

``MAKE`` books three invoices and takes in a total and the notice of its parts. ``BEGIN`` writes down what a page asks, ``WORK [WRITE_TO
AFTER]`` is its process: with WRITE_TO it kills itself without notice before its insert into that table for the time after AFTER.
Each portion holds one line.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

from killed import dying_before

sys.path.insert(0, str(Path(__file__).resolve().parent))
AMOUNTS = (100_00, 60_00, 35_00)


def make(actor) -> None:
    from batch_files import camt, entry

    from fairdue.cash.actions import do_take_in
    from fairdue.ledger.actions import Maturity, do_book_document
    from fairdue.ledger.models import Customer
    from fairdue.people.models import Company, Membership, User

    company = Company.objects.get()
    Membership.objects.create(user=User.objects.create(username="lea"), company=company, role="finance_lead")
    parts = []
    for place, amount in enumerate(AMOUNTS):
        customer = Customer.objects.create(
            company=company, number=str(place), number_key=str(place), name=f"Kunde {place}", created_at=actor.at
        )
        do_book_document(
            actor, customer_id=customer.pk, kind="invoice", number=f"RE-70000{place}", issued_on=date(2026, 1, 10), currency="EUR",
            maturities=[Maturity(date(2026, 2, 10), amount)],
        )  # fmt: skip
        parts.append((amount, customer.name, f"RE-70000{place}"))
    total = sum(AMOUNTS)
    do_take_in(actor, camt("Stmt", entry(total, reference="B1"), closing=total), "stmt.xml", new_account=True)
    do_take_in(actor, camt("Ntfctn", entry(total, parts, reference="B1")), "ntfctn.xml", new_account=True)


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    from fairdue.cash.actions import propose
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company, User
    from fairdue.web import money_job

    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 3, 2, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    what, (write_to, after) = sys.argv[1], (*sys.argv[2:4], "", "0")[:2]
    Path(settings.DATA_DIR, "jobs").mkdir(parents=True, exist_ok=True)
    propose.PORTION = 1
    money_job.JOB.launch = lambda arguments, lock: None
    if what == "MAKE":
        make(actor)
    elif what == "BEGIN":
        assert money_job.start(company.pk, User.objects.get().pk, "lea", actor.at, "en")
    else:
        with dying_before(write_to, int(after or 0)):
            ended = money_job.work(company.pk, User.objects.get().pk)
        sys.stdout.write(f"{ended.ended} {sum(one[2] for one in ended.counts if one[0] == 'posted')}\n")


if __name__ == "__main__":
    main()
