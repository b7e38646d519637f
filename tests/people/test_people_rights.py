"""Names as their script writes them, rights by role, limits, and users of one company only."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from fairdue.people import actions, queries
from fairdue.people.actor import Actor, NotAllowed, Right
from fairdue.people.models import Company, Membership, User


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [("若琳", "欧阳", "欧阳若琳"), ("Svenja", "Ridderbusch", "Svenja Ridderbusch"), ("", "", "")],
)
def test_full_names(first: str, last: str, shown: str) -> None:
    assert User(first_name=first, last_name=last).get_full_name() == shown


def test_rights_are_the_least_that_the_work_needs(now):
    auditor = Actor(1, now, roles=frozenset({"auditor"}))
    assert auditor.may(Right.AUDIT)
    assert not any(auditor.may(right) for right in Right if right not in {Right.VIEW, Right.AUDIT})
    assert not Actor(1, now, roles=frozenset({"account_owner"})).may(Right.RELEASE)
    assert not Actor(1, now, roles=frozenset({"administrator"})).may(Right.RELEASE)
    assert not Actor(1, now).may(Right.VIEW)
    with pytest.raises(NotAllowed, match="may not release"):
        auditor.need(Right.RELEASE)


@pytest.mark.django_db
def test_an_actor_is_of_one_company_and_takes_the_highest_limit(company, now):
    other = Company.objects.create(code="other", name="Other", country="FR", currency="EUR")
    user = actions.do_add_user(company.pk, username="kim", password="a-long-password-1", roles=["controller"])
    Membership.objects.filter(user=user).update(release_limit_minor=100)
    Membership.objects.create(user=user, company=company, role="auditor", release_limit_minor=500)
    acting = queries.actor_for(user, company.pk, now)
    assert acting is not None
    assert (acting.roles, acting.release_limit_minor) == (frozenset({"controller", "auditor"}), 500)
    assert queries.actor_for(user, other.pk, now) is None


@pytest.mark.django_db
def test_weak_passwords_and_unknown_roles_are_refused(company):
    with pytest.raises(ValidationError):
        actions.do_add_user(company.pk, username="kim", password="short", roles=["controller"])
    with pytest.raises(ValueError, match="no role"):
        actions.do_add_user(company.pk, username="kim", password="a-long-password-1", roles=["king"])
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_a_payment_link_must_be_encrypted(now):
    with pytest.raises(ValueError, match="https"):
        actions.do_add_company(
            now, code="x", name="X", country="DE", currency="EUR", payment_link="http://pay.example/"
        )
    made = actions.do_add_company(
        now, code="x", name="X", country="DE", currency="EUR", payment_link="https://pay.example/{reference}"
    )
    assert made.payment_link == "https://pay.example/{reference}"


@pytest.mark.django_db
def test_a_company_s_letterhead_and_bank_account(company):
    edited = actions.do_edit_company(company.pk, {"street": "Kai 2", "registration_no": "HRB 7"})
    assert (edited.street, edited.registration_no, edited.name) == ("Kai 2", "HRB 7", company.name)
    with pytest.raises(ValueError, match="no field code"):
        actions.do_edit_company(company.pk, {"code": "x"})
    with pytest.raises(ValidationError):
        actions.do_edit_company(company.pk, {"email": "no address"})
    with pytest.raises(ValueError, match="no valid IBAN"):
        actions.do_set_bank_account(company.pk, currency="EUR", holder="A", iban="DE00 1234")
    account = actions.do_set_bank_account(company.pk, currency="EUR", holder="A", iban="DE89 3704 0044 0532 0130 00")
    again = actions.do_set_bank_account(company.pk, currency="EUR", holder="B", account_number="77")
    assert (account.pk, again.holder, again.iban, again.account_number) == (again.pk, "B", "", "77")
