"""A run counts days at the company's place: what happened in the evening in UTC is the next day in Shanghai."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from cycle_department import DAY, acting

from fairdue.contact.actions import do_record_call
from fairdue.cycle import line
from fairdue.cycle.line import folder_of
from fairdue.engine.snapshot import Snapshot
from fairdue.ledger.models import Customer
from fairdue.people.models import Company

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("zone", "later"), [("UTC", 0), ("Asia/Shanghai", 1), ("America/New_York", 0), ("Asia/Kathmandu", 0)]
)
def test_a_call_at_18_utc_is_told_on_the_day_at_the_company_s_place(ready, zone: str, later: int):
    """18:00 in UTC is 02:00 of the next day in Shanghai, 23:45 in Kathmandu, 13:00 in New York."""
    Company.objects.filter(pk=ready.pk).update(time_zone=zone)
    evening = DAY - timedelta(days=2)
    buyer = Customer.objects.get(number="C3")
    do_record_call(
        replace(acting(ready, evening), at=datetime.combine(evening, time(18, 0), UTC)),
        customer_id=buyer.pk,
        text="will pay",
    )
    run = line.go(acting(ready), DAY)
    signs = Snapshot.open(folder_of(run)).table("dunning_signs").to_pylist()
    assert [one["happened_on"] for one in signs if one["kind"] == "call"] == [evening + timedelta(days=later)]
