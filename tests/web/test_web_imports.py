"""Importing through the page: look, correct, write, and the same file again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.intake.models import Import
from fairdue.ledger.models import Customer, DueItem

HEADING = "Customer No,Customer name,Invoice No,Invoice date,Due date,Amount"


def table(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("items.csv", "\n".join((HEADING, *rows)).encode(), "text/csv")


@pytest.fixture
def rows(ours: Sample) -> tuple[str, ...]:
    day = ours.run.as_of - timedelta(days=3)
    return (f"881,Basalt AG,X-1,{day},{day + timedelta(days=30)},100.00", f"882,Kiesel AG,X-2,{day},{day},250.50")


def upload(client: Client, file: SimpleUploadedFile, day: str, **more: str) -> str:
    response = client.post(reverse("web:imports"), {"file": file, "source": "erp2", "as_of": day, **more})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def test_a_file_is_looked_at_answered_and_written(ours: Sample, lead: Client, rows):
    before = DueItem.objects.filter(company=ours.company).count()
    place = upload(lead, table(*rows), ours.run.as_of.isoformat())
    page = lead.get(place).content.decode()
    assert "answer:currency" in page
    assert "Write it into the ledger" not in page
    assert lead.post(place, {"answer:currency": "EUR"})["Location"] == place
    page = lead.get(place).content.decode()
    assert "Write it into the ledger" in page
    assert DueItem.objects.filter(company=ours.company).count() == before
    written = lead.post(f"{place}/write")
    found = Import.objects.get(source__code="erp2")
    assert written["Location"] == reverse("web:import", args=[found.pk])
    assert found.counts["new"] == 2
    assert Customer.objects.filter(company=ours.company, number="881", name="Basalt AG").exists()


def test_the_same_file_again_changes_nothing_and_asks_nothing(ours: Sample, lead: Client, rows):
    day = ours.run.as_of.isoformat()
    place = upload(lead, table(*rows), day)
    lead.post(place, {"answer:currency": "EUR"})
    lead.post(f"{place}/write")
    count = DueItem.objects.count()
    again = upload(lead, table(*rows), day)
    assert "Write it into the ledger" in lead.get(again).content.decode()
    lead.post(f"{again}/write")
    assert DueItem.objects.count() == count
    assert Import.objects.order_by("-pk")[0].counts["unchanged"] == 2


def test_refused_rows_come_back_with_reason_and_remedy(ours: Sample, lead: Client, rows):
    place = upload(lead, table(*rows, "883,Sand AG,X-3,not a date,not a date,1.00"), ours.run.as_of.isoformat())
    lead.post(place, {"answer:currency": "EUR"})
    assert "not a date" in lead.get(place).content.decode()
    lead.post(f"{place}/write")
    found = Import.objects.get(source__code="erp2")
    assert (found.counts["new"], found.counts["refused"]) == (2, 1)
    content = lead.get(reverse("web:import-refused", args=[found.pk])).content.decode("utf-8-sig")
    assert "Sand AG" in content
    assert "Basalt AG" not in content


def test_a_file_that_is_no_table_is_refused_in_words(ours: Sample, lead: Client):
    place = upload(lead, SimpleUploadedFile("x.csv", b"\x00\x01\x02" * 100), ours.run.as_of.isoformat())
    assert lead.get(place)["Location"] == reverse("web:imports")


def test_a_file_of_another_session_cannot_be_looked_at(ours: Sample, lead: Client, as_role, rows):
    place = upload(lead, table(*rows), ours.run.as_of.isoformat())
    assert as_role("controller").get(place).status_code == 404


def test_a_file_that_is_too_large_is_refused(ours: Sample, lead: Client, settings, rows):
    settings.FAIRDUE_UPLOAD_MAX_BYTES = 10
    asked = {"file": table(*rows), "source": "erp2", "as_of": ours.run.as_of.isoformat()}
    assert lead.post(reverse("web:imports"), asked).status_code == 400
