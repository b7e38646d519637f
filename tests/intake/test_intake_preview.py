"""What a person is shown before and after writing: true counts, no question the ledger can answer, where the money went."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.intake import bring
from fairdue.ledger.models import Contact, Customer, CustomerGroup, Source

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
CUSTOMERS = (
    "customer number,name,street,city,country,language,group,email\n"
    "7,Dupont SARL,1 rue A,Paris,FR,French,NORTH,pay@dupont.example\n"
    "8,Martin SA,3 rue C,Lyon,FR,French,,\n"
)
CONTACTS = (
    "customer number,contact name,role,email,phone\n"
    "7,Anne Petit,Purchasing manager,anne@dupont.example,+33 1\n"
    "8,Luc Grand,Accounts payable,luc@martin.example,\n"
)


def read(actor, text: str, source: str = "crm"):
    known = Source.objects.filter(company_id=actor.company_id, code=source).first()
    return known, bring.read_for(known, text.encode(), "file.csv", as_of=DAY, company_id=actor.company_id)


def both(actor, text: str, source: str = "crm") -> dict[str, int]:
    """Preview a file, write it, and give the counts: they must be the same."""
    known, reading = read(actor, text, source)
    before = (Customer.objects.count(), Contact.objects.count(), CustomerGroup.objects.count())
    shown = bring.preview(known, False, reading, DAY, {}, company_id=actor.company_id).counts
    assert (Customer.objects.count(), Contact.objects.count(), CustomerGroup.objects.count()) == before
    done = bring.do_bring(actor, source, reading, as_of=DAY)
    assert done.counts == shown
    return {name: count for name, count in shown.items() if count}


def test_the_preview_of_customers_counts_as_writing_does(actor):
    assert both(actor, CUSTOMERS) == {"new": 2}
    assert both(actor, CUSTOMERS) == {"unchanged": 2}
    assert both(actor, CUSTOMERS.replace("3 rue C", "4 rue D")) == {"changed": 1, "unchanged": 1}
    moved = CUSTOMERS.replace("3 rue C", "4 rue D").replace("NORTH", "SOUTH")
    assert both(actor, moved) == {"changed": 1, "unchanged": 1}
    assert both(actor, moved) == {"unchanged": 2}
    assert Customer.objects.get(number="7").group.code == "SOUTH"


def test_the_preview_of_contacts_counts_as_writing_does(actor):
    both(actor, CUSTOMERS)
    assert both(actor, CONTACTS, "other") == {"new": 2}
    assert both(actor, CONTACTS, "other") == {"unchanged": 2}
    assert both(actor, CONTACTS.replace("+33 1", "+33 2"), "other") == {"changed": 1, "unchanged": 1}
    assert both(actor, CONTACTS + "9,Nobody,Accounts payable,x@y.example,\n", "other") == {
        "changed": 1,
        "unchanged": 1,
        "refused": 1,
    }


def test_a_channel_that_the_file_does_not_name_stays(actor):
    both(actor, CUSTOMERS)
    both(actor, CONTACTS)
    Contact.objects.filter(name="Luc Grand").update(channel="letter")
    assert both(actor, CONTACTS) == {"unchanged": 2}
    assert Contact.objects.get(name="Luc Grand").channel == "letter"
    named = CONTACTS.replace("phone\n", "phone,channel\n").replace("+33 1\n", "+33 1,E-mail\n")
    assert both(actor, named.replace("example,\n", "example,,E-mail\n")) == {"changed": 1, "unchanged": 1}
    assert Contact.objects.get(name="Luc Grand").channel == "email"


def test_a_country_is_asked_only_where_the_ledger_does_not_know_it(actor):
    items = "customer number,invoice,issued,due,currency,amount\n7,R1,2026-01-05,2026-02-04,EUR,100.00\n"

    def asked(text: str) -> set[str]:
        return {question.key for question in read(actor, text, "erp")[1].mapping.questions}

    assert asked(items) == {"country"}
    both(actor, CUSTOMERS)
    assert asked(items) == set()
    assert asked(items + "99,R2,2026-01-05,2026-02-04,EUR,100.00\n") == {"country"}
    Customer.objects.filter(number="7").update(country="")
    assert asked(items) == {"country"}


def test_payments_tell_what_was_applied_what_the_list_knew_and_what_stays(actor):
    items = (
        "customer number,invoice,issued,due,currency,amount,open amount\n"
        "7,R1,2026-01-05,2026-02-04,EUR,100.00,70.00\n"
        "7,R2,2026-01-05,2026-02-04,EUR,50.00,50.00\n"
        "8,R3,2026-01-05,2026-02-04,CHF,80.00,80.00\n"
    )
    payments = (
        "payment date,customer number,invoice number,amount,currency,payment number\n"
        "2026-02-10,7,R1,30.00,EUR,P1\n"
        "2026-02-11,7,R2,60.00,EUR,P2\n"
        "2026-02-12,7,,5.00,EUR,P3\n"
        "2026-02-12,8,R3,80.00,CHF,P4\n"
    )
    both(actor, CUSTOMERS)
    both(actor, items, "erp")
    _known, reading = read(actor, payments, "erp")
    done = bring.do_bring(actor, "erp", reading, as_of=DAY)
    assert [(reason["code"], reason["values"]) for reason in done.reasons] == [
        ("intake_payments_applied", {
            "currency": "CHF", "amount_minor": 80_00, "applied_minor": 80_00, "rest_minor": 0, "count": 0,
        }),
        ("intake_payments_applied", {
            "currency": "EUR", "amount_minor": 95_00, "applied_minor": 80_00, "rest_minor": 15_00, "count": 2,
        }),
        ("intake_payments_listed", {"currency": "EUR", "amount_minor": 30_00}),
    ]  # fmt: skip
