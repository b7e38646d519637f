"""The gate's facts from the ledger: the same for one customer and for all, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from counted import touching
from fairdue.contact.actions import do_note, do_queue, do_record_call
from fairdue.contact.dispatch import dispatch
from fairdue.contact.facts import ItemState, PastContact
from fairdue.contact.queries import gate_facts, messages_of, open_tasks, timeline
from fairdue.contact.tone import findings
from fairdue.ledger.actions import do_book_payment, do_hold, do_publish_fact
from fairdue.ledger.models import Customer

pytestmark = pytest.mark.django_db


def test_facts_hold_what_the_gate_asks(
    actor, company, customer, contact, book, now, today, outgoing, smtp, mail_server
):
    item = book()
    do_hold(actor, customer_id=customer.pk, due_item_id=item.pk, reason="dispute", since=today, amount_minor=30_00)
    do_hold(
        actor,
        customer_id=customer.pk,
        reason="mediation",
        since=today - timedelta(days=9),
        until=today - timedelta(days=1),
    )
    do_publish_fact(
        actor, room="ledger", kind="bank_data_through", subject=f"company:{company.pk}", as_of=today,
        value=(today - timedelta(days=1)).toordinal(), source_version="1",
    )  # fmt: skip
    do_queue(actor, outgoing(run_key="run-7"))
    dispatch(company.pk, now, [smtp])
    do_book_payment(actor, amount_minor=7_00, currency="EUR", effective_on=today, suspected_customer_id=customer.pk)
    do_record_call(replace(actor, at=now + timedelta(minutes=5)), customer_id=customer.pk, text="will pay")
    facts = gate_facts(company.pk, [customer.pk], now + timedelta(minutes=9), with_items=True)[customer.pk]
    assert facts.company.bank_data_through == date(2026, 3, 1)
    assert facts.company.handed_over_today == 1
    assert facts.items == {item.pk: ItemState(100_00, 30_00, ("dispute",), "EUR", "R-1")}
    assert [(one.currency, one.amount_minor, one.suspected) for one in facts.unmatched] == [("EUR", 7_00, True)]
    assert facts.customer_holds == ()
    assert [past.key.split(":")[0] for past in facts.history] == ["run-7", "call"]
    assert facts.history[0] == PastContact(today, "email", "run-7")
    assert (facts.language, facts.address_complete, facts.place.zones) == ("de", True, ("Europe/Berlin",))
    assert facts.contacts[0].language == "de"


def test_all_customers_take_as_many_queries_as_one(company, customer, contact, book, now, django_assert_num_queries):
    for number in range(30):
        Customer.objects.create(
            company=company, number=f"N{number}", number_key=f"N{number}", name="X", country="US", created_at=now
        )
    with django_assert_num_queries(11):
        everyone = gate_facts(company.pk, None, now)
    with CaptureQueriesContext(connection) as asked:
        one = gate_facts(company.pk, [customer.pk], now, with_items=True)
    assert len(touching(asked)) == 3
    assert len(everyone) == 31
    assert replace(one[customer.pk], items=None) == everyone[customer.pk]


def test_the_pages_of_a_customer_take_one_query_each(actor, company, customer, now, django_assert_num_queries):
    for number in range(60):
        do_note(actor, customer_id=customer.pk, text=str(number))
    with django_assert_num_queries(1):
        page = timeline(company.pk, customer.pk)
    assert [event.text for event in page] == [str(number) for number in range(59, 9, -1)]
    assert len(timeline(company.pk, customer.pk, before_id=page[-1].pk)) == 10
    with django_assert_num_queries(2):
        assert messages_of(company.pk, customer.pk) == open_tasks(company.pk, customer_id=customer.pk) == []


@pytest.mark.parametrize(
    ("language", "text", "category"),
    [
        ("en", "We WILL  sue you", "threat"),
        ("en", "We will make this debt public", "disclosure"),
        ("de", "Das ist peinlich für Sie", "shaming"),
        ("de", "Ihre Säumnis? Selbst schuld!", "blame"),
        ("fr", "C’est de la mauvaise foi", "blame"),
        ("fr", "quelle HONTE", "shaming"),
        ("es", "Ultima advertencia", "pressure"),
        ("es", "la lista negra", "disclosure"),
        ("ar", "سنقوم برفع دعوى", "threat"),
        ("ar", "هذا مُخجل", "shaming"),
        ("zh_Hans", "如不付款,后果自负", "threat"),
        ("zh-hans", "请不要做老赖", "insult"),
        ("ar", "we will tell your customers", "disclosure"),
    ],
)
def test_the_tone_check_finds_the_plain_cases(language, text, category) -> None:
    assert {one.category for one in findings(text, language)} == {category}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Could you tell us when we may expect your payment? Do call if anything about the invoice is unclear."),
        ("de", "Sicher ist es Ihnen entgangen. Bitte überweisen Sie den Betrag bis Freitag; rufen Sie uns gern an."),
        ("fr", "Sans doute s'agit-il d'un oubli. Nous restons à votre disposition pour en parler."),
        ("es", "Seguramente se trata de un olvido. Estamos a su disposición para hablarlo."),
        ("ar", "لعل الأمر قد فاتكم. يسعدنا التحدث معكم في أي وقت."),
        ("zh_Hans", "可能是您一时疏忽,如有任何问题请随时与我们联系。"),
    ],
)
def test_friendly_words_pass(language, text) -> None:
    assert findings(text, language) == ()
