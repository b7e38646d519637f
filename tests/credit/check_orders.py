"""Run by tests in a process of its own: ``MAKE`` makes a buyer with a limit of 1,000.00, ``CHECK NUMBER`` asks ten times for 600.00, each
under a number of its own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime


def main() -> None:
    import django

    django.setup()
    from fairdue.credit.actions import Asked, AskedOrder, do_ask_limit, do_check_order, do_vote
    from fairdue.ledger.models import Customer
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.get()
    at = datetime(2026, 4, 1, 9, tzinfo=UTC)

    def person(user: int) -> Actor:
        return Actor(company.pk, at, user_id=user, name=f"P{user}", roles=frozenset({"finance_lead"}))

    if sys.argv[1] == "MAKE":
        customer = Customer.objects.create(company=company, number="1", number_key="1", name="B", created_at=at)
        limit = do_ask_limit(person(1), Asked(customer.pk, 1_000_00, "A", "test"))
        do_vote(person(2), limit.pk, approved=True)
        return
    released = 0
    for n in range(10):
        asked = AskedOrder(Customer.objects.get().pk, f"{sys.argv[2]}-{n}", 600_00, "EUR")
        released += do_check_order(person(3), asked).row.outcome == "release"
    sys.stdout.write(f"{released}\n")


if __name__ == "__main__":
    main()
