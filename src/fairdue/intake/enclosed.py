"""Files that came with a mail, taken over as copies of the customer's documents: proposed by what they name, kept by one action.

1. A number of the customer's documents in the file's name decides; else the only one that subject and new text name.
2. The kind is what the name says, else the mail's words; a person may say otherwise.
3. The bytes are stored once, by hash; what they are is told by their first bytes, never by the mail.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.contact.inbox.kinds import PREFIX
from fairdue.contact.models import InboundMail, MailState
from fairdue.formats.copies.media import media_type, with_ending
from fairdue.formats.copies.naming import Numbers, kind_in, kind_of, number_key
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError
from fairdue.intake.pdf_reader import PdfProcess
from fairdue.intake.sorting import DocumentRef
from fairdue.ledger import audit
from fairdue.ledger.file_actions import FileError, NewFile, do_add_files, safe_name
from fairdue.ledger.file_queries import in_force
from fairdue.ledger.models import CUSTOMER_WIDE, CopyKind, Document, DocumentFile, FileOrigin
from fairdue.people.actor import Actor, Right

ENDINGS = (".pdf", ".png", ".jpg", ".jpeg")
DOCUMENTS_MAX = 5_000
"""Documents of a customer, the newest, among which numbers are sought."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file of a mail may be: its place, name, kind and document (empty where it says nothing), and what it was taken as."""

    place: int
    file_name: str
    kind: str
    number: str
    may_be: bool
    taken: tuple[DocumentFile, ...] = ()


def proposals(mail: InboundMail) -> list[Proposal]:
    """Give what the files of a mail may be, in their order. Two queries; none of a file's bytes is read."""
    if mail.customer_id is None or not mail.attachments:
        return []
    known = _numbers(mail.company_id, mail.customer_id)
    rows = in_force(mail.company_id).filter(
        customer_id=mail.customer_id, sha256__in=[one["sha256"] for one in mail.attachments]
    )
    taken: dict[str, list[DocumentFile]] = defaultdict(list)
    for row in rows.select_related("document").order_by("id"):
        taken[row.sha256].append(row)
    said = f"{PREFIX.sub('', mail.subject)}\n{mail.text}"  # "RE:" is no invoice
    in_words = {
        ref
        for words in (known.in_name(mail.subject), known.in_text(mail.text))
        for group in words.values()
        for ref in group
    }
    found = []
    for place, one in enumerate(mail.attachments):
        name = str(one["file_name"])
        named = [ref for group in known.in_name(name.rpartition(".")[0]).values() for ref in group]
        chosen = named[:1] if len(set(named)) == 1 else [] if named else list(in_words) if len(in_words) == 1 else []
        may_be = name.lower().endswith(ENDINGS)
        kind = (kind_of(name) or kind_in(said)) if may_be else ""
        number = chosen[0].number if chosen and may_be else ""
        found.append(Proposal(place, name, kind, number, may_be, tuple(taken[str(one["sha256"])])))
    return found


def _numbers(company_id: int, customer_id: int) -> Numbers[DocumentRef]:
    found: dict[str, list[DocumentRef]] = defaultdict(list)
    rows = Document.objects.filter(company_id=company_id, customer_id=customer_id).order_by("-id")
    for document_id, number in rows.values_list("id", "number")[:DOCUMENTS_MAX]:
        if key := number_key(number):
            found[key].append(DocumentRef(document_id, customer_id, number))
    return Numbers(found)


def do_take_enclosed(actor: Actor, mail_id: int, place: int, *, kind: str = "", number: str = "") -> DocumentFile:
    """Take a file of a mail over as a copy of a document of its customer; without kind and number as proposed. Again changes nothing.

    Raises FileError for a mail without a customer, an unknown kind, a number that is none of the customer's or several; FormatError
    for a file that is no PDF, PNG or JPEG or cannot be read.
    """
    actor.need(Right.IMPORT)
    mail = InboundMail.objects.get(pk=mail_id, company_id=actor.company_id)
    if mail.customer_id is None or mail.state == MailState.DISMISSED:
        raise FileError(gettext("The mail belongs to no customer; assign it first."))
    offered = proposals(mail)
    if not 0 <= place < len(offered):
        raise FileError(gettext("The mail has no such file."))
    proposed = offered[place]
    kind, number = kind or proposed.kind, number.strip() or proposed.number
    if kind not in CopyKind.values:
        raise FileError(gettext("Please say what the file is a copy of."))
    document = _document(mail.company_id, mail.customer_id, number) if number else None
    if document is None and kind not in CUSTOMER_WIDE and kind != CopyKind.OTHER:
        raise FileError(gettext("Please give the number of the document."))
    try:
        data = blobs.get(mail.company_id, mail.attachments[place]["sha256"])
    except blobs.BlobError as error:
        raise FileError(str(error)) from None
    media = media_type(data)
    if not media:
        raise FormatError(CopyReason.NO_COPY)
    if media == "application/pdf":
        with PdfProcess() as pdf:
            pdf.read(data)
    name = with_ending(safe_name(proposed.file_name), media)
    file = NewFile(mail.customer_id, document, kind, name, data, media, FileOrigin.MAIL)
    with transaction.atomic():
        added = do_add_files(actor, [file])
        (row,) = added.files
        if added.new:
            audit.record(actor, "take_enclosed", f"mail:{mail.pk}", file=row.pk, sha256=row.sha256, kind=kind)
    return row


def _document(company_id: int, customer_id: int, number: str) -> int:
    rows = Document.objects.filter(company_id=company_id, customer_id=customer_id, number=number)
    found = list(rows.values_list("pk", flat=True)[:2])
    if len(found) != 1:
        raise FileError(
            gettext("%(number)s is the number of %(count)d documents of this customer.")
            % {"number": number, "count": len(found)}
        )
    return found[0]
