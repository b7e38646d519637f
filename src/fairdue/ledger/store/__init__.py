"""Stored files, addressed by their content: written once, verified on every read. A folder by default, or a bucket.

A file belongs to a company. The same bytes of two companies are two files: each is sealed, and erased, by itself.

1. Every file is sealed under a key of its own (``ledger.keys``), which lies in the key store (``ledger.keystore``) under the hash of
   the sealed bytes; the company's row of ``SealedFile`` ties that hash to the hash of what was stored. Callers see plain bytes and
   their plain hash.
2. The sealed bytes come before their row: a crash between leaves bytes that nobody can read, and the next try writes again.
3. ``remove`` destroys the key before it takes the bytes away. Copies of the bytes elsewhere say nothing from then on.
4. Files that two companies shared before each had its own key stay shared (``SHARED``) until neither has it; ``personal sweep`` ends them.
5. Files of before there were keys lie plain under their own hash and are read as such.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext

from fairdue.ledger import keys, keystore
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
    "sweep",
    "write_atomically",
]
APART = "apart"
"""Stands for the key in the row: it is in the key store. Rows of before hold the key itself, wrapped."""
SHARED = "shared"
"""As ``APART``, of a file that several companies stored before each had a key of its own: none of them destroys it alone."""
KEPT = frozenset({APART, SHARED})
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

    def names(self, before: float) -> Iterator[str]:
        """Give the names of all bytes written before a moment (seconds since 1970)."""


def opened() -> Store:
    """Give the installation's store: the bucket of ``FAIRDUE_BLOB_URL``, else ``blobs/`` in the data folder."""
    url = settings.FAIRDUE_BLOB_URL
    return _bucket(url) if url else _folder()


@cache
def _bucket(url: str) -> Store:
    return bucket_store(url)


def _folder() -> FolderStore:
    return FolderStore(Path(settings.DATA_DIR) / "blobs")


def blob_path(company_id: int, sha256: str) -> Path:
    """Give where the bytes of a hash lie in the folder store. Raises BlobError for no hash."""
    row = _row(company_id, sha256)
    return _folder().path(row.stored_sha256 if row else sha256)


def _row(company_id: int, sha256: str) -> SealedFile | None:
    return SealedFile.objects.filter(company_id=company_id, sha256=_checked(sha256)).first()


def put(company_id: int, data: bytes) -> str:
    """Store bytes of a company and give their hash. Safe against a crash at any instruction; storing twice changes nothing."""
    return put_many(company_id, [data])[0]


def put_many(company_id: int, files: Sequence[bytes]) -> list[str]:
    """Store many files, each as ``put`` does, and give their hashes. They are written side by side: disks wait in parallel."""
    hashes = [hashlib.sha256(data).hexdigest() for data in files]
    distinct = dict(zip(hashes, files, strict=True))
    store, rows = (
        opened(),
        {row.sha256: row for row in SealedFile.objects.filter(company_id=company_id, sha256__in=list(distinct))},
    )
    live = keystore.opened().get_many([row.stored_sha256 for row in rows.values() if row.wrapped in KEPT])
    todo = [
        (sha256, data) for sha256, data in distinct.items() if not _stored(store, rows.get(sha256), live, sha256, data)
    ]
    if todo:
        keys.hold()
    if len(todo) < 2:
        made = [_sealed(store, company_id, *one) for one in todo]
    else:
        with ThreadPoolExecutor(max_workers=WRITERS) as pool:
            made = list(pool.map(lambda one: _sealed(store, company_id, *one), todo))
    if made:
        keystore.opened().put((row.stored_sha256, wrapped) for row, wrapped in made)
    # Two that store the same at once: the last row counts, whole; the other's sealed bytes are read by nobody.
    SealedFile.objects.bulk_create(
        [row for row, _wrapped in made], update_conflicts=True, unique_fields=["company", "sha256"],
        update_fields=["stored_sha256", "wrapped"],
    )  # fmt: skip
    return hashes


def _stored(store: Store, row: SealedFile | None, live: Mapping[str, str], sha256: str, data: bytes) -> bool:
    if row is None:
        return store.has(sha256, len(data))
    known = keys.opens(live.get(row.stored_sha256, "") if row.wrapped in KEPT else row.wrapped)
    return known and store.has(row.stored_sha256, len(data) + keys.SEAL_BYTES)


def _sealed(store: Store, company_id: int, sha256: str, data: bytes) -> tuple[SealedFile, str]:
    key, wrapped = keys.new_key()
    sealed = keys.seal(key, data)
    stored = hashlib.sha256(sealed).hexdigest()
    store.write(stored, sealed)
    return SealedFile(company_id=company_id, sha256=sha256, stored_sha256=stored, wrapped=APART), wrapped


def _key_of(row: SealedFile) -> str:
    """Give the wrapped key of a file. Raises BlobError where it was destroyed."""
    if not row.wrapped:
        raise BlobError(gettext("The stored file was erased with the person it spoke of."))
    if row.wrapped not in KEPT:
        return row.wrapped
    found = keystore.opened().get(row.stored_sha256)
    if not found:
        raise BlobError(
            gettext(
                "The stored file was erased with the person it spoke of, or this is not its key store (FAIRDUE_KEYS_URL)."
            )
        )
    return found


def get(company_id: int, sha256: str) -> bytes:
    """Give a company's bytes of a hash. Raises BlobError when they are missing, changed or erased, StoreUnreachable (an OSError)."""
    store, row = opened(), _row(company_id, sha256)
    wrapped = _key_of(row) if row is not None else ""
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
        return keys.unseal(keys.unwrap(wrapped), data)
    except keys.KeyGone as error:
        raise BlobError(str(error)) from None


def remove(company_id: int, sha256: str) -> bool:
    """Destroy a company's key of a hash, then take its bytes away; tells whether there were any. Again changes nothing.

    Other companies' files of the same content stay. Of a shared one this company's hold ends; the last one's end is the sweep's.
    """
    store, row = opened(), _row(company_id, sha256)
    if row is None:
        return store.remove(sha256)
    had = bool(row.wrapped)
    if row.wrapped == SHARED:
        SealedFile.objects.filter(pk=row.pk).update(wrapped="", stored_sha256="")
        return True
    if not row.stored_sha256:
        return False
    keystore.opened().destroy([row.stored_sha256])
    SealedFile.objects.filter(pk=row.pk).update(wrapped="")
    return store.remove(row.stored_sha256) or had


def sweep(known: Collection[str], before: float) -> int:
    """Take away bytes written before a moment that no row names: a process was killed between bytes and row. Give how many.

    ``known`` are hashes of plain files of before there were keys, which stand in other tables.
    """
    store, kept = opened(), {*known, *SealedFile.objects.exclude(wrapped="").values_list("stored_sha256", flat=True)}
    return sum(store.remove(name) for name in list(store.names(before)) if name not in kept)


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise BlobError(gettext("%(name)s is no SHA-256.") % {"name": sha256})
    return sha256
