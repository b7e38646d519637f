"""What a credit manager expects of the insurance's side: covered or not, until when, how much, and what waits in the morning."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cover_department import Department

from fairdue.contact import blobs
from fairdue.cover.actions import CoverError, LimitValues, do_set_limit, do_set_limit_from_file
from fairdue.cover.models import BuyerLimit, CoverPolicy
from fairdue.ledger.actions import InsurerForbids, do_extend, do_hold, do_publish_facts
from fairdue.ledger.models import DueDateChange, Fact, Hold

pytestmark = pytest.mark.django_db

DUE = date(2026, 1, 15)


def test_an_invoice_shipped_under_a_limit_is_covered_and_has_its_three_dates(insured: Department):
    item = insured.invoice("A", "R-1", 10_000_00, DUE)
    today = date(2026, 2, 1)
    assert insured.state(item, today) == "covered"
    assert insured.dates(item, today) == (date(2026, 3, 16), date(2026, 2, 14), date(2026, 7, 14))


def test_the_insurer_s_saturday_does_not_move_but_the_work_is_for_friday(insured: Department):
    insured.invoice("A", "R-1", 10_000_00, DUE)
    notify = next(one for one in insured.deadlines(date(2026, 2, 1)) if one.kind == "notify")
    assert (notify.day, notify.act_by) == (date(2026, 2, 14), date(2026, 2, 13))


def test_a_withdrawn_limit_leaves_what_was_shipped_before_covered(insured: Department):
    before = insured.invoice("A", "R-1", 10_000_00, DUE, issued_on=date(2025, 12, 16))
    insured.limit("A", 0, date(2025, 12, 20), reference="W-1")
    after = insured.invoice("A", "R-2", 10_000_00, DUE, issued_on=date(2025, 12, 20))
    assert insured.state(before, DUE) == "covered"
    assert insured.state(after, DUE) == "no_limit"


def test_the_day_of_delivery_is_the_day_of_shipment(insured: Department):
    insured.limit("A", 0, date(2025, 12, 20))
    late = insured.invoice("A", "R-1", 10_000_00, DUE, issued_on=date(2025, 12, 16), delivered_on=date(2025, 12, 21))
    assert insured.state(late, DUE) == "no_limit"


def test_a_group_s_limit_covers_a_company_without_one_of_its_own(insured: Department):
    insured.customer("B", group="G")
    insured.limit("G", 50_000_00, date(2025, 7, 1), group=True)
    assert insured.state(insured.invoice("B", "R-1", 1_000_00, DUE), DUE) == "covered"
    insured.limit("B", 0, date(2025, 12, 1))
    assert insured.state(insured.invoice("B", "R-2", 1_000_00, DUE), DUE) == "no_limit"


def test_terms_longer_than_the_policy_allows_are_not_covered(insured: Department):
    allowed = insured.invoice("A", "R-1", 1_000_00, date(2026, 1, 29), issued_on=date(2025, 10, 1))
    too_long = insured.invoice("A", "R-2", 1_000_00, date(2026, 1, 30), issued_on=date(2025, 10, 1))
    assert insured.state(allowed, DUE) == "covered"
    assert insured.state(too_long, DUE) == "terms_too_long"


def test_what_is_shipped_to_a_buyer_61_days_overdue_is_not_covered_and_is_again_from_the_day_of_payment(insured):
    old = insured.invoice("A", "R-1", 1_000_00, DUE)
    due = date(2026, 5, 1)
    at_60 = insured.invoice("A", "R-2", 1_000_00, due, issued_on=DUE + timedelta(days=60))
    at_61 = insured.invoice("A", "R-3", 1_000_00, due, issued_on=DUE + timedelta(days=61))
    insured.pay(old, DUE + timedelta(days=65))
    paid = insured.invoice("A", "R-4", 1_000_00, due, issued_on=DUE + timedelta(days=65))
    assert [insured.state(one, date(2026, 4, 1)) for one in (at_60, at_61, paid)] == ["covered", "stopped", "covered"]


def test_a_shipment_outside_the_policy_s_term_is_not_covered(insured: Department):
    insured.policy(max_extension_days=60, valid_to=date(2025, 12, 31))
    insured.policy(max_extension_days=60, valid_to=date(2025, 12, 31), notify_days=20)
    old = insured.invoice("A", "R-1", 1_000_00, DUE, issued_on=date(2025, 12, 31))
    new = insured.invoice("A", "R-2", 1_000_00, DUE, issued_on=date(2026, 1, 1))
    # The version without an end was entered first; the higher versions count on the days on which they hold.
    assert insured.dates(old, DUE)[1] == DUE + timedelta(days=20)
    assert insured.dates(new, DUE)[1] == DUE + timedelta(days=30)


def test_the_insured_amount_is_the_share_of_what_fits_under_the_limit(insured: Department):
    insured.invoice("A", "R-1", 130_000_00, DUE)
    (row,) = insured.standing(DUE)
    assert (row.covered_minor, row.filled_minor, row.insured_minor) == (130_000_00, 100_000_00, 90_000_00)


def test_unapplied_money_and_other_currencies_enter_the_insured_amount(insured: Department):
    from fairdue.ledger.actions import do_book_payment
    from fairdue.ledger.models import ExchangeRate

    ExchangeRate.objects.create(currency="USD", quoted_on=DUE, per_euro_micro=1_250_000, source="test")
    insured.invoice("A", "R-1", 10_000_00, DUE)
    insured.invoice("A", "R-2", 1_000_00, DUE, currency="USD")
    insured.invoice("A", "R-3", 1_000_00, DUE, currency="GBP")
    customer = insured.customer("A").pk
    do_book_payment(insured.actor(DUE), amount_minor=2_000_00, currency="EUR", effective_on=DUE, customer_id=customer)
    (row,) = insured.standing(DUE)
    assert (row.covered_minor, row.credit_minor, row.filled_minor) == (10_800_00, 2_000_00, 8_800_00)
    assert (row.insured_minor, row.without_rate) == (7_920_00, ("GBP",))


def test_two_weeks_before_the_deadline_it_is_a_task_with_the_amount_at_risk(insured: Department):
    insured.invoice("A", "R-1", 10_000_00, DUE)
    insured.invoice("A", "R-2", 5_000_00, DUE + timedelta(days=3))
    insured.night(date(2026, 1, 30))
    assert insured.open_tasks() == []
    insured.night(date(2026, 1, 31))
    (task,) = insured.open_tasks()
    values = task.reasons[0]["values"]
    assert (task.kind, task.reasons[0]["code"]) == ("cover", "cover.notify")
    assert (values["deadline_on"], values["at_risk_minor"]) == ("2026-02-14", 10_000_00)
    insured.night(date(2026, 2, 3))
    insured.night(date(2026, 2, 3))
    (same,) = insured.open_tasks()
    assert same.pk == task.pk
    assert same.reasons[0]["values"]["at_risk_minor"] == 15_000_00


def test_reporting_ends_the_task_and_the_duty(insured: Department):
    insured.invoice("A", "R-1", 10_000_00, DUE)
    insured.night(date(2026, 2, 5))
    insured.tell("A", "notified", date(2026, 2, 6))
    assert insured.open_tasks() == []
    insured.night(date(2026, 2, 7))
    assert insured.open_tasks() == []
    assert [one.kind for one in insured.deadlines(date(2026, 2, 7)) if one.kind == "notify"] == []


def test_payment_ends_the_task(insured: Department):
    item = insured.invoice("A", "R-1", 10_000_00, DUE)
    insured.night(date(2026, 2, 5))
    assert len(insured.open_tasks()) == 1
    insured.pay(item, date(2026, 2, 6))
    insured.night(date(2026, 2, 6))
    assert insured.open_tasks() == []


def test_a_missed_deadline_says_so_and_stays(insured: Department):
    insured.invoice("A", "R-1", 10_000_00, DUE)
    insured.night(date(2026, 2, 14))
    insured.night(date(2026, 2, 15))
    (task,) = insured.open_tasks()
    assert task.reasons[0]["code"] == "cover.notify_missed"


def test_a_buyer_under_the_minimum_has_no_deadlines(insured: Department):
    insured.policy(max_extension_days=60, notify_days=30, stop_days=60, minimum_minor=500_00)
    insured.invoice("A", "R-1", 499_99, DUE)
    insured.night(date(2026, 2, 5))
    assert insured.open_tasks() == []
    insured.invoice("A", "R-2", 1, DUE)
    insured.night(date(2026, 2, 5))
    assert len(insured.open_tasks()) == 1


def test_shipping_stops_after_60_days_and_goes_on_when_paid(insured: Department):
    item = insured.invoice("A", "R-1", 10_000_00, DUE)
    insured.night(DUE + timedelta(days=60))
    assert insured.stops(DUE + timedelta(days=60)) == []
    day = DUE + timedelta(days=61)
    insured.night(day)
    (stop,) = insured.stops(day)
    assert (stop.since, stop.customer.number) == (day, "A")
    insured.night(day + timedelta(days=1))
    assert len(insured.stops(day + timedelta(days=1))) == 1
    insured.pay(item, day + timedelta(days=2))
    insured.night(day + timedelta(days=2))
    assert insured.stops(day + timedelta(days=2)) == []


def test_an_extension_beyond_the_maximum_is_refused_until_the_insurer_consents(insured: Department):
    item = insured.invoice("A", "R-1", 10_000_00, DUE)
    today = date(2026, 2, 1)
    insured.night(today)
    do_extend(insured.actor(today), item.pk, due_on=date(2026, 3, 16), reason="asked for time")
    with pytest.raises(InsurerForbids) as refused:
        do_extend(insured.actor(today), item.pk, due_on=date(2026, 3, 17), reason="asked for more")
    assert str(refused.value).startswith("R-1 is insured")
    assert DueDateChange.objects.count() == 1
    insured.tell("A", "consent", today, until=date(2026, 4, 30))
    do_extend(insured.actor(today), item.pk, due_on=date(2026, 4, 30), reason="insurer agrees")
    with pytest.raises(InsurerForbids):
        do_extend(insured.actor(today), item.pk, due_on=date(2026, 5, 1), reason="still more")
    insured.night(today + timedelta(days=1))
    assert insured.dates(item, today + timedelta(days=1))[0] == date(2026, 4, 30)
    assert insured.fact("cover_max_extension_until", f"due_item:{item.pk}") == date(2026, 4, 30).toordinal()


@pytest.mark.parametrize("reason", ["promise", "plan"])
def test_a_promise_or_plan_beyond_the_maximum_is_refused(insured: Department, reason: str):
    item = insured.invoice("A", "R-1", 10_000_00, DUE)
    today = date(2026, 2, 1)
    insured.night(today)
    asked = {"customer_id": item.customer_id, "reason": reason, "since": today}
    for until in (date(2026, 3, 17), None):
        with pytest.raises(InsurerForbids):
            do_hold(insured.actor(today), until=until, **asked)
    assert not Hold.objects.exists()
    do_hold(insured.actor(today), until=date(2026, 3, 16), **asked)
    do_hold(insured.actor(today), customer_id=item.customer_id, reason="dispute", since=today)


def test_a_settled_invoice_bounds_nothing(insured: Department):
    item = insured.invoice("A", "R-1", 10_000_00, DUE)
    insured.night(date(2026, 2, 1))
    insured.pay(item, date(2026, 2, 2))
    asked = {"customer_id": item.customer_id, "reason": "promise", "since": date(2026, 2, 3)}
    assert do_hold(insured.actor(date(2026, 2, 3)), until=date(2026, 12, 1), **asked).pk


def test_above_an_amount_every_plan_needs_consent_but_a_promise_does_not(insured: Department):
    insured.policy(max_extension_days=60, consent_above_minor=10_000_00)
    item = insured.invoice("A", "R-1", 10_000_01, DUE)
    today = date(2026, 2, 1)
    insured.night(today)
    assert insured.fact("cover_consent_needed", f"customer:{item.customer_id}") == 1
    asked = {"customer_id": item.customer_id, "since": today, "until": today + timedelta(days=9)}
    with pytest.raises(InsurerForbids):
        do_hold(insured.actor(today), reason="plan", **asked)
    do_hold(insured.actor(today), reason="promise", **asked)
    insured.tell("A", "consent", today, until=date(2026, 6, 30))
    do_hold(insured.actor(today), reason="plan", **asked)
    insured.night(today + timedelta(days=1))
    assert insured.fact("cover_consent_needed", f"customer:{item.customer_id}") == 0
    insured.night(date(2026, 7, 1))
    assert insured.fact("cover_consent_needed", f"customer:{item.customer_id}") == 1


def test_a_due_date_that_another_system_moved_too_far_becomes_a_task(insured: Department):
    item = insured.invoice("A", "R-1", 10_000_00, DUE)
    DueDateChange.objects.create(
        company=insured.company, due_item=item, due_on=date(2026, 5, 1), reason="source", effective_on=DUE,
        recorded_at=insured.actor(DUE).at,
    )  # fmt: skip
    insured.night(date(2026, 1, 20))
    (task,) = insured.open_tasks()
    assert task.reasons[0]["code"] == "cover.extension"


def test_a_withdrawn_rule_frees_the_invoice_again(insured: Department):
    item = insured.invoice("A", "R-1", 10_000_00, DUE, issued_on=date(2025, 12, 16))
    today = date(2026, 2, 1)
    insured.night(today)
    insured.limit("A", 0, date(2025, 12, 10))
    insured.night(today)
    assert insured.fact("cover_max_extension_until", f"due_item:{item.pk}") == 0
    do_extend(insured.actor(today), item.pk, due_on=date(2027, 1, 1), reason="not insured any more")


def test_only_cover_writes_its_facts(insured: Department):
    from fairdue.ledger.actions import LedgerError

    with pytest.raises(LedgerError):
        do_publish_facts(
            insured.actor(DUE), room="dunning", kind="cover_deadline", as_of=DUE, values={"customer:1": 1},
            source_version="x",
        )  # fmt: skip


def test_a_longer_extension_that_the_insurer_gave_one_buyer_goes_before_the_policy_s(insured: Department):
    """The policy lets payment be put off by 60 days; the insurer's letter of 1 December grants buyer A 90 days."""
    before = insured.invoice("A", "R-1", 1_000_00, date(2025, 12, 20), issued_on=date(2025, 11, 20))
    insured.limit("A", 80_000_00, date(2025, 12, 1), max_extension_days=90, reference="Letter of 1 December")
    after = insured.invoice("A", "R-2", 1_000_00, date(2026, 1, 15), issued_on=date(2025, 12, 16))
    insured.night(date(2026, 2, 1))
    last = {
        fact.subject: date.fromordinal(fact.value) for fact in Fact.objects.filter(kind="cover_max_extension_until")
    }
    assert last == {
        f"due_item:{before.pk}": date(2025, 12, 20) + timedelta(days=60),
        f"due_item:{after.pk}": date(2026, 1, 15) + timedelta(days=90),
    }


def test_the_insurer_s_letter_is_kept_with_the_limit_and_nothing_but_a_document_is(insured: Department):
    values = LimitValues(date(2026, 1, 1), 50_000_00, customer_id=insured.customer("A").pk, share_ppm=850_000)
    actor, policy = insured.actor(date(2026, 1, 1)), CoverPolicy.objects.get().pk
    count = BuyerLimit.objects.count()
    with pytest.raises(CoverError):
        do_set_limit_from_file(actor, policy, values, b"<html>no letter</html>")
    assert BuyerLimit.objects.count() == count
    made = do_set_limit_from_file(actor, policy, values, b"%PDF-1.4 letter")
    assert blobs.get(made.company_id, made.source_file.sha256) == b"%PDF-1.4 letter"
    assert do_set_limit_from_file(actor, policy, values, b"%PDF-1.4 letter").pk == made.pk
    assert do_set_limit(actor, policy, values).pk == made.pk, "a list that repeats the decision is no new one"
