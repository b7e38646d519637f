"""Messages: queueing them once, holding them back, taking them out, giving them a second person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.contact.actions.tasks import Silence, event
from fairdue.contact.facts import ClaimItem, GatePolicy
from fairdue.contact.models import (
    EventKind,
    GateBlock,
    GateStage,
    MessageKind,
    MessageReference,
    MessageState,
    OutboxMessage,
    StoredBlob,
)
from fairdue.contact.notes import GateNotes
from fairdue.contact.reasons import DeliveryReason
from fairdue.kernel import chain
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import audit
from fairdue.ledger.models import Channel, Contact
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company

BATCH = 500
SUBJECT_CHARS_MAX = 300


class ContactError(ValueError):
    """An action of this room that makes no sense; nothing was written."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file that goes with a message. A letter's own PDF comes first."""

    sha256: str
    file_name: str
    media_type: str = "application/pdf"

    def as_dict(self) -> dict[str, str]:
        """Give the stored form."""
        return {"sha256": self.sha256, "file_name": self.file_name, "media_type": self.media_type}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a room hands it in. ``claim_items`` is what the text claims, at the balances of the release."""

    customer_id: int
    step_key: str
    channel: str
    language: str
    subject: str
    contact_id: int | None = None
    kind: str = MessageKind.NOTICE
    run_key: str = ""
    body_text: str = ""
    body_html: str = ""
    edited_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    currency: str = ""
    claim_items: tuple[ClaimItem, ...] = ()
    policy: GatePolicy = field(default_factory=GatePolicy)
    legal_stage: bool = False
    third_party: bool = False
    earliest_on: date | None = None
    notes: GateNotes = field(default_factory=GateNotes)
    requires: tuple[str, ...] = ()
    on_silence: tuple[Silence, ...] = ()
    """Tasks that wait for an answer; they are opened when the message is handed over, and not before."""
    references: tuple[str, ...] = ()
    """What stands in it for the debtor to quote: the letter's own number, its payment reference."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """What the gate held back at a proposal."""

    customer_id: int
    step_key: str
    reasons: tuple[Reason, ...]
    run_key: str = ""


@transaction.atomic
def do_store(actor: Actor, data: bytes, *, file_name: str, media_type: str = "application/pdf") -> Attachment:
    """Store a file for the company and give what a message refers to it by."""
    blob = blobs.keep(actor.company_id, data, media_type, actor.at)
    return Attachment(blob.sha256, file_name, media_type)


def do_queue(actor: Actor, outgoing: Outgoing) -> OutboxMessage:
    """Queue a message once per step key; the same step again gives the row that exists, whatever its state."""
    return do_queue_many(actor, [outgoing])[0]


@transaction.atomic
def do_queue_many(actor: Actor, outgoings: Sequence[Outgoing]) -> list[OutboxMessage]:
    """Queue messages, each once per step key, with one audit entry; gives the rows in the order asked.

    Raises ContactError for a step named twice, a channel that carries no message, a contact of another customer, an
    attachment that is not stored, a letter without its PDF; NotAllowed without the right to release.
    """
    actor.need(Right.RELEASE)
    if not outgoings:
        return []
    contacts = _check(actor.company_id, outgoings)
    company = Company.objects.get(pk=actor.company_id)
    keys = [one.step_key for one in outgoings]
    known = set(_by_key(actor.company_id, keys))
    rows = [_row(actor, company, one, contacts) for one in outgoings if one.step_key not in known]
    OutboxMessage.objects.bulk_create(rows, batch_size=BATCH)
    if rows:
        leaves = [row.content_sha256.encode() for row in rows]
        subject = f"outbox:{rows[0].step_key}" if len(rows) == 1 else f"outbox:{rows[0].run_key or 'many'}"
        audit.record_bulk(actor, "queue", subject, leaves, count=len(rows))
    found = _by_key(actor.company_id, keys)
    _refer(outgoings, found, known)
    return [found[key] for key in keys]


def _refer(outgoings: Sequence[Outgoing], found: dict[str, OutboxMessage], known: set[str]) -> None:
    """Note what debtors may quote of new messages."""
    named = [
        MessageReference(company_id=row.company_id, customer_id=row.customer_id, message=row, text=text[:40])
        for one in outgoings
        if one.step_key not in known
        for row in [found[one.step_key]]
        for text in dict.fromkeys(one.references)
        if text
    ]
    if named:
        MessageReference.objects.bulk_create(named, batch_size=BATCH)


