"""Files that a company owns: kept in the ledger's store, registered for the company. The store itself is ``ledger.store``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from fairdue.contact.models import StoredBlob
from fairdue.ledger.store import BlobError, blob_path, get, put, put_many, remove, write_atomically

__all__ = ["BlobError", "blob_path", "get", "keep", "keep_many", "put", "put_many", "remove", "write_atomically"]


def keep(company_id: int, data: bytes, media_type: str, at: datetime) -> StoredBlob:
    """Store bytes and register them for a company, inside the caller's transaction. The file comes before the row."""
    sha256 = put(company_id, data)
    blob, _ = StoredBlob.objects.get_or_create(
        company_id=company_id,
        sha256=sha256,
        defaults={"size_bytes": len(data), "media_type": media_type, "created_at": at},
    )
    return blob


def keep_many(company_id: int, files: Sequence[tuple[bytes, str]], at: datetime) -> dict[str, StoredBlob]:
    """Register files (bytes, media type) that ``put_many`` stored, inside the caller's transaction; give the rows by hash."""
    wanted = {hashlib.sha256(data).hexdigest(): (len(data), media_type) for data, media_type in files}
    made = [
        StoredBlob(company_id=company_id, sha256=sha256, size_bytes=size, media_type=media_type, created_at=at)
        for sha256, (size, media_type) in wanted.items()
    ]
    StoredBlob.objects.bulk_create(made, ignore_conflicts=True)
    return {row.sha256: row for row in StoredBlob.objects.filter(company_id=company_id, sha256__in=list(wanted))}
