"""What comes back: bounces, replies, postings, and a person's word on an uncertain message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact.actions.messages import ContactError
from fairdue.contact.actions.tasks import begin_silence, end_silences, end_wait, event, open_reply_tasks, open_task
from fairdue.contact.facts import GatePolicy
from fairdue.contact.models import EventKind, MessageState, OutboxMessage, Task, TaskKind, TimelineEvent
from fairdue.contact.reasons import DeliveryReason, EventReason
from fairdue.kernel.reasons import because
from fairdue.ledger import audit
from fairdue.ledger.actions import do_hold_customers
from fairdue.ledger.models import Channel, Contact, HoldReason
from fairdue.people.actor import Actor, Right
from fairdue.people.days import day_of, today_of

REPLIES_KEPT_CHARS = 10_000


@transaction.atomic
def do_record_bounce(
    actor: Actor, *, message_pk: int | None = None, contact_id: int | None = None, address: str = "", detail: str = ""
) -> Task | None:
    """Record that mail came back: mark the contact, take the hand-over of the message back, ask a person for an address.

    Known by its message, else by its contact. Recording the same bounce twice changes nothing. Gives the task.
    """
    actor.need(Right.HOLD)
    message = None
    if message_pk is not None:
        message = OutboxMessage.objects.select_for_update().get(pk=message_pk, company_id=actor.company_id)
        contact_id = message.contact_id
    contact = None if contact_id is None else Contact.objects.filter(pk=contact_id, company_id=actor.company_id).first()
    if message is None and contact is None:
        return None
    customer_id = message.customer_id if message else contact.customer_id if contact else 0
    address = address or (message.recipient_email if message else "") or (contact.email if contact else "")
    reason = because(DeliveryReason.BOUNCED, address=address, detail=detail[:300])
    if message is not None:
        if message.state == MessageState.BOUNCED:
            return Task.objects.filter(company_id=actor.company_id, key=f"bounce:message:{message.pk}").first()
        message.state, message.reasons = MessageState.BOUNCED, [reason.as_dict()]
        message.save(update_fields=["state", "reasons"])
        _close_uncertain(actor, message, "came back")
        end_wait(actor, message.step_key, "came back")
    if contact is not None and contact.bounced_on is None and contact.email.lower() == address.lower():
        contact.bounced_on, contact.bounce_reason = today_of(actor), detail[:300]
        contact.save(update_fields=["bounced_on", "bounce_reason"])
    subject = f"message:{message.pk}" if message else f"contact:{contact_id}"
    audit.record(actor, "bounce", subject, detail=detail[:300])
    event(actor, customer_id, EventKind.BOUNCE, reason, subject=subject, channel=Channel.EMAIL)
    return open_task(
        actor, customer_id=customer_id, kind=TaskKind.BOUNCE, key=f"bounce:{subject}", due_on=today_of(actor),
        reasons=[reason], subject=subject,
    )  # fmt: skip


@transaction.atomic
def do_record_reply(
    actor: Actor, *, customer_id: int, reply_id: str, subject: str, text: str, out_of_office: bool = False,
    about: str = "", key: str = "",
) -> TimelineEvent | None:  # fmt: skip
    """Record a reply; it holds the customer's next step until a person has read it. An out-of-office note holds nothing.

    ``reply_id`` identifies the reply: the same one twice is recorded once (None is given then). ``about`` is the row that event
    and task lead to, ``key`` the task's key; both follow from the event where they are not given.
    """
    actor.need(Right.HOLD)
    mark = about or f"reply:{reply_id[:100]}"
    if (
        not key
        and TimelineEvent.objects.filter(company_id=actor.company_id, customer_id=customer_id, subject=mark).exists()
    ):
        return None
    return record_replies(actor, [Reply(customer_id, mark, subject, text, out_of_office, about, key)])[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What is recorded of a reply; the fields are those of ``do_record_reply``, ``mark`` is what its event leads to."""

    customer_id: int
    mark: str
    subject: str
    text: str
    out_of_office: bool
    about: str = ""
    key: str = ""


def record_replies(actor: Actor, replies: Sequence[Reply]) -> list[TimelineEvent]:
    """Record replies that are known to be new, as ``do_record_reply`` does and set-based, inside the caller's transaction."""
    codes = {True: EventReason.OUT_OF_OFFICE, False: EventReason.REPLY}
    reasons = [because(codes[one.out_of_office], subject=one.subject[:200]) for one in replies]
    made = TimelineEvent.objects.bulk_create(
        TimelineEvent(
            company_id=actor.company_id, customer_id=one.customer_id, at=actor.at, kind=EventKind.REPLY, subject=one.mark,
            channel=Channel.EMAIL, code=reason.code, values=dict(reason.values), text=one.text[:REPLIES_KEPT_CHARS],
            actor=actor.name,
        )
        for one, reason in zip(replies, reasons, strict=True)
    )  # fmt: skip
    heard = [
        (one, reason, row, one.key or f"reply:{row.pk}")
        for one, reason, row in zip(replies, reasons, made, strict=True)
        if not one.out_of_office
    ]
    if heard:
        end_silences(actor, {one.customer_id for one, *_ in heard})
        held = [(one.customer_id, one.subject, f"{key}/customer") for one, _, _, key in heard]
        do_hold_customers(actor, held, reason=HoldReason.REPLY, since=today_of(actor))
        tasks = [(one.customer_id, key, one.about or f"event:{row.pk}", reason) for one, reason, row, key in heard]
        open_reply_tasks(actor, tasks)
    said = [
        ("reply", f"event:{row.pk}", {"customer": one.customer_id, "out_of_office": one.out_of_office})
        for one, row in zip(replies, made, strict=True)
    ]
    audit.record_many(actor, said)
    return made


