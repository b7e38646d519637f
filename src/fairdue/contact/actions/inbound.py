"""Mail that comes in: kept as it came, told apart, tied to customer and message; a person's reply holds the next step.

``do_receive_many`` is one transaction: the mails, where they were read, holds and tasks, proposals, audit entries. Who is killed
in it has written nothing but stored files, which nobody owns; the same mails are read again and written once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError, transaction
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.contact.actions.delivery import Reply, do_record_bounce, record_replies
from fairdue.contact.actions.messages import ContactError
from fairdue.contact.actions.reading import refuse_changes_of
from fairdue.contact.actions.tasks import do_finish_task, event
from fairdue.contact.bounces import Bounce, bounce
from fairdue.contact.inbox.clues import Clues, clues_of
from fairdue.contact.inbox.kinds import PERSONAL, PREFIX, Kind, Told, kind_of
from fairdue.contact.inbox.lookup import Desk, evidence, lay_out, look_up, sent_to
from fairdue.contact.inbox.mail import BYTES_MAX, Mail, MailRefused, read, too_large
from fairdue.contact.inbox.rules import STRONG, Threaded, answered, thread
from fairdue.contact.models import (
    Change,
    ChangeProposal,
    ChangeState,
    EventKind,
    InboundMail,
    MailPlace,
    MailState,
    MessageState,
    OutboxMessage,
    StoredBlob,
    Task,
)
from fairdue.contact.reasons import DeliveryReason, EventReason, ThreadReason
from fairdue.kernel.reasons import because
from fairdue.ledger import audit
from fairdue.ledger.models import Channel, Contact, Customer
from fairdue.people.actor import Actor, Right

HEAD_BYTES = 65_536
"""Kept of a mail too large to be read: its headers and the beginning of its text."""
UNREADABLE, NOBODY = Told(Kind.UNREADABLE), Threaded(None, 0, ())
"""What holds of a mail before anything is known of it."""
HOUSE = (OSError, OperationalError, InterfaceError, ProgrammingError)
"""No mail is at fault: a full disk, a database that is gone or not migrated."""
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
    """Where a mail was read: the way, the place (a folder, a mailbox) and its mark there. ``number`` is a mailbox's UID.

    ``head_of`` is the size of a mail of which only the head was fetched: it is not read, whatever the head says.
    """

    way: str = "file"
    place: str = ""
    mark: str = ""
    number: int = 0
    head_of: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a mail, and its row."""

    what: Received
    mail_id: int


def do_receive(actor: Actor, data: bytes, *, at: At | None = None, desk: Desk | None = None) -> Receipt:
    """Read one mail; see ``do_receive_many``."""
    return do_receive_many(actor, [(data, at or At())], desk=desk)[0]


def do_receive_many(actor: Actor, mails: Sequence[tuple[bytes, At]], *, desk: Desk | None = None) -> list[Receipt]:
    """Read some mails in one transaction and record what they say; give what came of each, in order. Files are stored before rows.

    The same mail again, by whatever way, is known. What cannot be read or written is kept all the same and waits for a person. Where
    one of the mails fails, or another reader writes one of them meanwhile, each is written on its own. ``desk`` is laid out once a
    session. Raises what the house itself lacks (``HOUSE``): nothing is written then, and the mails are read the next time.
    """
    actor.need(Right.HOLD)
    desk = desk or lay_out(actor.company_id)
    known = _known_raw(actor, mails)
    drafts = [_draft(data, at, desk, known.get(hashlib.sha256(data[:BYTES_MAX]).hexdigest())) for data, at in mails]
    try:
        return _receive(actor, drafts, desk)
    except HOUSE:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the database refuses in one mail: it is kept, the others are written
        if len(drafts) == 1:
            return [_alone(actor, drafts[0], desk, error)]
    return [do_receive(actor, data, at=at, desk=desk) for data, at in mails]


def _alone(actor: Actor, draft: _Draft, desk: Desk, error: Exception) -> Receipt:
    """Say what becomes of one mail that was not written: another reader wrote it meanwhile, else its bytes are kept for a person."""
    same = InboundMail.objects.filter(company_id=actor.company_id, mail_key=draft.key).first()
    if same is not None and isinstance(error, IntegrityError):
        _place(actor, [(same.pk, draft.at)])
        return Receipt(Received.KNOWN, same.pk)
    if draft.mail is None:
        raise error
    return _receive(actor, [_refusal(draft.data, draft.at, _unread(error))], desk)[0]


