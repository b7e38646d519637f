"""Mail that comes in, tied to what it answers."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from django.db import transaction

from fairdue.contact.actions.delivery import do_record_bounce, do_record_reply
from fairdue.contact.bounces import Bounce, Reply, read
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.ledger.models import Contact
from fairdue.people.actor import Actor, Right


class Received(StrEnum):
    """What came of an incoming mail."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    """A report that delivery goes on, or succeeded: nothing is to be done."""
    REPLY = "reply"
    AUTOMATIC = "automatic"
    KNOWN = "known"
    """The same mail was read before."""
    UNMATCHED = "unmatched"
    """It answers nothing of ours and comes from nobody known; the caller keeps it for a person."""


LEFT = (MessageState.HANDED_OVER, MessageState.UNCERTAIN, MessageState.BOUNCED)


@transaction.atomic
def do_receive(actor: Actor, data: bytes) -> Received:
    """Read an incoming mail and record what it says. Raises MailRefused for bytes that are no mail; nothing is written then.

    A report or reply is tied to its message by Message-ID. A reply without one is tied by its sender where exactly one
    customer has that address.
    """
    actor.need(Right.HOLD)
    mail = read(data)
    if isinstance(mail, Bounce):
        return _bounce(actor, mail)
    return _reply(actor, mail, hashlib.sha256(data).hexdigest())


def _bounce(actor: Actor, mail: Bounce) -> Received:
    message = _message(actor, mail.message_ids)
    if message is None:
        return Received.UNMATCHED
    if not mail.permanent:
        return Received.DELAYED
    if message.state == MessageState.BOUNCED:
        return Received.KNOWN
    do_record_bounce(actor, message_pk=message.pk, detail=f"{mail.status} {mail.detail}".strip())
    return Received.BOUNCE


def _reply(actor: Actor, mail: Reply, content: str) -> Received:
    message = _message(actor, mail.answers)
    customer_id = message.customer_id if message else _sender(actor, mail.sender)
    if customer_id is None:
        return Received.UNMATCHED
    made = do_record_reply(
        actor, customer_id=customer_id, reply_id=mail.message_id or content, subject=mail.subject, text=mail.text,
        out_of_office=mail.automatic,
    )  # fmt: skip
    if made is None:
        return Received.KNOWN
    return Received.AUTOMATIC if mail.automatic else Received.REPLY


def _message(actor: Actor, message_ids: tuple[str, ...]) -> OutboxMessage | None:
    if not message_ids:
        return None
    rows = OutboxMessage.objects.filter(company_id=actor.company_id, message_id__in=message_ids[:50], state__in=LEFT)
    found = {row.message_id: row for row in rows}
    return next((found[one] for one in message_ids if one in found), None)


def _sender(actor: Actor, address: str) -> int | None:
    if not address:
        return None
    rows = Contact.objects.filter(company_id=actor.company_id, email__iexact=address)
    customers = set(rows.values_list("customer_id", flat=True)[:10])
    return customers.pop() if len(customers) == 1 else None
