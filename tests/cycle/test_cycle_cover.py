"""The insurer's deadlines stand in the morning's worklist, with what is at risk under them and not with all that is owed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cycle_department import DAY, acting

from fairdue.cover.actions import LimitValues, TermsValues, do_add_policy, do_set_limit, do_set_terms
from fairdue.cycle import line
from fairdue.ledger.actions import Maturity, do_book_document
from fairdue.ledger.models import Customer

pytestmark = pytest.mark.django_db


def test_a_deadline_of_the_insurer_comes_with_the_amount_at_risk(ready):
    """C3 owes 3,000.00, 40 days overdue, under cover; and 500.00 from before the insurance, which no deadline is about.

    To be reported within 45 days of the due date: in five days. To be claimed within 50: in ten.
    """
    then, start = acting(ready, date(2025, 1, 1)), DAY - timedelta(days=90)
    buyer = Customer.objects.get(number="C3")
    policy = do_add_policy(then, insurer="Hanse Kredit", number="P-1", currency="EUR")
    do_set_terms(then, policy.pk, TermsValues(start, 900_000, notify_days=45, claim_days=50))
    do_set_limit(then, policy.pk, LimitValues(start, 10_000_00, customer_id=buyer.pk))
    before = start - timedelta(days=10)
    do_book_document(
        then, customer_id=buyer.pk, kind="invoice", number="OLD", issued_on=before, currency="EUR",
        maturities=[Maturity(DAY - timedelta(days=60), 500_00)],
    )  # fmt: skip
    run = line.go(acting(ready), DAY)
    told = list(
        run.worklist.filter(action="cover")
        .order_by("rank")
        .values_list("rank", "customer_id", "currency", "amount_minor")
    )
    assert told == [(1, buyer.pk, "EUR", 3000_00), (2, buyer.pk, "EUR", 3000_00)]
    words = [reason["code"] for row in run.worklist.filter(action="cover") for reason in row.reasons]
    assert sorted(words) == ["cover.claim", "cover.notify"]


def test_a_deadline_that_can_be_kept_goes_before_one_that_has_passed(ready):
    """Reports are due on day 35: C3 owes 3,000.00 and is 40 days overdue; C1 owes less under cover, 32 days overdue."""
    then, start = acting(ready, date(2025, 1, 1)), DAY - timedelta(days=90)
    late, soon = Customer.objects.get(number="C3"), Customer.objects.get(number="C1")
    policy = do_add_policy(then, insurer="Hanse Kredit", number="P-1", currency="EUR")
    do_set_terms(then, policy.pk, TermsValues(start, 900_000, notify_days=35))
    for buyer in (late, soon):
        do_set_limit(then, policy.pk, LimitValues(start, 10_000_00, customer_id=buyer.pk))
    do_book_document(
        then, customer_id=soon.pk, kind="invoice", number="SOON", issued_on=DAY - timedelta(days=60), currency="EUR",
        maturities=[Maturity(DAY - timedelta(days=32), 500_00)],
    )  # fmt: skip
    run = line.go(acting(ready), DAY)
    rows = run.worklist.filter(action="cover", customer_id__in=[late.pk, soon.pk]).order_by("rank")
    codes = [row.reasons[0]["code"] for row in rows]
    assert "cover.notify_missed" in codes
    assert "cover.notify" in codes
    assert codes == sorted(codes, key=lambda code: code.endswith("_missed"))
    assert rows[0].customer_id == soon.pk
    assert rows[0].amount_minor < rows[len(codes) - 1].amount_minor
