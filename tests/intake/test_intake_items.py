"""A list of open items held against the ledger: what is booked, settled, taken back, and what waits for a person."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.intake import actions
from fairdue.intake.actions import FileFacts
from fairdue.intake.rows import ItemRow, PaymentRow
from fairdue.ledger import queries
from fairdue.ledger.actions import do_allocate, do_extend
from fairdue.ledger.models import Allocation, Customer, Document, DueDateChange, DueItem, Payment

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


def row(
    number: str, open_minor: int, *, amount: int | None = None, due: date = date(2026, 2, 1), line: int = 1, **more
) -> ItemRow:
    return ItemRow(
        line=line,
        key=f"17|{number}|",
        customer_number="0017",
        customer_key="17",
        customer_name="Muster AG",
        document_number=number,
        issued_on=date(2026, 1, 1),
        due_on=due,
        currency="EUR",
        open_minor=open_minor,
        amount_minor=amount,
        **more,
    )


@pytest.fixture
def full(actor):
    return actions.do_ensure_source(actor, "erp", full=True)


@pytest.fixture
def partial(actor):
    return actions.do_ensure_source(actor, "sales", full=False)


def give(actor, source, rows, *, kind: str = "open_items", day: date = DAY, confirmed: bool = False, **more):
    facts = FileFacts(name="items.csv", sha256="0" * 64, kind=kind, as_of=day, **more)
    return actions.do_import_items(actor, source, facts, rows, confirmed=confirmed)


def open_now(company) -> dict[str, int]:
    return {item.document_number: item.open_minor for item in queries.open_items(company.pk, DAY)}


def test_new_items_are_booked_and_the_same_file_changes_nothing(actor, company, full):
    rows = [row("R1", 100_00, amount=150_00), row("R2", 20_00), row("G1", -5_00)]
    first = give(actor, full, rows)
    assert first.counts == {"new": 3, "changed": 0, "unchanged": 0, "vanished": 0, "refused": 0}
    assert open_now(company) == {"R1": 100_00, "R2": 20_00, "G1": -5_00}
    assert Document.objects.get(number="R1").total_minor == 150_00
    assert Document.objects.get(number="G1").kind == "credit_note"
    again = give(actor, full, rows)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 3, "vanished": 0, "refused": 0}
    assert (DueItem.objects.count(), Allocation.objects.count(), Customer.objects.count()) == (3, 1, 1)


def test_two_true_twins_both_count_in_any_order(actor, company, full):
    twins = [row("R1", 10_00, line=2), row("R1", 10_00, line=3)]
    give(actor, full, twins)
    assert sum(queries.open_amounts(company.pk, DAY).values()) == 20_00
    assert give(actor, full, list(reversed(twins))).counts["unchanged"] == 2
    one_left = give(actor, full, twins[:1])
    assert one_left.counts["vanished"] == 1
    assert sum(queries.open_amounts(company.pk, DAY).values()) == 10_00


def test_a_vanished_item_is_settled_and_comes_back_when_listed_again(actor, company, full):
    give(actor, full, [row("R1", 100_00), row("R2", 20_00)])
    give(actor, full, [row("R2", 20_00)])
    assert open_now(company) == {"R2": 20_00}
    give(actor, full, [row("R1", 60_00), row("R2", 20_00)])
    assert open_now(company) == {"R1": 60_00, "R2": 20_00}
    assert [a.amount_minor for a in Allocation.objects.order_by("id")] == [100_00, -100_00, 40_00]


def test_a_smaller_residual_settles_in_a_full_list_only(actor, company, full, partial):
    give(actor, full, [row("R1", 100_00)])
    give(actor, full, [row("R1", 70_00)])
    assert open_now(company) == {"R1": 70_00}
    give(actor, partial, [row("P1", 50_00)])
    noted = give(actor, partial, [row("P1", 30_00)])
    assert noted.reasons == [{"code": "intake_partial_lower", "values": {"count": 1}}]
    give(actor, partial, [])
    assert open_now(company) == {"R1": 70_00, "P1": 50_00}


def test_a_higher_amount_is_a_supplement_not_an_edit(actor, company, full):
    give(actor, full, [row("R1", 100_00)])
    give(actor, full, [row("R1", 130_00)])
    assert sum(queries.open_amounts(company.pk, DAY).values()) == 130_00
    assert sorted(DueItem.objects.values_list("amount_minor", flat=True)) == [30_00, 100_00]
    assert give(actor, full, [row("R1", 130_00)]).counts["unchanged"] == 1
    give(actor, full, [row("R1", 90_00)])
    assert sum(queries.open_amounts(company.pk, DAY).values()) == 90_00
    give(actor, full, [])
    assert queries.open_amounts(company.pk, DAY) == {}


def test_money_the_ledger_applied_is_never_taken_back_by_a_file(actor, company, full):
    give(actor, full, [row("R1", 100_00)])
    item = DueItem.objects.get()
    payment = Payment.objects.create(
        company=company,
        customer=item.customer,
        currency="EUR",
        amount_minor=100_00,
        effective_on=DAY,
        recorded_at=actor.at,
    )
    do_allocate(actor, due_item_id=item.pk, payment_id=payment.pk, amount_minor=100_00, effective_on=DAY)
    done = give(actor, full, [row("R1", 100_00)])
    assert done.reasons == [{"code": "intake_ledger_knows_payment", "values": {"count": 1}}]
    assert open_now(company) == {}


def test_many_vanished_items_make_the_file_wait(actor, company, full):
    give(actor, full, [row(f"R{n}", 10_00) for n in range(20)])
    waiting = give(actor, full, [row(f"R{n}", 10_00) for n in range(10)])
    assert waiting.state == "waiting"
    assert waiting.reasons == [{"code": "intake_many_vanished", "values": {"open": 20, "vanished": 10}}]
    assert len(open_now(company)) == 20
    assert give(actor, full, [row(f"R{n}", 10_00) for n in range(10)], confirmed=True).state == "written"
    assert len(open_now(company)) == 10


def test_a_control_total_that_differs_makes_the_file_wait(actor, company, full):
    waiting = give(actor, full, [row("R1", 10_00)], control_totals={"EUR": 11_00})
    assert (waiting.state, open_now(company)) == ("waiting", {})
    assert give(actor, full, [row("R1", 10_00)], control_totals={"EUR": 10_00}).state == "written"


def test_contradictions_are_refused_and_good_rows_go_in(actor, company, full):
    give(actor, full, [row("R1", 10_00)])
    changed = row("R1", 10_00)._replace(currency="USD")
    done = give(actor, full, [changed, row("R2", 5_00), row("R3", 9_00, amount=5_00)])
    assert done.counts == {"new": 1, "changed": 0, "unchanged": 0, "vanished": 0, "refused": 2}
    assert open_now(company) == {"R1": 10_00, "R2": 5_00}


def test_instalments_of_one_number_are_one_document(actor, full):
    give(actor, full, [row("R1", 10_00), row("R1", 10_00, due=date(2026, 3, 1))._replace(key="17|R1|2")])
    document = Document.objects.get()
    assert (document.total_minor, [i.seq for i in document.due_items.order_by("seq")]) == (20_00, [1, 2])


def test_a_changed_due_date_is_recorded_beside_the_first(actor, company, full):
    give(actor, full, [row("R1", 10_00)])
    give(actor, full, [row("R1", 10_00, due=date(2026, 4, 1))])
    assert queries.open_items(company.pk, DAY)[0].due_on == date(2026, 4, 1)
    assert DueItem.objects.get().due_on == date(2026, 2, 1)
    assert give(actor, full, [row("R1", 10_00, due=date(2026, 4, 1))]).counts["unchanged"] == 1


def test_closed_history_settles_on_its_own_day(actor, company, partial):
    give(actor, partial, [row("R1", 0, amount=40_00, settled_on=date(2026, 2, 10))], kind="closed_items")
    assert queries.open_amounts(company.pk, date(2026, 2, 9)) != {}
    assert queries.open_amounts(company.pk, date(2026, 2, 10)) == {}


def test_payments_apply_to_the_invoice_they_name_and_count_twins(actor, company, full):
    give(actor, full, [row("R1", 100_00), row("R2", 50_00)])
    facts = FileFacts(name="pay.csv", sha256="1" * 64, kind="payments", as_of=DAY)
    pay = PaymentRow(2, "k", "0017", "17", DAY, "EUR", 60_00, "R1")
    twins = [pay, pay._replace(line=3), PaymentRow(4, "x", "", "", DAY, "EUR", 5_00)]
    done = actions.do_import_payments(actor, full, facts, twins)
    assert done.counts["new"] == 3
    assert open_now(company) == {"R2": 50_00}
    assert sorted(p.rest_minor for p in queries.unapplied_payments(company.pk, DAY)) == [5_00, 20_00]
    again = actions.do_import_payments(actor, full, facts, twins)
    assert (again.counts["unchanged"], Payment.objects.count()) == (3, 3)


def member_rest(company, day: date = DAY) -> int:
    return sum(queries.open_amounts(company.pk, day).values())


def pay(actor, item: DueItem, amount: int, on: date) -> None:
    payment = Payment.objects.create(
        company_id=actor.company_id,
        customer=item.customer,
        currency="EUR",
        amount_minor=amount,
        effective_on=on,
        recorded_at=actor.at,
    )
    do_allocate(actor, due_item_id=item.pk, payment_id=payment.pk, amount_minor=amount, effective_on=on)


def test_an_older_full_list_waits_and_changes_nothing(actor, company, full):
    give(actor, full, [row("R1", 100_00), row("R2", 20_00)], day=date(2026, 2, 20))
    give(actor, full, [row("R2", 20_00)], day=date(2026, 3, 1))
    older = give(actor, full, [row("R1", 100_00), row("R2", 20_00)], day=date(2026, 2, 20))
    assert older.state == "waiting"
    assert older.reasons == [{"code": "intake_older_file", "values": {"day": "2026-02-20", "last": "2026-03-01"}}]
    assert open_now(company) == {"R2": 20_00}
    sure = give(actor, full, [row("R1", 100_00), row("R2", 20_00)], day=date(2026, 2, 20), confirmed=True)
    assert (sure.pk, sure.state) == (older.pk, "written")
    assert open_now(company) == {"R1": 100_00, "R2": 20_00}


def test_a_list_of_a_day_to_come_waits(actor, company, full):
    waiting = give(actor, full, [row("R1", 100_00)], day=date(2026, 3, 4))
    assert (waiting.state, open_now(company)) == ("waiting", {})
    assert give(actor, full, [row("R1", 100_00)], day=date(2026, 3, 3)).state == "written"


def test_money_applied_after_the_day_of_the_list_is_not_held_against_it(actor, company, full):
    give(actor, full, [row("R1", 100_00)], day=date(2026, 2, 1))
    pay(actor, DueItem.objects.get(), 30_00, date(2026, 2, 20))
    done = give(actor, full, [row("R1", 60_00)], day=date(2026, 2, 10))
    assert done.counts["changed"] == 1
    assert (member_rest(company, date(2026, 2, 10)), member_rest(company)) == (60_00, 30_00)
    assert give(actor, full, [row("R1", 30_00)], day=date(2026, 2, 25)).counts["unchanged"] == 1
    pay(actor, DueItem.objects.get(), 30_00, date(2026, 2, 28))
    assert give(actor, full, [], day=date(2026, 2, 26)).counts["vanished"] == 0
    assert member_rest(company) == 0


def test_reversals_and_settlements_take_effect_on_the_day_of_the_list(actor, company, full):
    give(actor, full, [row("R1", 100_00)], day=date(2026, 2, 1))
    give(actor, full, [], day=date(2026, 2, 10))
    give(actor, full, [row("R1", 40_00)], day=date(2026, 2, 20))
    on = [date(2026, 2, day) for day in (9, 10, 19, 20)]
    assert [member_rest(company, day) for day in on] == [100_00, 0, 0, 40_00]


def test_credit_notes_settle_and_come_back_as_invoices_do(actor, company, full):
    give(actor, full, [row("G1", -80_00, amount=-100_00)])
    assert open_now(company) == {"G1": -80_00}
    give(actor, full, [])
    assert open_now(company) == {}
    give(actor, full, [row("G1", -50_00)])
    assert open_now(company) == {"G1": -50_00}
    give(actor, full, [row("G1", -130_00)])
    assert member_rest(company) == -130_00
    assert give(actor, full, [row("G1", -130_00)]).counts["unchanged"] == 1


def test_instalments_without_part_numbers_are_told_apart_by_their_content(actor, company, full):
    first, second = row("R1", 10_00), row("R1", 20_00, due=date(2026, 3, 1), line=2)
    give(actor, full, [first, second])
    done = give(actor, full, [second._replace(line=1)])
    assert (done.counts["vanished"], done.counts["changed"], done.counts["unchanged"]) == (1, 0, 1)
    left = queries.open_items(company.pk, DAY)
    assert [(item.due_on, item.open_minor) for item in left] == [(date(2026, 3, 1), 20_00)]
    give(actor, full, [first, second, row("R1", -5_00, line=3)])
    assert sorted(i.open_minor for i in queries.open_items(company.pk, DAY)) == [-5_00, 10_00, 20_00]
    assert DueDateChange.objects.count() == 0


def test_a_due_date_that_people_agreed_stands_until_the_source_changes_its_own(actor, company, full):
    give(actor, full, [row("R1", 10_00)])
    do_extend(actor, DueItem.objects.get().pk, due_on=date(2026, 5, 1), reason="agreed by telephone")
    assert give(actor, full, [row("R1", 10_00)]).counts["unchanged"] == 1
    assert queries.open_items(company.pk, DAY)[0].due_on == date(2026, 5, 1)
    assert give(actor, full, [row("R1", 10_00, due=date(2026, 6, 1))]).counts["changed"] == 1
    assert queries.open_items(company.pk, DAY)[0].due_on == date(2026, 6, 1)


def test_a_supplement_is_never_more_than_what_is_missing(actor, company, full):
    give(actor, full, [row("R1", 100_00)])
    pay(actor, DueItem.objects.get(), 40_00, date(2026, 2, 20))
    give(actor, full, [row("R1", 80_00, amount=150_00)])
    assert member_rest(company) == 80_00


def test_an_earlier_history_moves_a_settlement_to_its_own_day_once(actor, company, full):
    give(actor, full, [row("R1", 100_00)], day=date(2026, 2, 1))
    give(actor, full, [], day=date(2026, 2, 20))
    paid = [row("R1", 0, amount=100_00, settled_on=date(2026, 2, 12))]
    assert give(actor, full, paid, kind="closed_items").counts["changed"] == 1
    assert [member_rest(company, date(2026, 2, day)) for day in (11, 12, 20)] == [100_00, 0, 0]
    assert give(actor, full, paid, kind="closed_items").counts["unchanged"] == 1


def test_an_earlier_partial_list_does_not_reopen_what_was_settled_later(actor, company, full):
    give(actor, full, [row("R1", 100_00)], day=date(2026, 2, 1))
    give(actor, full, [], day=date(2026, 2, 20))
    done = give(actor, full, [row("R1", 100_00)], kind="closed_items", day=date(2026, 2, 10))
    assert (done.reasons[0]["code"], member_rest(company)) == ("intake_settled_later", 0)


def test_an_item_of_a_later_day_is_not_missed_by_a_list(actor, company, full):
    late = row("R9", 10_00)._replace(issued_on=date(2026, 3, 1))
    give(actor, full, [late], kind="closed_items")
    assert give(actor, full, [row("R1", 5_00)], day=date(2026, 2, 1)).counts["vanished"] == 0
    assert open_now(company) == {"R1": 5_00, "R9": 10_00}


def test_a_payment_takes_the_place_of_the_settlement_that_was_this_money(actor, company, full):
    give(actor, full, [row("R1", 60_00, amount=100_00), row("R2", 50_00)], day=date(2026, 2, 20))
    give(actor, full, [row("R1", 60_00, amount=100_00)], day=date(2026, 2, 25))
    facts = FileFacts(name="pay.csv", sha256="1" * 64, kind="payments", as_of=DAY)
    paid = [
        PaymentRow(2, "p1", "0017", "17", date(2026, 2, 10), "EUR", 30_00, "R1"),
        PaymentRow(3, "p2", "0017", "17", date(2026, 2, 22), "EUR", 50_00, "R2"),
        PaymentRow(4, "p3", "0017", "17", date(2026, 2, 15), "EUR", 70_00, "R0"),
    ]
    done = actions.do_import_payments(actor, full, facts, paid)
    assert open_now(company) == {"R1": 60_00}
    assert queries.unapplied_payments(company.pk, DAY) == []
    assert done.reasons[1:] == [
        {"code": "intake_payments_listed", "values": {"currency": "EUR", "amount_minor": 80_00}},
        {"code": "intake_payments_of_the_past", "values": {"count": 1}},
    ]
    assert give(actor, full, [row("R1", 60_00, amount=100_00)], day=date(2026, 2, 26)).counts["unchanged"] == 1
    kinds = sorted((a.kind, a.amount_minor) for a in Allocation.objects.filter(due_item__document__number="R1"))
    assert kinds == [
        ("payment", 30_00),
        ("source_settlement", -40_00),
        ("source_settlement", 10_00),
        ("source_settlement", 40_00),
    ]


def test_an_amount_and_a_rest_of_different_signs_are_refused(actor, company, full):
    done = give(actor, full, [row("R1", -20_00, amount=100_00)])
    assert (done.counts["refused"], done.counts["new"], open_now(company)) == (1, 0, {})