@dataclass(slots=True)
class _Draft:
    """A mail that was read, and what is made of it on the way to its row."""

    data: bytes
    at: At
    key: str
    known: int | None = None
    mail: Mail | None = None
    refused: str = ""
    report: Bounce | None = None
    told: Told = UNREADABLE
    clues: Clues | None = None
    threaded: Threaded = NOBODY
    message_id: int | None = None
    row: InboundMail | None = None

    @property
    def files(self) -> list[tuple[bytes, str]]:
        """The bytes to be stored, with their media types: the mail, of one too large its head, then its files."""
        raw = self.data if len(self.data) <= BYTES_MAX else self.data[:HEAD_BYTES]
        own = [(file.data, file.media_type) for file in self.mail.files] if self.mail is not None else []
        return [(raw, "message/rfc822"), *own]


def _known_raw(actor: Actor, mails: Sequence[tuple[bytes, At]]) -> dict[str, int]:
    hashes = [hashlib.sha256(data[:BYTES_MAX]).hexdigest() for data, _ in mails]
    rows = InboundMail.objects.filter(company_id=actor.company_id, raw__sha256__in=hashes)
    return dict(rows.values_list("raw__sha256", "id"))


def _draft(data: bytes, at: At, desk: Desk, known: int | None) -> _Draft:
    if known is not None:
        return _Draft(data, at, "", known)
    if at.head_of:
        return _refusal(data, at, str(too_large(at.head_of)))
    try:
        mail = read(data)
        report = bounce(mail)
        known = mail.sender in desk.by_address or mail.reply_to in desk.by_address
        told = _report_kind(report) if report is not None else kind_of(mail, own=desk.own, heard=known)
        return _Draft(data, at, mail.key, None, mail, "", report, told, _clues(mail, report, told, desk))
    except MailRefused as error:
        return _refusal(data, at, str(error))
    except Exception as error:  # noqa: BLE001 - whatever a hostile mail breaks in pure code: it is kept, the others are read
        return _refusal(data, at, _unread(error))


def _refusal(data: bytes, at: At, why: str) -> _Draft:
    return _Draft(data, at, hashlib.sha256(data).hexdigest(), refused=why)


def _unread(error: Exception) -> str:
    return gettext("The mail cannot be read (%(error)s).") % {"error": type(error).__name__}


def _receive(actor: Actor, drafts: Sequence[_Draft], desk: Desk) -> list[Receipt]:
    keys = {one.key for one in drafts if one.known is None}
    rows = InboundMail.objects.filter(company_id=actor.company_id, mail_key__in=keys)
    by_key = dict(rows.values_list("mail_key", "id"))
    new: dict[str, _Draft] = {}
    for one in drafts:
        one.known = one.known or by_key.get(one.key)
        if one.known is None:
            new.setdefault(one.key, one)
    fresh = list(new.values())
    _thread(actor, fresh, desk)
    blobs.put_many(actor.company_id, [data for one in fresh for data, _ in one.files])
    with transaction.atomic():
        _write(actor, fresh, desk)
        ids = {one.key: one.row.pk for one in fresh if one.row is not None}
        _place(actor, [(one.known or ids[one.key], one.at) for one in drafts])
    return [
        Receipt(_what(one.row), one.row.pk)
        if one.row is not None
        else Receipt(Received.KNOWN, one.known or ids[one.key])
        for one in drafts
    ]


def _thread(actor: Actor, drafts: Sequence[_Draft], desk: Desk) -> None:
    """Say whose each mail is and which message it answers, with a few reads for all."""
    found = look_up(actor.company_id, [one.clues for one in drafts if one.clues is not None])
    open_ones: list[tuple[_Draft, int, date]] = []
    for one in drafts:
        if one.mail is None or one.clues is None:
            continue
        mail, shown = one.mail, evidence(desk, one.clues, found)
        if one.told.kind is Kind.BULK:
            if any(each.weight >= STRONG for each in shown):
                one.told = kind_of(mail, own=desk.own, heard=True)
            else:
                shown = []
        machine = one.report is not None or one.told.kind in {Kind.BULK, Kind.OWN}
        looks = (
            machine or bool(one.clues.answers or mail.split.quoted or mail.inner) or bool(PREFIX.match(mail.subject))
        )
        one.threaded = thread(shown, desk.groups, answers=looks)
        one.message_id = one.threaded.message_id
        if one.threaded.customer_id is not None and one.message_id is None:
            open_ones.append((one, one.threaded.customer_id, (mail.sent_at or actor.at).date()))
    sent = sent_to(actor.company_id, [(customer_id, on) for _, customer_id, on in open_ones])
    for (one, _, on), candidates in zip(open_ones, sent, strict=True):
        one.message_id = answered(one.threaded, candidates, on)


