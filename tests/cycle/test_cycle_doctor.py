"""A first day with poor records: each gap is found with the money it blocks, mended by the file itself, and gone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cycle_department import DAY, acting
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from fairdue.cycle.doctor import CHECKS, Amounts, examine
from fairdue.cycle.doctor.files import CONTACTS, CUSTOMERS, file_of, kind_of
from fairdue.cycle.doctor.words import told
from fairdue.formats.values.keys import identity
from fairdue.ledger.models import Contact, Customer


@pytest.fixture
def poor(ready):
    """Customer 1 lacks its contact, 2 its address's use, 3 country, language and street; 4 is in order and owes nothing overdue."""
    customers = {int(one.number[1:]): one for one in Customer.objects.filter(company=ready)}
    for one in customers.values():
        one.registration_no, one.number_key = f"HRB 1000{one.pk}", identity(one.number)
    Contact.objects.filter(customer=customers[1]).delete()
    Contact.objects.filter(customer=customers[2]).update(bounced_on=DAY)
    Contact.objects.filter(customer=customers[3]).update(language="", email="")
    customers[3].country = customers[3].language = customers[3].street = customers[3].registration_no = ""
    Customer.objects.bulk_update(customers.values(), ["country", "language", "street", "registration_no", "number_key"])
    return customers


def found(company, day: date = DAY):
    return examine(company.pk, company.currency, day)


def numbers(company, check: str, day: date = DAY) -> list[str]:
    findings = found(company, day)
    return [findings.standing(one).number for one in findings.customers[check]]


def test_each_gap_is_found_with_the_money_it_blocks(ready, poor):
    findings = found(ready)
    named = {check: [findings.standing(one).number for one in findings.customers[check]] for check in CHECKS}
    assert named == {
        "bank_stale": [], "contact_missing": ["C1"], "email_missing": ["C3"], "email_unusable": ["C2"],
        "address_missing": ["C3"], "country_missing": ["C3"], "language_missing": ["C3"],
        "terms_missing": ["C3", "C2", "C1", "C4"], "registration_missing": ["C3"],
        "credit_unapplied": [], "duplicate": [],
    }  # fmt: skip
    assert findings.base["contact_missing"] == Amounts("EUR", 1000_00, 1000_00, 0)
    assert findings.base["email_unusable"] == Amounts("EUR", 2000_00, 2000_00, 0)
    assert findings.base["language_missing"] == Amounts("EUR", 3000_00, 3000_00, 0)


def test_invoices_without_terms_are_found_until_terms_are_accepted(ready, poor):
    from fairdue.ledger.actions import do_accept_terms

    assert numbers(ready, "terms_missing") == ["C3", "C2", "C1", "C4"]
    do_accept_terms(
        acting(ready), customer_id=poor[2].pk, version="1", clause="30 Tage netto", accepted_by="Petra",
        accepted_on=DAY, accepted_how="signed",
    )  # fmt: skip
    assert numbers(ready, "terms_missing") == ["C3", "C1", "C4"]


def test_a_customer_counts_once_over_all_findings(ready, poor):
    findings = found(ready)
    assert findings.affected == 4
    assert findings.base[""] == Amounts("EUR", 10_000_00, 6000_00, 0)
    assert findings.checked == 4


def test_old_bank_data_blocks_all_that_is_overdue(ready, poor):
    later = DAY + timedelta(days=10)
    assert found(ready).bank is None
    findings = found(ready, later)
    assert findings.bank is not None
    assert findings.bank.code == "gate_bank_data_old"
    assert findings.base["bank_stale"] == Amounts("EUR", 6000_00, 6000_00, 0)


def test_money_not_applied_is_named_with_what_it_stands_against(ready, poor):
    from fairdue.ledger.actions import do_book_payment

    for customer, currency, amount in ((poor[1].pk, "EUR", 250_00), (poor[2].pk, "USD", 40_00), (None, "EUR", 7_00)):
        do_book_payment(
            acting(ready), customer_id=customer, currency=currency, amount_minor=amount, effective_on=DAY, reference="x"
        )
    findings = found(ready)
    assert [findings.standing(one).number for one in findings.customers["credit_unapplied"]] == ["C2", "C1", ""]
    assert findings.blocked["credit_unapplied"] == (
        Amounts("EUR", 3000_00, 3000_00, 257_00), Amounts("USD", 0, 0, 40_00),
    )  # fmt: skip
    assert findings.without_rate == ("USD",)
    assert findings.base["credit_unapplied"] == Amounts("EUR", 3000_00, 3000_00, 257_00)


def test_other_currencies_enter_at_the_days_rate(ready, poor):
    from fairdue.ledger.actions import Maturity, do_book_document
    from fairdue.ledger.models import ExchangeRate

    ExchangeRate.objects.create(currency="USD", quoted_on=DAY, per_euro_micro=1_250_000, source="test")
    do_book_document(
        acting(ready, DAY - timedelta(days=40)), customer_id=poor[1].pk, kind="invoice", number="US-1",
        issued_on=DAY - timedelta(days=40), currency="USD", maturities=[Maturity(DAY - timedelta(days=10), 500_00)],
    )  # fmt: skip
    findings = found(ready)
    assert findings.blocked["contact_missing"] == (
        Amounts("EUR", 1000_00, 1000_00, 0), Amounts("USD", 500_00, 500_00, 0),
    )  # fmt: skip
    assert findings.base["contact_missing"] == Amounts("EUR", 1400_00, 1400_00, 0)
    assert findings.standing(poor[1].pk).base == Amounts("EUR", 1400_00, 1400_00, 0)


