"""What becomes of bank lines reaches the books as what it is: money that goes back leaves the bank account, and so on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cash_desk import DAY

from fairdue.books.actions import do_cut
from fairdue.books.journal import journal
from fairdue.books.models import Posting
from fairdue.cash.actions import do_assign, do_undo
from fairdue.cash.matching.records import Difference, Kind, Part
from fairdue.ledger.models import Payment

pytestmark = pytest.mark.django_db
LATER = date(2026, 12, 31)


def told(desk) -> list[tuple[str, str, str, str, int]]:
    """Give what the books are told of money: kind, accounts, currency, amount."""
    do_cut(desk.actor)
    rows = Posting.objects.filter(fact__in=("payment", "allocation")).order_by("id")
    return [(row.kind, row.debit, row.credit, row.currency, row.amount_minor) for row in rows]


def balances(desk) -> dict[str, int]:
    """Add the journal up by account, in minor units; accounts at 0 are left out."""
    found: dict[str, int] = {}
    for line in journal(desk.company_id, LATER):
        parts = line.split()
        if len(parts) == 3 and line.startswith("  ") and ":" in parts[0] and not parts[0].endswith(":"):
            name = f"{parts[0]} {parts[2]}"
            found[name] = found.get(name, 0) + round(float(parts[1]) * 100)
    return {name: amount for name, amount in found.items() if amount}


def test_money_that_goes_back_leaves_the_bank(desk):
    item = desk.item(100_00)
    line, back = desk.line(100_00), desk.line(-100_00, on=DAY + timedelta(days=5))
    desk.says(line, Part(item.pk, item.customer_id, 100_00))
    desk.says(back, Part(item.pk, item.customer_id, -100_00, Kind.RETURN))
    assert desk.post().posted == 2
    assert told(desk)[-1] == ("paid_back", "unapplied", "bank", "EUR", 100_00)
    held = balances(desk)
    assert not [name for name in held if "Bank" in name or "Unapplied" in name]
    assert held[f"Assets:Receivable:C{item.customer_id}:Documents EUR"] == 100_00


def test_money_of_no_customer_is_in_suspense(desk):
    line = desk.line(70_00)
    desk.says(line, Part(None, desk.customer(), 70_00, Kind.ON_ACCOUNT), state="waiting")
    desk.propose()
    do_assign(desk.actor, line.pk, [Part(None, None, 70_00, Kind.NOT_CUSTOMER)])
    assert told(desk) == [
        ("payment", "bank", "unapplied", "EUR", 70_00), ("no_customer", "unapplied", "suspense", "EUR", 70_00),
    ]  # fmt: skip
    assert balances(desk) == {"Assets:Bank EUR": 70_00, "Liabilities:Suspense EUR": -70_00}


def test_another_currency_passes_through_the_exchange(desk):
    item, line = desk.item(110_00, currency="USD"), desk.line(100_00)
    part = Part(item.pk, item.customer_id, 100_00, item_minor=110_00, difference=Difference.EXCHANGE)
    desk.says(line, part, state="waiting")
    desk.propose()
    do_assign(desk.actor, line.pk, [part])
    assert ("payment", "exchange", "unapplied", "USD", 110_00) in told(desk)
    assert ("converted", "unapplied", "exchange", "EUR", 100_00) in told(desk)
    own = Payment.objects.get(currency="EUR")
    assert Payment.objects.get(currency="USD").converted_from_id == own.pk
    held = balances(desk)
    assert {name: amount for name, amount in held.items() if "Exchange" in name} == {
        "Equity:Exchange EUR": -100_00, "Equity:Exchange USD": 110_00,
    }  # fmt: skip
    assert held["Assets:Bank EUR"] == 100_00
    assert "Assets:Bank USD" not in held
    do_undo(desk.actor, line.pk, reason="wrong", wrong=True)
    held = balances(desk)
    assert not [name for name in held if "Exchange" in name]
    assert held["Assets:Bank EUR"] == 100_00
