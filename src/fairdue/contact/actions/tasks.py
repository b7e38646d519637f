"""Tasks, notes, calls: what people are asked to do and what they write down."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from fairdue.contact.models import (
    EventKind,
    InboundMail,
    MailOutcome,
    MailState,
    MessageState,
    OutboxMessage,
    Task,
    TaskKind,
    TimelineEvent,
)
from fairdue.contact.reasons import EventReason
from fairdue.kernel.reasons import Reason, because, from_dict
from fairdue.ledger import audit
from fairdue.ledger.actions import do_release_hold
from fairdue.ledger.models import Hold
from fairdue.people.actor import Actor, Right
from fairdue.people.days import day_of, today_of

READING_RELEASES = frozenset({TaskKind.REPLY.value})
"""Tasks whose completion alone ends their holds: a reply holds the next step until a person has read it."""


SILENCE = f"/{TaskKind.ANSWER.value}"
"""How the key of a task ends that a stage opens with its letter, in case the debtor says nothing."""


def event(
    actor: Actor, customer_id: int, kind: str, reason: Reason, *, subject: str = "", channel: str = "", text: str = ""
) -> TimelineEvent:
    """Write one event on a customer's timeline, inside the caller's transaction."""
    return TimelineEvent.objects.create(
        company_id=actor.company_id, customer_id=customer_id, at=actor.at, kind=kind, subject=subject, channel=channel,
        code=reason.code, values=dict(reason.values), text=text, actor=actor.name,
    )  # fmt: skip


def open_task(
    actor: Actor,
    *,
    customer_id: int | None,
    kind: str,
    key: str,
    due_on: date,
    reasons: Iterable[Reason] = (),
    subject: str = "",
    owner_id: int | None = None,
) -> Task:
    """Open a task once per key, inside the caller's transaction. A task already done stays done."""
    task, made = Task.objects.get_or_create(
        company_id=actor.company_id,
        key=key,
        defaults={
            "customer_id": customer_id, "kind": kind, "due_on": due_on, "owner_id": owner_id, "subject": subject,
            "reasons": [reason.as_dict() for reason in reasons], "created_at": actor.at,
        },
    )  # fmt: skip
    if made:
        audit.record(actor, "task", f"task:{task.pk}", kind=kind, key=key)
    return task


def open_reply_tasks(actor: Actor, tasks: Iterable[tuple[int, str, str, Reason]]) -> None:
    """Ask a person to read replies, each given as (customer, key, subject, reason), set-based; a key that is there is left."""
    wanted = {key: (customer_id, subject, reason) for customer_id, key, subject, reason in tasks}
    rows = Task.objects.filter(company_id=actor.company_id, key__in=list(wanted))
    known = set(rows.values_list("key", flat=True))
    made = [
        Task(
            company_id=actor.company_id, key=key, customer_id=customer_id, kind=TaskKind.REPLY, due_on=today_of(actor),
            subject=subject, reasons=[reason.as_dict()], created_at=actor.at,
        )
        for key, (customer_id, subject, reason) in wanted.items()
        if key not in known
    ]  # fmt: skip
    Task.objects.bulk_create(made)
    audit.record_many(
        actor, [("task", f"task:{task.pk}", {"kind": TaskKind.REPLY.value, "key": task.key}) for task in made]
    )


@dataclass(frozen=True, slots=True)
class Silence:
    """What a person is asked to do where a message gets no answer: a task due ``after_days`` days after its hand-over."""

    kind: str
    key: str
    after_days: int
    reasons: tuple[Reason, ...] = ()
    owner_id: int | None = None

    def as_dict(self) -> dict[str, object]:
        """Give the stored form."""
        return {
            "kind": self.kind, "key": self.key, "after_days": self.after_days, "owner": self.owner_id,
            "reasons": [reason.as_dict() for reason in self.reasons],
        }  # fmt: skip


def begin_silence(actor: Actor, message: OutboxMessage) -> None:
    """Open the tasks that wait for an answer to a message, inside the transaction that records its hand-over.

    The days count from the day of the hand-over where the company is. A key that waits already waits for the newer message.
    """
    if not message.on_silence or message.handed_over_at is None:
        return
    from_on = day_of(actor, message.handed_over_at)
    for one in message.on_silence:
        due_on = from_on + timedelta(days=one["after_days"])
        task = open_task(
            actor, customer_id=message.customer_id, kind=one["kind"], key=one["key"], due_on=due_on,
            reasons=[from_dict(reason) for reason in one["reasons"]], subject=f"message:{message.pk}", owner_id=one["owner"],
        )  # fmt: skip
        if task.done_at is None and task.due_on < due_on:
            task.due_on, task.subject = due_on, f"message:{message.pk}"
            task.save(update_fields=["due_on", "subject"])


def end_wait(actor: Actor, message_key: str, outcome: str) -> None:
    """Wait no more for an answer to the message of a step, handed over or not. Inside the caller's transaction."""
    message = OutboxMessage.objects.filter(company_id=actor.company_id, step_key=message_key).first()
    if message is None or not message.on_silence:
        return
    keys = [one["key"] for one in message.on_silence]
    waiting = Task.objects.filter(company_id=actor.company_id, key__in=keys, done_at__isnull=True)
    _answered(actor, waiting, outcome)
    OutboxMessage.objects.filter(pk=message.pk).update(on_silence=None)


