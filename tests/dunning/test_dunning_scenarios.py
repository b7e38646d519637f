"""Stories that a credit manager can read: the whole line, day by day, with released letters that are handed over."""

from __future__ import annotations

from datetime import date, timedelta

from fairdue.contact.actions import do_confirm_third_party
from fairdue.contact.models import OutboxMessage, Task
from fairdue.dunning.models import Notice, Proposal
from fairdue.ledger.actions import do_hold, do_release_hold

D = date
DUE = D(2026, 3, 2)  # a Monday


def finish_tasks(department, on, kind=None):
    from fairdue.contact.actions import do_finish_task

    for task in Task.objects.filter(done_at__isnull=True, **({"kind": kind} if kind else {})):
        do_finish_task(department.actor(on), task.pk, outcome="done")


TIMELINE = [
    ("2026-02-03", "receipt_confirmation"),
    ("2026-02-23", "reminder"),
    ("2026-03-03", "overdue_notice"),
    ("2026-03-05", "payment_offer"),
    ("2026-03-09", "formal_notice"),
    ("2026-03-09", "call"),
    ("2026-03-16", "weekly_call"),
    ("2026-03-23", "weekly_call"),
    ("2026-03-30", "weekly_call"),
    ("2026-04-01", "choose_route"),
    ("2026-04-06", "weekly_call"),
    ("2026-05-01", "hand_over"),
    ("2026-05-31", "decide_legal"),
]
"""One invoice of 31 January, due on 2 March 2026, never paid. In April and May the weekly call goes on (not listed)."""


def test_the_whole_flexible_timeline_of_one_invoice_that_is_never_paid(department):
    """Runs on each day of a step and on the day before, when nothing may happen; the rules alone run every day below."""
    department.invoice(department.customer(), 100_000, DUE, issued_on=D(2026, 1, 31))
    do_confirm_third_party(
        department.actor(DUE), country="DE", basis="registration", third_party="Inkasso Nord GmbH", reason="register",
        valid_from=DUE, valid_until=D(2026, 12, 31),
    )  # fmt: skip
    steps = {D.fromisoformat(day) for day, _ in TIMELINE}
    for on in sorted(steps | {day - timedelta(days=1) for day in steps}):
        department.day(on)
        finish_tasks(department, on)
    calls = [("2026-04-30", "weekly_call"), ("2026-05-30", "weekly_call")]
    assert department.said() == sorted(TIMELINE + calls, key=lambda entry: entry[0])
    assert [notice.level for notice in Notice.objects.order_by("id")] == [0, 0, 1, 2, 4]
    assert OutboxMessage.objects.count() == 5


def test_a_customer_who_pays_part_is_asked_for_the_rest_only(department):
    item = department.invoice(department.customer(), 100_000, DUE)
    department.day(D(2026, 3, 3))
    department.pay(item, 40_000, D(2026, 3, 4))
    department.day(D(2026, 3, 5))
    assert list(Notice.objects.order_by("id").values_list("stage_code", "payable_minor")) == [
        ("overdue_notice", 100_000),
        ("payment_offer", 60_000),
    ]
    department.pay(item, 60_000, D(2026, 3, 6))
    for day in (7, 9, 16):
        department.day(D(2026, 3, day))
    assert [stage for _, stage in department.said()] == ["overdue_notice", "payment_offer"]


def test_when_nothing_is_overdue_any_more_the_level_starts_again(department):
    customer = department.customer()
    first = department.invoice(customer, 100_000, DUE)
    for day in (3, 5, 9):
        department.day(D(2026, 3, day))
    department.pay(first, 100_000, D(2026, 3, 10))
    department.invoice(customer, 50_000, D(2026, 3, 16), issued_on=D(2026, 1, 1))
    department.log.clear()
    for day in (11, 12, 16, 17, 18):
        department.day(D(2026, 3, day))
    assert department.said() == [("2026-03-11", "reminder"), ("2026-03-17", "overdue_notice")]
    last = Notice.objects.order_by("-id").first()
    assert (last.level, last.episode_on) == (1, D(2026, 3, 17))


