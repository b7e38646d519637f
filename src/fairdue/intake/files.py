"""Copies of documents brought in: from folders, ZIP files, mails and single files, each sorted to its document and recorded.

1. Files come one after the other; no more than a batch is in memory. A batch is recorded in one transaction after its bytes are
   stored, so a run can be killed anywhere and given the same files again: what is in force already changes nothing.
2. A file whose bytes are in force somewhere in the company is known; it is not sorted again.
3. What cannot be sorted, read or trusted is refused with reason and remedy; the others still go in.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext

from fairdue.formats.copies.media import is_zip, media_type, with_ending
from fairdue.formats.copies.naming import Numbers, number_key
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.copies.unpack import Limits, Member, attachments, unzip
from fairdue.formats.errors import FormatError
from fairdue.formats.guard import guard
from fairdue.intake.sorting import Asked, DocumentRef, Known, Sorted, by_name, by_text
from fairdue.kernel.reasons import text_index
from fairdue.ledger.file_actions import FileError, NewFile, do_add_files, safe_name
from fairdue.ledger.file_queries import in_force
from fairdue.ledger.models import Customer, Document, FileOrigin
from fairdue.ledger.pdf_reader import PdfProcess
from fairdue.people.actor import Actor, Right

BATCH_FILES, BATCH_BYTES = 50, 32 * 1024 * 1024
FILES_MAX = 100_000
PDF = "application/pdf"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file as it came: the path it is known by, how it came, and its bytes or why it is refused."""

    path: str
    origin: str
    data: bytes = b""
    error: FormatError | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken, why, and what to do."""

    path: str
    error: FormatError


@dataclass(slots=True)
class Report:
    """What became of the files: ``new`` and ``known`` count files, not records; ``shas`` are the hashes of both."""

    new: int = 0
    known: int = 0
    refused: list[Refused] = field(default_factory=list)
    by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    shas: set[str] = field(default_factory=set)


def limits() -> Limits:
    """Give the limits on incoming files: the installation's largest upload, and the house's own for ZIP files."""
    return Limits(file_bytes=settings.FAIRDUE_UPLOAD_MAX_BYTES)


def found_in(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Give the files below the paths, each with the path it is known by; hidden ones and links are left out."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                at = Path(folder)
                found += [
                    (at / name, f"{path.name}/{(at / name).relative_to(path).as_posix()}")
                    for name in sorted(names)
                    if not name.startswith(".") and not (at / name).is_symlink()
                ]
        else:
            found.append((path, path.name))
    return found[:FILES_MAX]


def opened(path: Path, shown: str, single: bool) -> Iterator[Incoming]:
    """Give what a file on disk holds: itself, or the files of a ZIP or mail."""
    origin = FileOrigin.FILE if single else FileOrigin.FOLDER
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            if is_zip(head):
                yield from from_zip(file, shown)
                return
            size = os.fstat(file.fileno()).st_size
            if size > limits().file_bytes:
                raise FormatError(CopyReason.TOO_LARGE, size=size, limit=limits().file_bytes)
            yield from unpacked(shown, file.read(), origin)
    except FormatError as error:
        yield Incoming(shown, origin, error=error)
    except OSError as error:
        refused = FormatError(CopyReason.UNREADABLE, detail=error.strerror or type(error).__name__)
        yield Incoming(shown, origin, error=refused)


def from_zip(file: IO[bytes], shown: str) -> Iterator[Incoming]:
    """Give the files of a ZIP; the ZIP counts as their folder. One that is refused as a whole is one refused file."""
    folder = shown.rpartition(".")[0] or shown
    try:
        for member in unzip(file, limits()):
            yield from _members(folder, member, FileOrigin.ZIP)
    except FormatError as error:
        yield Incoming(shown, FileOrigin.ZIP, error=error)


def _members(folder: str, member: Member, origin: str) -> Iterator[Incoming]:
    path = f"{folder}/{member.path}"
    if member.error is not None:
        yield Incoming(path, origin, error=member.error)
    elif is_zip(member.data):
        yield Incoming(path, origin, error=FormatError(CopyReason.ZIP_NESTED))
    else:
        yield from unpacked(path, member.data, origin)


def unpacked(shown: str, data: bytes, origin: str) -> Iterator[Incoming]:
    """Give a file, or the attachments of a mail file."""
    if not shown.lower().endswith(".eml"):
        yield Incoming(shown, origin, data)
        return
    try:
        for member in attachments(data, limits()):
            yield Incoming(f"{shown}/{member.path}", FileOrigin.MAIL, member.data, member.error)
    except FormatError as error:
        yield Incoming(shown, FileOrigin.MAIL, error=error)


def known_numbers(company_id: int) -> Known:
    """Read the numbers of a company's documents, orders and customers. Two queries."""
    documents: dict[str, list[DocumentRef]] = defaultdict(list)
    orders: dict[str, list[DocumentRef]] = defaultdict(list)
    rows = Document.objects.filter(company_id=company_id).values_list("id", "customer_id", "number", "order_no")
    for document_id, customer_id, number, order in rows.iterator(chunk_size=10_000):
        ref = DocumentRef(document_id, customer_id, number)
        if key := number_key(number):
            documents[key].append(ref)
        if order and (key := number_key(order)):
            orders[key].append(ref)
    customers: dict[str, list[int]] = defaultdict(list)
    names: dict[str, int] = {}
    twice: set[str] = set()
    signs: dict[int, tuple[str, ...]] = {}
    parties = Customer.objects.filter(company_id=company_id).values_list("id", "number", "name", "vat_no")
    for customer_id, number, name, vat_no in parties:
        signs[customer_id] = (name, number, *([vat_no] if vat_no else []))
        if key := number_key(number):
            customers[key].append(customer_id)
        if key := number_key(name):
            twice |= {key} & names.keys()
            names.setdefault(key, customer_id)
    return Known(
        Numbers(documents), Numbers(orders), Numbers(customers),
        {key: owner for key, owner in names.items() if key not in twice}, signs,
    )  # fmt: skip


