"""The database itself keeps cover's rows: nothing is changed or deleted, what cannot be is refused, companies are apart."""

from __future__ import annotations

from datetime import date

import pytest
from cover_department import Department
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError, OperationalError

from fairdue.cover.actions import CoverError, LimitValues, TermsValues, do_record, do_set_limit, do_set_terms
from fairdue.cover.models import BuyerLimit, CoverPolicy, CoverRecord, CoverTerms
from fairdue.ledger.models import AuditEntry, Customer
from fairdue.people.actor import NotAllowed
from fairdue.people.models import Company
from fairdue.people.scope import company_scope

pytestmark = pytest.mark.django_db
REFUSED = (IntegrityError, OperationalError, InternalError)
DAY = date(2026, 1, 15)


def refused(action) -> None:
    with pytest.raises(REFUSED), transaction.atomic():
        action()


@pytest.mark.parametrize("model", [CoverPolicy, CoverTerms, BuyerLimit, CoverRecord])
def test_rows_are_never_changed_or_deleted(insured: Department, model):
    insured.tell("A", "notified", DAY)
    row = model.objects.get()
    refused(lambda: model.objects.filter(pk=row.pk).update(recorded_by="somebody else"))
    refused(lambda: model.objects.filter(pk=row.pk)._raw_delete("default"))
    assert model.objects.get().recorded_by == "Lea Lead"


def test_another_company_s_rows_do_not_exist(insured: Department):
    insured.tell("A", "notified", DAY)
    other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR")
    if connection.vendor == "postgresql":
        with company_scope(other.pk):
            assert [model.objects.count() for model in (CoverPolicy, CoverTerms, BuyerLimit, CoverRecord)] == [0] * 4
    theirs = Department(other)
    theirs_actor = theirs.actor(DAY)
    with pytest.raises(CoverPolicy.DoesNotExist):
        do_set_limit(theirs_actor, CoverPolicy.objects.get().pk, LimitValues(DAY, 1, customer_id=1))
    with pytest.raises(Customer.DoesNotExist):
        do_record(theirs_actor, customer_id=Customer.objects.get().pk, kind="notified", on=DAY, reference="x")
    with pytest.raises(CoverError):
        do_set_limit(
            insured.actor(DAY), CoverPolicy.objects.get().pk, LimitValues(DAY, 1, customer_id=theirs.customer("Z").pk)
        )


def test_rights_are_asked(insured: Department):
    policy, owner = CoverPolicy.objects.get(), insured.actor(DAY, "account_owner")
    with pytest.raises(NotAllowed):
        do_set_terms(insured.actor(DAY, "controller"), policy.pk, TermsValues(DAY, 900_000))
    with pytest.raises(NotAllowed):
        do_set_limit(owner, policy.pk, LimitValues(DAY, 1, customer_id=insured.customer("A").pk))
    with pytest.raises(NotAllowed):
        do_record(
            insured.actor(DAY, "auditor"), customer_id=insured.customer("A").pk, kind="notified", on=DAY, reference="x"
        )
    assert (CoverTerms.objects.count(), BuyerLimit.objects.count(), CoverRecord.objects.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "notified", "on": DAY, "reference": " "},
        {"kind": "notified", "on": date(2026, 1, 16), "reference": "x"},
        {"kind": "consent", "on": DAY, "reference": "x"},
        {"kind": "notified", "on": DAY, "reference": "x", "until": DAY},
        {"kind": "consent", "on": DAY, "reference": "x", "until": date(2026, 1, 14)},
        {"kind": "guess", "on": DAY, "reference": "x"},
        {"kind": "notified", "on": DAY, "reference": "x", "due_item_id": 0},
    ],
)
def test_a_record_that_cannot_be_is_refused(insured: Department, asked):
    with pytest.raises(CoverError):
        do_record(insured.actor(DAY), customer_id=insured.customer("A").pk, **asked)
    assert not CoverRecord.objects.exists()


def test_the_same_again_changes_nothing(insured: Department):
    before = AuditEntry.objects.count()
    insured.limit("A", 100_000_00, date(2025, 7, 1))
    assert (BuyerLimit.objects.count(), AuditEntry.objects.count()) == (1, before)
    insured.tell("A", "notified", DAY)
    after = AuditEntry.objects.count()
    insured.tell("A", "notified", DAY)
    assert (CoverRecord.objects.count(), AuditEntry.objects.count()) == (1, after)


def test_what_cannot_be_is_refused_by_the_database_too(insured: Department):
    limit = BuyerLimit.objects.values().get()
    limit.pop("id")
    refused(lambda: BuyerLimit.objects.create(**{**limit, "limit_minor": -1}))
    refused(lambda: BuyerLimit.objects.create(**{**limit, "customer_id": None}))
    terms = CoverTerms.objects.values().get()
    terms.pop("id")
    refused(lambda: CoverTerms.objects.create(**{**terms, "version": 2, "insured_share_ppm": 1_000_001}))
    refused(lambda: CoverTerms.objects.create(**terms))
