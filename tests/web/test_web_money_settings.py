"""The page of the settings for matched money."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from web_sample import Sample

from fairdue.cash.company_settings import settings_of
from fairdue.cash.models import CashSettings
from fairdue.ledger.models import AuditEntry

ASKED = {
    "posting": "off", "budget_ppm": "50", "rounding": "5, JPY 1", "charges": "5000", "discount_grace_days": "3",
    "judged_days": "90", "early_days": "2",
}  # fmt: skip


def test_the_head_of_finance_sets_them(ours: Sample, lead: Client):
    response = lead.post(reverse("web:money-settings-set"), ASKED, follow=True)
    text = response.content.decode()
    assert settings_of(ours.company.pk).told() == ASKED | {"rounding": "5, JPY 1"}
    for told in ("version 1", "Wrong-match budget, ppm: 100 → <strong>50</strong>", "on → <strong>off</strong>"):
        assert told in text
    assert AuditEntry.objects.filter(action="set_cash_settings").count() == 1
    assert "Nothing was changed." in lead.post(reverse("web:money-settings-set"), ASKED, follow=True).content.decode()
    assert CashSettings.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value"), [("budget_ppm", "0"), ("rounding", "five"), ("posting", "maybe"), ("judged_days", "")]
)
def test_a_bad_value_is_said_beside_its_field_and_nothing_changes(ours: Sample, lead: Client, name: str, value: str):
    response = lead.post(reverse("web:money-settings-set"), ASKED | {name: value})
    assert response.status_code == 400
    assert f'id="id_{name}_error"' in response.content.decode()
    assert not CashSettings.objects.exists()


@pytest.mark.parametrize("role", ["controller", "auditor", "administrator", "account_owner"])
def test_others_look_and_do_not_touch(ours: Sample, as_role, role: str):
    client = as_role(role)
    text = client.get(reverse("web:money-settings")).content.decode()
    assert "Only who may write money off" in text
    assert '<form method="post" action="/money/settings/set"' not in text
    assert client.post(reverse("web:money-settings-set"), ASKED).status_code == 403
    assert not CashSettings.objects.exists()
