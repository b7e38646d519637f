"""Run as a process of its own: ``make`` a company with three bank lines for the browser's test, or ``look`` what became of them."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import Any


def make() -> dict[str, Any]:
    """Make one line that waits, one with two equal items, and one of 9.00 to be split."""
    from fairdue.people.models import Company
    from fairdue.people.scope import company_scope

    with company_scope(Company.objects.count() + 1):
        return _make()


def _make() -> dict[str, Any]:
    from web_sample import PASSWORD, make_sample

    from fairdue.cash.actions import do_propose
    from fairdue.cash.models import BankLine
    from fairdue.conf.clock import now
    from fairdue.ledger.actions import Maturity, do_book_document

    ours = make_sample("ours", "Ours GmbH", "Quernstein", now())
    for number, amount in (("T-1", 55_00), ("T-2", 55_00), ("S-8", 8_00)):
        do_book_document(
            ours.actor, customer_id=ours.customer.pk, kind="invoice", number=number, currency="EUR", issued_on=date(2026, 2, 1),
            maturities=[Maturity(date(2026, 3, 1), amount)],
        )  # fmt: skip
    lines = [ours.line.pk]
    for place, (amount, text) in enumerate(((55_00, "thanks"), (9_00, "more thanks")), start=2):
        made = BankLine.objects.create(
            company=ours.company, account=ours.line.account, statement=ours.line.statement, entry=place, part=0,
            key=f"c{place:040d}", announced_key=f"{place:040d}", occurrence=1, amount_minor=amount, currency="EUR",
            status="booked", booked_on=date(2026, 3, 2), name=ours.secret, text=text,
        )  # fmt: skip
        lines.append(made.pk)
    do_propose(ours.actor)
    user = ours.users["finance_lead"]
    user.set_password(PASSWORD)
    user.save()
    return {
        "user": user.username,
        "password": PASSWORD,
        "lines": lines,
        "file": ours.line.statement.file_id,
        "company": ours.company.pk,
    }


def look() -> list[dict[str, Any]]:
    """Give the decisions, the oldest first: line, how, kinds and amounts of the parts, numbers paid, whether taken back."""
    from fairdue.cash.models import Decision
    from fairdue.ledger.models import Allocation
    from fairdue.people.scope import company_scope

    def paid(one: Decision) -> list[str]:
        rows = Allocation.objects.filter(pk__in=one.postings.values("allocation"), kind="payment")
        return list(rows.values_list("due_item__document__number", flat=True))

    with company_scope(int(sys.argv[2])):
        return [
            {
                "line": one.line_id, "how": one.how, "parts": [[part["kind"], part["amount_minor"]] for part in one.parts],
                "paid": paid(one), "undone": hasattr(one, "undoing"),
            }
            for one in Decision.objects.order_by("pk")
        ]  # fmt: skip


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps({"make": make, "look": look}[sys.argv[1]]()))
