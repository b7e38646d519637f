"""Stored files, addressed by their content: written once, verified on every read. A folder by default, or a bucket.

A store knows hashes and bytes, nothing of companies: which company owns a file stands in the tables that name the hash.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext

from fairdue.ledger.store.folder import FolderStore, write_atomically
from fairdue.ledger.store.s3 import StoreUnreachable, bucket_store

__all__ = ["BlobError", "Store", "StoreUnreachable", "blob_path", "get", "opened", "put", "write_atomically"]
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
    return _folder().path(_checked(sha256))


def put(data: bytes) -> str:
    """Store bytes and give their hash. Safe against a crash at any instruction; storing twice changes nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    store = opened()
    if not store.has(sha256, len(data)):
        store.write(sha256, data)
    return sha256


def get(sha256: str) -> bytes:
    """Give the bytes of a hash. Raises BlobError when they are missing or were changed, StoreUnreachable (an OSError)."""
    store = opened()
    data = store.read(_checked(sha256))
    if data is None:
        told = gettext("The stored file %(path)s is missing; restore it from a backup.")
        raise BlobError(told % {"path": store.where(sha256)})
    if hashlib.sha256(data).hexdigest() != sha256:
        told = gettext("The stored file %(path)s was changed; restore it from a backup.")
        raise BlobError(told % {"path": store.where(sha256)})
    return data


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BlobError(gettext("%(name)s is no SHA-256.") % {"name": sha256})
    return sha256
