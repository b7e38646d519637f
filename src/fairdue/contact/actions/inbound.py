"""Mail that comes in: kept as it came, told apart, tied to customer and message; a person's reply holds the next step.

``do_receive`` is one transaction: the mail, where it was read, its hold and task, its proposals, its audit entry. Who is killed
in it has written nothing but stored files, which have no row; the same mail is read again and written once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.contact.actions.delivery import do_record_bounce, do_record_reply
from fairdue.contact.actions.messages import ContactError
from fairdue.contact.actions.tasks import do_finish_task, event
from fairdue.contact.bounces import Bounce, bounce
from fairdue.contact.inbox.clues import clues_of
from fairdue.contact.inbox.kinds import PERSONAL, PREFIX, Kind, Told, kind_of
from fairdue.contact.inbox.lookup import Desk, evidence, lay_out, sent_to
from fairdue.contact.inbox.mail import BYTES_MAX, Mail, MailRefused, read
from fairdue.contact.inbox.rules import Threaded, answered, thread
from fairdue.contact.models import (
    Change,
    ChangeProposal,
    EventKind,
    InboundMail,
    MailPlace,
    MailState,
    MessageState,
    OutboxMessage,
    StoredBlob,
    Task,
)
from fairdue.contact.reasons import EventReason, ThreadReason
from fairdue.kernel.reasons import because
from fairdue.ledger import audit
from fairdue.ledger.models import Contact, Customer
from fairdue.people.actor import Actor, Right

HEAD_BYTES = 65_536
"""Kept of a mail too large to be read: its headers and the beginning of its text."""
TO_ASSIGN = frozenset({*PERSONAL, Kind.LEFT, Kind.BOUNCE})
"""Kinds that a person has to assign where nobody else can."""


class Received(StrEnum):
    """What came of an incoming mail."""

    BOUNCE = "bounce"
    DELAYED = "delayed"
    """A report that delivery goes on, or succeeded: nothing is to be done."""
    REPLY = "reply"
    AUTOMATIC = "automatic"
    """No person wrote it: out of office, a ticket number, a newsletter, our own mail."""
    KNOWN = "known"
    """The same mail was read before."""
    UNMATCHED = "unmatched"
    """Nobody can say whose it is; it waits for a person."""


@dataclass(frozen=True, slots=True)
class At:
    """Where a mail was read: the way, the place (a folder, a mailbox) and its mark there. ``number`` is a mailbox's UID."""

    way: str = "file"
    place: str = ""
    mark: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a mail, and its row."""

    what: Received
    mail_id: int


def do_receive(actor: Actor, data: bytes, *, at: At | None = None, desk: Desk | None = None) -> Receipt:
    """Read a mail and record what it says; the same mail again, by whatever way, is known. Files are stored before rows.

    What cannot be read is kept all the same and waits for a person. ``desk`` saves three queries a mail in a session.
    """
    actor.need(Right.HOLD)
    at = at or At()
    known = InboundMail.objects.filter(
        company_id=actor.company_id, raw__sha256=hashlib.sha256(data[:BYTES_MAX]).hexdigest()
    ).first()
    if known is not None:
        return _known(actor, known, at)
    desk = desk or lay_out(actor.company_id)
    try:
        mail: Mail | MailRefused = read(data)
    except MailRefused as error:
        mail = error
    key = mail.key if isinstance(mail, Mail) else hashlib.sha256(data).hexdigest()
    same = InboundMail.objects.filter(company_id=actor.company_id, mail_key=key).first()
    if same is not None:
        return _known(actor, same, at)
    try:
        with transaction.atomic():
            row = (
                _refused(actor, data, str(mail), at, key)
                if isinstance(mail, MailRefused)
                else _kept(actor, data, mail, at, desk)
            )
            _place(actor, row, at)
            return Receipt(_what(row), row.pk)
    except IntegrityError:
        # Another reader wrote the same mail meanwhile.
        return _known(actor, InboundMail.objects.get(company_id=actor.company_id, mail_key=key), at)


def _known(actor: Actor, mail: InboundMail, at: At) -> Receipt:
    _place(actor, mail, at)
    return Receipt(Received.KNOWN, mail.pk)


def _place(actor: Actor, mail: InboundMail, at: At) -> None:
    if at.place:
        MailPlace.objects.get_or_create(
            company_id=actor.company_id,
            place=at.place[:300],
            mark=at.mark[:300],
            defaults={"number": at.number, "mail": mail},
        )


def _what(row: InboundMail) -> Received:
    if row.state == MailState.UNMATCHED:
        return Received.UNMATCHED
    kinds = {Kind.BOUNCE.value: Received.BOUNCE, Kind.DELAYED.value: Received.DELAYED}
    return kinds.get(row.kind) or (Received.REPLY if row.kind in PERSONAL else Received.AUTOMATIC)


def _refused(actor: Actor, data: bytes, why: str, at: At, key: str) -> InboundMail:
    """Keep what cannot be read, or its head where it is too large, for a person."""
    raw = blobs.keep(
        actor.company_id, data if len(data) <= BYTES_MAX else data[:HEAD_BYTES], "message/rfc822", actor.at
    )
    row = InboundMail.objects.create(
        company_id=actor.company_id, mail_key=key, raw=raw, way=at.way, received_at=actor.at, kind=Kind.UNREADABLE,
        reasons=[because(ThreadReason.TOO_LARGE, detail=why[:200]).as_dict()], state=MailState.UNMATCHED, cut=["raw"],
        subject=at.mark[:300],
    )  # fmt: skip
    audit.record(actor, "receive", f"mail:{row.pk}", kind=row.kind, state=row.state, raw=raw.sha256)
    return row


def _kept(actor: Actor, data: bytes, mail: Mail, at: At, desk: Desk) -> InboundMail:
    report = bounce(mail)
    told = _report_kind(report) if report is not None else kind_of(mail, own=desk.own)
    threaded = _threaded(mail, report, told, desk)
    raw = blobs.keep(actor.company_id, data, "message/rfc822", actor.at)
    row = InboundMail(
        company_id=actor.company_id, mail_key=mail.key, raw=raw, mail_id=mail.message_id, way=at.way, sender=mail.sender,
        sender_name=mail.sender_name, recipients=mail.recipients, subject=mail.subject, sent_at=mail.sent_at,
        received_at=actor.at, text=mail.split.new, quoted=mail.split.quoted, attachments=_files(actor, mail),
        cut=list(mail.cut), kind=told.kind, signs=list(told.signs)[:10], customer_id=threaded.customer_id,
        confidence=threaded.confidence, reasons=[one.as_dict() for one in threaded.reasons[:20]],
        candidates=list(threaded.candidates), message_id=threaded.message_id,
    )  # fmt: skip
    if row.customer_id is not None:
        row.contact_id = desk.known(row.customer_id, (mail.sender, mail.reply_to))
        row.message_id = row.message_id or _answered(actor, row, threaded)
    row.state = _state(row)
    row.save(force_insert=True)
    audit.record(
        actor, "receive", f"mail:{row.pk}", kind=row.kind, state=row.state, customer=row.customer_id, raw=raw.sha256
    )
    if report is not None:
        _record_report(actor, row, report)
    elif row.customer_id is not None:
        _follow(actor, row, told.changes)
    return row


def _report_kind(report: Bounce) -> Told:
    return Told(Kind.BOUNCE if report.permanent else Kind.DELAYED, tuple(one for one in (report.status,) if one))


def _threaded(mail: Mail, report: Bounce | None, told: Told, desk: Desk) -> Threaded:
    clues = clues_of(mail, own=desk.own)
    if report is not None or told.kind in {Kind.BULK, Kind.OWN}:
        # What a server or a newsletter says belongs to a customer only by our own Message-ID.
        originals = report.message_ids if report is not None else ()
        ids = type(clues)((), tuple(dict.fromkeys((*originals, *clues.mentions))), (), (), (), (), ())
        return thread(evidence(desk, ids), desk.groups, answers=True)
    looks = bool(clues.answers or mail.split.quoted or mail.inner) or bool(PREFIX.match(mail.subject))
    return thread(evidence(desk, clues), desk.groups, answers=looks)


def _answered(actor: Actor, row: InboundMail, threaded: Threaded) -> int | None:
    on = (row.sent_at or row.received_at).date()
    assert row.customer_id is not None
    return answered(threaded, sent_to(actor.company_id, row.customer_id, on), on)


def _files(actor: Actor, mail: Mail) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for file in mail.files:
        blob: StoredBlob = blobs.keep(actor.company_id, file.data, file.media_type, actor.at)
        found.append(
            {"sha256": blob.sha256, "file_name": file.name, "media_type": file.media_type, "size_bytes": len(file.data)}
        )
    return found


def _state(row: InboundMail) -> str:
    if row.customer_id is None:
        return MailState.UNMATCHED if row.kind in TO_ASSIGN else MailState.FILED
    return MailState.WAITING if row.kind in PERSONAL else MailState.FILED


def _record_report(actor: Actor, row: InboundMail, report: Bounce) -> None:
    if row.message_id is None or not report.permanent:
        return
    message = OutboxMessage.objects.get(pk=row.message_id, company_id=actor.company_id)
    if message.state != MessageState.BOUNCED:
        do_record_bounce(actor, message_pk=message.pk, detail=f"{report.status} {report.detail}".strip())


def _follow(actor: Actor, row: InboundMail, changes: Iterable[tuple[str, str]]) -> None:
    """Write what follows from a mail of a customer: timeline, hold and task for a person's reply, proposals."""
    assert row.customer_id is not None
    if row.kind not in {Kind.BULK, Kind.OWN}:
        do_record_reply(
            actor, customer_id=row.customer_id, reply_id=f"mail:{row.pk}:{row.assigned}", subject=row.subject, text=row.text,
            out_of_office=row.kind not in PERSONAL, about=f"mail:{row.pk}", key=_task_key(row),
        )  # fmt: skip
    for change, address in changes:
        _propose(actor, row, change, address)