def test_days_without_a_run_are_caught_up_once(department):
    department.invoice(department.customer(), 100_000, DUE)
    department.day(D(2026, 3, 6))
    department.day(D(2026, 3, 6))
    department.day(D(2026, 3, 7))
    department.day(D(2026, 3, 8))
    assert department.said() == [("2026-03-06", "overdue_notice"), ("2026-03-08", "payment_offer")]


def test_a_customer_far_overdue_enters_at_the_formal_notice_once_and_gets_its_deadline(department):
    department.invoice(department.customer(), 100_000, D(2025, 11, 3))
    for day in (3, 4, 6, 13):
        department.day(D(2026, 3, day))
    assert [entry for entry in department.said() if entry[1] != "weekly_call"] == [("2026-03-03", "formal_notice")]
    notice = Notice.objects.get()
    assert (notice.level, notice.deadline_on) == (4, D(2026, 3, 13))
    finish_tasks(department, D(2026, 3, 14))
    department.day(D(2026, 3, 14))
    assert department.said()[-1] == ("2026-03-14", "choose_route")


def test_the_disputed_half_is_shown_and_not_asked_for_while_the_rest_is(department):
    item = department.invoice(department.customer(), 100_000, DUE)
    hold = do_hold(
        department.actor(DUE), customer_id=item.customer_id, reason="dispute", since=DUE, due_item_id=item.pk,
        amount_minor=50_000, currency="EUR",
    )  # fmt: skip
    department.day(D(2026, 3, 3))
    notice = Notice.objects.get()
    assert (notice.open_minor, notice.disputed_minor, notice.payable_minor) == (100_000, 50_000, 50_000)
    do_release_hold(department.actor(D(2026, 3, 4)), hold.pk, on=D(2026, 3, 4), reason="not justified")
    department.day(D(2026, 3, 5))
    assert Notice.objects.order_by("-id").first().payable_minor == 100_000


def test_a_kept_promise_is_silence_and_a_broken_one_the_next_step(department):
    keeper, breaker = department.customer("K"), department.customer("B")
    kept, broken = department.invoice(keeper, 100_000, DUE), department.invoice(breaker, 90_000, DUE)
    department.day(D(2026, 3, 3))
    for item in (kept, broken):
        do_hold(
            department.actor(D(2026, 3, 4)), customer_id=item.customer_id, reason="promise", since=D(2026, 3, 4),
            until=D(2026, 3, 11), due_item_id=item.pk,
        )  # fmt: skip
    for day in (5, 9, 11):
        department.day(D(2026, 3, day))
    assert Notice.objects.count() == 2
    department.pay(kept, 100_000, D(2026, 3, 11))
    department.day(D(2026, 3, 12))
    assert Notice.objects.filter(customer=keeper).count() == 1
    proposal = Proposal.objects.filter(customer=breaker, stage_code="formal_notice", state="released").get()
    told = [reason["code"] for reason in proposal.reasons]
    assert {"dunning.promise_broken", "branch.uses", "branch.broken_promises"} <= set(told)


def test_two_currencies_have_their_own_levels_and_leave_in_one_message(department):
    customer = department.customer()
    department.invoice(customer, 100_000, DUE)
    department.invoice(customer, 70_000, DUE, currency="USD")
    department.day(D(2026, 3, 3))
    assert sorted(Notice.objects.values_list("currency", "level", "payable_minor")) == [
        ("EUR", 1, 100_000),
        ("USD", 1, 70_000),
    ]
    message = OutboxMessage.objects.get()
    assert len(message.attachments) == 2
    assert len(message.claim_items) == 2
    assert len(set(Notice.objects.values_list("message_key", flat=True))) == 1
    assert "700,00" in message.body_text
    assert "1.000,00" in message.body_text


