"""The ageing by customer: its order, its sums, its files."""

from __future__ import annotations

import csv
import io
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.cycle.line import folder_of
from fairdue.ledger.models import Customer


@pytest.fixture
def measured(ours: Sample) -> Sample:
    """Let the run have measured: Quernstein owes 30.00 overdue, Alpha 500.00 not due and a credit, somebody paid 7.00."""
    alpha = Customer.objects.create(
        company=ours.company, number="1", number_key="1", name="Alpha", country="DE", created_at=ours.actor.at
    )
    names = ("customer_id", "currency", "bucket", "open_minor", "credit_minor", "unapplied_minor")
    rows = [
        (0, "EUR", "unapplied", 0, 0, -700),
        (alpha.pk, "EUR", "not_due", 50_000, 0, 0),
        (alpha.pk, "EUR", "unapplied", 0, -1_000, 0),
        (ours.customer.pk, "EUR", "1_30", 1_000, 0, 0),
        (ours.customer.pk, "EUR", "over_120", 2_000, 0, 0),
        (ours.customer.pk, "USD", "31_60", 900, 0, 0),
    ]
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    folder = folder_of(ours.run) / "measures"
    folder.mkdir(parents=True)
    pq.write_table(pa.table({**columns, "group_code": [""] * len(rows)}), folder / "ageing.parquet")
    return ours


def listed(client: Client, query: str = "") -> list[str]:
    page = client.get(reverse("web:ageing") + query).content.decode()
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'class="who"[^>]*>([^<]+)<', body)


def test_what_is_overdue_most_comes_first(measured: Sample, lead: Client):
    assert listed(lead) == ["Quernstein", "Unknown payer", "Alpha"]


def test_any_column_sorts_both_ways(measured: Sample, lead: Client):
    assert listed(lead, "?sort=name") == ["Unknown payer", "Alpha", "Quernstein"]
    assert listed(lead, "?sort=-balance") == ["Alpha", "Quernstein", "Unknown payer"]
    assert listed(lead, "?sort=balance") == ["Unknown payer", "Quernstein", "Alpha"]
    assert listed(lead, "?sort=-not_due")[0] == "Alpha"
    assert listed(lead, "?sort=nonsense") == listed(lead)


def test_currencies_stand_apart(measured: Sample, lead: Client):
    assert listed(lead, "?currency=USD") == ["Quernstein"]
    assert listed(lead, "?currency=all&sort=-overdue") == ["Quernstein", "Unknown payer", "Alpha", "Quernstein"]


def test_sums_are_of_what_is_shown(measured: Sample, lead: Client):
    head = lead.get(reverse("web:ageing")).content.decode().partition("<table")[0]
    for shown in ("500.00", "10.00", "20.00", "-17.00", "30.00", "513.00"):
        assert f">{shown}<" in head, shown
    found = lead.get(reverse("web:ageing") + "?q=alph").content.decode()
    assert "490.00" in found.partition("<table")[0]
    assert "Quernstein" not in found


def test_the_file_has_every_line(measured: Sample, lead: Client):
    exported = lead.get(reverse("web:ageing-export", args=["csv"]))
    assert exported["Content-Disposition"] == 'attachment; filename="ageing-2026-03-03.csv"'
    rows = list(csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig"))))
    assert [(row["Customer"], row["Currency"], row["Balance"]) for row in rows] == [
        ("Unknown payer", "EUR", "-7.00"),
        ("Alpha", "EUR", "490.00"),
        ("Quernstein", "EUR", "30.00"),
        ("Quernstein", "USD", "9.00"),
    ]
    assert lead.get(reverse("web:ageing-export", args=["xlsx"])).content[:2] == b"PK"
    assert lead.get(reverse("web:ageing-export", args=["exe"])).status_code == 404


def test_without_a_run_it_says_what_to_do(ours: Sample, lead: Client):
    assert "Nothing measured yet." in lead.get(reverse("web:ageing")).content.decode()
    assert lead.get(reverse("web:ageing-export", args=["csv"]))["Location"] == reverse("web:ageing")
