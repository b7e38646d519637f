"""Countries and their law, and the facts on a customer that decide which of it holds."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from web_sample import Sample

from fairdue.law.country import countries, country_law
from fairdue.ledger.models import AuditEntry, Customer
from fairdue.wording.country import chapters


def shown(client: Client, name: str, *args: object) -> str:
    page = client.get(reverse(f"web:{name}", args=args)).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_germanys_page_says_what_holds_and_where_it_stands(ours: Sample, lead: Client):
    page = shown(lead, "country", "de")
    assert "German base rate (BGB s.247) plus 9.0 percentage points" in page
    assert "a third party" in page.lower()
    assert "needs a licence, a registration, a mandate or a lawyer" in page
    assert "RDG § 10" in page
    assert "Mahnbescheid" in page
    assert "saying that a reminder stops limitation" in page
    assert "World Bank, Doing Business 2020" in page
    assert "verified until" in page


def test_what_is_not_collected_is_said_to_be_unknown(ours: Sample, lead: Client):
    page = shown(lead, "country", "ua")
    assert "No rules of conduct are collected for this country: the safe default holds." in page
    assert page.count("Nothing is collected.") == 3, "terms, forms and ways to pay"
    assert lead.get(reverse("web:country", args=["zz"])).status_code == 404


def test_the_index_sets_countries_with_customers_first(ours: Sample, lead: Client):
    Customer.objects.filter(company=ours.company).update(country="JP")
    page = shown(lead, "countries")
    assert page.index("Japan JP") < page.index("Austria AT") < page.index("Germany DE")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_country_reads_whole(language: str):
    """Every line says something, names its source and confidence; Chinese pages hold no English note."""
    from datetime import date

    with translation.override(language):
        for code in countries():
            for chapter in chapters(country_law(code), date(2026, 11, 22)):
                for line in chapter.lines:
                    assert line.about, code
                    assert line.says, (code, line)
                    assert line.confidence in {"high", "medium", "low", "gap"}
                    if language == "zh-hans":
                        assert re.search("[\u4e00-\u9fff]", line.about + line.says + line.note), (code, line)


def test_a_fact_is_changed_with_an_audit_entry_and_judged_at_once(ours: Sample, lead: Client):
    customer = ours.customer
    Customer.objects.filter(pk=customer.pk).update(natural_person="unknown", country="GB")
    assert "towards a person" in shown(lead, "customer-law", customer.pk)
    asked = {"natural_person": "no", "public_body": "no", "size": "large"}
    assert lead.post(reverse("web:customer-law-facts", args=[customer.pk]), asked).status_code == 302
    customer.refresh_from_db()
    assert (customer.natural_person, customer.public_body, customer.size) == ("no", "no", "large")
    entry = AuditEntry.objects.filter(action="set_party_facts").latest("id")
    assert entry.subject == f"customer:{customer.pk}"
    assert entry.detail["size"] == "large"
    page = shown(lead, "customer-law", customer.pk)
    assert "towards a company" in page
    assert "In United Kingdom a third party may collect without a licence" in page


def test_a_word_that_is_none_changes_nothing(ours: Sample, lead: Client):
    before = AuditEntry.objects.count()
    asked = {"natural_person": "perhaps", "public_body": "no", "size": "large"}
    assert lead.post(reverse("web:customer-law-facts", args=[ours.customer.pk]), asked).status_code == 400
    assert AuditEntry.objects.count() == before
    assert Customer.objects.get(pk=ours.customer.pk).size != "large"


def test_who_may_not_change_sees_the_facts(ours: Sample, as_role):
    page = as_role("auditor").get(reverse("web:customer-law", args=[ours.customer.pk])).content.decode()
    assert 'name="natural_person"' not in page
    assert "Public body" in page


def test_the_law_page_says_which_rule_holds_and_why(ours: Sample, lead: Client):
    page = shown(lead, "customer-law", ours.customer.pk)
    assert "Rome I, 4(1)(a)" in page
    assert "BGB § 288(2)" in page
