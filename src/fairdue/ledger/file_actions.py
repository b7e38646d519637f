"""The only writers of document files: add and withdraw. The bytes are in the store before a row names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext

from fairdue.kernel import chain
from fairdue.ledger import audit, store
from fairdue.ledger.models import CopyKind, Customer, Document, DocumentFile, FileOrigin, FileWithdrawal
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company

NAME_CHARS_MAX = 200


class FileError(ValueError):
    """A file that cannot be recorded as asked; nothing was written."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be recorded for a document, or (``document_id`` None) for its customer."""

    customer_id: int
    document_id: int | None
    kind: str
    file_name: str
    data: bytes
    media_type: str
    origin: str


@dataclass(frozen=True, slots=True)
class Added:
    """What adding did: the rows in the order asked, how many of them are new, and the hashes of those."""

    files: tuple[DocumentFile, ...]
    new: int
    new_shas: frozenset[str]


def safe_name(name: str) -> str:
    """Keep what a file name may say: no folders, no control or direction characters, at most 200 characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable())[-NAME_CHARS_MAX:].strip() or "file"


def do_add_files(actor: Actor, files: Sequence[NewFile]) -> Added:
    """Record files, in one transaction with one audit entry; a file that is in force there already changes nothing.

    The bytes are stored first: a killed process leaves bytes without a row, which the same files given again put right.
    Raises FileError for an unknown kind or origin, an empty file, a customer or document of somebody else.
    """
    actor.need(Right.IMPORT)
    for one in files:
        if one.kind not in CopyKind.values or one.origin not in FileOrigin.values:
            raise FileError(gettext("%(kind)s is no kind of document file.") % {"kind": one.kind})
        if not one.data:
            raise FileError(gettext("%(file)s is empty.") % {"file": one.file_name})
    hashes = [store.put(actor.company_id, one.data) for one in files]
    with transaction.atomic():
        return _add(actor, files, hashes)


def _add(actor: Actor, files: Sequence[NewFile], hashes: Sequence[str]) -> Added:
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    _check_owners(actor.company_id, files)
    standing, turns = _known(actor.company_id, hashes)
    found: list[DocumentFile] = []
    made: list[DocumentFile] = []
    for one, sha256 in zip(files, hashes, strict=True):
        place = (one.customer_id, one.document_id, one.kind, sha256)
        row = standing.get(place)
        if row is None:
            row = standing[place] = DocumentFile(
                company_id=actor.company_id, customer_id=one.customer_id, document_id=one.document_id, kind=one.kind,
                file_name=safe_name(one.file_name), sha256=sha256, size_bytes=len(one.data), media_type=one.media_type,
                origin=one.origin, turn=turns[place], recorded_at=actor.at, recorded_by=actor.name,
            )  # fmt: skip
            row.save(force_insert=True)
            made.append(row)
        found.append(row)
    if made:
        leaves = [chain.canonical([row.customer_id, row.document_id, row.kind, row.sha256, row.turn]) for row in made]
        first = made[0]
        subject = f"file:{first.pk}" if len(made) == 1 else f"files:{first.pk}-{made[-1].pk}"
        audit.record_bulk(actor, "add_files", subject, leaves, count=len(made))
    return Added(tuple(found), len(made), frozenset(row.sha256 for row in made))


def _check_owners(company_id: int, files: Sequence[NewFile]) -> None:
    customers = {one.customer_id for one in files}
    own = set(Customer.objects.filter(company_id=company_id, pk__in=customers).values_list("pk", flat=True))
    documents = {one.document_id for one in files if one.document_id is not None}
    rows = Document.objects.filter(company_id=company_id, pk__in=documents)
    owner = dict(rows.values_list("pk", "customer_id"))
    for one in files:
        if one.customer_id not in own:
            raise FileError(gettext("The customer is not one of this company."))
        if one.document_id is not None and owner.get(one.document_id) != one.customer_id:
            raise FileError(gettext("The document is not one of this customer."))


Place = tuple[int, int | None, str, str]


def _known(company_id: int, hashes: Sequence[str]) -> tuple[dict[Place, DocumentFile], Counter[Place]]:
    """Give the rows in force of these bytes by their place, and how often each place's file was withdrawn."""
    standing: dict[Place, DocumentFile] = {}
    turns: Counter[Place] = Counter()
    rows = DocumentFile.objects.filter(company_id=company_id, sha256__in=set(hashes)).select_related("withdrawal")
    for row in rows.order_by("id"):
        place = (row.customer_id, row.document_id, row.kind, row.sha256)
        if hasattr(row, "withdrawal"):
            turns[place] += 1
        else:
            standing[place] = row
    return standing, turns


@transaction.atomic
def do_withdraw_file(actor: Actor, file_id: int, *, reason: str) -> DocumentFile:
    """Take a file back: it is neither shown, offered nor sent any more. Withdrawing twice changes nothing."""
    actor.need(Right.IMPORT)
    if not reason.strip():
        raise FileError(gettext("A reason is needed."))
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    found = DocumentFile.objects.get(pk=file_id, company_id=actor.company_id)
    if not FileWithdrawal.objects.filter(file=found).exists():
        FileWithdrawal.objects.create(
            company_id=actor.company_id, file=found, reason=reason.strip()[:500], recorded_at=actor.at,
            recorded_by=actor.name,
        )  # fmt: skip
        audit.record(actor, "withdraw_file", f"file:{found.pk}", sha256=found.sha256, reason=reason.strip()[:500])
    return found
