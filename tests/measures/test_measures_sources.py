"""The ledger's sources: they run on both databases, through both readers, and keep what was recorded later out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection

from fairdue.engine.measures import run
from fairdue.engine.snapshot import Snapshot
from fairdue.ledger import measures, models, queries, snapshot
from fairdue.ledger.bulk import insert_rows
from fairdue.people.models import Company

from .portfolios import START, Maker, moment

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")]


@pytest.fixture
def booked(company, now: datetime, today: date):
    """One invoice of 100.00 in two due items, 30.00 paid, a later due date for the second, one item recorded too late."""
    group = models.CustomerGroup.objects.create(company=company, code="G", name="Group")
    customer = models.Customer.objects.create(
        company=company, number="1", number_key="1", name="Käufer", group=group, key_account=True, created_at=now
    )
    stamp = {"effective_on": date(2026, 1, 1), "recorded_at": now}
    invoice = models.Document.objects.create(
        company=company, customer=customer, kind="invoice", number="R-1", issued_on=date(2026, 1, 1), currency="EUR",
        total_minor=10_000, terms="net 30", **stamp,
    )  # fmt: skip
    items = [
        models.DueItem.objects.create(
            company=company, customer=customer, document=invoice, seq=seq, currency="EUR", amount_minor=5_000,
            due_on=date(2026, 1, 31), **stamp,
        )
        for seq in (1, 2)
    ]  # fmt: skip
    models.DueItem.objects.create(
        company=company, customer=customer, document=invoice, seq=3, currency="EUR", amount_minor=1, due_on=today,
        effective_on=today, recorded_at=now + timedelta(microseconds=1),
    )  # fmt: skip
    payment = models.Payment.objects.create(
        company=company, customer=customer, currency="EUR", amount_minor=4_000, **stamp
    )
    models.Allocation.objects.create(
        company=company, customer=customer, kind="payment", due_item=items[0], payment=payment, currency="EUR",
        amount_minor=3_000, **stamp,
    )  # fmt: skip
    models.DueDateChange.objects.create(
        company=company, due_item=items[1], due_on=date(2026, 4, 1), reason="ask", **stamp
    )
    models.Hold.objects.create(
        company=company,
        customer=customer,
        due_item=items[0],
        reason="dispute",
        amount_minor=500,
        since=today,
        recorded_at=now,
    )
    models.Fact.objects.create(
        company=company, subject=f"company:{company.pk}", kind="bank_data_through", as_of=today, value=1, unit="day",
        source_version="1", reasons=[{"code": "x"}], recorded_at=now,
    )  # fmt: skip
    models.ExchangeRate.objects.create(currency="USD", quoted_on=today, per_euro_micro=1_100_000, source="ecb")
    other = Company.objects.create(code="other", name="Other", country="FR", currency="EUR")
    models.Customer.objects.create(company=other, number="9", number_key="9", name="Theirs", created_at=now)
    return items


def test_a_snapshot_inside_a_transaction(company, booked, now, today, tmp_path):
    manifest = snapshot.take(company.pk, today, now, tmp_path / "s")
    counts = {file.name: file.rows for file in manifest.files}
    assert counts == {
        "company": 1, "customers": 1, "contacts": 0, "documents": 1, "due_items": 2, "due_date_changes": 1, "payments": 1,
        "allocations": 1, "charges": 0, "holds": 1, "effects": 0, "facts": 1, "exchange_rates": 1, "accepted_terms": 0,
    }  # fmt: skip
    opened = Snapshot.open(tmp_path / "s")
    customer = opened.table("customers").to_pylist()[0]
    assert (customer["address_complete"], customer["group_code"], customer["key_account"]) == (False, "G", True)
    assert opened.table("facts")["reasons"].to_pylist()[0].replace(" ", "") == '[{"code":"x"}]'
    rows = measures.chase_items(opened.connect(threads=1), today).to_pylist()
    assert [(row["due_item_id"], row["open_minor"], row["held_minor"], row["days_overdue"]) for row in rows] == [
        (booked[0].pk, 2_000, 500, 30),
        (booked[1].pk, 5_000, 0, -30),
    ]


def test_known_at_includes_its_own_moment(company, booked, now, today, tmp_path):
    manifest = snapshot.take(company.pk, today, now - timedelta(microseconds=1), tmp_path / "s")
    assert (manifest.rows("due_items"), manifest.rows("allocations"), manifest.rows("holds")) == (0, 0, 0)
    manifest = snapshot.take(company.pk, today, now + timedelta(microseconds=1), tmp_path / "t")
    assert manifest.rows("due_items") == 3


def test_every_select_runs_in_the_database_it_is_for(company, booked, now, today, tmp_path):
    taken = snapshot.take(company.pk, today, now, tmp_path / "s")
    assert connection.vendor in {"sqlite", "postgresql"}
    assert [file.name for file in taken.files] == sorted(source.name for source in snapshot.SOURCES)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_live_queries_and_measures_are_one_definition(seed, company, now, tmp_path):
    """A random portfolio in the database: what queries say of live rows is what measures say of the snapshot."""
    rows = Maker(seed, customers=4, documents=60).rows
    write(rows, company)
    as_of, known_at = START + timedelta(days=301), moment(330)
    snapshot.take(company.pk, as_of, known_at, tmp_path / "s")
    con = Snapshot.open(tmp_path / "s").connect(threads=1)
    live = [
        (item.due_item_id, item.due_on, item.open_minor, item.held_minor, ",".join(item.hold_reasons))
        for item in queries.open_items(company.pk, as_of, known_at=known_at)
    ]
    names = ("due_item_id", "due_on", "open_minor", "held_minor", "hold_reasons")
    measured = [tuple(row[name] for name in names) for row in measures.chase_items(con, as_of).to_pylist()]
    assert len(live) > 10
    assert sorted(measured) == sorted(live)
    rests = [
        (rest.payment_id, rest.rest_minor) for rest in queries.unapplied_payments(company.pk, as_of, known_at=known_at)
    ]
    credit = run(con, measures.measure("open_credit"), as_of=as_of).to_pylist()
    assert [(row["payment_id"], row["unapplied_minor"]) for row in credit] == rests


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_items_that_payments_are_matched_to_have_the_one_open_amount(seed, company):
    rows = Maker(seed, customers=4, documents=60).rows
    write(rows, company)
    as_of = START + timedelta(days=301)
    found = queries.payable_items(company.pk, as_of, closed_since=START + timedelta(days=250))
    open_ones = {item.due_item_id: item for item in queries.open_items(company.pk, as_of)}
    assert {one.due_item_id: (one.open_minor, one.due_on) for one in found if one.open_minor} == {
        number: (item.open_minor, item.due_on) for number, item in open_ones.items()
    }
    settled = [one for one in found if not one.open_minor]
    assert settled
    assert all(one.due_on >= START + timedelta(days=250) for one in settled)
    assert [one.due_item_id for one in found] == sorted(one.due_item_id for one in found)


def write(rows, company):
    """Write a made portfolio through the ledger's bulk insert, the database's guards on."""
    for table, model in (
        ("customers", models.Customer), ("documents", models.Document), ("due_items", models.DueItem),
        ("due_date_changes", models.DueDateChange), ("payments", models.Payment), ("charges", models.Charge),
        ("allocations", models.Allocation), ("holds", models.Hold),
    ):  # fmt: skip
        fields = [field for field in model._meta.concrete_fields if field.attname != "group_id"]
        written = []
        for row in rows[table]:
            number = str(row["id"])
            fixed = {
                "company_id": company.pk, "created_at": moment(0), "number_key": number, "number": number,
                "total_minor": -1 if row.get("kind") == "credit_note" else 1,
            }  # fmt: skip
            written.append(tuple(row.get(f.attname, fixed.get(f.attname, f.get_default())) for f in fields))
        insert_rows(model, [field.attname for field in fields], written)
