"""The demonstration's bank statements: read without a finding, mostly posted, the same every time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fairdue.cash.actions import do_post, do_propose, do_take_in
from fairdue.cash.models import BankLine, Decision, Statement
from fairdue.demo.bank import FILE_NAME, OURS, statement_file
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Customer
from fairdue.people.actor import system_actor
from fairdue.people.models import BankAccount

PLACES = ("Nordhafen", "Süderelbe", "Wilhelmsburg", "Altona", "Bergedorf", "Harburg", "Eimsbüttel", "Wandsbek")


@pytest.mark.django_db
def test_the_statements_are_read_without_a_finding_and_mostly_posted(company, now, settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path
    BankAccount.objects.create(
        company=company, currency="EUR", holder=company.name, iban="DE89370400440532013000", bank_name="B"
    )
    actor = system_actor(company.pk, now)
    day = now.date()
    for at in range(64):
        customer = Customer.objects.create(
            company=company,
            number=str(at),
            number_key=str(at),
            name=f"{PLACES[at % 8]} {PLACES[at // 8]} Werke GmbH",
            created_at=now,
        )
        for of in range(2):
            do_book_document(
                actor, customer_id=customer.pk, kind="invoice", number=f"INV-2026-{70000 + 2 * at + of}", currency="EUR",
                issued_on=day - timedelta(days=40), maturities=[Maturity(day - timedelta(days=10), 5_000_00 + 7_31 * (2 * at + of))],
            )  # fmt: skip
    data = statement_file(company.pk, day, 7)
    assert data == statement_file(company.pk, day, 7)
    assert data != statement_file(company.pk, day, 8)
    do_take_in(actor, data, FILE_NAME)
    assert [one.findings for one in Statement.objects.all()] == [[], []]
    lines = BankLine.objects.count()
    assert lines >= 12 + len(OURS)
    do_propose(actor)
    do_post(actor)
    assert Decision.objects.count() * 10 >= lines * 7
