"""Run by tests in a process of its own: take two advices in and look at three mails, or die in the middle of it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from killed import dying_before

sys.path.insert(0, str(Path(__file__).resolve().parent))


def main() -> None:
    import advice_samples as samples
    import django

    django.setup()
    from cash_desk import Desk

    from fairdue.cash.actions import do_look_for_advices, do_take_in_advice, mail_advices
    from fairdue.cash.models import Account
    from fairdue.contact.actions import do_receive
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 3, 2, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    listed = [(f"RE-2026-0{at}", 10000 + at) for at in range(100, 110)]
    if not Account.objects.exists():
        desk = Desk(actor)
        for number, minor in listed:
            desk.item(minor, number)
        for at in (0, 2, 4):
            do_receive(actor, samples.mail(samples.words(tuple(listed[at : at + 2])), subject=f"Avis {at}"))
    write_to, after = (*sys.argv[1:3], "", "0")[:2]
    mail_advices.PORTION = 2
    with dying_before(write_to, int(after or 0)):
        for at in (6, 8):
            do_take_in_advice(actor, samples.table(tuple(listed[at : at + 2])), f"{at}.csv")
        do_look_for_advices(actor)


if __name__ == "__main__":
    main()
