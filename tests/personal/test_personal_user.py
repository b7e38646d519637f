"""An employee leaves and wants to be forgotten: name, mailbox and sign-ins go, the audit chain keeps the number and verifies."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fairdue.contact import actions as contact
from fairdue.ledger import audit
from fairdue.ledger.models import AuditEntry, Erasure
from fairdue.people.models import Membership, User
from fairdue.personal.actions import ErasureRefused, do_erase
from fairdue.personal.people import PersonalError, load

sys.path.insert(0, str(Path(__file__).parent))
from personal_traces import in_database

pytestmark = pytest.mark.django_db
TRACES = ("Gunhild Rübezahl", "gunhild.ruebezahl", "gunhild@acme.example", "Rübezahl")


@pytest.fixture
def employee(book):
    """She released, noted and took calls, under her own name; a colleague wrote about her."""
    user = User.objects.create(
        username="gunhild.ruebezahl", first_name="Gunhild", last_name="Rübezahl", email="gunhild@acme.example", password="x",
        job_title="Controller", phone="+49 40 1234567",
    )  # fmt: skip
    Membership.objects.create(user=user, company=book.company, role="finance_lead")
    hers = replace(book.then, user_id=user.pk, name="Gunhild Rübezahl")
    contact.do_note(hers, customer_id=book.other.pk, text="called, no answer")
    contact.do_note(book.then, customer_id=book.other.pk, text="Gunhild Rübezahl takes over from 1 May")
    audit.seal(book.company.pk)
    return user


def erase(book, user, today=date(2041, 1, 10)):
    return do_erase(book.actor, load(book.company.pk, "user", user.pk), today, reason="left on 30 April")


def test_who_still_works_here_is_not_erased(book, employee):
    with pytest.raises(ErasureRefused) as caught:
        erase(book, employee)
    assert [one.code for one in caught.value.verdict.refused] == ["personal_still_works"]
    assert User.objects.get(pk=employee.pk).first_name == "Gunhild"


def test_name_mailbox_and_sign_in_go_and_the_chain_keeps_the_number(book, employee):
    User.objects.filter(pk=employee.pk).update(is_active=False)
    before = list(AuditEntry.objects.filter(actor=f"user:{employee.pk}").values_list("pk", "content_hash"))
    assert before
    assert in_database(*TRACES)
    assert erase(book, employee).state == "done"
    assert in_database(*TRACES) == []
    gone = User.objects.get(pk=employee.pk)
    assert (gone.username, gone.email, gone.first_name, gone.password, gone.is_active) == (
        f"erased-{employee.pk}", "", "", "", False,
    )  # fmt: skip
    assert list(AuditEntry.objects.filter(actor=f"user:{employee.pk}").values_list("pk", "content_hash")) == before
    audit.seal(book.company.pk)
    assert audit.verify(book.company.pk) == []


def test_what_she_did_stays_in_the_log_until_its_law_ends(book, employee):
    """The log of 2014 is kept six years from the end of the year, what she wrote in the books eight: the account goes in 2016."""
    User.objects.filter(pk=employee.pk).update(is_active=False)
    first = erase(book, employee, date(2016, 1, 10))
    assert (first.state, [one["until"] for one in first.stays]) == ("partly", ["2020-12-31", "2022-12-31"])
    assert User.objects.get(pk=employee.pk).email == ""
    assert in_database("Gunhild Rübezahl")
    assert erase(book, employee, date(2023, 1, 1)).state == "done"
    assert in_database(*TRACES) == []
    assert Erasure.objects.count() == 1


def test_another_companys_user_is_unknown(book, employee):
    from fairdue.people.models import Company

    other = Company.objects.create(code="o", name="Other", country="DE", currency="EUR", language="de")
    with pytest.raises(PersonalError):
        load(other.pk, "user", employee.pk)