def _write(actor: Actor, drafts: Sequence[_Draft], desk: Desk) -> None:
    """Write the rows of new mails and what follows from them, inside the caller's transaction."""
    stored = blobs.keep_many(actor.company_id, [file for one in drafts for file in one.files], actor.at)
    for one in drafts:
        raw = stored[hashlib.sha256(one.files[0][0]).hexdigest()]
        one.row = _row(actor, one, raw, desk) if one.mail is not None else _refused(actor, one, raw)
    rows = InboundMail.objects.bulk_create([one.row for one in drafts if one.row is not None])
    audit.record_many(
        actor,
        [
            (
                "receive",
                f"mail:{row.pk}",
                {"kind": row.kind, "state": row.state, "customer": row.customer_id, "raw": row.raw.sha256},
            )
            for row in rows
        ],
    )
    _follow(actor, [(one.row, one.told.changes) for one in drafts if one.row is not None and one.report is None])
    for one in drafts:
        if one.report is not None and one.row is not None:
            _record_report(actor, one.row, one.report)


def _place(actor: Actor, read_at: Sequence[tuple[int, At]]) -> None:
    MailPlace.objects.bulk_create(
        [
            MailPlace(
                company_id=actor.company_id, place=at.place[:300], mark=at.mark[:300], number=at.number, mail_id=mail_id
            )
            for mail_id, at in read_at
            if at.place
        ],
        ignore_conflicts=True,
    )


def _what(row: InboundMail) -> Received:
    if row.state == MailState.UNMATCHED:
        return Received.UNMATCHED
    kinds = {Kind.BOUNCE.value: Received.BOUNCE, Kind.DELAYED.value: Received.DELAYED}
    return kinds.get(row.kind) or (Received.REPLY if row.kind in PERSONAL else Received.AUTOMATIC)


def _refused(actor: Actor, one: _Draft, raw: StoredBlob) -> InboundMail:
    """Keep what cannot be read, or its head where it is too large, for a person."""
    return InboundMail(
        company_id=actor.company_id, mail_key=one.key, raw=raw, way=one.at.way, received_at=actor.at, kind=Kind.UNREADABLE,
        reasons=[because(ThreadReason.TOO_LARGE, detail=one.refused[:200]).as_dict()], state=MailState.UNMATCHED,
        cut=["raw"], subject=one.at.mark[:300],
    )  # fmt: skip


def _row(actor: Actor, one: _Draft, raw: StoredBlob, desk: Desk) -> InboundMail:
    mail, threaded = one.mail, one.threaded
    assert mail is not None
    row = InboundMail(
        company_id=actor.company_id, mail_key=mail.key, raw=raw, mail_id=mail.message_id, way=one.at.way,
        sender=mail.sender, sender_name=mail.sender_name, recipients=mail.recipients, subject=mail.subject,
        sent_at=mail.sent_at, received_at=actor.at, text=mail.split.new, quoted=mail.split.quoted,
        attachments=_files(mail), cut=list(mail.cut), kind=one.told.kind, signs=list(one.told.signs)[:10],
        customer_id=threaded.customer_id, confidence=threaded.confidence,
        reasons=[each.as_dict() for each in threaded.reasons[:20]], candidates=list(threaded.candidates),
        message_id=one.message_id,
    )  # fmt: skip
    if row.customer_id is not None:
        row.contact_id = desk.known(row.customer_id, (mail.sender, mail.reply_to))
    row.state = _state(row)
    return row


def _report_kind(report: Bounce) -> Told:
    return Told(Kind.BOUNCE if report.permanent else Kind.DELAYED, tuple(one for one in (report.status,) if one))


def _clues(mail: Mail, report: Bounce | None, told: Told, desk: Desk) -> Clues:
    clues = clues_of(mail, own=desk.own)
    if report is None and told.kind is not Kind.OWN:
        return clues
    # What a server says belongs to a customer only by our own Message-ID.
    originals = report.message_ids if report is not None else ()
    return Clues((), tuple(dict.fromkeys((*originals, *clues.mentions))), (), (), (), (), ())


def _files(mail: Mail) -> list[dict[str, object]]:
    return [
        {
            "sha256": hashlib.sha256(file.data).hexdigest(), "file_name": file.name, "media_type": file.media_type,
            "size_bytes": len(file.data),
        }
        for file in mail.files
    ]  # fmt: skip


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


