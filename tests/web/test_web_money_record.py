"""The pages of the rates, of what was learned, and of the budget."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from web_sample import Sample

from fairdue.cash.actions import do_assign, do_confirm, do_propose, do_set_settings, do_undo
from fairdue.cash.book import aliases
from fairdue.cash.matching.budget import Because, Record, standings, upper_ppm
from fairdue.cash.matching.classes import Evidence
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import Decision
from fairdue.web.views.money_record import share
from fairdue.wording import matches


def page(client: Client, name: str, **asked: str) -> str:
    return client.get(reverse(f"web:{name}"), asked).content.decode()


def posted_wrong(ours: Sample) -> None:
    """Let the sample's line have been posted by itself, and taken back as wrong."""
    Decision.objects.create(
        company=ours.company, line=ours.line, number=1, how="automatic", agreed=True, parts_count=1, decided_by="system",
        parts=[{"kind": "not_customer", "amount_minor": 12_34}], evidence_class="number", recorded_at=ours.actor.at,
    )  # fmt: skip
    do_undo(ours.actor, ours.line.pk, reason="of another customer")


def test_a_rate_is_rounded_once_half_up():
    assert [share(1, 3), share(2, 3), share(1, 2_000_000), share(0, 5), share(5, 5), share(0, 0)] == [
        333_333, 666_667, 1, 0, 1_000_000, None
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["month", "statement", "account", "nonsense"])
def test_rates_say_n_of_m_and_link_what_was_wrong(ours: Sample, lead: Client, by: str):
    posted_wrong(ours)
    text = page(lead, "money-rates", by=by)
    for told in ("0 of 1", "0.00%", "1 of 1", "100.00%", "of another customer", "<svg"):
        assert told in text, told
    assert f'href="{reverse("web:money-line", args=[ours.line.pk])}"' in text


def test_rates_and_what_was_learned_are_the_companys_own(ours: Sample, theirs: Sample, lead: Client):
    posted_wrong(theirs)
    do_propose(theirs.actor)
    do_confirm(theirs.actor, theirs.line.pk)
    assert "of another customer" not in page(lead, "money-rates")
    assert theirs.secret not in page(lead, "money-learned")


def test_what_was_learned_is_forgotten_with_a_reason(ours: Sample, lead: Client, as_role):
    part = Part(None, ours.customer.pk, 12_34, Kind.ON_ACCOUNT)
    ours.customer.name = "Other name"
    ours.customer.save()
    do_assign(ours.actor, ours.line.pk, [part])
    found = aliases(ours.company.pk).get()
    text = page(lead, "money-learned")
    for told in (ours.secret, "Other name", f"line {ours.line.pk}"):
        assert told in text
    address = reverse("web:money-forget", args=[found.pk])
    assert as_role("auditor").post(address, {"reason": "x"}).status_code == 403
    assert "a reason is needed" in lead.post(address, {"reason": " "}, follow=True).content.decode()
    assert aliases(ours.company.pk).exists()
    assert "Forgotten." in lead.post(address, {"reason": "paid once only"}, follow=True).content.decode()
    assert not aliases(ours.company.pk).exists()
    assert "no such alias" in lead.post(address, {"reason": "again"}, follow=True).content.decode()


def test_every_class_and_every_why_has_a_name():
    assert set(Evidence) == set(matches.EVIDENCE)
    assert set(Because) == set(matches.WHY)


def test_why_a_class_may_or_may_not():
    own = {"tie": (50_000, 0), "payer_weak": (29_956, 0), "number": (1_000, 1), "payer_item": (29_954, 0)}
    found = {one.evidence: (one.may_post, one.because) for one in standings(own)}
    assert found["tie"] == (False, Because.NEVER)
    assert found["payer_weak"] == (True, Because.OWN_PROVES)
    assert found["number"] == (False, Because.OWN_BREAKS)
    assert found["reference"] == (True, Because.BENCHMARK_PROVES)
    assert found["payer_loose"] == (False, Because.NOT_PROVEN)
    assert {one.evidence: one.own for one in standings(own)}["number"] == Record(1_000, 1)
    assert upper_ppm(29_956, 0) <= 100 < upper_ppm(29_954, 0)


def test_the_budget_page_says_what_each_class_may_do(ours: Sample, lead: Client):
    posted_wrong(ours)
    do_set_settings(ours.actor, {"budget_ppm": "77"})
    text = page(lead, "money-evidence")
    assert "Budget: 77 wrong in a million" in text
    assert "the company&#x27;s own errors exceed the budget" in text
    assert "whatever the record says" in text
    do_set_settings(ours.actor, {"posting": "off"})
    assert "switched off" in page(lead, "money-evidence")


def test_pages_make_few_queries(ours: Sample, lead: Client):
    posted_wrong(ours)
    for name in ("money-rates", "money-learned", "money-evidence"):
        with CaptureQueriesContext(connection) as captured:
            page(lead, name)
        assert len([row for row in captured.captured_queries if "set_config" not in row["sql"]]) <= 12, name
