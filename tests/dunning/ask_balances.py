"""Run by tests in a process of its own: make the ledger, ask for balances, or die in the middle of it.

``MAKE`` books the invoices under a policy with a balance plan. ``PLAN [WRITE_TO AFTER]`` asks as the night does; ``BEGIN`` writes down whom
a page's job is to ask, ``WORK [WRITE_TO AFTER]`` is its process. ``LEFT`` hands the questions over, ``REMIND [WRITE_TO AFTER]``
reminds a fortnight later. With WRITE_TO the process kills itself without notice before its insert into that table for the time after
AFTER. Each batch holds two customers.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from killed import dying_before

CUSTOMERS = 5
END, TODAY = date(2026, 3, 31), date(2026, 4, 1)


def make(actor) -> None:
    from fairdue.dunning.actions import do_adopt_policy
    from fairdue.dunning.policy import shipped_yaml
    from fairdue.ledger.actions import Maturity, do_book_document
    from fairdue.ledger.models import Contact, Customer
    from fairdue.people.models import Company, Membership, User

    company = Company.objects.get()
    Membership.objects.create(user=User.objects.create(username="lea"), company=company, role="finance_lead")
    do_adopt_policy(actor, "flexible", shipped_yaml("flexible") + "\nbalance: {every: quarter}\n")
    for n in range(CUSTOMERS):
        customer = Customer.objects.create(
            company=company, number=str(n), number_key=str(n), name=f"Kunde {n}", country="DE", language="de", street="Weg 1",
            postal_code="10115", city="Berlin", natural_person="no", created_at=actor.at,
        )  # fmt: skip
        Contact.objects.create(
            company=company, customer=customer, name="P", channel="email", email=f"c{n}@kunde.example", language="de"
        )
        do_book_document(
            actor, customer_id=customer.pk, kind="invoice", number=f"R{n}", issued_on=date(2026, 3, 1), currency="EUR",
            maturities=[Maturity(date(2026, 4, 20), 100_00 + n)],
        )  # fmt: skip


def main() -> None:
    import django

    django.setup()
    from django.conf import settings

    from fairdue.contact.models import OutboxMessage
    from fairdue.dunning.actions import balance
    from fairdue.dunning.actions.balance_plan import do_ask_by_plan
    from fairdue.dunning.actions.balance_reminder import do_remind_by_plan
    from fairdue.ledger.models import Customer
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company, User
    from fairdue.web import balance_job

    balance.BATCH = 2
    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 4, 1, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    what, (write_to, after) = sys.argv[1], (*sys.argv[2:4], "", "0")[:2]
    Path(settings.DATA_DIR, "jobs").mkdir(parents=True, exist_ok=True)
    if what == "MAKE":
        make(actor)
    elif what == "BEGIN":
        balance_job.JOB.launch = lambda arguments, lock: None
        chosen = list(Customer.objects.order_by("id").values_list("pk", flat=True))
        assert balance_job.start(company.pk, User.objects.get().pk, "lea", END, chosen, actor.at, "en")
    with dying_before(write_to, int(after or 0)):
        if what == "PLAN":
            do_ask_by_plan(actor, TODAY)
        elif what == "LEFT":
            OutboxMessage.objects.update(state="handed_over", claimed_by="test", handed_over_at=actor.at)
        elif what == "REMIND":
            do_remind_by_plan(replace(actor, at=datetime(2026, 4, 15, 9, tzinfo=UTC)), date(2026, 4, 15))
        elif what == "WORK":
            sent = balance_job.work(company.pk, User.objects.get().pk).counts.get("sent", 0)
            sys.stdout.write(f"{sent}\n")


if __name__ == "__main__":
    main()
