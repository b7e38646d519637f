"""A batch as a file: CSV for spreadsheets and booking interfaces, JSON for programs. The same batch gives the same bytes for ever.

``docs/reference/postings.md`` names the columns. Headings and codes are not translated: programs read them.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import cast

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from fairdue.books.actions import contents, do_record_export, root_of
from fairdue.books.models import Acknowledgement, Posting, PostingBatch
from fairdue.books.queries import OPENING, batches, is_opening
from fairdue.contact.blobs import write_atomically
from fairdue.formats.guard import guard
from fairdue.kernel import chain
from fairdue.kernel.money import plain
from fairdue.kernel.reasons import Value
from fairdue.people.actor import Actor, Right

FORMAT = "fairdue postings v1"
KINDS = ("csv", "json")
COLUMNS = (
    "batch", "line", "key", "kind", "what", "answer", "source", "source_key", "occurrence", "customer", "document", "means",
    "currency", "amount", "debit", "credit", "effective_on", "until", "reverses", "reason", "recorded_at",
)  # fmt: skip


class BooksError(RuntimeError):
    """A batch that cannot be handed out, or a file that cannot be written. The message names the remedy."""


def key_of(fact: str, row_id: int, revision: int) -> str:
    """Give a posting's stable key: ``allocation:17``; later states of an effect or hold have their number, ``hold:4/2``."""
    return f"{fact}:{row_id}" if revision == 1 else f"{fact}:{row_id}/{revision}"


def file_name(company_code: str, batch: PostingBatch, kind: str) -> str:
    """Give the name of a batch's file: company, number, the beginning of its Merkle root."""
    return f"postings-{company_code}-{batch.number:06d}-{batch.merkle_root[:12]}.{kind}"


def _cells(number: int, row: Sequence[Value]) -> list[Value]:
    """Give a line of ``actions.contents`` as the cells of ``COLUMNS``."""
    (
        line, fact, row_id, revision, kind, what, origin, _customer_id, customer, source, source_key, occurrence, document, means,
        _item, _credit, _charge, _payment, reverses, currency, minor, debit, credit, reason, effective_on, until, recorded_at,
        _salt, _commitment,
    ) = row  # fmt: skip
    return [
        number, line, key_of(str(fact), cast(int, row_id), cast(int, revision)), kind, what,
        "needed" if origin == Posting.Origin.LEDGER.value else "none", source, source_key, occurrence, customer, document, means,
        currency, "" if minor is None else plain(cast(int, minor), str(currency)), debit, credit, effective_on, until or "",
        f"allocation:{reverses}" if reverses else "", reason, recorded_at,
    ]  # fmt: skip


_FREE = tuple(COLUMNS.index(name) for name in ("source", "source_key", "customer", "document", "means", "reason"))
"""Columns that hold what others wrote; everything else is a code, a number or a day of ours."""


def _csv(rows: Iterable[list[Value]]) -> bytes:
    """Write CSV as ``formats.spreadsheet`` does (UTF-8 with BOM, comma, guarded text), without asking every cell for its kind."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        for place in _FREE:
            row[place] = guard(str(row[place]))
        writer.writerow(row)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_bytes(company_code: str, batch: PostingBatch, kind: str) -> bytes:
    """Write a batch as ``csv`` or ``json``; raises BooksError where its stored lines are not those that were cut."""
    if kind not in KINDS:
        raise ValueError(f"a batch is written as {' or '.join(KINDS)}, not {kind}")
    stored = list(contents(batch.pk))
    if root_of(stored) != batch.merkle_root:
        raise BooksError(
            gettext(
                "Batch %(number)s no longer holds the lines that were cut; check the audit log and restore a backup."
            )
            % {"number": batch.number}
        )
    rows = (_cells(batch.number, row) for row in stored)
    if kind == "csv":
        return _csv(rows)
    head = {
        "format": FORMAT, "company": company_code, "batch": batch.number, "merkle_root": batch.merkle_root,
        "cut_at": batch.cut_at.astimezone(UTC).isoformat(timespec="microseconds"), "count": batch.lines,
    }  # fmt: skip
    lines = b",\n".join(chain.canonical(dict(zip(COLUMNS, row, strict=True))) for row in rows)
    return chain.canonical(head)[:-1] + b',"lines":[\n' + lines + b"\n]}\n"


@dataclass(frozen=True, slots=True)
class Written:
    """A batch's file: its name, its bytes, their SHA-256."""

    name: str
    content: bytes
    sha256: str


def hand_out(actor: Actor, company_code: str, batch: PostingBatch, kind: str, folder: Path | None = None) -> Written:
    """Make a batch's file, write it into ``folder`` where one is given (whole or not at all), and record the export.

    The file comes before the record: killed in between, the batch is handed out again under the same name with the same bytes.
    """
    actor.need(Right.BOOK)
    if is_opening(batch):
        told = gettext("Batch %(number)s is of the opening: the books have it already, and it is not handed out.")
        raise BooksError(told % {"number": batch.number})
    content = as_bytes(company_code, batch, kind)
    made = Written(file_name(company_code, batch, kind), content, hashlib.sha256(content).hexdigest())
    if folder is not None:
        write_atomically(folder / made.name, content)
    do_record_export(actor, batch, kind=kind, file_name=made.name, sha256=made.sha256)
    return made


def waiting_batches(
    company_id: int, numbers: list[int] | None = None, *, unanswered: bool = False
) -> list[PostingBatch]:
    """Give the batches to hand out, by number: those named; else those never handed out nor answered, with ``unanswered`` those
    without a whole answer from the books, whoever took them before. The opening is none of these.
    """
    mine = PostingBatch.objects.filter(company_id=company_id)
    if numbers:
        return list(mine.filter(number__in=numbers).order_by("number"))
    opened = Acknowledgement.objects.filter(batch=OuterRef("pk"), key__startswith=OPENING)
    new = mine.filter(exports__isnull=True, acknowledgements__isnull=True)
    asked = batches(company_id, unanswered=True) if unanswered else new
    return list(asked.exclude(Exists(opened)).order_by("number"))
