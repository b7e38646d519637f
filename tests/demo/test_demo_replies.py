"""The demonstration's inbox: replies of each kind, the same every time."""

from __future__ import annotations

import pytest

from fairdue.contact.models import ChangeProposal, InboundMail
from fairdue.demo.replies import TEXTS, add_replies
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Contact, Customer
from fairdue.people.actor import system_actor


@pytest.mark.django_db
def test_a_reply_of_each_kind_comes_in_once_however_often_it_is_made(company, now) -> None:
    actor = system_actor(company.pk, now)
    for at, (language, _, _) in enumerate(TEXTS):
        customer = Customer.objects.create(
            company=company,
            number=str(at),
            number_key=str(at),
            name=f"Customer {at}",
            language=language,
            created_at=now,
        )
        Contact.objects.create(company=company, customer=customer, email=f"ap@customer{at}.example")
        day = now.date().replace(year=now.year - 1)
        do_book_document(
            actor, customer_id=customer.pk, kind="invoice", number=f"INV-{70000 + at}", issued_on=day, currency="EUR",
            maturities=[Maturity(day, 5_000)],
        )  # fmt: skip
    assert add_replies(actor) == add_replies(actor) == len(TEXTS) + 1
    kinds = sorted(InboundMail.objects.values_list("kind", flat=True))
    assert kinds == ["away", "left", "opt_out", *["reply"] * 9]
    assert InboundMail.objects.filter(customer__isnull=True).count() == 1
    assert sorted(ChangeProposal.objects.values_list("change", flat=True)) == [
        "deputy",
        "left",
        "new_address",
        "opt_out",
    ]
