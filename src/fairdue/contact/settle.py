"""Where a claimed message goes next. Each change is one transaction and asks for exactly the claim it was made under."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from fairdue.contact.actions.delivery import do_record_bounce
from fairdue.contact.actions.tasks import begin_silence, event, open_task
from fairdue.contact.models import EventKind, GateBlock, GateStage, MessageState, OutboxMessage, Task, TaskKind
from fairdue.contact.reasons import DeliveryReason
from fairdue.contact.rules import GateResult
from fairdue.contact.transports import NotHandedOver, Outcome
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.people.actor import Actor
from fairdue.people.days import today_of

BACK_OFF_MINUTES = (5, 15, 60, 240)
"""Waits after a first, second, third and each further failed attempt."""
ATTEMPTS_MAX = 8
"""After so many failed attempts a person is asked: about a day."""
FREE = {"claimed_by": "", "claimed_at": None, "lease_until": None, "handing_at": None}


class ClaimLostError(RuntimeError):
    """A message was settled under a claim that is no longer ours."""


def mark(message: OutboxMessage, owner: str, at: datetime) -> bool:
    """Commit that the next instruction may not be repeated; False when the claim was taken from us meanwhile."""
    with transaction.atomic(durable=True):
        mine = OutboxMessage.objects.filter(pk=message.pk, state=MessageState.CLAIMED, claimed_by=owner)
        return mine.update(handing_at=at) == 1


def hold_back(actor: Actor, message: OutboxMessage, verdict: GateResult, *, claimed: bool = True) -> None:
    """Write the gate's block, inside the transaction that claimed or locked it: waiting stays queued, the rest is held back.

    The same reasons as last time are not written again: a message that waits for a week leaves one block, not hundreds.
    """
    reasons = [block.as_dict() for block in verdict.blocks]
    state = MessageState.QUEUED if verdict.waits else MessageState.BLOCKED
    OutboxMessage.objects.filter(pk=message.pk).update(
        state=state, reasons=reasons, not_before=verdict.retry_at if verdict.waits else None,
        attempt=message.attempt - int(claimed), **FREE,
    )  # fmt: skip
    if [one["code"] for one in message.reasons] == [one["code"] for one in reasons] and verdict.waits:
        return
    GateBlock.objects.create(
        company_id=message.company_id, customer_id=message.customer_id, step_key=message.step_key,
        run_key=message.run_key, at=actor.at, stage=GateStage.SENDING, reasons=reasons,
    )  # fmt: skip
    _event(actor, message, EventKind.BLOCK, verdict.blocks[0])
    audit.record(actor, "hold_back", f"message:{message.pk}", reasons=[one["code"] for one in reasons], state=state)


@transaction.atomic(durable=True)
def handed_over(actor: Actor, message: OutboxMessage, owner: str, evidence: dict[str, object]) -> None:
    """Record the hand-over: only now has the step happened, and only now does silence begin to count.

    Our own late word also settles what was thought uncertain.
    """
    changed = _ours(message, owner, MessageState.CLAIMED, MessageState.UNCERTAIN).update(
        state=MessageState.HANDED_OVER, handed_over_at=actor.at, hand_over_evidence=evidence, reasons=[]
    )
    if changed != 1:
        raise ClaimLostError(f"message {message.pk} left but is not claimed by {owner}")
    _event(actor, message, EventKind.MESSAGE, because(DeliveryReason.HANDED_OVER, subject=message.subject))
    audit.record(
        actor, "hand_over", f"message:{message.pk}", content=message.content_sha256, message_id=message.message_id,
        evidence=evidence,
    )  # fmt: skip
    Task.objects.filter(company_id=message.company_id, key=_uncertain_key(message), done_at__isnull=True).update(
        done_at=actor.at, done_by=actor.name, outcome="handed over"
    )
    begin_silence(actor, OutboxMessage.objects.get(pk=message.pk))


@transaction.atomic(durable=True)
def uncertain(actor: Actor, message: OutboxMessage, owner: str, detail: str) -> None:
    """Ask a person whether the message left; nothing sends it again meanwhile."""
    reason = because(DeliveryReason.UNCERTAIN, detail=detail[:200])
    changed = _ours(message, owner, MessageState.CLAIMED).update(
        state=MessageState.UNCERTAIN, reasons=[reason.as_dict()]
    )
    if changed != 1:
        return
    _event(actor, message, EventKind.MESSAGE, reason)
    audit.record(actor, "uncertain", f"message:{message.pk}", detail=detail[:200])
    open_task(
        actor, customer_id=message.customer_id, kind=TaskKind.UNCERTAIN, key=_uncertain_key(message),
        due_on=today_of(actor), reasons=[reason], subject=f"message:{message.pk}",
    )  # fmt: skip


@transaction.atomic(durable=True)
def returned(actor: Actor, message: OutboxMessage, owner: str) -> None:
    """Queue a message again whose stopped attempt is known not to have handed it over."""
    reason = because(DeliveryReason.RETURNED_TO_QUEUE)
    if _ours(message, owner, MessageState.CLAIMED).update(
        state=MessageState.QUEUED, reasons=[reason.as_dict()], **FREE
    ):
        audit.record(actor, "return_to_queue", f"message:{message.pk}", attempt=message.attempt)


@transaction.atomic(durable=True)
def later(actor: Actor, message: OutboxMessage, owner: str, stop: NotHandedOver) -> None:
    """Try again after a while; a channel that is down is not the message's failed attempt. Too many: ask a person."""
    down = stop.outcome is Outcome.CHANNEL_DOWN
    attempts = message.attempt - (1 if down else 0)
    tried_enough = attempts >= ATTEMPTS_MAX
    wait = BACK_OFF_MINUTES[min(max(attempts, 1), len(BACK_OFF_MINUTES)) - 1]
    reasons = [stop.reason]
    if tried_enough:
        reasons.append(because(DeliveryReason.TRIED_ENOUGH, attempts=attempts))
    changed = _ours(message, owner, MessageState.CLAIMED).update(
        state=MessageState.BLOCKED if tried_enough else MessageState.QUEUED, reasons=[one.as_dict() for one in reasons],
        not_before=None if tried_enough else actor.at + timedelta(minutes=wait), attempt=attempts, **FREE,
    )  # fmt: skip
    if changed != 1:
        return
    audit.record(actor, "not_handed_over", f"message:{message.pk}", reasons=[one.as_dict() for one in reasons])
    if tried_enough:
        _ask(actor, message, f"delivery:message:{message.pk}", reasons)
    elif down:
        key = f"delivery:{message.channel}:{today_of(actor).isoformat()}"
        open_task(actor, customer_id=None, kind=TaskKind.DELIVERY, key=key, due_on=today_of(actor), reasons=reasons)