def test_all_items_of_a_customer_are_in_one_notice_and_the_lines_add_up(department):
    customer = department.customer()
    amounts = (10_001, 20_002, 30_003)
    for number, amount in enumerate(amounts):
        department.invoice(customer, amount, DUE - timedelta(days=number))
    department.invoice(customer, 5_000, DUE, kind="credit_note")
    department.day(D(2026, 3, 3))
    notice = Notice.objects.get()
    assert notice.payable_minor == sum(amounts) - 5_000
    assert sum(line.open_minor for line in notice.lines.all()) == notice.open_minor == 55_006
    assert notice.lines.count() == 4


def test_a_small_balance_is_never_chased(department):
    department.invoice(department.customer(), 499, DUE)
    for day in (3, 5, 9, 16):
        department.day(D(2026, 3, day))
    assert department.said() == []


def test_a_bounced_notice_was_not_said_and_is_said_again(department):
    from fairdue.contact.actions import do_record_bounce
    from fairdue.ledger.models import Contact

    department.invoice(department.customer(), 100_000, DUE)
    department.day(D(2026, 3, 3))
    message = OutboxMessage.objects.get()
    do_record_bounce(department.actor(D(2026, 3, 4)), message_pk=message.pk, detail="unknown mailbox")
    Contact.objects.update(email="new@kunde.example", bounced_on=None)
    department.day(D(2026, 3, 5))
    assert [stage for _, stage in department.said()] == ["overdue_notice", "overdue_notice"]
    keys = sorted(Notice.objects.values_list("step_key", flat=True))
    assert [key.rpartition(".")[2] for key in keys] == ["1", "2"]


def test_an_uncertain_message_makes_the_account_wait(department):
    department.invoice(department.customer(), 100_000, DUE)
    proposals = department.run(D(2026, 3, 3))
    from fairdue.dunning.actions import do_release

    do_release(department.actor(D(2026, 3, 3)), [proposals[0].pk], D(2026, 3, 3))
    department.deliver(D(2026, 3, 3), state="uncertain")
    for day in (4, 5, 9, 16):
        department.day(D(2026, 3, day))
    assert department.said() == []
    assert Notice.objects.count() == 1


def test_a_changed_policy_plans_the_next_step_and_never_one_already_sent(department):
    from fairdue.dunning.policy import shipped_yaml

    department.invoice(department.customer(), 100_000, DUE)
    department.day(D(2026, 3, 3))
    text = shipped_yaml("flexible").replace("when: {from: due_date, days: 3}", "when: {from: due_date, days: 5}")
    department.adopt(text=text, on=D(2026, 3, 4))
    department.days(D(2026, 3, 4), D(2026, 3, 7))
    assert department.said() == [("2026-03-03", "overdue_notice"), ("2026-03-07", "payment_offer")]
    assert [notice.policy_version.number for notice in Notice.objects.order_by("id")] == [1, 2]


def test_two_runs_on_one_day_send_one_message(department):
    department.invoice(department.customer(), 100_000, DUE)
    department.day(D(2026, 3, 3))
    department.day(D(2026, 3, 3))
    assert OutboxMessage.objects.count() == 1


def test_an_item_that_becomes_overdue_later_is_greeted_and_the_level_stays(department):
    customer = department.customer()
    department.invoice(customer, 100_000, DUE)
    for day in (3, 5, 9):
        department.day(D(2026, 3, day))
    department.invoice(customer, 30_000, D(2026, 3, 14), issued_on=D(2026, 1, 1))
    department.log.clear()
    for day in (10, 15, 16, 17):
        department.day(D(2026, 3, day))
    assert ("2026-03-16", "overdue_notice") in department.said()
    last = Notice.objects.order_by("-id").first()
    assert (last.level, last.payable_minor, last.lines.count()) == (4, 130_000, 2)


def test_the_first_notice_makes_the_internal_check(department):
    department.invoice(department.customer(), 100_000, DUE)
    department.day(D(2026, 3, 3))
    task = Task.objects.get(kind="internal_check")
    assert (task.due_on, task.done_at) == (D(2026, 3, 3), None)
