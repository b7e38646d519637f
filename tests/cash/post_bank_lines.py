"""Run by tests in a process of its own: propose and post three lines, or die in the middle of it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from killed import dying_before

sys.path.insert(0, str(Path(__file__).resolve().parent))


def main() -> None:
    import django

    django.setup()
    from cash_desk import Desk

    from fairdue.cash.actions import do_post, do_propose, propose
    from fairdue.cash.matching.records import Answer, Part
    from fairdue.cash.models import BankLine
    from fairdue.kernel.reasons import Reason
    from fairdue.ledger.models import DueItem
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 11, 2, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    if not BankLine.objects.exists():
        desk = Desk(actor)
        for amount in (100, 200, 300):
            desk.item(amount)
            desk.line(amount)
    items = dict(DueItem.objects.values_list("amount_minor", "pk"))
    propose.PORTION = 2

    def matcher(book, lines, allowed):
        for line in lines:
            state = "waiting" if line.amount_minor == 300 else "posted"
            part = Part(items[line.amount_minor], None, line.amount_minor)
            yield Answer(line.id, state, 999_000, "number", (part._replace(customer=1),), (Reason("x"),))

    write_to, after = (*sys.argv[1:3], "", "0")[:2]
    with dying_before(write_to, int(after or 0)):
        do_propose(actor, matcher=matcher)
        do_post(actor)


if __name__ == "__main__":
    main()
