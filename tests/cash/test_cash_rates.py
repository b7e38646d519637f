"""The four rates by statement, account and month, on both databases, against figures worked out by hand (22).

The book of the test, in euro but for the last line:

| line | statement | booked | amount | what became of it |
| --- | --- | --- | --- | --- |
| 1 | 1 | 27 February | 100.00 | posted: one part |
| 2 | 1 | 27 February | 80.00 | posted: two parts (100.00 and a credit note of 20.00) |
| 3 | 1 | 2 March | 70.00 | posted, taken back as wrong, chosen by a person: two parts |
| 4 | 2 | 2 March | 60.00 | posted, taken back, but not as wrong; it waits |
| 5 | 2 | 3 March | −30.00 | decided by a person as no customer's |
| 6 | 2 | 3 March | 50.00 | nobody decided it |
| 7 | 2 | 3 March | 999.00 | told again: it does not count |
| 8 | 3 (dollars) | 3 March | 40.00 | posted: one part |
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fairdue.cash.actions import do_assign, do_undo
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import Account, BankLine, Statement
from fairdue.cash.rates import rates

pytestmark = pytest.mark.django_db
FEBRUARY, SECOND, THIRD = date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 3)
FIGURES = [
    "lines",
    "posted_lines",
    "parts",
    "posted_parts",
    "value_minor",
    "posted_value_minor",
    "ever_posted",
    "wrong",
    "decided_lines",
]


@pytest.fixture
def book(desk):
    def statement(account, number: int):
        return Statement.objects.create(
            company_id=desk.company_id, file=desk.file, account=account, ordinal=number, format="t", told="booked", entries=1,
            net_minor=0, identification=f"S{number}",
        )  # fmt: skip

    def pays(item, amount: int, **more) -> Part:
        return Part(item.pk, item.customer_id, amount, **more)

    one, two, three = (
        desk.line(amount, on=on) for amount, on in ((100_00, FEBRUARY), (80_00, FEBRUARY), (70_00, SECOND))
    )
    second = statement(desk.account, 2)
    desk.statement = second
    four, five, _six = (desk.line(amount, on=on) for amount, on in ((60_00, SECOND), (-30_00, THIRD), (50_00, THIRD)))
    again = BankLine.objects.get(pk=four.pk)
    again.pk, again.key, again.occurrence, again.amount_minor, again.booked_on = None, "c" + "9" * 40, 0, 999_00, THIRD
    again.save(force_insert=True)
    dollars = Account.objects.create(
        company_id=desk.company_id, number="US1", currency="USD", recorded_by="T", recorded_at=desk.actor.at
    )  # fmt: skip
    desk.account, desk.statement = dollars, statement(dollars, 3)
    eight = desk.line(40_00, on=THIRD)
    items = [desk.item(amount) for amount in (100_00, 100_00, -20_00, 70_00, 60_00)]
    desk.says(one, pays(items[0], 100_00))
    desk.says(two, pays(items[1], 100_00), pays(items[2], -20_00, kind=Kind.CREDIT))
    desk.says(three, pays(items[3], 70_00))
    desk.says(four, pays(items[4], 60_00))
    desk.says(eight, Part(None, None, 40_00, Kind.NOT_CUSTOMER))
    assert desk.post().posted == 5
    do_undo(desk.actor, three.pk, reason="another item")
    do_assign(desk.actor, three.pk, [pays(items[3], 60_00), Part(None, items[3].customer_id, 10_00, Kind.ON_ACCOUNT)])
    do_undo(desk.actor, four.pk, reason="the wrong day", wrong=False)
    do_assign(desk.actor, five.pk, [Part(None, None, -30_00, Kind.NOT_CUSTOMER)], reason="our own tax")
    return desk


def told(desk, by: str) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (one.label, one.currency): tuple(getattr(one, name) for name in FIGURES) for one in rates(desk.company_id, by)
    }  # fmt: skip


DOLLARS = (1, 1, 1, 1, 40_00, 40_00, 1, 0, 1)
"""Of line 8 alone, in the order of ``FIGURES``."""


def test_by_statement(book) -> None:
    assert told(book, "statement") == {
        ("", "EUR"): (3, 2, 5, 3, 250_00, 180_00, 3, 1, 3),
        ("S2", "EUR"): (3, 0, 3, 0, 140_00, 0, 1, 0, 1),
        ("S3", "USD"): DOLLARS,
    }


def test_by_account(book) -> None:
    assert told(book, "account") == {
        (f"DE{book.company_id}", "EUR"): (6, 2, 8, 3, 390_00, 180_00, 4, 1, 4),
        ("US1", "USD"): DOLLARS,
    }


def test_by_month(book) -> None:
    assert told(book, "month") == {
        ("2026-02", "EUR"): (2, 2, 3, 3, 180_00, 180_00, 2, 0, 2),
        ("2026-03", "EUR"): (4, 0, 5, 0, 210_00, 0, 2, 1, 2),
        ("2026-03", "USD"): DOLLARS,
    }


@pytest.mark.parametrize("by", ["statement", "account", "month"])
def test_one_query_and_another_companys_lines_do_not_count(book, other_desk, by: str) -> None:
    before = told(book, by)
    other_desk.line(1_00)
    with CaptureQueriesContext(connection) as captured:
        assert told(book, by) == before
    assert len(captured) == 1
    assert sum(one.lines for one in rates(other_desk.company_id, by)) == 1


def test_no_such_group() -> None:
    with pytest.raises(KeyError):
        rates(1, "year")
