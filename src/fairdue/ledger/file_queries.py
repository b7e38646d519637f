"""Reads of document files: what is kept of a customer and its documents, and what is missing. No writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from fairdue.ledger.models import CUSTOMER_WIDE, NEVER_SHOWN, DocumentFile

IDS_A_QUERY = 5_000


@dataclass(frozen=True, slots=True)
class Copy:
    """One file in force. ``document_id`` None: it belongs to the customer as a whole."""

    file_id: int
    customer_id: int
    document_id: int | None
    kind: str
    number: str
    file_name: str
    sha256: str
    size_bytes: int
    media_type: str
    recorded_at: datetime


def in_force(company_id: int) -> QuerySet[DocumentFile]:
    """Give a company's files that were not withdrawn."""
    return DocumentFile.objects.filter(company_id=company_id, withdrawal__isnull=True)


def copies_of(company_id: int, customer_ids: Collection[int]) -> dict[int, list[Copy]]:
    """Give the copies in force of customers, newest first, kinds that nobody may be shown left out. One query a batch."""
    wanted, found = sorted(set(customer_ids)), dict[int, list[Copy]]()
    for first in range(0, len(wanted), IDS_A_QUERY):
        rows = in_force(company_id).filter(customer_id__in=wanted[first : first + IDS_A_QUERY])
        for copy in _copies(rows.exclude(kind__in=NEVER_SHOWN)):
            found.setdefault(copy.customer_id, []).append(copy)
    return found


def _copies(rows: QuerySet[DocumentFile]) -> Iterable[Copy]:
    names = (
        "id", "customer_id", "document_id", "kind", "document__number", "file_name", "sha256", "size_bytes", "media_type",
        "recorded_at",
    )  # fmt: skip
    for row in rows.order_by("-recorded_at", "-id").values_list(*names):
        yield Copy(*row[:4], row[4] or "", *row[5:])


def copy_for(copies: Iterable[Copy], kind: str, document_id: int) -> Copy | None:
    """Give the copy of a kind that serves a document: its own, else (for a contract) the customer's; the newest counts."""
    wide = None
    for copy in copies:
        if copy.kind != kind:
            continue
        if copy.document_id == document_id:
            return copy
        if copy.document_id is None and kind in CUSTOMER_WIDE:
            wide = wide or copy
    return wide
