"""Stored files that speak of a person: letters, uploads, printed folders, files that were imported. Removed before the tables
are swept, so that an erasure that is killed still knows what to look for and goes on where it was.
"""

from __future__ import annotations

import csv
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext

from fairdue.contact import blobs
from fairdue.contact.manifest import NAME as MANIFEST
from fairdue.contact.models import InboundMail, OutboxMessage, PortalAnswer, StoredBlob
from fairdue.contact.transports.folder import file_stem
from fairdue.ledger.models import DocumentFile
from fairdue.ledger.store import StoreUnreachable
from fairdue.personal.claims import IMPORT, claimed
from fairdue.personal.people import Person, PersonalError, Scrubber
from fairdue.personal.rows import models

SHEETS = (
    "text/csv",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
ADVICE_TYPES = {"pdf": "application/pdf", "mail": "message/rfc822", "text": "text/plain"}
UNPACKED_MAX = 200 * 1024 * 1024
ENCODINGS = ("utf-8", "utf-16", "gb18030", "cp1252")


def messages(company_id: int, person: Person) -> Iterator[OutboxMessage]:
    """Give the messages to the person, their bodies left out."""
    rows = OutboxMessage.objects.filter(company_id=company_id)
    mine = Q(customer_id=person.customer_id or 0) if person.kind == "customer" else Q(contact_id=person.pk)
    yield from rows.filter(mine).defer("body_text", "body_html", "edited_text").order_by("pk")


def letters(company_id: int, person: Person) -> list[tuple[str, str, str]]:
    """Give (SHA-256, file name, media type) of what was sent to the person and of what the person sent, each once."""
    found: dict[str, tuple[str, str, str]] = {}
    for message in messages(company_id, person):
        for one in message.attachments:
            found[one["sha256"]] = (one["sha256"], one["file_name"], one["media_type"])
    for sha256, name, media_type in _uploads(company_id, person):
        found[sha256] = (sha256, name, media_type)
    for sha256, media_type in _scans(company_id, person):
        found.setdefault(sha256, (sha256, "balance-confirmation", media_type))
    for sha256, name, media_type in _received(company_id, person):
        found.setdefault(sha256, (sha256, name, media_type))
    for sha256, kind in _drawn(company_id, person):
        found.setdefault(
            sha256, (sha256, f"notice.{kind}", {"pdf": "application/pdf", "html": "text/html"}.get(kind, "text/plain"))
        )
    return [found[sha256] for sha256 in sorted(found)]


def copies(company_id: int, person: Person) -> list[tuple[str, str, str]]:
    """Give (SHA-256, file name, media type) of the customer's documents and advices kept as files: accounting records, not letters."""
    if person.kind != "customer":
        return []
    mine = {"company_id": company_id, "customer_id": person.customer_id or 0}
    rows = DocumentFile.objects.filter(**mine).order_by("sha256", "pk")
    found = {row[0]: row for row in rows.values_list("sha256", "file_name", "media_type")}
    # By table, for cash is a neighbour; what came by mail is a letter.
    advices = models()["cash_advice"]._default_manager.filter(**mine, mail=None).order_by("sha256", "pk")
    for sha256, name, kind in advices.values_list("sha256", "file_name", "kind"):
        found.setdefault(sha256, (sha256, name, ADVICE_TYPES.get(kind, "application/octet-stream")))
    return list(found.values())


def _uploads(company_id: int, person: Person) -> Iterator[tuple[str, str, str]]:
    rows = PortalAnswer.objects.filter(company_id=company_id, customer_id=person.customer_id or 0, upload__isnull=False)
    if person.kind == "contact":
        rows = rows.filter(link__contact_id=person.pk)
    yield from rows.values_list("upload__sha256", "upload_name", "upload__media_type")


def _scans(company_id: int, person: Person) -> Iterator[tuple[str, str]]:
    """Give the scans of signed balance confirmations, and how they were drawn; by table, for dunning is a neighbour."""
    known = models()
    answers = known["dunning_balance_answer"]._default_manager.filter(company_id=company_id, scan__isnull=False)
    asked = known["dunning_balance_confirmation"]._default_manager.filter(company_id=company_id)
    mine = {"customer_id": person.customer_id or 0}
    if person.kind == "contact":
        answers, asked = answers.filter(confirmation__contact_id=person.pk), asked.filter(contact_id=person.pk)
    yield from answers.filter(**mine).values_list("scan__sha256", "scan__media_type")
    yield from ((sha256, "application/pdf") for sha256 in asked.filter(**mine).values_list("pdf_sha256", flat=True))


def _received(company_id: int, person: Person) -> Iterator[tuple[str, str, str]]:
    """Give the mails that came from the person, their bytes and their files; also those that nobody could assign."""
    mine = Q(customer_id=person.customer_id or 0) if person.kind == "customer" else Q(contact_id=person.pk)
    unassigned = Q(customer_id=None, sender__in=[one for one in person.needles if "@" in one])
    mails = InboundMail.objects.filter(mine | unassigned, company_id=company_id).order_by("pk")
    for sha256, attachments in mails.values_list("raw__sha256", "attachments"):
        yield sha256, "mail.eml", "message/rfc822"
        yield from ((one["sha256"], one["file_name"], one["media_type"]) for one in attachments)


def _drawn(company_id: int, person: Person) -> Iterator[tuple[str, str]]:
    """Give the hashes of what notices were drawn as; by table, for dunning is a neighbour."""
    notices = models()["dunning_notice"]._default_manager.filter(company_id=company_id, customer_id=person.customer_id)
    if person.kind == "contact":
        notices = notices.filter(message_key__in=[one.step_key for one in messages(company_id, person)])
    for pdf, html, text in notices.values_list("pdf_sha256", "html_sha256", "text_sha256"):
        yield from ((sha256, kind) for sha256, kind in ((pdf, "pdf"), (html, "html"), (text, "txt")) if sha256)


def remove_letters(company_id: int, person: Person) -> int:
    """Remove the stored bytes of the person's letters and uploads, and what lies in folders for them; give how many.

    Bytes that are others' too (our own terms, a statement that two sent) are nobody's letter and stay; so do enclosed copies of
    documents, which go with the accounting records.
    """
    wanted = [sha256 for sha256, _, _ in letters(company_id, person)]
    kept = set(DocumentFile.objects.filter(company_id=company_id, sha256__in=wanted).values_list("sha256", flat=True))
    kept |= claimed(company_id, wanted, person)
    removed = sum(blobs.remove(company_id, sha256) for sha256 in wanted if sha256 not in kept)
    for message in messages(company_id, person):
        removed += _remove_folder_files(message)
    return removed


def remove_copies(company_id: int, person: Person) -> int:
    """Remove the bytes of the customer's documents kept as files; give how many. Bytes that are somebody else's too stay."""
    wanted = [sha256 for sha256, _, _ in copies(company_id, person)]
    kept = claimed(company_id, wanted, person)
    return sum(blobs.remove(company_id, sha256) for sha256 in wanted if sha256 not in kept)


def _remove_folder_files(message: OutboxMessage) -> int:
    path = str(message.hand_over_evidence.get("path", ""))
    removed = 0
    for root in ("letters", "files"):
        folder = (Path(settings.DATA_DIR) / "outbox" / root / path).parent
        if not path or ".." in Path(path).parts or not folder.is_dir():
            continue
        for found in sorted(folder.glob(f"{file_stem(message.step_key)}*")):
            found.unlink()
            removed += 1
        _blank_list(folder / MANIFEST, message.step_key)
    return removed


def _blank_list(path: Path, step_key: str) -> None:
    """Take the receiver out of the printer's list; the line stays, for the letter was printed."""
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    changed = [
        row if len(row) < 10 or row[2] != step_key else [*row[:4], "[erased]", "", "", "", *row[8:]] for row in rows
    ]
    if changed != rows:
        out = io.StringIO(newline="")
        csv.writer(out).writerows(changed)
        blobs.write_atomically(path, ("\ufeff" + out.getvalue()).encode())


def waiting(company_id: int, person: Person) -> int:
    """Count the imported files that wait for a decision and name the person, or cannot be looked at now (a store out of reach)."""
    rows = models()[IMPORT]._default_manager.filter(company_id=company_id, state="waiting")
    return sum(
        1
        for sha256 in set(rows.values_list("file_sha256", flat=True))
        if _names(company_id, sha256, person) is not False
    )


def _names(company_id: int, sha256: str, person: Person) -> bool | None:
    """Tell whether a stored list names the person; None where the store is out of reach. One that is gone names nobody."""
    try:
        data = blobs.get(company_id, sha256)
    except StoreUnreachable:
        return None
    except blobs.BlobError:
        return False
    scrub = Scrubber(person.telling)
    return any(scrub.finds(text) for text in texts_of(data))


def texts_of(data: bytes) -> Iterator[str]:
    """Give what a list or workbook says, in every writing it may be in. A workbook too large to be unpacked gives its bytes."""
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(one.file_size for one in archive.infolist()) <= UNPACKED_MAX:
                    for one in archive.infolist():
                        yield archive.read(one).decode("utf-8", "replace")
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError):
            pass
        return
    for encoding in ENCODINGS:
        yield data.decode(encoding, "ignore")


def remove_imports(company_id: int, person: Person) -> int:
    """Remove the decided imported files that name the person; give how many. Their hashes and counts stay.

    What a mail, an answer, a message or a document names is no import, whatever its type. Only writings that tell the person count: a
    list is many persons'. Raises PersonalError for files that cannot be looked at now, after the others were.
    """
    waits = models()[IMPORT]._default_manager.filter(company_id=company_id, state="waiting").values("file_sha256")
    rows = StoredBlob.objects.filter(company_id=company_id, media_type__in=SHEETS).exclude(sha256__in=waits)
    found, unknown = [], []
    for sha256 in rows.order_by("pk").values_list("sha256", flat=True).iterator():
        names = _names(company_id, sha256, person)
        if names is None:
            unknown.append(sha256)
        elif names:
            found.append(sha256)
    others = claimed(company_id, found, without={IMPORT})
    removed = sum(blobs.remove(company_id, sha256) for sha256 in found if sha256 not in others)
    if unknown:
        told = gettext(
            "%(count)s stored file(s) are out of reach, the first %(file)s: ask again when the store answers."
        )
        raise PersonalError(told % {"count": len(unknown), "file": unknown[0][:12]})
    return removed
