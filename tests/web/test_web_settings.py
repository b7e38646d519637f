"""Letterhead, bank accounts and accepted terms, changed from a page."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.ledger.models import AuditEntry
from fairdue.people.models import BankAccount

IBAN = "DE89 3704 0044 0532 0130 00"


@pytest.fixture
def administrator(as_role) -> Client:
    return as_role("administrator")


def letterhead(sample: Sample, **changes: str) -> dict[str, str]:
    company = sample.company
    kept = ("name", "street", "postal_code", "city", "region", "country", "registration_no", "vat_no", "email", "phone")
    more = {"payment_link": "", "language": "en", "time_zone": "UTC", "size": "unknown"}
    return {name: getattr(company, name) for name in kept} | more | changes


def test_who_does_not_administer_reads_and_has_no_form(ours: Sample, lead: Client):
    page = lead.get(reverse("web:settings")).content.decode()
    assert "Only an administrator changes these." in page
    assert "DE02 1203 0000 0000 2020 51" in page
    assert 'name="postal_code"' not in page


def test_the_letterhead_is_changed_and_audited(ours: Sample, administrator: Client):
    asked = letterhead(ours, street="Kai 1", time_zone="Europe/Berlin", country="at")
    assert administrator.post(reverse("web:settings-company"), asked).status_code == 302
    ours.company.refresh_from_db()
    assert (ours.company.street, ours.company.time_zone, ours.company.country) == ("Kai 1", "Europe/Berlin", "AT")
    entry = AuditEntry.objects.filter(action="edit_company").latest("id")
    assert entry.detail == {"street": "Kai 1", "time_zone": "Europe/Berlin", "country": "AT"}
    assert entry.actor == f"user:{ours.users['administrator'].pk}"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("payment_link", "http://pay.example", "starts with https://"),
        ("time_zone", "Mars/Olympus", "no such time zone"),
        ("country", "D1", "two letters"),
        ("email", "nobody", "valid email"),
        ("name", "", "required"),
    ],
)
def test_a_bad_letterhead_is_refused(field: str, value: str, said: str, ours: Sample, administrator: Client):
    before = AuditEntry.objects.count()
    response = administrator.post(reverse("web:settings-company"), letterhead(ours, **{field: value}))
    assert (response.status_code, AuditEntry.objects.count()) == (400, before)
    assert said in response.content.decode()
    ours.company.refresh_from_db()
    assert getattr(ours.company, field) != value or not value


def test_an_account_replaces_the_one_of_its_currency(ours: Sample, administrator: Client):
    asked = {"currency": "eur", "holder": "Ours GmbH", "iban": IBAN, "bic": "COBADEFFXXX", "bank_name": "Bank"}
    assert administrator.post(reverse("web:settings-bank"), asked).status_code == 302
    account = BankAccount.objects.get(company=ours.company, currency="EUR")
    assert (account.iban, account.bic) == ("DE89370400440532013000", "COBADEFFXXX")
    entry = AuditEntry.objects.filter(action="set_bank_account").latest("id")
    assert entry.detail == {"currency": "EUR", "iban": "DE89370400440532013000"}
    assert entry.seal.entry_id == entry.pk


@pytest.mark.parametrize(
    "changes", [{"iban": "DE89370400440532013001"}, {"iban": ""}, {"currency": "XYZ"}, {"holder": ""}]
)
def test_a_wrong_account_is_refused_and_nothing_changes(
    changes: dict[str, str], ours: Sample, theirs: Sample, administrator: Client
):
    asked = {"currency": "EUR", "holder": "Ours GmbH", "iban": IBAN} | changes
    assert administrator.post(reverse("web:settings-bank"), asked).status_code == 400
    numbers = set(BankAccount.objects.values_list("iban", flat=True))
    assert numbers == {"DE02120300000000202051"}


def terms(**changes: str) -> dict[str, str]:
    return {
        "version": "2026", "clause": "Payable at once.", "accepted_by": "Anne", "accepted_on": "2026-02-01",
        "accepted_how": "Signed", "governing_law": "fr", "interest_percent": "9.25",
    } | changes  # fmt: skip


def test_accepted_terms_are_recorded(ours: Sample, as_role):
    place = reverse("web:customer-terms", args=[ours.customer.pk])
    assert as_role("controller").post(place, terms()).status_code == 302
    made = ours.customer.accepted_terms.get(version="2026")
    assert (made.governing_law, made.interest_rate_ppm, made.retention_of_title) == ("FR", 92_500, False)


def test_a_version_stands_for_good(ours: Sample, as_role):
    place = reverse("web:customer-terms", args=[ours.customer.pk])
    response = as_role("controller").post(place, terms(version="2025"))
    assert "on record already" in response.content.decode()
    assert ours.customer.accepted_terms.get().clause == "Payable in 30 days."


@pytest.mark.parametrize("changes", [{"governing_law": "Mars"}, {"interest_percent": "-1"}, {"clause": ""}])
def test_bad_terms_are_refused(changes: dict[str, str], ours: Sample, as_role):
    place = reverse("web:customer-terms", args=[ours.customer.pk])
    assert as_role("controller").post(place, terms(**changes)).status_code == 400
    assert ours.customer.accepted_terms.count() == 1


def clearance(**changes: str) -> dict[str, str]:
    return {
        "country": "de", "basis": "licence", "third_party": "Inkasso Nord GmbH", "reason": "register 4711",
        "valid_from": "2026-03-01", "valid_until": "2026-12-31",
    } | changes  # fmt: skip


def test_a_third_party_is_confirmed_and_taken_back(ours: Sample, lead: Client):
    from fairdue.contact.models import ThirdPartyClearance

    assert lead.post(reverse("web:third-party-confirm"), clearance()).status_code == 302
    made = ThirdPartyClearance.objects.get(third_party="Inkasso Nord GmbH")
    assert (made.country, made.confirmed_by.split()[0]) == ("DE", "finance_lead.ours")
    assert "in force" in lead.get(reverse("web:third-parties")).content.decode()
    place = reverse("web:third-party-withdraw", args=[made.pk])
    assert lead.post(place, {"reason": "register entry ended"}).status_code == 302
    page = lead.get(reverse("web:third-parties")).content.decode()
    assert "register entry ended" in page


@pytest.mark.parametrize("changes", [{"country": "CN"}, {"valid_until": "2026-01-01"}, {"reason": ""}])
def test_a_wrong_confirmation_is_refused(changes: dict[str, str], ours: Sample, lead: Client):
    from fairdue.contact.models import ThirdPartyClearance

    before = ThirdPartyClearance.objects.count()
    assert lead.post(reverse("web:third-party-confirm"), clearance(**changes)).status_code == 400
    assert ThirdPartyClearance.objects.count() == before


def test_a_token_is_shown_once_and_revoked(ours: Sample, as_role):
    from fairdue.people.models import ApiToken
    from fairdue.people.tokens import find_token

    admin = as_role("administrator")
    asked = {"name": "ERP connector", "scopes": ["read", "files:write"], "days": "30"}
    page = admin.post(reverse("web:token-make"), asked).content.decode()
    shown = re.search(r"fairdue_[\w-]{43}", page)
    assert shown is not None
    made = find_token(shown[0], ours.actor.at)
    assert made is not None
    assert (made.name, made.scopes, made.company_id) == ("ERP connector", ["files:write", "read"], ours.company.pk)
    page = admin.get(reverse("web:tokens")).content.decode()
    assert shown[0] not in page
    assert "never" in page
    assert admin.post(reverse("web:token-revoke", args=[made.pk])).status_code == 302
    assert find_token(shown[0], ours.actor.at) is None
    actions = AuditEntry.objects.filter(subject=f"token:{made.pk}").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["make_token", "revoke_token"]
    assert ApiToken.objects.get(pk=made.pk).revoked_by.startswith("administrator.ours")


@pytest.mark.parametrize("changes", [{"scopes": []}, {"scopes": ["king"]}, {"name": ""}, {"days": "731"}])
def test_a_wrong_token_is_refused(changes: dict[str, object], ours: Sample, as_role):
    from fairdue.people.models import ApiToken

    before = ApiToken.objects.count()
    asked: dict[str, object] = {"name": "x", "scopes": ["read"], "days": "30"}
    assert as_role("administrator").post(reverse("web:token-make"), asked | changes).status_code == 400
    assert ApiToken.objects.count() == before


def law_word(**changes: str) -> dict[str, str]:
    return {
        "what": "SE:fee", "confirmed_by": "Astrid Berg, advokat", "reference": "opinion of 1 March",
        "valid_from": "2026-03-01", "valid_until": "2026-12-31",
    } | changes  # fmt: skip


def test_what_a_lawyer_confirmed_is_recorded_listed_and_taken_back(ours: Sample, lead: Client):
    from fairdue.contact.models import LawConfirmation

    page = lead.get(reverse("web:law"), {"what": "SE:fee"}).content.decode()
    assert "Lag 1981:739" in page
    assert lead.post(reverse("web:law-confirm"), law_word()).status_code == 302
    made = LawConfirmation.objects.get(country="SE")
    assert (made.topic, made.recorded_by.split()[0]) == ("fee", "finance_lead.ours")
    page = lead.get(reverse("web:law")).content.decode()
    assert "opinion of 1 March" in page
    assert "Lag 1981:739" not in page
    assert lead.post(reverse("web:law-withdraw", args=[made.pk]), {"reason": "act changed"}).status_code == 302
    page = lead.get(reverse("web:law")).content.decode()
    assert "act changed" in page
    assert "Lag 1981:739" in page


def test_law_of_the_union_stands_among_the_countries_of_own_customers(ours: Sample, lead: Client):
    rows = lead.get(reverse("web:law")).context["open_rows"]
    assert {row["held"] for row in rows if row["country"] == "EU"} == {True}


@pytest.mark.parametrize("changes", [{"what": "DE:interest"}, {"valid_until": "2026-01-01"}, {"reference": ""}])
def test_a_wrong_word_on_law_is_refused(changes: dict[str, str], ours: Sample, lead: Client):
    from fairdue.contact.models import LawConfirmation

    before = LawConfirmation.objects.count()
    assert lead.post(reverse("web:law-confirm"), law_word(**changes)).status_code == 400
    assert LawConfirmation.objects.count() == before