def _follow(actor: Actor, mails: Sequence[tuple[InboundMail, Iterable[tuple[str, str]]]]) -> None:
    """Write what follows from mails of customers: timeline, hold and task for a person's reply, proposals."""
    ours = [(row, row.customer_id, changes) for row, changes in mails if row.customer_id is not None]
    replies = [
        Reply(
            customer_id, mark=f"mail:{row.pk}", subject=row.subject, text=row.text,
            out_of_office=row.kind not in PERSONAL, about=f"mail:{row.pk}", key=_task_key(row),
        )
        for row, customer_id, _ in ours
        if row.kind not in {Kind.BULK, Kind.OWN}
    ]  # fmt: skip
    record_replies(actor, replies)
    for row, _, changes in ours:
        for change, address in changes:
            _propose(actor, row, change, address)


def _task_key(row: InboundMail) -> str:
    return f"mail:{row.pk}:{row.assigned}"


def _propose(actor: Actor, row: InboundMail, change: str, address: str) -> None:
    assert row.customer_id is not None
    asked = row.contact or (row.message.contact if row.message is not None else None)
    if asked is not None and asked.customer_id != row.customer_id:
        asked = None
    proposal, made = ChangeProposal.objects.get_or_create(
        mail=row, customer_id=row.customer_id, change=change,
        defaults={
            "company_id": actor.company_id, "contact": asked, "old_email": asked.email if asked else row.sender,
            "new_email": address, "known_sender": row.contact_id is not None, "created_at": actor.at,
        },
    )  # fmt: skip
    if not made and proposal.state == ChangeState.REFUSED:
        # The mail went to another customer and came back.
        proposal.state, proposal.decided_at, proposal.decided_by, proposal.decision_note = (
            ChangeState.PROPOSED,
            None,
            "",
            "",
        )
        proposal.save(update_fields=["state", "decided_at", "decided_by", "decision_note"])
        made = True
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
    row.state, report = _state(row), row.kind in {Kind.BOUNCE, Kind.DELAYED}
    row.message_id = None if report else _answered(row, customer_id)
    row.save(update_fields=["customer", "assigned", "confidence", "reasons", "contact", "message", "state"])
    audit.record(actor, "assign_mail", f"mail:{row.pk}", customer=customer_id)
    if report:
        _follow_report(actor, row, customer_id)
    else:
        _follow(actor, [(row, _changes_of(row))])
    return row


def _answered(row: InboundMail, customer_id: int) -> int | None:
    on = (row.sent_at or row.received_at).date()
    return answered(Threaded(customer_id, 100, ()), sent_to(row.company_id, [(customer_id, on)])[0], on)


def _follow_report(actor: Actor, row: InboundMail, customer_id: int) -> None:
    """Record the bounce that a person assigned: by the customer's message that it names, else by the contact whose address failed."""
    try:
        report = bounce(read(blobs.get(row.company_id, row.raw.sha256)))
    except (MailRefused, blobs.BlobError):
        report = None
    if report is None or not report.permanent:
        return
    detail = f"{report.status} {report.detail}".strip()
    named = OutboxMessage.objects.filter(
        company_id=actor.company_id, customer_id=customer_id, message_id__in=report.message_ids
    ).first()
    failed = Contact.objects.filter(customer_id=customer_id, email__iexact=report.recipient).order_by("-active", "id")
    if named is not None:
        row.message_id = named.pk
        row.save(update_fields=["message"])
        do_record_bounce(actor, message_pk=named.pk, detail=detail)
    elif report.recipient and (contact := failed.first()) is not None:
        do_record_bounce(actor, contact_id=contact.pk, address=report.recipient, detail=detail)
    else:
        told = because(DeliveryReason.BOUNCED, address=report.recipient, detail=detail[:300])
        event(actor, customer_id, EventKind.BOUNCE, told, subject=f"mail:{row.pk}", channel=Channel.EMAIL)


def _changes_of(row: InboundMail) -> tuple[tuple[str, str], ...]:
    """Tell again what a mail asks to change, from its stored bytes."""
    if row.kind not in {Kind.REPLY, Kind.OPT_OUT, Kind.LEFT, Kind.AWAY}:
        return ()
    try:
        return kind_of(
            read(blobs.get(row.company_id, row.raw.sha256)), own=lay_out(row.company_id).own, heard=True
        ).changes
    except (MailRefused, blobs.BlobError):
        return ((Change.OPT_OUT.value, ""),) if row.kind == Kind.OPT_OUT else ()


def _let_go(actor: Actor, row: InboundMail, outcome: str) -> None:
    """End the task and the hold of a mail where it was; what it asked to change there is refused, unless it was decided."""
    refuse_changes_of(actor, row, outcome)
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