def _task_key(row: InboundMail) -> str:
    return f"mail:{row.pk}:{row.assigned}"


def _propose(actor: Actor, row: InboundMail, change: str, address: str) -> None:
    assert row.customer_id is not None
    asked = row.contact or (row.message.contact if row.message is not None else None)
    if asked is not None and asked.customer_id != row.customer_id:
        asked = None
    _, made = ChangeProposal.objects.get_or_create(
        mail=row, customer_id=row.customer_id, change=change,
        defaults={
            "company_id": actor.company_id, "contact": asked, "old_email": asked.email if asked else row.sender,
            "new_email": address, "known_sender": row.contact_id is not None, "created_at": actor.at,
        },
    )  # fmt: skip
    if made:
        proposed = because(EventReason.PROPOSED, subject=row.subject[:200])
        event(actor, row.customer_id, EventKind.NOTE, proposed, subject=f"mail:{row.pk}")


@transaction.atomic
def do_assign_mail(actor: Actor, mail_id: int, *, customer_id: int) -> InboundMail:
    """Give a mail to a customer: one that nobody could place, or one that was placed wrongly. What it held is held there instead.

    Raises ContactError for a mail that was read or dismissed, and for a customer of another company.
    """
    actor.need(Right.HOLD)
    row = InboundMail.objects.select_for_update().get(pk=mail_id, company_id=actor.company_id)
    if row.state in {MailState.READ, MailState.DISMISSED}:
        raise ContactError(gettext("The mail was read already."))
    if not Customer.objects.filter(pk=customer_id, company_id=actor.company_id).exists():
        raise ContactError(gettext("The customer is not one of this company."))
    if row.customer_id == customer_id:
        return row
    _let_go(actor, row, gettext("assigned to another customer"))
    row.customer_id, row.assigned, row.confidence = customer_id, row.assigned + 1, 100
    row.reasons = [because(ThreadReason.BY_PERSON, name=actor.name).as_dict(), *row.reasons]
    row.contact = (
        Contact.objects.filter(customer_id=customer_id, email__iexact=row.sender).order_by("id").first()
        if row.sender
        else None
    )
    row.message_id = _answered(actor, row, Threaded(customer_id, 100, ()))
    row.state = _state(row)
    row.save(update_fields=["customer", "assigned", "confidence", "reasons", "contact", "message", "state"])
    audit.record(actor, "assign_mail", f"mail:{row.pk}", customer=customer_id)
    _follow(actor, row, _changes_of(row))
    return row