@transaction.atomic(durable=True)
def refused(actor: Actor, message: OutboxMessage, owner: str, reason: Reason) -> None:
    """Hold back a message that will never be taken as it is, and ask a person."""
    if _ours(message, owner, MessageState.CLAIMED).update(
        state=MessageState.BLOCKED, reasons=[reason.as_dict()], **FREE
    ):
        audit.record(actor, "refused", f"message:{message.pk}", reason=reason.as_dict())
        _event(actor, message, EventKind.MESSAGE, reason)
        _ask(actor, message, f"delivery:message:{message.pk}:{message.attempt}", [reason])


@transaction.atomic(durable=True)
def address_refused(actor: Actor, message: OutboxMessage, owner: str, reason: Reason) -> None:
    """Treat an address that the server refuses for good like a bounce: mark the contact, ask for another one."""
    if _ours(message, owner, MessageState.CLAIMED).exists():
        do_record_bounce(actor, message_pk=message.pk, detail=str(dict(reason.values).get("detail", "")))


def _ours(message: OutboxMessage, owner: str, *states: str) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(Q(state__in=states), pk=message.pk, claimed_by=owner)


def _event(actor: Actor, message: OutboxMessage, kind: str, reason: Reason) -> None:
    event(actor, message.customer_id, kind, reason, subject=f"message:{message.pk}", channel=message.channel)


def _ask(actor: Actor, message: OutboxMessage, key: str, reasons: list[Reason]) -> None:
    open_task(
        actor, customer_id=message.customer_id, kind=TaskKind.DELIVERY, key=key, due_on=today_of(actor),
        reasons=reasons, subject=f"message:{message.pk}",
    )  # fmt: skip


def _uncertain_key(message: OutboxMessage) -> str:
    return f"uncertain:message:{message.pk}:{message.attempt}"
