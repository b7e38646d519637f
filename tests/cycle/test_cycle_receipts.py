"""Invoices that the customer rejected or is silent about stand on the worklist with what is open of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cycle_department import DAY, acting

from fairdue.wording import words

pytestmark = pytest.mark.django_db
ASKED = DAY


def receipt_lines(company, on: date) -> list[tuple[str, int, str]]:
    """Run the line for a day; give action, amount and reason of the lines about receipts."""
    from fairdue.cycle.line import go

    rows = go(acting(company, on), on).worklist.filter(action__startswith="receipt_").order_by("rank")
    return [(row.action, row.amount_minor, words.sentences(row.reasons)) for row in rows]


@pytest.fixture
def asked(ready):
    """R-4 of 4,000.00, not due for twenty days: the question whether it arrived was handed over on the day."""
    from fairdue.contact.actions.tasks import begin_silence
    from fairdue.contact.models import OutboxMessage
    from fairdue.cycle.line import go
    from fairdue.cycle.release import release
    from fairdue.dunning.models import Proposal

    go(acting(ready), ASKED)
    (proposal,) = Proposal.objects.filter(stage_code="receipt_confirmation")
    (outcome,) = release(acting(ready, hour=10), [proposal.pk], ASKED)
    assert outcome.state == "released"
    OutboxMessage.objects.update(state="handed_over", claimed_by="test", handed_over_at=acting(ready, hour=11).at)
    begin_silence(acting(ready, hour=11), OutboxMessage.objects.get())
    return ready


def answer(company, on: date, kind: str) -> None:
    from fairdue.contact.actions import Answer, do_make_link, do_record_answer
    from fairdue.ledger.models import Customer

    actor = acting(company, on)
    link = do_make_link(actor, customer_id=Customer.objects.get(number="C4").pk).link
    do_record_answer(link.pk, company.pk, Answer(kind), actor.at)


def finish(company, on: date) -> None:
    from fairdue.contact.actions import do_finish_task
    from fairdue.contact.models import Task

    for task in Task.objects.filter(kind="answer", done_at__isnull=True):
        do_finish_task(acting(company, on), task.pk, outcome="called: it is there")


def test_silence_makes_one_line_with_the_open_amount_in_place_of_its_task(asked):
    from fairdue.cycle.models import WorklistRow

    assert receipt_lines(asked, ASKED + timedelta(days=4)) == []
    late = ASKED + timedelta(days=7)
    said = "Asked on Mar 2, 2026 whether it arrived, no answer since: R-4."
    assert receipt_lines(asked, late) == [("receipt_silent", 4000_00, said)]
    last = WorklistRow.objects.filter(run__as_of=late)
    assert not last.filter(action="answer").exists()
    assert last.get(action="receipt_silent").task_id is not None


def test_a_rejection_stands_there_until_a_person_has_finished_its_task(asked):
    answer(asked, ASKED + timedelta(days=1), "wrong")
    said = "On Mar 3, 2026 the customer said that something is wrong with: R-4."
    assert receipt_lines(asked, ASKED + timedelta(days=2)) == [("receipt_rejected", 4000_00, said)]
    finish(asked, ASKED + timedelta(days=2))
    assert receipt_lines(asked, ASKED + timedelta(days=3)) == []


def test_an_answer_or_a_payment_ends_the_silence(asked):
    answer(asked, ASKED + timedelta(days=8), "received")
    assert receipt_lines(asked, ASKED + timedelta(days=9)) == []


def test_what_is_settled_makes_no_line(asked):
    from fairdue.ledger.actions import do_allocate, do_book_payment
    from fairdue.ledger.models import DueItem

    item = DueItem.objects.get(document__number="R-4")
    on = ASKED + timedelta(days=6)
    payment = do_book_payment(
        acting(asked, on), amount_minor=4000_00, currency="EUR", effective_on=on, customer_id=item.customer_id
    )
    do_allocate(acting(asked, on), payment_id=payment.pk, due_item_id=item.pk, amount_minor=4000_00, effective_on=on)
    assert receipt_lines(asked, ASKED + timedelta(days=7)) == []


def test_a_finished_silence_comes_no_more(asked):
    finish(asked, ASKED + timedelta(days=6))
    assert receipt_lines(asked, ASKED + timedelta(days=8)) == []


def test_a_question_that_has_not_left_asks_for_no_answer_though_an_older_release_opened_its_task(asked):
    from fairdue.contact.models import OutboxMessage, Task
    from fairdue.cycle.line import go

    OutboxMessage.objects.update(state="queued", handed_over_at=None)
    late = ASKED + timedelta(days=7)
    assert receipt_lines(asked, late) == []
    assert Task.objects.filter(kind="answer", done_at__isnull=True, due_on__lte=late).count() == 1
    assert not go(acting(asked, late, hour=12), late).worklist.filter(action="answer").exists()
