"""Who said nothing to a balance confirmation is reminded once, in its language, with the lines as kept; one task waits."""

from __future__ import annotations

from datetime import date

import pytest

from fairdue.contact.models import MessageState, OutboxMessage, PortalLink, Task
from fairdue.dunning.actions import do_adopt_policy
from fairdue.dunning.actions.balance import do_send_confirmations
from fairdue.dunning.actions.balance_answers import Signed, do_close_confirmation, do_record_confirmation
from fairdue.dunning.actions.balance_plan import do_ask_by_plan
from fairdue.dunning.actions.balance_reminder import do_remind_by_plan
from fairdue.dunning.balance.models import BalanceConfirmation
from fairdue.dunning.balance.queries import standings
from fairdue.dunning.policy import PolicyError, load_yaml, shipped_yaml
from fairdue.ledger.models import AuditEntry, Contact, Customer

pytestmark = pytest.mark.django_db
FIRST, DAY_13, DAY_14 = date(2026, 4, 1), date(2026, 4, 14), date(2026, 4, 15)
SCAN = b"%PDF-1.7 signed and stamped"


def adopt(department, section: str) -> None:
    do_adopt_policy(
        department.actor(date(2026, 1, 1)), "flexible", shipped_yaml("flexible") + f"\nbalance: {section}\n"
    )


def asked(department, section: str = "{every: quarter}", **more) -> BalanceConfirmation:
    adopt(department, section)
    customer = department.customer(**more)
    department.invoice(customer, 100_000, date(2026, 4, 20), number="R1")
    assert do_ask_by_plan(department.actor(FIRST), FIRST) == {"sent": 1}
    department.deliver(FIRST)
    return BalanceConfirmation.objects.get()


def remind(department, on: date) -> dict[str, int]:
    return do_remind_by_plan(department.actor(on), on)


def reminders():
    return OutboxMessage.objects.filter(step_key__endswith="/reminder")


def state(row, on: date) -> str:
    (found,) = standings([row], on)
    return found.state.value


def test_who_is_silent_is_reminded_once_with_the_lines_as_kept(department):
    row = asked(department)
    department.pay(row.lines.get().due_item, 100_000, date(2026, 4, 10))
    assert remind(department, DAY_13) == {}
    assert remind(department, DAY_14) == {"sent": 1}
    message = reminders().get()
    assert (message.step_key, message.kind) == (f"{row.message_key}/reminder", "statement")
    assert message.subject == "Erinnerung: Saldenbestätigung zum 31. März 2026"
    text = " ".join(message.body_text.split())
    assert "1.000,00" in text
    assert "R1" in text
    assert row.number in text
    assert "Am 1. April 2026 haben wir Sie gebeten" in text
    assert "fordert zu keiner Zahlung auf" in text
    assert PortalLink.objects.filter(step_key=message.step_key).count() == 1
    assert AuditEntry.objects.filter(action="remind_balance").count() == 1
    department.deliver(DAY_14)
    for again in (DAY_14, date(2026, 4, 16), date(2026, 5, 20)):
        assert remind(department, again) == {}
    assert (OutboxMessage.objects.count(), BalanceConfirmation.objects.count()) == (2, 1)


def test_one_task_waits_from_the_reminder_on_and_silence_counts_from_there(department):
    row = asked(department)
    assert Task.objects.get(key=f"{row.message_key}/silent").due_on == DAY_14
    assert state(row, DAY_14) == "silent"
    remind(department, DAY_14)
    department.deliver(DAY_14)
    assert Task.objects.get(key__startswith="balance/").due_on == date(2026, 4, 29)
    assert [state(row, on) for on in (DAY_14, date(2026, 4, 28), date(2026, 4, 29))] == [
        "handed_over", "handed_over", "silent",
    ]  # fmt: skip


def test_the_policy_says_when_or_never(department):
    row = asked(department, "{every: quarter, remind_after: 30}")
    assert remind(department, DAY_14) == {}
    adopt(department, "{every: quarter, remind_after: 0}")
    assert remind(department, date(2026, 5, 5)) == {}
    adopt(department, "{every: quarter, remind_after: 7}")
    assert remind(department, date(2026, 5, 24)) == {}, "long after it nobody is reminded"
    assert remind(department, date(2026, 4, 8)) == {"sent": 1}
    assert row.message_key in reminders().get().step_key
    for wrong in (-1, 366, "soon"):
        with pytest.raises(PolicyError):
            load_yaml(shipped_yaml("flexible") + f"\nbalance: {{every: year, remind_after: {wrong}}}\n")


def test_who_answered_is_not_reminded_and_a_waiting_reminder_is_withdrawn(department):
    row = asked(department)
    remind(department, DAY_14)
    signed = Signed("Petra Payables", "Head of accounts", DAY_14, ())
    do_record_confirmation(department.actor(DAY_14), row.pk, signed, SCAN)
    assert reminders().get().state == MessageState.CANCELLED
    assert Task.objects.get(key=f"{row.message_key}/silent").outcome == "answered"
    assert state(row, date(2026, 6, 1)) == "confirmed"


def test_answered_closed_came_back_or_overtaken_is_not_reminded(department):
    row = asked(department)
    OutboxMessage.objects.update(state="bounced")
    assert remind(department, DAY_14) == {}
    OutboxMessage.objects.update(state="handed_over")
    later = date(2026, 4, 10)
    do_send_confirmations(department.actor(later), [row.customer_id], later, later)
    assert remind(department, DAY_14) == {}
    newer = BalanceConfirmation.objects.exclude(pk=row.pk).get()
    department.deliver(later)
    do_close_confirmation(department.actor(DAY_14), newer.pk, reason="Asked by phone")
    assert remind(department, date(2026, 4, 24)) == {}


def test_held_back_by_no_way_it_is_tried_again(department):
    row = asked(department)
    Customer.objects.filter(pk=row.customer_id).update(street="", city="", postal_code="")
    Contact.objects.update(email="", bounced_on=DAY_13)
    assert remind(department, DAY_14) == {"blocked": 1}
    Contact.objects.update(email="p@kunde.example", bounced_on=None)
    assert remind(department, date(2026, 4, 16)) == {"sent": 1}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Reminder: balance confirmation as of"),
        ("de", "Erinnerung: Saldenbestätigung zum"),
        ("fr", "Rappel : confirmation de solde au"),
        ("es", "Recordatorio: confirmación de saldo a"),
        ("zh-hans", "催复：对账函"),
        ("ar", "تذكير: مصادقة"),
    ],
)
def test_it_speaks_the_language_of_the_question(department, language, told):
    asked(department, language=language)
    Contact.objects.update(language=language)
    BalanceConfirmation.objects.get()
    remind(department, DAY_14)
    assert reminders().get().subject.startswith(told), reminders().get().subject
