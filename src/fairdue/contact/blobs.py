"""Files that a company owns: kept in the ledger's store, registered for the company. The store itself is ``ledger.store``."""

from __future__ import annotations

from datetime import datetime

from fairdue.contact.models import StoredBlob
from fairdue.ledger.store import BlobError, blob_path, get, put, remove, write_atomically

__all__ = ["BlobError", "blob_path", "get", "keep", "put", "remove", "write_atomically"]


def keep(company_id: int, data: bytes, media_type: str, at: datetime) -> StoredBlob:
    """Store bytes and register them for a company, inside the caller's transaction. The file comes before the row."""
    sha256 = put(data)
    blob, _ = StoredBlob.objects.get_or_create(
        company_id=company_id,
        sha256=sha256,
        defaults={"size_bytes": len(data), "media_type": media_type, "created_at": at},
    )
    return blob
