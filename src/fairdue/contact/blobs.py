"""Stored files, addressed by their content: written once and atomically, verified on every read."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

from fairdue.contact.models import StoredBlob

_SHA256 = re.compile(r"[0-9a-f]{64}")


class BlobError(Exception):
    """A stored file that is missing or does not have the content its name promises."""


def blob_path(sha256: str) -> Path:
    """Give where the bytes of a hash lie: ``blobs/ab/cd/<sha256>`` in the data folder. Raises BlobError for no hash."""
    if not _SHA256.fullmatch(sha256):
        raise BlobError(gettext("%(name)s is no SHA-256.") % {"name": sha256})
    return Path(settings.DATA_DIR) / "blobs" / sha256[:2] / sha256[2:4] / sha256


def put(data: bytes) -> str:
    """Store bytes and give their hash. Safe against a crash at any instruction; storing twice changes nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = blob_path(sha256)
    if not (path.exists() and path.stat().st_size == len(data)):
        write_atomically(path, data)
    return sha256


def get(sha256: str) -> bytes:
    """Give the bytes of a hash. Raises BlobError when they are missing or were changed on disk."""
    path = blob_path(sha256)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BlobError(
            gettext("The stored file %(path)s is missing; restore it from a backup.") % {"path": path}
        ) from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise BlobError(gettext("The stored file %(path)s was changed; restore it from a backup.") % {"path": path})
    return data


def keep(company_id: int, data: bytes, media_type: str, at: datetime) -> StoredBlob:
    """Store bytes and register them for a company, inside the caller's transaction. The file comes before the row."""
    sha256 = put(data)
    blob, _ = StoredBlob.objects.get_or_create(
        company_id=company_id,
        sha256=sha256,
        defaults={"size_bytes": len(data), "media_type": media_type, "created_at": at},
    )
    return blob


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or absent whatever happens: temporary name, fsync, rename, fsync of the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable. Systems that cannot open folders (Windows) do it themselves."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
