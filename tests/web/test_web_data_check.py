"""The data check: its findings, its files, and that it asks eight questions at most."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from web_sample import Sample

from fairdue.ledger.models import Contact, Customer


@pytest.fixture
def poor(ours: Sample) -> Sample:
    """Let the customer lack its language and its contact's, and have a twin without a contact."""
    Customer.objects.filter(pk=ours.customer.pk).update(language="")
    Customer.objects.create(
        company=ours.company, number="9", number_key="9", name=f"{ours.customer.name} SARL", country="FR", city="Lyon",
        street="Rue 1", created_at=ours.actor.at,
    )  # fmt: skip
    return ours


def text_of(client: Client, query: str = "") -> str:
    response = client.get(reverse("web:data-check") + query)
    assert response.status_code == 200
    return response.content.decode()


def test_findings_stand_with_their_money_and_their_files(poor: Sample, lead: Client):
    text = text_of(lead)
    for title in (
        "No contact",
        "Language unknown",
        "No registration number",
        "Possible duplicates",
        "Address incomplete",
    ):
        assert f">{title}</a>" in text, title
    assert reverse("web:data-check-export", args=["language_missing", "xlsx"]) in text
    assert "Country unknown: none" in " ".join(text.split())


def test_a_finding_leads_to_its_customers(poor: Sample, lead: Client):
    text = text_of(lead, "?check=language_missing")
    assert reverse("web:customer", args=[poor.customer.pk]) in text
    assert "All findings" in text
    twins = text_of(lead, "?check=duplicate")
    assert twins.count("same name") == 1
    assert f"{poor.customer.name} SARL" in twins
    assert "All findings" not in text_of(lead, "?check=nonsense")


def test_the_page_makes_at_most_eight_queries(poor: Sample, lead: Client):
    for query in ("", "?check=duplicate", "?check=language_missing"):
        with CaptureQueriesContext(connection) as captured:
            text_of(lead, query)
        asked = [row["sql"] for row in captured.captured_queries if "set_config" not in row["sql"]]
        assert len(asked) <= 8, query


def test_the_file_has_the_shape_of_the_import(poor: Sample, lead: Client):
    answer = lead.get(reverse("web:data-check-export", args=["contact_missing", "csv"]))
    assert answer["Content-Disposition"] == 'attachment; filename="contacts-contact-missing-2026-03-03.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Customer number"], row["Role"], row["E-mail"]) for row in rows] == [("9", "payables", "")]
    assert lead.get(reverse("web:data-check-export", args=["contact_missing", "xlsx"])).content[:2] == b"PK"
    for check, kind in (("contact_missing", "exe"), ("nonsense", "csv")):
        assert lead.get(reverse("web:data-check-export", args=[check, kind])).status_code == 404


def test_another_companys_customers_stand_nowhere(poor: Sample, theirs: Sample, lead: Client):
    Customer.objects.filter(pk=theirs.customer.pk).update(language="", country="", vat_no="FR12345678901")
    Customer.objects.filter(pk=poor.customer.pk).update(vat_no="FR12345678901")
    Contact.objects.filter(customer=theirs.customer).update(active=False)
    for check in ("", "?check=contact_missing", "?check=language_missing", "?check=duplicate"):
        assert theirs.secret not in text_of(lead, check)
    for check in ("contact_missing", "language_missing", "duplicate", "credit_unapplied"):
        content = lead.get(reverse("web:data-check-export", args=[check, "csv"])).content
        assert theirs.secret.encode() not in content, check


def test_names_are_escaped(poor: Sample, lead: Client):
    Customer.objects.filter(pk=poor.customer.pk).update(name="<script>alert(1)</script>")
    text = text_of(lead, "?check=language_missing")
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_it_speaks_chinese(poor: Sample, lead: Client):
    lead.cookies["django_language"] = "zh-hans"
    with translation.override("zh-hans"):
        text = text_of(lead)
    for shown in ("数据体检", "无联系人", "疑似重复客户", "修正方法"):
        assert shown in text, shown


def test_everybody_of_the_company_finds_it_in_the_menu(ours: Sample, as_role):
    for role in ("controller", "account_owner", "auditor"):
        assert f'href="{reverse("web:data-check")}"' in as_role(role).get(reverse("web:home")).content.decode(), role
