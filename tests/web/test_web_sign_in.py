"""Signing in and out, its limits, and the headers that every page carries."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import PASSWORD, Sample

from fairdue.web.models import SignInFailure


@pytest.fixture
def named(ours: Sample) -> Sample:
    user = ours.users["controller"]
    user.set_password(PASSWORD)
    user.save()
    return ours


def attempt(client: Client, password: str, **more: str):
    return client.post(reverse("web:sign-in"), {"username": "controller.ours", "password": password, **more})


def test_the_right_password_opens_the_first_page(named: Sample):
    client = Client()
    response = attempt(client, PASSWORD)
    assert response["Location"] == reverse("web:home")
    assert client.get(reverse("web:home")).status_code == 200


def test_a_wrong_password_says_nothing_about_which_part_was_wrong(named: Sample):
    client = Client()
    wrong = attempt(client, "wrong").content.decode()
    unknown = client.post(reverse("web:sign-in"), {"username": "nobody", "password": "wrong"}).content.decode()
    assert "User name or password is not right." in wrong
    assert "User name or password is not right." in unknown


def test_after_five_failures_even_the_right_password_waits(named: Sample):
    client = Client()
    assert [attempt(client, "wrong").status_code for _ in range(6)] == [400] * 5 + [429]
    assert attempt(client, PASSWORD).status_code == 429
    assert attempt(Client(REMOTE_ADDR="10.0.0.9"), PASSWORD).status_code == 302


def test_an_address_that_tries_many_names_waits(named: Sample):
    client = Client(REMOTE_ADDR="10.0.0.7")
    for number in range(50):
        client.post(reverse("web:sign-in"), {"username": f"name{number}", "password": "wrong"})
    assert attempt(client, PASSWORD).status_code == 429


def test_the_table_of_failures_names_nobody(named: Sample):
    attempt(Client(), "wrong")
    assert all("controller" not in row.key and len(row.key) == 64 for row in SignInFailure.objects.all())


def test_a_success_forgives_the_failures(named: Sample):
    client = Client()
    for _ in range(4):
        attempt(client, "wrong")
    assert attempt(client, PASSWORD).status_code == 302
    client.post(reverse("web:sign-out"))
    assert [attempt(client, "wrong").status_code for _ in range(4)] == [400] * 4


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_never_leads_to_another_site(named: Sample, target: str):
    assert attempt(Client(), PASSWORD, next=target)["Location"] == reverse("web:home")


def test_sign_in_leads_back_to_the_page_asked_for(named: Sample):
    client = Client()
    asked = client.get(reverse("web:worklist"))
    assert asked["Location"] == "/sign-in?next=/worklist"
    assert attempt(client, PASSWORD, next="/worklist")["Location"] == "/worklist"


def test_signing_out_ends_the_session(named: Sample):
    client = Client()
    attempt(client, PASSWORD)
    assert client.get(reverse("web:sign-out")).status_code == 405
    client.post(reverse("web:sign-out"))
    assert client.get(reverse("web:home")).status_code == 302


def test_htmx_without_a_session_leads_the_whole_page_to_sign_in(db):
    response = Client().get(reverse("web:customers"), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (401, "/sign-in?next=/")


def test_a_post_without_its_token_is_refused(named: Sample):
    client = Client(enforce_csrf_checks=True)
    client.force_login(named.users["finance_lead"])
    response = client.post(
        reverse("web:runs-decide"), {"proposal": named.proposal.pk, "decision": "drop", "reason": "x"}
    )
    named.proposal.refresh_from_db()
    assert (response.status_code, named.proposal.state) == (403, "proposed")


def test_every_page_forbids_what_is_not_its_own(lead: Client):
    response = lead.get(reverse("web:home"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    page = response.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script src=") == 2


def test_a_theme_is_kept_in_a_cookie(lead: Client):
    lead.post(reverse("web:theme"), {"theme": "dark", "next": "/worklist"})
    assert '<html lang="en" data-theme="dark">' in lead.get(reverse("web:home")).content.decode()
    lead.post(reverse("web:theme"), {"theme": '"><script>'})
    assert "data-theme" not in lead.get(reverse("web:home")).content.decode()


def test_a_body_larger_than_the_largest_upload_is_refused_unread(db, settings):
    settings.FAIRDUE_UPLOAD_MAX_BYTES = 1000
    response = Client().post(reverse("web:sign-in"), {"username": "x" * 2_000_000, "password": "x"})
    assert response.status_code == 413
    assert SignInFailure.objects.count() == 0
