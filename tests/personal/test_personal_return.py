"""A file that names an erased person does not bring the person back, and says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fairdue.intake.bring import do_bring, read_for
from fairdue.ledger.models import Contact, Customer
from fairdue.personal.actions import do_erase, do_readmit
from fairdue.personal.people import load

sys.path.insert(0, str(Path(__file__).parent))
from personal_traces import in_database
from personal_wish import EMAIL, NAME, TODAY

pytestmark = pytest.mark.django_db
ROWS = (
    "Customer number,Customer name,E-mail,City,Country\n"
    f"18,Beta AG,{EMAIL},Berlin,DE\n90,{NAME},,Hamburg,DE\n91,Gamma AG,info@gamma.example,Bonn,DE\n"
)


def brought(book):
    reading = read_for(None, ROWS.encode(), "customers.csv", as_of=TODAY, kind="customers", company_id=book.company.pk)
    return do_bring(book.then, "crm", reading, as_of=TODAY)


def test_rows_that_name_an_erased_person_are_refused_and_the_others_go_in(book):
    person = load(book.company.pk, "customer", book.customer.pk)
    do_erase(book.actor, person, TODAY, reason="asked")
    done = brought(book)
    assert (done.state, done.counts["refused"], done.counts["new"]) == ("written", 2, 1)
    assert "erased" in done.refused_csv
    assert not Contact.objects.filter(email=EMAIL).exists()
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Beta AG", "Gamma AG", "[erased]"]


def test_with_new_business_the_person_may_be_named_again(book):
    do_erase(book.actor, load(book.company.pk, "customer", book.customer.pk), TODAY, reason="asked")
    assert do_readmit(book.actor, load(book.company.pk, "customer", book.customer.pk), reason="new order") > 0
    assert brought(book).counts["refused"] == 0
    assert Contact.objects.get(email=EMAIL).customer_id == book.other.pk
    assert in_database(EMAIL)
