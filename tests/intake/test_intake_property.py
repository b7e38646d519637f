"""Whatever was given before: after a full list, the ledger shows what that list says, and giving it again changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fairdue.intake import actions
from fairdue.intake.actions import FileFacts
from fairdue.intake.rows import ItemRow
from fairdue.ledger import queries
from fairdue.ledger.models import Allocation, DueDateChange, DueItem

pytestmark = pytest.mark.django_db
FIRST = date(2026, 2, 1)
cell = st.tuples(
    st.sampled_from(["R1", "R2", "R3", "R4"]),
    st.integers(1, 6),
    st.integers(0, 6),
    st.integers(0, 2),
)
lists = st.lists(st.lists(cell, max_size=6), min_size=1, max_size=4)


class _Undone(Exception):
    """Takes the example's writes back."""


def rows_of(cells) -> list[ItemRow]:
    return [
        ItemRow(
            line=line,
            key=f"17|{number}|",
            customer_number="17",
            customer_key="17",
            customer_name="Muster AG",
            document_number=number,
            issued_on=date(2026, 1, 1),
            due_on=date(2026, 1, 10) + timedelta(days=days),
            currency="EUR",
            open_minor=sign * min(rest, amount),
            amount_minor=sign * amount,
        )
        for line, (number, amount, rest, days) in enumerate(cells, 2)
        for sign in (-1 if number == "R4" else 1,)
    ]


def shown(company_id: int, day: date) -> Counter:
    """What is open by document and currency, sign apart: supplements add to their item."""
    found: Counter = Counter()
    for item in queries.open_items(company_id, day):
        found[(item.document_number, item.open_minor > 0)] += item.open_minor
    return found


def listed(rows: list[ItemRow]) -> Counter:
    found: Counter = Counter()
    for row in rows:
        if row.open_minor:
            found[(row.document_number, row.open_minor > 0)] += row.open_minor
    return found


@example(
    sequence=[[("R1", 2, 0, 0), ("R1", 2, 0, 0)], [("R1", 1, 0, 0), ("R1", 1, 1, 0)]],
    shuffle=Random(1),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=lists, shuffle=st.randoms(use_true_random=False))
def test_the_last_full_list_stands(actor, company, sequence, shuffle):
    try:
        with transaction.atomic():
            check(actor, company, sequence, shuffle)
            raise _Undone
    except _Undone:
        pass


def check(actor, company, sequence, shuffle) -> None:
    source = actions.do_ensure_source(actor, "erp", full=True)
    for n, cells in enumerate(sequence):
        day = FIRST + timedelta(days=n // 2)
        facts = FileFacts(name="items.csv", sha256=f"{n}".zfill(64), kind="open_items", as_of=day)
        rows = rows_of(cells)
        done = actions.do_import_items(actor, source, facts, rows, confirmed=True)
        assert done.counts["refused"] == 0
        assert shown(company.pk, day) == listed(rows)
        before = (DueItem.objects.count(), Allocation.objects.count(), DueDateChange.objects.count())
        again = list(rows)
        shuffle.shuffle(again)
        done = actions.do_import_items(actor, source, facts, again, confirmed=True)
        assert {name: done.counts[name] for name in ("new", "changed", "vanished")} == {
            "new": 0,
            "changed": 0,
            "vanished": 0,
        }
        assert (DueItem.objects.count(), Allocation.objects.count(), DueDateChange.objects.count()) == before