def _changes_of(row: InboundMail) -> tuple[tuple[str, str], ...]:
    """Tell again what a mail asks to change, from its stored bytes."""
    if row.kind not in {Kind.REPLY, Kind.OPT_OUT, Kind.LEFT, Kind.AWAY}:
        return ()
    try:
        return kind_of(read(blobs.get(row.raw.sha256)), own=lay_out(row.company_id).own).changes
    except (MailRefused, blobs.BlobError):
        return ((Change.OPT_OUT.value, ""),) if row.kind == Kind.OPT_OUT else ()


def _let_go(actor: Actor, row: InboundMail, outcome: str) -> None:
    """End the task and the hold of a mail where it was."""
    task = Task.objects.filter(company_id=actor.company_id, key=_task_key(row), done_at__isnull=True).first()
    if task is not None:
        do_finish_task(actor, task.pk, outcome=outcome)


@transaction.atomic
def do_dismiss_mail(actor: Actor, mail_id: int, *, note: str = "") -> InboundMail:
    """Say that a mail concerns no customer. It is kept. Raises ContactError for one that was read."""
    actor.need(Right.HOLD)
    row = InboundMail.objects.select_for_update().get(pk=mail_id, company_id=actor.company_id)
    if row.state == MailState.DISMISSED:
        return row
    if row.state == MailState.READ:
        raise ContactError(gettext("The mail was read already."))
    _let_go(actor, row, gettext("none of ours"))
    row.state, row.read_at, row.read_by, row.outcome_note = MailState.DISMISSED, actor.at, actor.name, note[:1000]
    row.save(update_fields=["state", "read_at", "read_by", "outcome_note"])
    audit.record(actor, "dismiss_mail", f"mail:{row.pk}", note=note[:200])
    return row
