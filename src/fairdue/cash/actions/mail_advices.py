"""Looking for advices in mail that came in, once each. Numbers are those of docs/algorithms/remittance-advices.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from fairdue.cash.actions.advise import NOTHING_TOLD, AdviceDesk, Found, advice_desk, find, write_advice
from fairdue.cash.advice_files import Piece, mail_in, piece_of, speaks_of_paying, words_of
from fairdue.cash.models import Advice, AdviceLook
from fairdue.contact import blobs
from fairdue.contact.inbox.kinds import PREFIX
from fairdue.contact.models import InboundMail, MailKind, OutboxMessage
from fairdue.formats.errors import FormatError
from fairdue.ledger.store import BlobError, StoreUnreachable
from fairdue.people.actor import Actor, Right
from fairdue.people.days import day_in
from fairdue.people.models import Company

LOOKED_DAYS = 90
PORTION = 50
"""Mails of one transaction."""
FILES_MAX = 10
FILE_BYTES_MAX = 5 * 1024 * 1024
PDF_SECONDS_MAX = 5
PASSED_OVER = (MailKind.BOUNCE, MailKind.DELAYED, MailKind.OWN, MailKind.UNREADABLE)
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Looked:
    """Mails that were looked at, and advices found in them."""

    mails: int = 0
    advices: int = 0


def to_look_at(actor: Actor) -> QuerySet[InboundMail]:
    """Give the mails that were not looked at yet (10)."""
    looks = AdviceLook.objects.filter(mail=OuterRef("pk"))
    since = actor.at - timedelta(days=LOOKED_DAYS)
    rows = InboundMail.objects.filter(~Exists(looks), company_id=actor.company_id, received_at__gte=since)
    return rows.exclude(kind__in=PASSED_OVER).order_by("pk")


def do_look_for_advices(actor: Actor, *, progress: Progress | None = None) -> Looked:
    """Look at the mails that came in since the last time (10 to 12). Where stored files are out of reach, the rest is looked at later."""
    actor.need(Right.ALLOCATE)
    done = Looked()
    if not (of := to_look_at(actor).count()):
        return done
    zone = Company.objects.values_list("time_zone", flat=True).get(pk=actor.company_id)
    with advice_desk(actor, seconds_max=PDF_SECONDS_MAX) as desk:
        while mails := list(to_look_at(actor)[:PORTION]):
            ours = _ours(actor.company_id, mails)
            try:
                found = [(mail, _in_mail(desk, mail, ours)) for mail in mails]
            except StoreUnreachable:
                break
            _keep(actor, found, zone, done)
            if progress is not None:
                progress(done.mails, of)
    return done


def _ours(company_id: int, mails: Sequence[InboundMail]) -> set[str]:
    """Give the hashes of the files that we sent to the customers of some mails. One query."""
    rows = OutboxMessage.objects.filter(
        company_id=company_id, customer_id__in={one.customer_id for one in mails if one.customer_id}
    )
    return {str(one["sha256"]) for files in rows.values_list("attachments", flat=True) for one in files}


def _in_mail(desk: AdviceDesk, mail: InboundMail, ours: set[str]) -> list[Found]:
    """Read the files of a mail, or where none of them is an advice its new text (11)."""
    subject = "" if PREFIX.match(mail.subject) else mail.subject
    speaks = speaks_of_paying(subject, mail.text)
    found = []
    for name, data in _files(mail, ours):
        for piece, held in _pieces(desk, name, data):
            if speaks or speaks_of_paying(piece.name, *(said.text for said in piece.sheets[0].lines)):
                one = find(desk, piece, held, NOTHING_TOLD, sender=mail.customer_id)
                found += [one] if one else []
    if not found and speaks:
        one = find(desk, _body(mail), _raw(mail), NOTHING_TOLD, sender=mail.customer_id)
        found = [one] if one else []
    return found


def _files(mail: InboundMail, ours: set[str]) -> Iterator[tuple[str, bytes]]:
    for one in mail.attachments[:FILES_MAX]:
        if one["sha256"] in ours or int(one["size_bytes"]) > FILE_BYTES_MAX:
            continue
        try:
            yield str(one["file_name"]), blobs.get(mail.company_id, one["sha256"])
        except BlobError:
            continue


def _pieces(desk: AdviceDesk, name: str, data: bytes) -> Iterator[tuple[Piece, bytes]]:
    """Give what a file of a mail holds: itself, or of a mail within (forwarded) its files and its text."""
    inner = mail_in(data)
    files = [(file.name, file.data) for file in inner.files[:FILES_MAX]] if inner else [(name, data)]
    if inner is not None:
        yield Piece(name, Advice.Kind.MAIL, (words_of(inner.split.new),)), data
    for told, held in files:
        try:
            yield piece_of(held, told, desk.pdf), held
        except FormatError:
            continue


def _body(mail: InboundMail) -> Piece:
    return Piece("mail.eml", Advice.Kind.MAIL, (words_of(mail.text),))


def _raw(mail: InboundMail) -> bytes:
    try:
        return blobs.get(mail.company_id, mail.raw.sha256)
    except BlobError:
        return mail.text.encode()


@transaction.atomic
def _keep(actor: Actor, found: Sequence[tuple[InboundMail, list[Found]]], zone: str, done: Looked) -> None:
    """Write what was found in a portion of mails, and that they were looked at (12)."""
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    seen = set(AdviceLook.objects.filter(mail__in=[mail.pk for mail, _ in found]).values_list("mail_id", flat=True))
    looks = []
    for mail, advices in found:
        if mail.pk in seen:
            continue
        new = 0
        for one in advices:
            sure = one.owner == Advice.Owner.SENDER and mail.contact_id is not None
            new += not write_advice(actor, one, day_in(zone, mail.received_at), sure=sure, mail=mail).known
        looks.append(
            AdviceLook(company_id=actor.company_id, mail=mail, advices=new, recorded_at=actor.at)
        )  # fmt: skip
        done.mails += 1
        done.advices += new
    AdviceLook.objects.bulk_create(looks)
