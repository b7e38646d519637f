"""Files that came with a mail, taken over as copies of the customer's documents: proposed by what they name, kept by one action.

1. The kind is what the file's name says. The mail's words say it for the only file that came with them; an invoice named there is
   what the mail is about, not what the file is.
2. A number of the customer's documents in the file's name decides. The only one that subject and new text name is proposed for a file
   whose kind is known and is a copy of a document; an order, its confirmation and a contract are not. Else a person says it.
3. A PDF whose name tells no document is read for it: the only number and the kind that its text names come before the mail's words; the
   word *invoice* in it says no kind, for an advice of payment names invoices too. It is read in a process of its own, the first pages, a
   few small files, a few seconds. One that is locked, broken, active or too slow names nothing, and is refused when it is to be kept.
4. The bytes are stored once, by hash; what they are is told by their first bytes, never by the mail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.contact.inbox.kinds import PREFIX
from fairdue.contact.models import InboundMail, MailState
from fairdue.formats.copies.media import media_type, with_ending
from fairdue.formats.copies.naming import Numbers, kind_in, kind_of, number_key
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError
from fairdue.intake.sorting import DocumentRef
from fairdue.ledger import audit
from fairdue.ledger.file_actions import FileError, NewFile, do_add_files, safe_name
from fairdue.ledger.file_queries import in_force
from fairdue.ledger.models import CUSTOMER_WIDE, CopyKind, Document, DocumentFile, FileOrigin
from fairdue.ledger.pdf_reader import PdfProcess
from fairdue.ledger.store import StoreUnreachable
from fairdue.people.actor import Actor, Right

ENDINGS = (".pdf", ".png", ".jpg", ".jpeg")
OF_A_DOCUMENT = frozenset({CopyKind.INVOICE, CopyKind.DELIVERY_PROOF, CopyKind.ACCEPTANCE})
"""Kinds of which each file belongs to one document of the ledger."""
PDFS_READ_MAX = 5
"""PDFs of one mail whose text is read for a proposal."""
PDF_BYTES_MAX = 5 * 1024 * 1024
PDF_SECONDS_MAX = 4
REMEMBERED_S = 600
"""How long what a PDF named is remembered by this process: opening the mail again reads it no second time."""
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
    """Give what the files of a mail may be, in their order. Two queries, and the bytes of PDFs whose name tells no document."""
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
    names = [str(one["file_name"]) for one in mail.attachments]
    alone = sum(name.lower().endswith(ENDINGS) for name in names) == 1
    kind_said = kind_in(said) if alone else ""
    if kind_said == CopyKind.INVOICE:
        kind_said = ""
    found: list[Proposal] = []
    left = PDFS_READ_MAX
    for place, (name, one) in enumerate(zip(names, mail.attachments, strict=True)):
        may_be = name.lower().endswith(ENDINGS)
        sha256, inside = str(one["sha256"]), _Inside()
        if left and name.lower().endswith(".pdf") and not taken[sha256] and _tells_nothing(known, name):
            left -= 1
            inside = _inside(mail, sha256, known)
        kind = (kind_of(name) or inside.kind or kind_said) if may_be else ""
        number = _number(known, name, kind, in_words) if may_be else ""
        if len(inside.numbers) == 1 and kind in {"", *OF_A_DOCUMENT}:
            number = inside.numbers[0]
        found.append(Proposal(place, name, kind, number, may_be, tuple(taken[str(one["sha256"])])))
    return found


@dataclass(frozen=True, slots=True)
class _Inside:
    """What the text of a PDF names: numbers of the customer's documents, and a kind."""

    numbers: tuple[str, ...] = ()
    kind: str = ""


def _tells_nothing(known: Numbers[DocumentRef], name: str) -> bool:
    return not known.in_name(name.rpartition(".")[0]) and kind_of(name) in {"", *OF_A_DOCUMENT}


def _inside(mail: InboundMail, sha256: str, known: Numbers[DocumentRef]) -> _Inside:
    """Give what the text of a stored PDF names; nothing for one that may not or cannot be read."""
    key = f"enclosed:{mail.company_id}:{mail.customer_id}:{sha256}"
    remembered = cache.get(key)
    if remembered is not None:
        return _Inside(tuple(remembered[0]), remembered[1])
    found = _Inside()
    try:
        data = blobs.get(mail.company_id, sha256)
        if len(data) <= PDF_BYTES_MAX and media_type(data) == "application/pdf":
            with PdfProcess(PDF_SECONDS_MAX) as pdf:
                text = pdf.read(data).text
            kind = kind_in(text)
            numbers = dict.fromkeys(ref.number for group in known.in_text(text).values() for ref in group)
            found = _Inside(tuple(numbers), "" if kind == CopyKind.INVOICE else kind)
    except (blobs.BlobError, StoreUnreachable, FormatError):
        found = _Inside()
    cache.set(key, (found.numbers, found.kind), REMEMBERED_S)
    return found


def _number(known: Numbers[DocumentRef], name: str, kind: str, in_words: Collection[DocumentRef]) -> str:
    """Give the number of the document that a file may be a copy of (2), or the empty text."""
    named = {ref for group in known.in_name(name.rpartition(".")[0]).values() for ref in group}
    meant = named or (in_words if kind in OF_A_DOCUMENT else ())
    return next(iter(meant)).number if len(meant) == 1 else ""


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
