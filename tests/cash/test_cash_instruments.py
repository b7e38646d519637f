"""Bills and cheques that cover items, on both databases. Numbers are those of docs/algorithms/instruments.md."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairdue.cash.actions.instruments import Step, Told, do_add_instrument, do_cover, do_step, do_undo_step
from fairdue.cash.instrument_rules import grace_of, last_day
from fairdue.cash.instruments import standing, states
from fairdue.cash.models import Instrument, InstrumentCover, InstrumentStep
from fairdue.cash.plan import Misfit
from fairdue.ledger import actions as ledger
from fairdue.ledger.models import Allocation, Charge, Effect, Hold, Payment
from fairdue.people.days import today_of

pytestmark = pytest.mark.django_db
BILL = "1" + "0" * 28 + "7"


def told(desk, amount: int, *, kind: str = "bank_acceptance", number: str = "B-1", days: int = 30, **more) -> Told:
    today = today_of(desk.actor)
    more.setdefault("currency", "EUR")
    return Told(desk.customer(), kind, number, amount_minor=amount, matures_on=today + timedelta(days=days), **more)


def refused(action) -> str:
    with pytest.raises(Misfit) as caught:
        action()
    return caught.value.reason.code.rpartition(".")[2]


def held(desk, item, on: date | None = None) -> int:
    """Give what is held of an item on a day, as dunning reads it."""
    rows = Hold.objects.filter(due_item=item, reason="instrument")
    day = on or today_of(desk.actor)
    counted = rows.filter(since__lte=day).exclude(until__lt=day).exclude(released_on__lte=day)
    return sum(h.amount_minor for h in counted)


def facts(desk) -> tuple:
    """Give what the ledger says now: open, money free, effects in force, what is held."""
    today = today_of(desk.actor)
    items = desk.open()
    effects = Effect.objects.filter(company_id=desk.company_id, since__lte=today).exclude(until__lte=today).count()
    charged = sum(Charge.objects.values_list("amount_minor", flat=True)) - sum(
        Allocation.objects.exclude(charge=None).values_list("amount_minor", flat=True)
    )
    free = sum(Payment.objects.values_list("amount_minor", flat=True)) - sum(
        Allocation.objects.exclude(payment=None).values_list("amount_minor", flat=True)
    )
    return items, effects, charged, free, {pk: held(desk, pk) for pk in items}


def test_a_chinese_acceptance_covers_two_invoices_until_the_bank_pays(desk) -> None:
    one, other = desk.item(600_00, currency="CNY"), desk.item(400_00, currency="CNY")
    bill = do_add_instrument(
        desk.actor,
        told(desk, 1_000_00, number=BILL, days=182, currency="CNY", sub_from=1, sub_to=1_000_00, acceptor="工商银行"),
        [(one.pk, 600_00), (other.pk, 400_00)],
    )
    assert desk.open() == {one.pk: 600_00, other.pk: 400_00}
    assert (held(desk, one), held(desk, other)) == (600_00, 400_00)
    end = last_day(bill.payable_on, 10)
    assert (held(desk, one, end), held(desk, one, end + timedelta(days=1))) == (600_00, 0)
    do_step(desk.actor, bill.pk, Step("presented"))
    money = ledger.do_book_payment(
        desk.actor,
        amount_minor=1_000_00,
        currency="CNY",
        effective_on=today_of(desk.actor),
        customer_id=desk.customer(),
    )
    assert refused(lambda: do_step(desk.actor, bill.pk, Step("honoured"))) == "instrument_no_money"
    do_step(desk.actor, bill.pk, Step("honoured", payment=money.pk))
    assert desk.open() == {}
    assert Hold.objects.filter(released_on=None).count() == 0


def test_a_matched_line_pays_what_the_bill_covers(desk) -> None:
    from fairdue.cash.actions import do_assign
    from fairdue.cash.matching.records import Part

    item = desk.item(100_00)
    bill = do_add_instrument(desk.actor, told(desk, 60_00), [(item.pk, 60_00)])
    assert refused(lambda: do_step(desk.actor, bill.pk, Step("honoured"))) == "instrument_no_money"
    line = desk.line(60_00, text=f"bill {bill.number}")
    desk.propose()
    do_assign(desk.actor, line.pk, [Part(item.pk, item.customer_id, 60_00)])
    do_step(desk.actor, bill.pk, Step("honoured"))
    assert (desk.open(), held(desk, item)) == ({item.pk: 40_00}, 0)


def test_a_cheque_covers_a_part_and_bounces_with_its_cost(desk) -> None:
    item = desk.item(100_00)
    cheque = do_add_instrument(desk.actor, told(desk, 60_00, kind="cheque", number="C-9", days=1), [(item.pk, 60_00)])
    assert held(desk, item) == 60_00
    before = facts(desk)
    assert refused(lambda: do_step(desk.actor, cheque.pk, Step("dishonoured"))) == "cash_needs_reason"
    assert facts(desk) == before
    do_step(desk.actor, cheque.pk, Step("dishonoured", reason="no funds", cost_minor=7_50))
    assert (held(desk, item), desk.open()) == (0, {item.pk: 100_00})
    (charge,) = Charge.objects.all()
    assert (charge.amount_minor, charge.kind, charge.due_item_id) == (7_50, "fee", item.pk)
    assert list(Effect.objects.values_list("kind", "until")) == [("limit_review", None)]
    do_undo_step(desk.actor, cheque.pk, reason="booked by mistake")
    assert facts(desk) == before


def test_endorsed_with_recourse_and_dishonoured(desk) -> None:
    item = desk.item(100_00)
    bill = do_add_instrument(desk.actor, told(desk, 100_00), [(item.pk, 100_00)])
    do_step(desk.actor, bill.pk, Step("endorsed", recourse=True))
    assert (desk.open(), held(desk, item)) == ({item.pk: 100_00}, 100_00)
    do_step(desk.actor, bill.pk, Step("recourse", reason="acceptor refused", cost_minor=20_00))
    assert (desk.open(), held(desk, item)) == ({item.pk: 100_00}, 0)


@pytest.mark.parametrize("kind", ["endorsed", "discounted"])
def test_given_away_without_recourse_the_item_is_settled(desk, kind) -> None:
    item = desk.item(100_00)
    bill = do_add_instrument(desk.actor, told(desk, 100_00), [(item.pk, 100_00)])
    before = facts(desk)
    do_step(desk.actor, bill.pk, Step(kind))
    assert desk.open() == {}
    (payment,) = Payment.objects.all()
    assert (payment.amount_minor, payment.reference) == (100_00, "B-1")
    assert refused(lambda: do_step(desk.actor, bill.pk, Step("honoured"))) == "instrument_next"
    do_undo_step(desk.actor, bill.pk, reason="wrong")
    assert facts(desk) == before


def test_sums_hold(desk) -> None:
    item = desk.item(100_00)
    bill = do_add_instrument(desk.actor, told(desk, 50_00), [(item.pk, 30_00)])
    assert refused(lambda: do_cover(desk.actor, bill.pk, [(item.pk, 5_00)])) == "instrument_twice"
    other = desk.item(40_00)
    assert refused(lambda: do_cover(desk.actor, bill.pk, [(other.pk, 20_01)])) == "instrument_over_bill"
    assert (
        refused(lambda: do_add_instrument(desk.actor, told(desk, 90_00, number="B-2"), [(item.pk, 70_01)]))
        == "instrument_over_item"
    )
    assert refused(lambda: do_add_instrument(desk.actor, told(desk, 1_00))) == "instrument_known"
    assert (InstrumentCover.objects.count(), Instrument.objects.count()) == (1, 1)
    with pytest.raises(DatabaseError, match="covers exceed the instrument"), transaction.atomic():
        InstrumentCover.objects.create(
            company_id=desk.company_id,
            instrument=bill,
            due_item=other,
            amount_minor=20_01,
            open_minor=0,
            recorded_at=desk.actor.at,
        )
    big = do_add_instrument(desk.actor, told(desk, 500_00, number="B-3"))
    with pytest.raises(DatabaseError, match="covers exceed the due item"), transaction.atomic():
        InstrumentCover.objects.create(
            company_id=desk.company_id,
            instrument=big,
            due_item=item,
            amount_minor=70_01,
            open_minor=0,
            recorded_at=desk.actor.at,
        )
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        InstrumentStep.objects.update(kind="honoured")


def test_sub_bill_ranges(desk) -> None:
    made = told(desk, 100, number=BILL, currency="CNY", sub_from=1, sub_to=100)
    do_add_instrument(desk.actor, made)
    assert refused(lambda: do_add_instrument(desk.actor, made._replace(sub_from=100, sub_to=199))) == "instrument_known"
    do_add_instrument(desk.actor, made._replace(sub_from=101, sub_to=200))
    bad = made._replace(sub_from=201, sub_to=299)
    assert refused(lambda: do_add_instrument(desk.actor, bad)) == "instrument_units"
    assert refused(lambda: do_add_instrument(desk.actor, bad._replace(number="12"))) == "instrument_digits"


def test_another_company_sees_and_moves_nothing(desk, other_desk) -> None:
    item = desk.item(100_00)
    bill = do_add_instrument(desk.actor, told(desk, 100_00), [(item.pk, 100_00)])
    other_desk.customer()
    assert standing(other_desk.company_id, today_of(desk.actor)) == []
    assert refused(lambda: do_step(other_desk.actor, bill.pk, Step("presented"))) == "instrument_none"
    assert (
        refused(lambda: do_add_instrument(other_desk.actor, told(other_desk, 1_00), [(item.pk, 1_00)]))
        == "instrument_item"
    )
    assert InstrumentStep.objects.count() == 1


def test_what_is_to_be_done_by_day(desk) -> None:
    item = desk.item(100_00)
    bill = do_add_instrument(desk.actor, told(desk, 100_00, kind="cheque", days=3), [(item.pk, 100_00)])
    end = last_day(bill.payable_on, grace_of("cheque"))

    def on(day: date) -> str:
        return standing(desk.company_id, day, soon_days=7)[0].duty

    at = bill.payable_on
    days = (at - timedelta(days=8), at - timedelta(days=7), at, end, end + timedelta(days=1))
    assert [on(day) for day in days] == ["", "matures", "unanswered", "unanswered", "late"]


STEPS = ("presented", "endorsed", "discounted", "honoured", "dishonoured", "recourse", "returned", "replaced", "undo")
MOVES = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(STEPS), st.booleans()), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_any_sequence_keeps_the_sums_and_undoing_leaves_the_ledger_as_it_was(desk, moves) -> None:
    desk.customer()
    with transaction.atomic():
        items = [desk.item(100_00), desk.item(70_00)]
        before = facts(desk)
        bills = [
            do_add_instrument(
                desk.actor, told(desk, 50_00, number=f"P-{n}"), [(items[0].pk, 30_00), (items[1].pk, 20_00)]
            )
            for n in range(3)
        ]
        for n, kind, recourse in moves:
            opened = desk.open()
            try:
                if kind == "undo":
                    do_undo_step(desk.actor, bills[n].pk, reason="r")
                else:
                    cost = 1_00 if kind in ("dishonoured", "recourse") else 0
                    do_step(desk.actor, bills[n].pk, Step(kind, recourse=recourse, reason="r", cost_minor=cost))
            except Misfit:
                assert desk.open() == opened
            now = states([bill.pk for bill in bills])
            for item, amount in ((items[0], 30_00), (items[1], 20_00)):
                covering = sum(amount for state in now.values() if state.covers)
                assert held(desk, item) == covering <= desk.open().get(item.pk, 0)
        for bill in bills:
            while states([bill.pk]):
                do_undo_step(desk.actor, bill.pk, reason="all back")
        assert facts(desk) == before
        transaction.set_rollback(True)
