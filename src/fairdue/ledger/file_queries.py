"""Reads of document files: what is kept of a customer and its documents, and what is missing. No writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from fairdue.ledger.models import CUSTOMER_WIDE, NEVER_SHOWN, DocumentFile, FileWithdrawal

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
        yield Copy(row[0], row[1], row[2], row[3], row[4] or "", *row[5:10])


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


def withdrawn_of(company_id: int, customer_ids: Collection[int] | None) -> dict[int, frozenset[str]]:
    """Give the hashes that were withdrawn from customers (None: all) and are in force nowhere with them. One or two queries."""
    taken_back = FileWithdrawal.objects.filter(company_id=company_id)
    if customer_ids is not None:
        taken_back = taken_back.filter(file__customer_id__in=list(customer_ids))
    gone = set(taken_back.values_list("file__customer_id", "file__sha256"))
    if not gone:
        return {}
    standing = in_force(company_id).filter(sha256__in={sha256 for _, sha256 in gone})
    left = gone - set(standing.values_list("customer_id", "sha256"))
    return {owner: frozenset(sha for who, sha in left if who == owner) for owner in {who for who, _ in left}}
