"""Ledger = source + what the books have not taken yet: every difference says what the books said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from books_sample import DAY

from fairdue.books.actions import do_acknowledge, do_cut
from fairdue.books.rules import Given
from fairdue.cycle.tie import tie_out
from fairdue.intake import bring
from fairdue.ledger.actions import Maturity, do_allocate, do_book_document, do_book_payment, do_reverse
from fairdue.ledger.models import Customer, DueItem, Source

pytestmark = pytest.mark.django_db
LIST = """customer no;customer name;invoice no;invoice date;due date;currency;amount;open amount
0017;Muster AG;R1;01.02.2026;03.03.2026;EUR;1000,00;1000,00
0018;Beispiel KG;R3;20.02.2026;22.03.2026;EUR;300,00;300,00
0018;Beispiel KG;G1;20.02.2026;22.03.2026;EUR;-40,00;-40,00
"""


@pytest.fixture
def erp(actor, company) -> Source:
    """What the ERP lists is in the ledger."""
    reading = bring.read_for(None, LIST.encode(), "list.csv", as_of=DAY)
    bring.do_bring(actor, "erp", reading, as_of=DAY, full=True)
    return Source.objects.get(code="erp")


def parts(found, number: str) -> tuple[int, int, int, int, int]:
    """Give of a customer: difference, waiting, refused, booked and still listed, unexplained."""
    line = next(one for one in found.lines if one.customer_number == number)
    assert (
        line.only_ledger_minor + line.only_file_minor + line.ledger_payment_minor + line.unexplained_minor
        == line.difference_minor
    )
    return line.difference_minor, line.waiting_minor, line.refused_minor, line.booked_minor, line.unexplained_minor


def listed(erp: Source, old: str, new: str):
    """Give the tie-out against a later list in which one row changed."""
    reading = bring.read_for(erp, LIST.replace(old, new).encode(), "later.csv", as_of=DAY)
    return tie_out(erp, reading, DAY)


def item(number: str) -> DueItem:
    return DueItem.objects.get(document__number=number)


def pay(actor, number: str, amount_minor: int):
    found = item(number)
    paid = do_book_payment(
        actor, amount_minor=amount_minor, currency="EUR", effective_on=DAY, customer_id=found.customer_id
    )
    return do_allocate(actor, due_item_id=found.pk, payment_id=paid.pk, amount_minor=amount_minor, effective_on=DAY)


def test_the_worked_example_of_the_page(actor, erp):
    assert tie_out(erp).agrees
    do_allocate(actor, kind="write_off", due_item_id=item("R1").pk, amount_minor=1_00, effective_on=DAY, reason="rest")
    do_cut(actor)
    do_acknowledge(actor, 1, [Given(None, True)], key="a")
    pay(actor, "R1", 600_00)
    do_cut(actor)
    found = tie_out(erp)
    assert parts(found, "0017") == (-601_00, -600_00, 0, -1_00, 0)
    assert (found.agrees, found.ties) == (False, False)
    later = listed(erp, "EUR;1000,00;1000,00", "EUR;1000,00;999,00")
    assert parts(later, "0017") == (-600_00, -600_00, 0, 0, 0)
    assert (later.agrees, later.ties) == (False, True)


def test_a_refused_line_is_told_apart_and_what_no_batch_tells_waits(actor, erp):
    pay(actor, "R1", 600_00)
    do_cut(actor)
    do_acknowledge(actor, 1, [Given(1, True), Given(2, False, reason="period closed")], key="a")
    assert parts(tie_out(erp), "0017") == (-600_00, 0, -600_00, 0, 0)
    pay(actor, "R1", 50_00)
    found = tie_out(erp)
    assert parts(found, "0017") == (-650_00, -50_00, -600_00, 0, 0)
    assert found.ties


def test_an_answer_of_a_later_day_does_not_speak_for_todays_list(actor, erp):
    pay(actor, "R1", 600_00)
    do_cut(actor)
    do_acknowledge(replace(actor, at=actor.at + timedelta(days=1)), 1, [Given(None, True)], key="a")
    assert parts(tie_out(erp), "0017") == (-600_00, -600_00, 0, 0, 0)


def test_a_reversal_that_the_books_do_not_know_explains_what_is_higher_here(actor, erp):
    made = pay(actor, "R1", 600_00)
    do_cut(actor)
    do_acknowledge(actor, 1, [Given(None, True)], key="a")
    do_reverse(actor, made.pk, effective_on=DAY, reason="wrong customer")
    later = listed(erp, "EUR;1000,00;1000,00", "EUR;1000,00;400,00")
    assert parts(later, "0017") == (600_00, 600_00, 0, 0, 0)
    assert later.ties


def test_a_document_of_our_own_and_a_credit_note_in_use(actor, erp):
    do_book_document(
        actor, customer_id=Customer.objects.get(number="0018").pk, kind="invoice", number="M1", issued_on=DAY, currency="EUR",
        maturities=[Maturity(DAY, 7_00)],
    )  # fmt: skip
    do_allocate(
        actor,
        kind="credit",
        due_item_id=item("R3").pk,
        credit_item_id=item("G1").pk,
        amount_minor=40_00,
        effective_on=DAY,
    )
    found = tie_out(erp)
    assert parts(found, "0018") == (7_00, 7_00, 0, 0, 0)
    assert found.ties
    do_cut(actor)
    do_acknowledge(actor, 1, [Given(None, True)], key="a")
    found = tie_out(erp)
    assert parts(found, "0018") == (7_00, 0, 0, 7_00, 0)
    assert not found.ties


def test_what_nobody_did_stays_unexplained(actor, erp):
    found = listed(erp, "EUR;300,00;300,00", "EUR;300,00;250,00")
    assert parts(found, "0018") == (50_00, 0, 0, 0, 50_00)
    assert not found.ties