class Intake:
    """One going-through of files. ``asked`` is what a person has said about them."""

    def __init__(self, actor: Actor, asked: Asked | None = None) -> None:
        actor.need(Right.IMPORT)
        self._actor, self._asked = actor, asked or Asked()
        self._known = known_numbers(actor.company_id)
        self._batch: list[tuple[Incoming, Sorted, str]] = []
        self._standing: set[str] = set()
        self.report = Report()

    def take(self, files: Iterable[Incoming]) -> Report:
        """Sort and record files; gives what became of all so far."""
        with PdfProcess() as pdf:
            for file in files:
                try:
                    self._one(file, pdf)
                except FormatError as error:
                    self.report.refused.append(Refused(file.path, error))
                if len(self._batch) >= BATCH_FILES or sum(len(one.data) for one, *_ in self._batch) >= BATCH_BYTES:
                    self._record()
        self._record()
        return self.report

    def _one(self, file: Incoming, pdf: PdfProcess) -> None:
        if file.error is not None:
            raise file.error
        if len(file.data) > limits().file_bytes:
            raise FormatError(CopyReason.TOO_LARGE, size=len(file.data), limit=limits().file_bytes)
        media = media_type(file.data)
        if not media:
            raise FormatError(CopyReason.ZIP_NESTED if is_zip(file.data) else CopyReason.NO_COPY)
        if self._asked == Asked() and self._is_known(file.data):
            self.report.known += 1
            self.report.shas.add(hashlib.sha256(file.data).hexdigest())
            return
        text = pdf.read(file.data).text if media == PDF else ""
        place = by_name(file.path, self._known, self._asked) or by_text(file.path, text, self._known, self._asked)
        self._batch.append((file, place, media))

    def _is_known(self, data: bytes) -> bool:
        sha256 = hashlib.sha256(data).hexdigest()
        return sha256 in self._standing or in_force(self._actor.company_id).filter(sha256=sha256).exists()

    def _record(self) -> None:
        """Record the batch. A file for several documents is one file and several records."""
        batch, self._batch = self._batch, []
        if not batch:
            return
        asked: list[NewFile] = []
        for file, place, media in batch:
            name = with_ending(safe_name(file.path), media)
            asked += [
                NewFile(place.customer_id, document_id, place.kind, name, file.data, media, file.origin)
                for document_id in place.document_ids or (None,)
            ]
        try:
            added = do_add_files(self._actor, asked)
        except FileError as error:  # pragma: no cover - a document or customer that vanished meanwhile
            raise AssertionError(str(error)) from error
        fresh = set(added.new_shas)
        for _, place, _ in batch:
            self.report.by_kind[place.kind] += 1
        shas = {hashlib.sha256(file.data).hexdigest() for file, *_ in batch}
        self.report.new += len(shas & fresh)
        self.report.known += len(batch) - len(shas & fresh)
        self._standing |= shas
        self.report.shas |= shas


def do_bring_paths(
    actor: Actor, paths: Sequence[Path], asked: Asked | None = None, progress: Progress | None = None
) -> Report:
    """Bring in what lies below paths: folders, ZIP files, mail files, PDFs and pictures. The same again changes nothing."""
    intake = Intake(actor, asked)
    listed = found_in(paths)

    def files() -> Iterator[Incoming]:
        for done, (path, shown) in enumerate(listed):
            if progress:
                progress(done, len(listed))
            yield from opened(path, shown, single="/" not in shown)
        if progress:
            progress(len(listed), len(listed))

    return intake.take(files())


def do_bring_uploads(
    actor: Actor, uploads: Iterable[tuple[str, bytes]], asked: Asked | None = None, *, origin: str = FileOrigin.UPLOAD
) -> Report:
    """Bring in files that a person uploaded or a program sent: single ones (``origin``), ZIP files and mail files."""
    return Intake(actor, asked).take(
        one
        for name, data in uploads
        for one in (from_zip(io.BytesIO(data), name) if is_zip(data) else unpacked(name, data, origin))
    )


def refused_csv(refused: Iterable[Refused]) -> bytes:
    """Write refused files with reason and remedy as CSV, in the active language; text a spreadsheet would run is guarded."""
    texts = text_index(CopyReason)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([gettext("file"), gettext("reason"), gettext("remedy")])
    for one in refused:
        reason = gettext(texts[one.error.reason.code]) % dict(one.error.reason.values)
        writer.writerow([guard(one.path), guard(reason), gettext(one.error.remedy)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
