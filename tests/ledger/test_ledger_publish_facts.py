"""Publishing one result for many subjects: only what differs is written, and few among many are looked up by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairdue.ledger.actions import do_publish_facts
from fairdue.ledger.models import Fact

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def publish(actor, values: dict[str, int], day: date = DAY) -> int:
    return do_publish_facts(actor, room="cover", kind="cover_deadline", as_of=day, values=values, source_version="1")


@pytest.mark.parametrize("size", [1, 500, 501, 1_200])
def test_few_among_many_are_read_by_name_and_only_what_differs_is_written(actor, size: int):
    publish(actor, {f"customer:{n}": n for n in range(1_500)})
    later = replace(actor, at=actor.at + timedelta(days=1))
    asked = {f"customer:{n}": n + (n == 0) for n in range(size)}
    with CaptureQueriesContext(connection) as seen:
        assert publish(later, asked, DAY + timedelta(days=1)) == 1
    reads = [one["sql"] for one in seen if 'SELECT "ledger_fact"."subject"' in one["sql"]]
    assert len(reads) == -(-size // 500)
    assert all(" IN (" in one for one in reads)
    assert publish(later, asked, DAY + timedelta(days=1)) == 0
    assert list(Fact.objects.filter(subject="customer:0").order_by("as_of").values_list("value", flat=True)) == [0, 1]
    assert Fact.objects.count() == 1_501


def test_a_whole_portfolio_is_read_through_once(actor, monkeypatch):
    monkeypatch.setattr("fairdue.ledger.actions.FEW_SUBJECTS", 3)
    publish(actor, {f"customer:{n}": n for n in range(9)})
    with CaptureQueriesContext(connection) as seen:
        assert publish(actor, {f"customer:{n}": n + (n == 8) for n in range(4, 9)}) == 1
    reads = [one["sql"] for one in seen if 'SELECT "ledger_fact"."subject"' in one["sql"]]
    assert [" IN (" in one for one in reads] == [False]
    assert Fact.objects.get(subject="customer:8").value == 9