def _answered(actor: Actor, waiting: QuerySet[Task], outcome: str) -> None:
    if ended := list(waiting.order_by("id").values_list("id", flat=True)):
        Task.objects.filter(pk__in=ended).update(done_at=actor.at, done_by=actor.name, outcome=outcome)
        audit.record_many(actor, [("finish_task", f"task:{one}", {"outcome": outcome}) for one in ended])


def end_silence(actor: Actor, customer_id: int, *, step_key: str = "") -> None:
    """Close the tasks that wait for a debtor who said nothing to a letter; ``step_key`` only that letter's.

    A stage opens such a task with its letter, under the step's key. What the debtor said has a task of its own where a
    person has to look at it. Inside the caller's transaction.
    """
    end_silences(actor, [customer_id], step_key=step_key)


def end_silences(actor: Actor, customer_ids: Collection[int], *, step_key: str = "") -> None:
    """As ``end_silence``, for many customers. A message that may have left is not waited for either once it has."""
    doubtful = OutboxMessage.objects.filter(
        company_id=actor.company_id, customer_id__in=customer_ids, on_silence__isnull=False,
        state__in=(MessageState.CLAIMED, MessageState.UNCERTAIN),
    )  # fmt: skip
    for message in doubtful.filter(step_key=step_key) if step_key else doubtful:
        rest = [one for one in message.on_silence or [] if not one["key"].endswith(SILENCE)]
        OutboxMessage.objects.filter(pk=message.pk).update(on_silence=rest or None)
    waiting = Task.objects.filter(
        company_id=actor.company_id, customer_id__in=customer_ids, kind=TaskKind.ANSWER, done_at__isnull=True,
        key__endswith=SILENCE,
    )  # fmt: skip
    if step_key:
        waiting = waiting.filter(key=f"{step_key}{SILENCE}")
    _answered(actor, waiting, "answered")


@transaction.atomic
def do_task(
    actor: Actor,
    *,
    customer_id: int | None,
    kind: str,
    key: str,
    due_on: date,
    reasons: Iterable[Reason] = (),
    subject: str = "",
    owner_id: int | None = None,
) -> Task:
    """Ask a person to do something by a day; the same key is the same task."""
    actor.need(Right.HOLD)
    return open_task(
        actor,
        customer_id=customer_id,
        kind=kind,
        key=key,
        due_on=due_on,
        reasons=reasons,
        subject=subject,
        owner_id=owner_id,
    )


@transaction.atomic
def do_finish_task(actor: Actor, task_id: int, *, outcome: str, release_holds: bool = False) -> Task:
    """Record a task as done, with its outcome. Finishing twice changes nothing.

    ``release_holds`` ends the holds that came with the task (an answer found settled); a read reply always does.
    """
    actor.need(Right.HOLD)
    task = Task.objects.select_for_update().get(pk=task_id, company_id=actor.company_id)
    if task.done_at is not None:
        return task
    task.done_at, task.done_by, task.outcome = actor.at, actor.name, outcome[:500]
    task.save(update_fields=["done_at", "done_by", "outcome"])
    if release_holds or task.kind in READING_RELEASES:
        tied = Hold.objects.filter(
            company_id=actor.company_id, key__startswith=f"{task.key}/", released_on__isnull=True
        )
        for hold_id in tied.order_by("id").values_list("id", flat=True):
            do_release_hold(actor, hold_id, on=today_of(actor), reason=outcome[:200] or "read")
    _mark_read(actor, task)
    audit.record(actor, "finish_task", f"task:{task.pk}", outcome=task.outcome)
    if task.customer_id is not None:
        done = because(EventReason.TASK_DONE, outcome=task.outcome)
        event(actor, task.customer_id, EventKind.TASK, done, subject=f"task:{task.pk}")
    return task


def _mark_read(actor: Actor, task: Task) -> None:
    """A reply whose reading is done from the list of tasks is read, with what the person wrote as its note."""
    kind, _, number = task.subject.partition(":")
    if task.kind == TaskKind.REPLY and kind == "mail" and number.isdecimal():
        InboundMail.objects.filter(pk=int(number), company_id=actor.company_id, state=MailState.WAITING).update(
            state=MailState.READ,
            read_at=actor.at,
            read_by=actor.name,
            outcome=MailOutcome.NOTE,
            outcome_note=task.outcome,
        )


@transaction.atomic
def do_note(actor: Actor, *, customer_id: int, text: str, subject: str = "") -> TimelineEvent:
    """Write a note on a customer's timeline."""
    actor.need(Right.HOLD)
    made = event(actor, customer_id, EventKind.NOTE, because(EventReason.NOTE), subject=subject, text=text)
    audit.record(actor, "note", f"event:{made.pk}", customer=customer_id)
    return made


@transaction.atomic
def do_record_call(actor: Actor, *, customer_id: int, text: str, subject: str = "") -> TimelineEvent:
    """Record a call made at the actor's moment; it counts against the contact budget."""
    actor.need(Right.HOLD)
    made = event(
        actor, customer_id, EventKind.CALL, because(EventReason.CALL), subject=subject, channel="call", text=text
    )
    audit.record(actor, "call", f"event:{made.pk}", customer=customer_id)
    return made
