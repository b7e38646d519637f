"""From a proposal to the ledger and back, on both databases. Numbers are those of docs/algorithms/cash-posting.md."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from counted import touching
from fairdue.cash import queries
from fairdue.cash.actions import do_assign, do_confirm, do_forget, do_post, do_undo
from fairdue.cash.book import lines as lines_of
from fairdue.cash.book import load, record_by_class
from fairdue.cash.matching.records import Difference, Kind, Part
from fairdue.cash.models import Decision, LearnedAlias, LinePayment, Proposal
from fairdue.cash.plan import Misfit
from fairdue.ledger.models import Allocation, AuditEntry, Charge, Hold, Payment
from fairdue.ledger.queries import unapplied_payments
from fairdue.people.actor import Actor, NotAllowed

pytestmark = pytest.mark.django_db


def pays(item, amount: int, **more) -> Part:
    return Part(item.pk, item.customer_id, amount, **more)


def allocated() -> list[tuple[str, int, int | None]]:
    return list(Allocation.objects.order_by("id").values_list("kind", "amount_minor", "due_item_id"))


def refused(action) -> str:
    with pytest.raises(Misfit) as caught:
        action()
    return caught.value.reason.code


def test_a_line_is_posted_once(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_00)
    desk.says(line, pays(item, 100_00))
    assert desk.post().posted == 1
    assert desk.open() == {}
    (payment,) = Payment.objects.all()
    assert (payment.customer_id, payment.amount_minor, payment.effective_on) == (
        item.customer_id,
        100_00,
        line.booked_on,
    )
    assert desk.post().posted == 0
    assert desk.propose().lines == 0
    assert (Payment.objects.count(), Allocation.objects.count(), Decision.objects.count()) == (1, 1, 1)


def test_twins_both_count(desk) -> None:
    items = [desk.item(50_00), desk.item(50_00)]
    for item in items:
        desk.says(desk.line(50_00), pays(item, 50_00))
    assert desk.post().posted == 2
    assert desk.open() == {}
    assert Payment.objects.count() == 2


def test_what_says_the_same_is_not_written_again(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_00)
    desk.says(line, pays(item, 100_00), state="waiting")
    assert (desk.propose().new, desk.propose().new) == (1, 0)
    desk.says(line, pays(item, 100_00), state="waiting", evidence="payer_item")
    assert desk.propose().new == 1
    assert list(Proposal.objects.order_by("number").values_list("number", "evidence_class")) == [
        (1, "number"),
        (2, "payer_item"),
    ]


def test_money_that_waits_holds_chasing(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_00)
    other = desk.customer("Andere GmbH")
    desk.says(line, pays(item, 100_00), state="waiting")
    desk.propose()
    (money,) = unapplied_payments(desk.company_id, line.booked_on)
    assert (money.customer_id, money.suspected_customer_id, money.rest_minor) == (None, item.customer_id, 100_00)
    desk.says(line, Part(None, other, 100_00, Kind.ON_ACCOUNT), state="waiting")
    desk.propose()
    (money,) = unapplied_payments(desk.company_id, line.booked_on)
    assert (money.customer_id, money.suspected_customer_id) == (None, other)
    assert desk.open() == {item.pk: 100_00}


def test_money_of_nobody_known_is_not_booked(desk) -> None:
    desk.line(100_00)
    assert desk.propose().states == {"abstained": 1}
    assert Payment.objects.count() == 0


@pytest.mark.parametrize(
    ("difference", "kind"),
    [
        (Difference.DISCOUNT, "discount"),
        (Difference.DISCOUNT_GRACE, "discount"),
        (Difference.ROUNDING, "write_off"),
        (Difference.CHARGES, "write_off"),
        (Difference.OPEN, ""),
        (Difference.WITHHOLDING, ""),
        (Difference.DEDUCTION, ""),
        (Difference.DISCOUNT_UNEARNED, ""),
    ],
)
def test_differences(desk, difference: str, kind: str) -> None:
    item, line = desk.item(100_00), desk.line(98_00)
    desk.says(line, pays(item, 98_00, difference=difference, difference_minor=2_00))
    assert desk.post().posted == 1
    assert allocated() == [("payment", 98_00, item.pk), *([(kind, 2_00, item.pk)] if kind else [])]
    assert desk.open() == ({} if kind else {item.pk: 2_00})
    assert Hold.objects.count() == 0


def test_what_is_over_by_rounding_stays_to_the_customers_credit(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_03)
    desk.says(line, pays(item, 100_03, difference=Difference.ROUNDING))
    desk.post()
    assert desk.open() == {}
    assert [one.rest_minor for one in unapplied_payments(desk.company_id, line.booked_on)] == [3]


def test_a_credit_note_pays_first(desk) -> None:
    item, credit, line = desk.item(100_00), desk.item(-20_00), desk.line(80_00)
    desk.says(line, pays(item, 100_00), pays(credit, -20_00, kind=Kind.CREDIT))
    assert desk.post().posted == 1
    assert allocated() == [("credit", 20_00, item.pk), ("payment", 80_00, item.pk)]
    assert desk.open() == {}
    do_undo(desk.actor, line.pk, reason="wrong")
    assert desk.open() == {item.pk: 100_00, credit.pk: -20_00}


def test_another_currency_is_a_payment_of_its_own(desk) -> None:
    item, line = desk.item(110_00, currency="USD"), desk.line(100_00)
    desk.says(line, pays(item, 100_00, item_minor=110_00, difference=Difference.EXCHANGE), state="waiting")
    desk.propose()
    assert [one.rest_minor for one in unapplied_payments(desk.company_id, line.booked_on)] == [100_00]
    do_confirm(desk.actor, line.pk)
    assert desk.open() == {}
    assert unapplied_payments(desk.company_id, line.booked_on) == []
    do_undo(desk.actor, line.pk, reason="wrong")
    assert desk.open() == {item.pk: 110_00}
    assert [(one.currency, one.rest_minor) for one in unapplied_payments(desk.company_id, line.booked_on)] == [
        ("EUR", 100_00)
    ]
    do_confirm(desk.actor, line.pk)
    do_undo(desk.actor, line.pk, reason="again")
    assert desk.open() == {item.pk: 110_00}


def test_what_does_not_fit_any_more_is_left(desk) -> None:
    item, first, second = desk.item(100_00), desk.line(100_00), desk.line(100_00)
    desk.says(first, pays(item, 100_00))
    desk.says(second, pays(item, 100_00))
    done = desk.post()
    assert (done.posted, done.left) == (1, [second.pk])
    assert desk.open() == {}


def test_money_that_goes_back_opens_the_item_again(desk) -> None:
    item, line = desk.item(100_00, discount=2_00), desk.line(98_00)
    desk.says(line, pays(item, 98_00, difference=Difference.DISCOUNT, difference_minor=2_00))
    back = desk.line(-101_00, on=line.booked_on.replace(month=3))
    desk.says(back, pays(item, -98_00, kind=Kind.RETURN), Part(None, item.customer_id, -3_00, Kind.CHARGE))
    assert desk.post().posted == 2
    assert desk.open() == {item.pk: 100_00}
    (charge,) = Charge.objects.all()
    assert (charge.kind, charge.amount_minor, charge.due_item_id) == ("fee", 3_00, item.pk)
    assert unapplied_payments(desk.company_id, back.booked_on) == []
    assert refused(lambda: do_undo(desk.actor, line.pk, reason="x")) == "cash_rests_on"
    do_undo(desk.actor, back.pk, reason="the bank was wrong", wrong=False)
    assert desk.open() == {}
    do_undo(desk.actor, line.pk, reason="wrong")
    assert desk.open() == {item.pk: 100_00}


def test_a_part_that_goes_back_leaves_the_rest_paid(desk) -> None:
    item, line, back = desk.item(100_00), desk.line(100_00), desk.line(-40_00)
    desk.says(line, pays(item, 100_00))
    desk.post()
    desk.says(back, pays(item, -40_00, kind=Kind.RETURN))
    desk.post()
    assert desk.open() == {item.pk: 40_00}
    do_undo(desk.actor, back.pk, reason="x")
    assert desk.open() == {}


def test_a_person_confirms_and_teaches(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_00, name="M. Holding", account="DE02")
    desk.says(line, pays(item, 100_00), state="waiting", evidence="payer_weak")
    desk.propose()
    decision = do_confirm(desk.actor, line.pk)
    assert (decision.how, decision.agreed) == ("confirmed", True)
    (alias,) = LearnedAlias.objects.all()
    assert (alias.name, alias.account_number, alias.customer_id) == ("M. Holding", "DE02", item.customer_id)
    book = load(desk.company_id, line.booked_on)
    assert [(one.name, one.account, one.customer) for one in book.aliases] == [("M. Holding", "DE02", item.customer_id)]
    assert [(one.name, one.account, one.item) for one in book.paid] == [("M. Holding", "DE02", item.pk)]
    assert record_by_class(desk.company_id, desk.actor.at) == {"payer_weak": (1, 0)}
    do_undo(desk.actor, line.pk, reason="no")
    assert load(desk.company_id, line.booked_on).aliases == []
    assert load(desk.company_id, line.booked_on).paid == []
    assert record_by_class(desk.company_id, desk.actor.at) == {"payer_weak": (1, 1)}


def test_another_customers_name_is_learned_only_of_third_parties(desk) -> None:
    desk.customer("Andere GmbH")
    item, line = desk.item(100_00), desk.line(100_00, name="Andere GmbH")
    do_assign(desk.actor, line.pk, [pays(item, 100_00)])
    assert LearnedAlias.objects.count() == 0
    do_undo(desk.actor, line.pk, reason="no")
    do_assign(desk.actor, line.pk, [pays(item, 100_00)], third_party=True)
    (alias,) = LearnedAlias.objects.all()
    assert alias.name == "Andere GmbH"
    do_forget(desk.actor, alias.pk, reason="they stopped")
    assert load(desk.company_id, line.booked_on).aliases == []
    assert refused(lambda: do_forget(desk.actor, alias.pk, reason="twice")) == "cash_no_alias"


def test_what_was_taken_back_waits_for_a_person(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_00)
    desk.says(line, pays(item, 100_00))
    desk.post()
    do_undo(desk.actor, line.pk, reason="wrong")
    assert do_post(desk.actor).posted == 0
    assert desk.propose().states == {"waiting": 1}
    assert desk.post().posted == 0
    assert desk.open() == {item.pk: 100_00}
    (money,) = unapplied_payments(desk.company_id, line.booked_on)
    assert money.suspected_customer_id == item.customer_id
    do_confirm(desk.actor, line.pk)
    assert (desk.open(), Payment.objects.count()) == ({}, 1)


def test_what_a_person_applied_in_the_ledger_is_not_touched(desk) -> None:
    from fairdue.ledger.actions import do_allocate

    item, line = desk.item(100_00), desk.line(100_00)
    desk.says(line, pays(item, 100_00), state="waiting")
    desk.propose()
    payment = LinePayment.objects.get().payment_id
    do_allocate(desk.actor, amount_minor=40_00, effective_on=line.booked_on, due_item_id=item.pk, payment_id=payment)
    assert desk.propose().lines == 0
    assert refused(lambda: do_confirm(desk.actor, line.pk)) == "cash_applied_by_hand"


def test_a_person_splits_writes_off_and_disputes(desk) -> None:
    one, two, line = desk.item(100_00), desk.item(50_00), desk.line(140_00)
    parts = [
        pays(one, 95_00, difference="write_off", difference_minor=5_00),
        pays(two, 45_00, difference="dispute", difference_minor=5_00, said="damaged"),
    ]
    assert refused(lambda: do_assign(desk.actor, line.pk, parts)) == "cash_needs_reason"
    do_assign(desk.actor, line.pk, parts, reason="agreed")
    assert desk.open() == {two.pk: 5_00}
    (hold,) = Hold.objects.all()
    assert (hold.reason, hold.due_item_id, hold.amount_minor, hold.note) == ("dispute", two.pk, 5_00, "damaged")
    do_undo(desk.actor, line.pk, reason="no")
    assert desk.open() == {one.pk: 100_00, two.pk: 50_00}
    assert Hold.objects.get().released_on is not None


def test_who_may_write_off(desk, now) -> None:
    item, line = desk.item(100_00), desk.line(95_00)
    parts = [pays(item, 95_00, difference="write_off", difference_minor=5_00)]
    clerk = Actor(desk.company_id, now, name="Clerk", roles=frozenset({"controller"}))
    with pytest.raises(NotAllowed):
        do_assign(clerk, line.pk, parts, reason="small")
    lead = Actor(desk.company_id, now, name="Lead", roles=frozenset({"finance_lead"}), release_limit_minor=4_99)
    assert refused(lambda: do_assign(lead, line.pk, parts, reason="small")) == "cash_over_limit"
    assert desk.open() == {item.pk: 100_00}
    reader = Actor(desk.company_id, now, name="Reader", roles=frozenset({"auditor"}))
    for action in (
        lambda: do_post(reader),
        lambda: do_undo(reader, line.pk, reason="x"),
        lambda: do_confirm(reader, line.pk),
    ):
        with pytest.raises(NotAllowed):
            action()


def test_what_cannot_be(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_00)
    tell = desk.actor
    assert refused(lambda: do_assign(tell, line.pk, [pays(item, 99_00)])) == "cash_parts_differ"
    assert refused(lambda: do_assign(tell, line.pk, [])) == "cash_parts_differ"
    assert refused(
        lambda: do_assign(tell, line.pk, [pays(item, 110_00), Part(None, item.customer_id, -10_00, "return")])
    ) == ("cash_parts_wrong")
    assert refused(lambda: do_assign(tell, line.pk, [Part(item.pk + 1, None, 100_00)])) == "cash_no_item"
    assert (
        refused(lambda: do_assign(tell, line.pk, [Part(None, 999_999, 100_00, Kind.ON_ACCOUNT)])) == "cash_no_customer"
    )
    assert refused(lambda: do_assign(tell, line.pk + 1, [pays(item, 100_00)])) == "cash_no_line"
    assert refused(lambda: do_confirm(tell, line.pk)) == "cash_no_proposal"
    assert refused(lambda: do_undo(tell, line.pk, reason="x")) == "cash_not_decided"
    do_assign(tell, line.pk, [pays(item, 100_00)])
    assert refused(lambda: do_assign(tell, line.pk, [pays(item, 100_00)])) == "cash_decided"
    assert refused(lambda: do_undo(tell, line.pk, reason=" ")) == "cash_needs_reason"
    assert Allocation.objects.count() == 1


def test_money_that_is_no_customers(desk) -> None:
    item, line, fee = desk.item(100_00), desk.line(100_00), desk.line(-7_00)
    desk.says(line, pays(item, 100_00), state="waiting")
    desk.says(fee, Part(None, None, -7_00, Kind.NOT_CUSTOMER))
    assert desk.post().posted == 1
    assert Payment.objects.count() == 1
    do_assign(desk.actor, line.pk, [Part(None, None, 100_00, Kind.NOT_CUSTOMER)])
    assert unapplied_payments(desk.company_id, line.booked_on) == []
    assert desk.open() == {item.pk: 100_00}
    do_undo(desk.actor, line.pk, reason="it was his")
    (money,) = unapplied_payments(desk.company_id, line.booked_on)
    assert money.suspected_customer_id == item.customer_id


def test_companies_do_not_meet(desk, other_desk) -> None:
    there = other_desk
    item, line = there.item(100_00), there.line(100_00)
    there.says(line, pays(item, 100_00))
    desk.answers = there.answers
    assert desk.post().posted == 0
    assert refused(lambda: do_assign(desk.actor, line.pk, [pays(item, 100_00)])) == "cash_no_line"
    mine = desk.line(100_00)
    assert refused(lambda: do_assign(desk.actor, mine.pk, [Part(item.pk, None, 100_00)])) == "cash_no_item"
    on_account = Part(None, item.customer_id, 100_00, Kind.ON_ACCOUNT)
    assert refused(lambda: do_assign(desk.actor, mine.pk, [on_account])) == "cash_no_customer"
    book = load(desk.company_id, line.booked_on)
    assert (list(book.customers), list(book.items), [one.id for one in lines_of(desk.company_id)]) == (
        [],
        [],
        [mine.pk],
    )
    assert there.post().posted == 1
    assert refused(lambda: do_undo(desk.actor, line.pk, reason="x")) == "cash_no_line"


@pytest.mark.parametrize(
    "table", ["cash_proposal", "cash_decision", "cash_undoing", "cash_line_payment", "cash_posting"]
)
def test_what_was_decided_is_never_changed(desk, table: str) -> None:
    item, line = desk.item(100_00), desk.line(100_00)
    desk.says(line, pays(item, 100_00))
    desk.post()
    do_undo(desk.actor, line.pk, reason="x")
    for statement in (f"UPDATE {table} SET company_id = company_id + 1", f"DELETE FROM {table}"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_so_many_queries_whatever_the_size(desk) -> None:
    def work(count: int) -> int:
        for _ in range(count):
            item, line = desk.item(10_00), desk.line(10_00)
            desk.says(line, pays(item, 10_00))
        with CaptureQueriesContext(connection) as captured:
            assert desk.post().posted == count
        return len(touching(captured))

    work(1)
    assert work(2) == work(30)


def test_every_portion_is_audited(desk) -> None:
    item, line = desk.item(100_00), desk.line(100_00)
    desk.says(line, pays(item, 100_00))
    desk.post()
    do_undo(desk.actor, line.pk, reason="a word about Muster")
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["book_document", "propose_cash", "post_cash", "undo_cash"]
    assert "Muster" not in str(AuditEntry.objects.get(action="undo_cash").detail)
    assert len(AuditEntry.objects.get(action="post_cash").detail["merkle_root"]) == 64
    assert queries.newest(desk.company_id, None, announced=False, number=9) == [line]
