"""Bills and cheques stand on the worklist when they ask for something, and no longer; what they cover stays in the exposure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cycle_department import DAY, acting

from fairdue.wording import words

pytestmark = pytest.mark.django_db
PAYABLE = DAY + timedelta(days=8)
"""A Tuesday; ten days later the last answer of an acceptance may come."""


def lines(company, on: date) -> list[tuple[str, int, str]]:
    """Run the line for a day; give action, amount and reason of the lines about instruments."""
    from fairdue.cycle.line import go

    rows = go(acting(company, on), on).worklist.filter(action__startswith="instrument_").order_by("rank")
    return [(row.action, row.amount_minor, words.sentences(row.reasons)) for row in rows]


@pytest.fixture
def bill(ready):
    """An acceptance over 5,000.00 that covers 1,500.00 of R-4."""
    from fairdue.cash.actions.instruments import Told, do_add_instrument
    from fairdue.ledger.models import DueItem

    item = DueItem.objects.get(document__number="R-4")
    told = Told(item.customer_id, "bank_acceptance", "W-1", item.currency, 5_000_00, PAYABLE)
    return do_add_instrument(acting(ready), told, [(item.pk, 1_500_00)])


def test_by_day_it_is_to_be_presented_asked_about_and_cleared(ready, bill):
    assert lines(ready, PAYABLE - timedelta(days=6)) == []
    said = "Instrument W-1 of 5,000.00 EUR is payable on Mar 10, 2026: see that it is presented."
    assert lines(ready, PAYABLE - timedelta(days=5)) == [("instrument_matures", 5_000_00, said)]
    ((action, amount, why),) = lines(ready, PAYABLE + timedelta(days=10))
    assert (action, amount) == ("instrument_unanswered", 5_000_00)
    assert "until Mar 20, 2026" in why
    assert [one[:2] for one in lines(ready, PAYABLE + timedelta(days=11))] == [("instrument_late", 1_500_00)]


def test_refused_it_stays_until_what_it_covered_is_paid(ready, bill):
    from fairdue.cash.actions.instruments import Step, do_step
    from fairdue.ledger.actions import do_allocate, do_book_payment

    do_step(acting(ready, PAYABLE), bill.pk, Step("dishonoured", reason="account closed"))
    on = PAYABLE + timedelta(days=1)
    ((action, amount, why),) = lines(ready, on)
    assert (action, amount) == ("instrument_dishonoured", 1_500_00)
    assert "refused on Mar 10, 2026; 1,500.00 EUR" in why
    item = bill.covers.get().due_item
    payment = do_book_payment(
        acting(ready, on), amount_minor=4_000_00, currency=item.currency, effective_on=on, customer_id=item.customer_id
    )
    do_allocate(acting(ready, on), due_item_id=item.pk, payment_id=payment.pk, amount_minor=4_000_00, effective_on=on)
    assert lines(ready, on + timedelta(days=1)) == []


def test_honoured_or_of_another_company_it_asks_for_nothing(ready, bill):
    from fairdue.cash.actions.instruments import Step, do_step
    from fairdue.ledger.actions import do_book_payment

    item = bill.covers.get().due_item
    payment = do_book_payment(
        acting(ready, PAYABLE), amount_minor=5_000_00, currency=item.currency, effective_on=PAYABLE, customer_id=item.customer_id
    )  # fmt: skip
    do_step(acting(ready, PAYABLE), bill.pk, Step("honoured", payment=payment.pk))
    assert lines(ready, PAYABLE + timedelta(days=30)) == []


def test_what_is_covered_is_in_the_exposure_like_everything_that_is_open(ready, bill):
    from fairdue.cash.actions.instruments import Step, do_step
    from fairdue.cash.instruments import contingent, standing
    from fairdue.ledger.queries import open_items

    on = DAY + timedelta(days=1)
    do_step(acting(ready, on), bill.pk, Step("endorsed", recourse=True))
    (item,) = [one for one in open_items(ready.pk, on) if one.document_number == "R-4"]
    assert (item.open_minor, item.held_minor) == (4_000_00, 1_500_00)
    (told,) = contingent(standing(ready.pk, on))
    assert (told.kind, told.away, told.amount_minor) == ("bank_acceptance", True, 5_000_00)
