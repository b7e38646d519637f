"""Stored files, addressed by their content: written once, verified on every read. A folder by default, or a bucket.

A store knows hashes and bytes, nothing of companies: which company owns a file stands in the tables that name the hash.

1. Every file is sealed under a key of its own (``ledger.keys``); the row of ``SealedFile`` ties the hash of what was stored to
   the hash of the sealed bytes and holds the key, wrapped by the master key. Callers see plain bytes and their plain hash.
2. The sealed bytes come before their row: a crash between leaves bytes that nobody can read, and the next try writes again.
3. ``remove`` empties the key before it takes the bytes away. Copies of the bytes elsewhere say nothing from then on.
4. Files of before there were keys lie plain under their own hash and are read as such.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext

from fairdue.ledger import keys
from fairdue.ledger.models import SealedFile
from fairdue.ledger.store.folder import FolderStore, write_atomically
from fairdue.ledger.store.s3 import StoreUnreachable, bucket_store

__all__ = [
    "BlobError",
    "Store",
    "StoreUnreachable",
    "blob_path",
    "get",
    "opened",
    "put",
    "put_many",
    "remove",
    "write_atomically",
]
WRITERS = 8
"""Files written at the same time by ``put_many``."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobError(Exception):
    """A stored file that is missing or does not have the content its name promises."""


class Store(Protocol):
    """Where bytes lie. Writing the same again changes nothing; a half-written file is never seen."""

    def where(self, sha256: str) -> str:
        """Say where the bytes of a hash lie, for a message to a person."""

    def has(self, sha256: str, size_bytes: int) -> bool:
        """Tell whether bytes of this hash and size are there."""

    def write(self, sha256: str, data: bytes) -> None:
        """Write the bytes, whole or not at all."""

    def read(self, sha256: str) -> bytes | None:
        """Give the bytes, or None where there are none."""

    def remove(self, sha256: str) -> bool:
        """Take the bytes away; tells whether there were any."""


def opened() -> Store:
    """Give the installation's store: the bucket of ``FAIRDUE_BLOB_URL``, else ``blobs/`` in the data folder."""
    url = settings.FAIRDUE_BLOB_URL
    return _bucket(url) if url else _folder()


@cache
def _bucket(url: str) -> Store:
    return bucket_store(url)


def _folder() -> FolderStore:
    return FolderStore(Path(settings.DATA_DIR) / "blobs")


def blob_path(sha256: str) -> Path:
    """Give where the bytes of a hash lie in the folder store. Raises BlobError for no hash."""
    row = SealedFile.objects.filter(sha256=_checked(sha256)).first()
    return _folder().path(row.stored_sha256 if row else sha256)


def put(data: bytes) -> str:
    """Store bytes and give their hash. Safe against a crash at any instruction; storing twice changes nothing."""
    return put_many([data])[0]


def put_many(files: Sequence[bytes]) -> list[str]:
    """Store many files, each as ``put`` does, and give their hashes. They are written side by side: disks wait in parallel."""
    hashes = [hashlib.sha256(data).hexdigest() for data in files]
    distinct = dict(zip(hashes, files, strict=True))
    store, rows = opened(), {row.sha256: row for row in SealedFile.objects.filter(sha256__in=list(distinct))}
    todo = [(sha256, data) for sha256, data in distinct.items() if not _stored(store, rows.get(sha256), sha256, data)]
    if len(todo) < 2:
        made = [_sealed(store, *one) for one in todo]
    else:
        with ThreadPoolExecutor(max_workers=WRITERS) as pool:
            made = list(pool.map(lambda one: _sealed(store, *one), todo))
    # Two that store the same at once: the last row counts, whole; the other's sealed bytes are read by nobody.
    SealedFile.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["sha256"], update_fields=["stored_sha256", "wrapped"]
    )
    return hashes


def _stored(store: Store, row: SealedFile | None, sha256: str, data: bytes) -> bool:
    if row is None:
        return store.has(sha256, len(data))
    return bool(row.wrapped) and store.has(row.stored_sha256, len(data) + keys.SEAL_BYTES)


def _sealed(store: Store, sha256: str, data: bytes) -> SealedFile:
    key, wrapped = keys.new_key()
    sealed = keys.seal(key, data)
    stored = hashlib.sha256(sealed).hexdigest()
    store.write(stored, sealed)
    return SealedFile(sha256=sha256, stored_sha256=stored, wrapped=wrapped)


def get(sha256: str) -> bytes:
    """Give the bytes of a hash. Raises BlobError when they are missing, changed or erased, StoreUnreachable (an OSError)."""
    store, row = opened(), SealedFile.objects.filter(sha256=_checked(sha256)).first()
    if row is not None and not row.wrapped:
        raise BlobError(gettext("The stored file was erased with the person it spoke of."))
    name = row.stored_sha256 if row else sha256
    data = store.read(name)
    if data is None:
        told = gettext("The stored file %(path)s is missing; restore it from a backup.")
        raise BlobError(told % {"path": store.where(name)})
    if hashlib.sha256(data).hexdigest() != name:
        told = gettext("The stored file %(path)s was changed; restore it from a backup.")
        raise BlobError(told % {"path": store.where(name)})
    if row is None:
        return data
    try:
        return keys.unseal(keys.unwrap(row.wrapped), data)
    except keys.KeyGone as error:
        raise BlobError(str(error)) from None


def remove(sha256: str) -> bool:
    """Destroy the key of a hash, then take its bytes away; tells whether there were any. Doing it again changes nothing."""
    store, row = opened(), SealedFile.objects.filter(sha256=_checked(sha256)).first()
    if row is None:
        return store.remove(sha256)
    had = bool(row.wrapped)
    SealedFile.objects.filter(pk=row.pk).update(wrapped="")
    return store.remove(row.stored_sha256) or had


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BlobError(gettext("%(name)s is no SHA-256.") % {"name": sha256})
    return sha256
