"""Who waits for an answer waits from the hand-over on: not from the release, not for what never left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fairdue.contact.actions import (
    Silence,
    do_cancel,
    do_queue,
    do_record_bounce,
    do_record_reply,
    do_resolve_uncertain,
    do_store,
)
from fairdue.contact.dispatch import dispatch
from fairdue.contact.facts import GatePolicy
from fairdue.contact.models import OutboxMessage, Task
from fairdue.contact.transports import PrintFolder

pytestmark = pytest.mark.django_db
WAIT = Silence("answer", "step-1/answer", 5)


@pytest.fixture
def send(company, now, smtp, data_dir):
    """Dispatch at a moment."""
    return lambda at=None: dispatch(company.pk, at or now, [smtp, PrintFolder(data_dir / "letters")])


@pytest.fixture
def waiting(actor, outgoing):
    """A message in the queue whose answer somebody will wait for."""
    return do_queue(actor, outgoing(on_silence=(WAIT,)))


def tasks() -> list[tuple[str, date, str]]:
    return list(Task.objects.filter(kind="answer").values_list("key", "due_on", "outcome"))


def test_the_days_count_from_the_hand_over_and_not_from_the_release(waiting, send, now):
    assert tasks() == []
    late = now + timedelta(days=7)
    assert send(late).handed_over == 1
    assert tasks() == [("step-1/answer", late.date() + timedelta(days=5), "")]
    assert Task.objects.get().subject == f"message:{waiting.pk}"
    send(late + timedelta(days=1))
    assert len(tasks()) == 1


def test_the_day_of_the_hand_over_is_the_companys(actor, outgoing, send, company):
    company.time_zone = "Asia/Shanghai"
    company.save()
    always = GatePolicy(business_days_only=False, quiet_from_minute=0, quiet_to_minute=0)
    do_queue(actor, outgoing(kind="confirmation", policy=always, on_silence=(WAIT,)))
    assert send(datetime(2026, 3, 9, 17, 0, tzinfo=UTC)).handed_over == 1
    assert tasks() == [("step-1/answer", date(2026, 3, 15), "")]


def test_for_what_never_leaves_nobody_waits(waiting, send, actor):
    do_cancel(actor, waiting.pk, reason="wrong invoice")
    send()
    assert tasks() == []


def test_what_came_back_is_not_waited_for_any_more(waiting, send, actor):
    send()
    do_record_bounce(actor, message_pk=waiting.pk, detail="5.1.1 unknown")
    assert [(key, outcome) for key, _, outcome in tasks()] == [("step-1/answer", "came back")]


@pytest.mark.parametrize("left", [True, False])
def test_a_persons_word_that_it_left_begins_the_wait_on_the_day_it_left(waiting, send, actor, mail_server, now, left):
    mail_server.box.close_after_data = True
    assert send().uncertain == 1
    assert tasks() == []
    do_resolve_uncertain(actor, waiting.pk, left=left, note="asked")
    assert tasks() == ([("step-1/answer", now.date() + timedelta(days=5), "")] if left else [])


def test_who_answered_a_message_that_may_have_left_is_not_waited_for(waiting, send, actor, customer, mail_server):
    mail_server.box.close_after_data = True
    send()
    do_record_reply(actor, customer_id=customer.pk, reply_id="<1@x>", subject="Re", text="It is here")
    do_resolve_uncertain(actor, waiting.pk, left=True, note="they answered")
    assert tasks() == []


def test_a_letter_whose_hand_over_is_found_after_a_kill_is_waited_for_once(actor, outgoing, send, now):
    letter = do_store(actor, b"%PDF-1.7 a letter", file_name="letter.pdf")
    wanted = outgoing(channel="letter", contact_id=None, attachments=(letter,), on_silence=(WAIT,))
    message = do_queue(actor, wanted)
    send()
    Task.objects.filter(kind="answer").delete()
    OutboxMessage.objects.filter(pk=message.pk).update(
        state="claimed", claimed_by="elsewhere:1:ab", claimed_at=now, lease_until=now - timedelta(minutes=1)
    )
    assert send().recovered == {"found": 1}
    assert tasks() == [("step-1/answer", now.date() + timedelta(days=5), "")]


def test_a_newer_message_on_the_same_wait_makes_it_longer_and_no_second_task(actor, outgoing, waiting, send, now):
    send()
    second = do_queue(actor, outgoing("step-2", kind="statement", on_silence=(WAIT,)))
    late = now + timedelta(days=7)
    assert send(late).handed_over == 1
    assert tasks() == [("step-1/answer", late.date() + timedelta(days=5), "")]
    assert Task.objects.get().subject == f"message:{second.pk}"