def _check(company_id: int, outgoings: Sequence[Outgoing]) -> dict[int, Contact]:
    if len({one.step_key for one in outgoings}) < len(outgoings):
        raise ContactError(gettext("Two messages for one step; put all items of a customer into one message."))
    contact_ids = {one.contact_id for one in outgoings if one.contact_id is not None}
    contacts = Contact.objects.filter(company_id=company_id).in_bulk(list(contact_ids))
    hashes = {one.sha256 for outgoing in outgoings for one in outgoing.attachments}
    stored = set(
        StoredBlob.objects.filter(company_id=company_id, sha256__in=hashes).values_list("sha256", flat=True)
        if len(hashes) <= BATCH
        else StoredBlob.objects.filter(company_id=company_id).values_list("sha256", flat=True)
    )
    for one in outgoings:
        contact = contacts.get(one.contact_id) if one.contact_id is not None else None
        if one.channel not in {Channel.EMAIL, Channel.LETTER, Channel.FILE}:
            raise ContactError(
                gettext("%(channel)s carries no message; use email, letter or file.") % {"channel": one.channel}
            )
        if one.contact_id is not None and (contact is None or contact.customer_id != one.customer_id):
            raise ContactError(gettext("The contact is not one of this customer."))
        if missing := [item.file_name for item in one.attachments if item.sha256 not in stored]:
            raise ContactError(
                gettext("%(files)s: store a file before it is attached.") % {"files": ", ".join(missing)}
            )
        if one.channel == Channel.LETTER and not one.attachments:
            raise ContactError(gettext("The letter of step %(step)s has no PDF.") % {"step": one.step_key})
        if not one.step_key or not one.subject:
            raise ContactError(gettext("A message needs a step key and a subject."))
    return contacts


def _row(actor: Actor, company: Company, one: Outgoing, contacts: dict[int, Contact]) -> OutboxMessage:
    contact = contacts.get(one.contact_id) if one.contact_id is not None else None
    row = OutboxMessage(
        company=company, customer_id=one.customer_id, contact=contact, step_key=one.step_key, run_key=one.run_key,
        kind=one.kind, channel=one.channel, language=one.language, recipient_name=contact.name if contact else "",
        recipient_email=contact.email if contact and one.channel != Channel.LETTER else "",
        subject=" ".join(one.subject.split())[:SUBJECT_CHARS_MAX], body_text=one.body_text, body_html=one.body_html,
        edited_text=one.edited_text, attachments=[item.as_dict() for item in one.attachments], currency=one.currency,
        claim_items=[[item.due_item_id, item.open_minor, item.held_minor] for item in one.claim_items],
        gate_policy=one.policy.as_dict(), legal_stage=one.legal_stage, third_party=one.third_party, earliest_on=one.earliest_on,
        gate_notes=one.notes.as_dict(), on_silence=[each.as_dict() for each in one.on_silence] or None,
        requires_steps=list(one.requires), created_by=actor.name, released_by_id=actor.user_id, created_at=actor.at,
        message_id=message_id(company, one.step_key),
    )  # fmt: skip
    row.content_sha256 = content_hash(row)
    return row


def message_id(company: Company, step_key: str) -> str:
    """Give the Message-ID of a step: fixed by company and step, so that no copy of it can carry another one."""
    sender = settings.FAIRDUE_MAIL_FROM or company.email
    domain = sender.rpartition("@")[2].strip("> ").encode("idna").decode() or "fairdue.invalid"
    return f"<{chain.digest('fairdue message v1', company.code.encode(), step_key.encode())[:40]}@{domain}>"


def content_hash(row: OutboxMessage) -> str:
    """Give the hash over what leaves: recipient, subject, bodies, attachments, claims, Message-ID."""
    parts = [
        row.step_key, row.channel, row.language, row.recipient_name, row.recipient_email, row.subject, row.body_text,
        row.body_html, row.attachments, row.claim_items, row.message_id,
    ]  # fmt: skip
    return chain.digest("fairdue outbox v1", chain.canonical(parts))


def _by_key(company_id: int, keys: list[str]) -> dict[str, OutboxMessage]:
    found: dict[str, OutboxMessage] = {}
    for start in range(0, len(keys), BATCH):
        rows = OutboxMessage.objects.filter(company_id=company_id, step_key__in=keys[start : start + BATCH])
        found.update((row.step_key, row) for row in rows)
    return found


