"""The debtor's page: opening changes nothing, answers are kept once and safely, in the debtor's language."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fairdue.contact.actions import do_make_link, do_revoke_link
from fairdue.contact.models import PortalAnswer, Task, TimelineEvent
from fairdue.ledger.actions import Maturity, do_book_document, do_charge, do_withdraw_charge
from fairdue.ledger.models import AuditEntry, Contact, Customer, Hold
from fairdue.people.actor import Actor
from fairdue.people.models import BankAccount, Company

PDF = b"%PDF-1.4 remittance advice"


@pytest.fixture
def shop(db, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    company = Company.objects.create(code="shop", name="Shop GmbH", country="DE", currency="EUR", language="de")
    BankAccount.objects.create(company=company, currency="EUR", holder="Shop GmbH", iban="DE02120300000000202051")
    return company


@pytest.fixture
def clerk(shop) -> Actor:
    return Actor(company_id=shop.pk, at=timezone.now(), name="Clerk", roles=frozenset({"finance_lead"}))


def buyer(clerk: Actor, name: str, language: str, number: str) -> Customer:
    customer = Customer.objects.create(
        company_id=clerk.company_id, number=number, number_key=number, name=name, language=language, created_at=clerk.at
    )
    today = clerk.at.date()
    do_book_document(
        clerk,
        customer_id=customer.pk,
        kind="invoice",
        number=f"R-{number}",
        issued_on=today - timedelta(days=40),
        currency="EUR",
        maturities=[Maturity(today - timedelta(days=10), 123_456)],
    )
    return customer


@pytest.fixture
def customer(clerk) -> Customer:
    return buyer(clerk, "Quernstein SA", "fr", "1")


@pytest.fixture
def token(clerk, customer) -> str:
    return do_make_link(clerk, customer_id=customer.pk).token


def mark_of(page: str) -> str:
    found = re.search(r'name="mark" value="([^"]+)"', page)
    assert found
    return found[1]


def answer(token: str, **more: object):
    client = Client(enforce_csrf_checks=True)
    mark = mark_of(client.get(f"/p/{token}").content.decode())
    return client.post(f"/p/{token}", {"mark": mark, **more})


def everything() -> list[int]:
    models = (PortalAnswer, Hold, Task, TimelineEvent, AuditEntry, Session)
    return [model.objects.count() for model in models]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_a_link_changes_nothing(method: str, token: str):
    before = everything()
    client = Client()
    with CaptureQueriesContext(connection) as captured:
        response = getattr(client, method)(f"/p/{token}")
    assert response.status_code == 200
    assert everything() == before
    assert all(row["sql"].lstrip().upper().startswith(("SELECT", "WITH")) for row in captured.captured_queries)
    assert len([row for row in captured.captured_queries if "set_config" not in row["sql"]]) <= 8
    assert not client.cookies


def test_the_statement_shows_items_sums_and_where_to_pay(token: str):
    page = Client().get(f"/p/{token}").content.decode()
    assert '<html lang="fr" dir="ltr">' in page
    for shown in (
        "Relevé de compte",
        "Quernstein SA",
        "R-1",
        "1\u202f234,56",
        "DE02 1203 0000 0000 2020 51",
        "Shop GmbH",
    ):
        assert shown in page, shown


def test_the_page_is_private(token: str):
    response = Client().get(f"/p/{token}")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Cache-Control"] == "no-store"
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "<script" not in response.content.decode()


def test_a_token_says_nothing_about_the_customer(token: str, customer: Customer):
    assert customer.number not in token.split(":")[0] or len(customer.number) == 1
    assert "Quern" not in token


@pytest.mark.parametrize(
    ("language", "tag", "direction", "title"),
    [
        ("en", "en", "ltr", "Statement of account"),
        ("de", "de", "ltr", "Kontoauszug"),
        ("fr", "fr", "ltr", "Relevé de compte"),
        ("es", "es", "ltr", "Estado de cuenta"),
        ("zh-Hans", "zh-Hans", "ltr", "对账单"),
        ("ar", "ar", "rtl", "كشف حساب"),
        ("cs", "en", "ltr", "Statement of account"),
    ],
)
def test_the_page_speaks_the_debtors_language(clerk, language: str, tag: str, direction: str, title: str):
    link = do_make_link(clerk, customer_id=buyer(clerk, "B", language, "7").pk)
    page = Client().get(f"/p/{link.token}").content.decode()
    assert f'<html lang="{tag}" dir="{direction}">' in page
    assert f"<h1>{title}</h1>" in page


def test_the_contacts_language_wins(clerk, customer: Customer):
    contact = Contact.objects.create(company_id=clerk.company_id, customer=customer, language="es", email="a@b.example")
    link = do_make_link(clerk, customer_id=customer.pk, contact_id=contact.pk)
    assert 'lang="es"' in Client().get(f"/p/{link.token}").content.decode()


def test_received_is_noted_and_holds_nothing(token: str, customer: Customer):
    response = answer(token, kind="received")
    assert (response.status_code, response["Location"]) == (303, f"/p/{token}?done=received")
    assert PortalAnswer.objects.get().kind == "received"
    assert customer.holds.count() == 0
    assert "noté que vous avez reçu" in Client().get(response["Location"]).content.decode()


def test_wrong_holds_the_marked_item_and_makes_a_task(token: str, customer: Customer):
    item = customer.due_items.get()
    answer(token, kind="wrong", item=[item.pk], text="Prix faux")
    kept = PortalAnswer.objects.get()
    assert (kept.kind, kept.due_item_ids, kept.text) == ("wrong", [item.pk], "Prix faux")
    assert [(hold.reason, hold.due_item_id) for hold in customer.holds.all()] == [("dispute", item.pk)]
    assert Task.objects.exclude(kind="internal_check").get().kind == "answer"


def test_already_paid_holds_for_ten_days_with_the_proof(token: str, customer: Customer):
    answer(token, kind="already_paid", upload=SimpleUploadedFile("../avis.pdf", PDF, "application/pdf"))
    kept = PortalAnswer.objects.select_related("upload").get()
    assert (kept.upload_name, kept.upload.media_type, kept.upload.size_bytes) == (
        "avis.pdf",
        "application/pdf",
        len(PDF),
    )
    hold = customer.holds.get()
    assert (hold.reason, hold.until - hold.since) == ("claims_paid", timedelta(days=10))


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, 400),
        ({"kind": "unheard-of"}, 400),
        ({"kind": "message", "text": "  "}, 400),
        ({"kind": "wrong", "upload": SimpleUploadedFile("x.pdf", b"MZ not a pdf", "application/pdf")}, 415),
        ({"kind": "wrong", "upload": SimpleUploadedFile("x.svg", b"<svg onload=alert(1)>", "image/svg+xml")}, 415),
        ({"kind": "wrong", "item": ["999999"]}, 409),
    ],
)
def test_a_bad_answer_is_refused_and_nothing_is_kept(token: str, more: dict[str, object], status: int):
    before = everything()
    assert answer(token, **more).status_code == status
    assert everything() == before


def test_a_file_that_is_too_large_is_refused(token: str, settings):
    settings.FAIRDUE_UPLOAD_MAX_BYTES = 10
    assert answer(token, kind="wrong", upload=SimpleUploadedFile("x.pdf", PDF)).status_code == 413
    assert PortalAnswer.objects.count() == 0


def test_another_customers_item_is_refused(token: str, clerk):
    other = buyer(clerk, "Other", "en", "2").due_items.get()
    assert answer(token, kind="wrong", item=[other.pk]).status_code == 409
    assert Hold.objects.count() == 0


def test_an_answer_needs_the_mark_of_this_page(token: str, clerk):
    foreign = do_make_link(clerk, customer_id=buyer(clerk, "Other", "en", "2").pk).token
    mark = mark_of(Client().get(f"/p/{foreign}").content.decode())
    for forged in ("", "x", mark):
        response = Client().post(f"/p/{token}", {"mark": forged, "kind": "received"})
        assert response.status_code == 403
    assert PortalAnswer.objects.count() == 0


def test_a_mark_grows_old(token: str, monkeypatch):
    mark = mark_of(Client().get(f"/p/{token}").content.decode())
    monkeypatch.setattr("fairdue.portal.views.MARK_AGE_S", -1)
    assert Client().post(f"/p/{token}", {"mark": mark, "kind": "received"}).status_code == 403


@pytest.mark.parametrize("broken", ["forged", "revoked", "expired", "cut"])
def test_a_link_that_no_longer_opens_says_so_kindly(broken: str, clerk, customer: Customer):
    expires = date(2020, 1, 1) if broken == "expired" else None
    made = do_make_link(clerk, customer_id=customer.pk, expires_on=expires)
    if broken == "revoked":
        do_revoke_link(clerk, made.link.pk)
    token = {"forged": "abc", "cut": made.token[:-2]}.get(broken, made.token)
    response = Client().get(f"/p/{token}", headers={"Accept-Language": "de-CH,de;q=0.9"})
    page = response.content.decode()
    assert response.status_code == 410
    assert "Dieser Link öffnet sich nicht mehr" in page
    assert "Quernstein" not in page
    assert response["Referrer-Policy"] == "no-referrer"
    assert Client().post(f"/p/{token}", {"kind": "received"}).status_code == 410


def test_names_are_written_as_text(clerk):
    hostile = buyer(clerk, "<script>alert(1)</script>", "en", "66")
    link = do_make_link(clerk, customer_id=hostile.pk)
    answer(link.token, kind="message", text="<img src=x onerror=alert(1)>")
    page = Client().get(f"/p/{link.token}").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_other_methods_are_refused(token: str):
    assert Client().put(f"/p/{token}").status_code == 405


def test_answers_are_in_the_audit_log(token: str):
    answer(token, kind="approved")
    entry = AuditEntry.objects.get(action="answer")
    assert json.loads(json.dumps(entry.detail)) == {"items": [], "kind": "approved"}
    assert isinstance(entry.at, datetime)


def test_the_page_lists_open_charges_with_their_basis_as_the_letter_does(clerk: Actor, customer: Customer, token: str):
    assert "L441-10" not in Client().get(f"/p/{token}").content.decode()
    made = do_charge(
        clerk, customer_id=customer.pk, kind="compensation", amount_minor=40_00, currency="EUR",
        effective_on=clerk.at.date(), basis={"basis": "C.com. art. L441-10"}, notice_key="n1",
    )  # fmt: skip
    page = Client().get(f"/p/{token}").content.decode()
    for shown in (
        "L441-10",
        "40,00",
        "Indemnité forfaitaire pour frais de recouvrement",
        "Frais réclamés dans nos lettres",
    ):
        assert shown in page
    do_withdraw_charge(clerk, made.pk, reason="unfounded")
    assert "L441-10" not in Client().get(f"/p/{token}").content.decode()