@transaction.atomic
def do_record_posting(actor: Actor, message_pk: int, *, posted_on: date, tracking_no: str = "") -> OutboxMessage:
    """Record that a printed letter was posted. Raises ContactError for a message that is no handed-over letter."""
    actor.need(Right.HOLD)
    message = OutboxMessage.objects.select_for_update().get(pk=message_pk, company_id=actor.company_id)
    if message.channel != Channel.LETTER or message.state != MessageState.HANDED_OVER:
        raise ContactError(gettext("Only a letter that was handed over can be posted."))
    message.posted_on, message.tracking_no = posted_on, tracking_no[:80]
    message.save(update_fields=["posted_on", "tracking_no"])
    audit.record(
        actor, "posting", f"message:{message.pk}", posted_on=posted_on.isoformat(), tracking_no=tracking_no[:80]
    )
    posted = because(DeliveryReason.POSTED, posted_on=posted_on.isoformat(), tracking_no=tracking_no[:80])
    event(
        actor, message.customer_id, EventKind.MESSAGE, posted, subject=f"message:{message.pk}", channel=Channel.LETTER
    )
    Task.objects.filter(company_id=actor.company_id, key=f"posting:message:{message.pk}", done_at__isnull=True).update(
        done_at=actor.at, done_by=actor.name, outcome=tracking_no[:500]
    )
    return message


@transaction.atomic
def do_open_posting_tasks(actor: Actor, today: date) -> int:
    """Open a task for each letter whose posting is not recorded within its policy's days; never a second print."""
    actor.need(Right.RUN)
    waiting = OutboxMessage.objects.filter(
        company_id=actor.company_id, state=MessageState.HANDED_OVER, channel=Channel.LETTER, posted_on__isnull=True
    ).order_by("id")
    made = 0
    for message in waiting.defer("body_text", "body_html"):
        handed_on = day_of(actor, message.handed_over_at) if message.handed_over_at else today
        if today - handed_on >= timedelta(days=GatePolicy.from_dict(message.gate_policy).posting_record_days):
            reason = because(DeliveryReason.POSTING_MISSING, handed_over_on=handed_on.isoformat())
            subject = f"message:{message.pk}"
            open_task(
                actor, customer_id=message.customer_id, kind=TaskKind.POSTING, key=f"posting:{subject}", due_on=today,
                reasons=[reason], subject=subject,
            )  # fmt: skip
            made += 1
    return made


@transaction.atomic
def do_resolve_uncertain(actor: Actor, message_pk: int, *, left: bool, note: str) -> OutboxMessage:
    """Take a person's word on an uncertain message: it left (handed over then), or it did not (queued again).

    Raises ContactError for a message that is not uncertain, and without a note on how the person found out.
    """
    actor.need(Right.RELEASE)
    message = OutboxMessage.objects.select_for_update().get(pk=message_pk, company_id=actor.company_id)
    if message.state != MessageState.UNCERTAIN:
        raise ContactError(gettext("The message is %(state)s, not uncertain.") % {"state": message.get_state_display()})
    if not note:
        raise ContactError(gettext("Please say how you found out."))
    if left:
        message.state, message.handed_over_at = MessageState.HANDED_OVER, message.handing_at or message.claimed_at
        message.hand_over_evidence = {"kind": "person", "by": actor.name, "note": note[:500]}
    else:
        message.state, message.handing_at, message.not_before = MessageState.QUEUED, None, None
    message.reasons = []
    message.save(update_fields=["state", "handed_over_at", "hand_over_evidence", "handing_at", "not_before", "reasons"])
    audit.record(actor, "resolve_uncertain", f"message:{message.pk}", left=left, note=note[:500])
    reason = because(DeliveryReason.RESOLVED_SENT if left else DeliveryReason.RESOLVED_NOT_SENT)
    event(
        actor, message.customer_id, EventKind.MESSAGE, reason, subject=f"message:{message.pk}", channel=message.channel,
        text=note,
    )  # fmt: skip
    _close_uncertain(actor, message, note)
    if left:
        begin_silence(actor, message)
    return message


def _close_uncertain(actor: Actor, message: OutboxMessage, outcome: str) -> None:
    Task.objects.filter(
        company_id=actor.company_id, key__startswith=f"uncertain:message:{message.pk}:", done_at__isnull=True
    ).update(done_at=actor.at, done_by=actor.name, outcome=outcome[:500])