def test_duplicates_are_one_set_with_the_money_of_both(ready, poor):
    Customer.objects.filter(pk=poor[1].pk).update(name="Müller GmbH")
    Customer.objects.filter(pk=poor[2].pk).update(name="Mueller GmbH & Co. KG", registration_no="")
    findings = found(ready)
    assert [one.customer_ids for one in findings.twins] == [(poor[1].pk, poor[2].pk)]
    assert findings.base["duplicate"] == Amounts("EUR", 3000_00, 3000_00, 0)


def test_the_number_of_queries_does_not_grow(ready, poor):
    with CaptureQueriesContext(connection) as few:
        found(ready)
    for number in range(30):
        Customer.objects.create(
            company=ready,
            number=f"N{number}",
            number_key=f"n{number}",
            name=f"Neu {number}",
            created_at=acting(ready).at,
        )
    with CaptureQueriesContext(connection) as many:
        assert found(ready).checked == 34
    assert len(few) == len(many) == 5


def test_another_companys_records_are_not_read(ready, poor, db):
    from fairdue.people.models import Company

    other = Company.objects.create(code="other", name="Other", country="DE", currency="EUR")
    findings = found(other)
    assert (findings.checked, findings.affected, findings.blocked) == (0, 0, {})


def bring(company, data: bytes, name: str, kind: str | None = None):
    from fairdue.intake import bring as way

    reading = way.read_for(None, data, name, as_of=DAY, company_id=company.pk)
    assert str(reading.kind) == kind

    return way.do_bring(acting(company), "mended", reading, as_of=DAY, full=False)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_file_is_read_by_the_import_as_what_it_is(ready, poor, language: str, kind: str):
    from fairdue.intake import bring as way

    Customer.objects.filter(pk=poor[1].pk).update(name="Kunde 2 AG", registration_no="")
    findings = found(ready)
    for check in sorted(CONTACTS | CUSTOMERS):
        assert findings.customers[check], check
        with translation.override(language):
            data = file_of(ready.pk, findings, check, kind)
        reading = way.read_for(None, data, f"{check}.{kind}", as_of=DAY, company_id=ready.pk)
        assert str(reading.kind) == kind_of(check), check
        assert not reading.mapping.missing, check
        assert {row.customer_key for row in reading.rows} | {str(one.row) for one in reading.refusals}, check


def edited(data: bytes, **changes: str) -> bytes:
    """Fill empty cells of every row, by heading."""
    import csv
    import io

    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    for row in rows:
        row.update({heading.replace("_", " "): value for heading, value in changes.items()})
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_missing_contacts_are_mended_by_their_file(ready, poor):
    data = file_of(ready.pk, found(ready), "contact_missing", "csv")
    bring(ready, edited(data, **{"E-mail": "petra@kunde1.example"}), "contacts.csv", "contacts")
    assert numbers(ready, "contact_missing") == []
    assert Contact.objects.get(customer=poor[1]).email == "petra@kunde1.example"


def test_an_unfilled_row_is_refused_and_stays_a_finding(ready, poor):
    data = file_of(ready.pk, found(ready), "contact_missing", "csv")
    done = bring(ready, data, "contacts.csv", "contacts")
    assert (done.counts["new"], done.counts["refused"]) == (0, 1)
    assert numbers(ready, "contact_missing") == ["C1"]


@pytest.mark.parametrize("check", ["email_missing", "email_unusable"])
def test_addresses_are_mended_by_their_file(ready, poor, check: str):
    data = file_of(ready.pk, found(ready), check, "csv")
    bring(ready, edited(data, **{"E-mail": "new@kunde.example"}), "contacts.csv", "contacts")
    assert numbers(ready, check) == []


def test_customers_are_mended_by_their_file(ready, poor):
    data = file_of(ready.pk, found(ready), "country_missing", "csv")
    filled = edited(data, Country="DE", Language="de", Street="Weg 3", Registration_number="HRB 33333")
    bring(ready, filled, "customers.csv", "customers")
    for check in ("country_missing", "language_missing", "address_missing", "registration_missing"):
        assert numbers(ready, check) == [], check
    poor[3].refresh_from_db()
    assert (poor[3].country, poor[3].street, poor[3].city) == ("DE", "Weg 3", "Berlin")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_check_says_what_it_stops_and_how_it_is_mended(language: str):
    with translation.override(language):
        said = [told(check) for check in CHECKS]
    assert all(one.title and one.stops and one.mend for one in said)
    assert len({one.title for one in said}) == len(CHECKS)
    if language == "zh-hans":
        assert all(any("\u4e00" <= sign <= "\u9fff" for sign in one.stops) for one in said)