def do_block(actor: Actor, blocked: Blocked) -> None:
    """Record what the gate held back at a proposal."""
    do_block_many(actor, [blocked])


@transaction.atomic
def do_block_many(actor: Actor, blocked: Iterable[Blocked]) -> int:
    """Record what the gate held back at the proposals of a run; gives how many. The run's own audit entry covers them."""
    actor.need(Right.RUN)
    rows = [
        GateBlock(
            company_id=actor.company_id, customer_id=one.customer_id, step_key=one.step_key, run_key=one.run_key,
            at=actor.at, stage=GateStage.PROPOSAL, reasons=[reason.as_dict() for reason in one.reasons],
        )
        for one in blocked
    ]  # fmt: skip
    GateBlock.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _locked(actor: Actor, message_pk: int) -> OutboxMessage:
    return OutboxMessage.objects.select_for_update().get(pk=message_pk, company_id=actor.company_id)


@transaction.atomic
def do_cancel(actor: Actor, message_pk: int, *, reason: str) -> OutboxMessage:
    """Take a message out before it leaves. Raises ContactError once it is being handed over, and without a reason."""
    actor.need(Right.RELEASE)
    message = _locked(actor, message_pk)
    if message.state == MessageState.CANCELLED:
        return message
    if message.state not in {MessageState.QUEUED, MessageState.BLOCKED}:
        raise ContactError(
            gettext("The message is %(state)s; only a waiting one can be cancelled.")
            % {"state": message.get_state_display()}
        )
    if not reason:
        raise ContactError(gettext("Cancelling needs a reason."))
    message.state = MessageState.CANCELLED
    message.save(update_fields=["state"])
    audit.record(actor, "cancel", f"message:{message.pk}", reason=reason)
    event(
        actor, message.customer_id, EventKind.MESSAGE, because(DeliveryReason.CANCELLED), subject=f"message:{message.pk}",
        channel=message.channel, text=reason,
    )  # fmt: skip
    return message


def withdraw(actor: Actor, step_key: str, outcome: str) -> None:
    """Take a message out that has become needless before it leaves, inside the caller's transaction; one on its way stays."""
    waiting = OutboxMessage.objects.filter(company_id=actor.company_id, step_key=step_key)
    found = waiting.filter(state__in=(MessageState.QUEUED, MessageState.BLOCKED)).first()
    if found is None or not waiting.filter(pk=found.pk, state=found.state).update(state=MessageState.CANCELLED):
        return
    audit.record(actor, "cancel", f"message:{found.pk}", reason=outcome)
    event(
        actor, found.customer_id, EventKind.MESSAGE, because(DeliveryReason.CANCELLED), subject=f"message:{found.pk}",
        channel=found.channel,
    )  # fmt: skip


@transaction.atomic
def do_requeue(actor: Actor, message_pk: int, *, reason: str) -> OutboxMessage:
    """Give a held-back message another chance; the gate judges it anew. Its content stays what it is."""
    actor.need(Right.RELEASE)
    message = _locked(actor, message_pk)
    if message.state == MessageState.QUEUED:
        return message
    if message.state != MessageState.BLOCKED:
        raise ContactError(
            gettext("The message is %(state)s; only a held-back one can be queued again.")
            % {"state": message.get_state_display()}
        )
    message.state, message.reasons, message.not_before, message.attempt = MessageState.QUEUED, [], None, 0
    message.looked_at = actor.at
    message.save(update_fields=["state", "reasons", "not_before", "attempt", "looked_at"])
    audit.record(actor, "requeue", f"message:{message.pk}", reason=reason)
    return message


@transaction.atomic
def do_approve(actor: Actor, message_pks: Sequence[int]) -> int:
    """Approve messages as the second person; gives how many were. Raises ContactError for one's own release."""
    actor.need(Right.RELEASE)
    if actor.user_id is None:
        raise ContactError(gettext("The second person must be a person."))
    rows = OutboxMessage.objects.select_for_update().filter(
        pk__in=list(message_pks), company_id=actor.company_id, state=MessageState.QUEUED, approved_by__isnull=True
    )
    found = list(rows.order_by("id"))
    if any(row.released_by_id == actor.user_id for row in found):
        raise ContactError(gettext("Who released a message cannot be its second person."))
    OutboxMessage.objects.filter(pk__in=[row.pk for row in found]).update(approved_by_id=actor.user_id, not_before=None)
    if found:
        audit.record_bulk(actor, "approve", "outbox", [row.content_sha256.encode() for row in found], count=len(found))
    return len(found)
