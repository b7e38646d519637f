"""Stored files in a folder: written once and atomically."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FolderStore:
    """The default: ``<root>/ab/cd/<sha256>``."""

    root: Path

    def where(self, sha256: str) -> str:
        """Give where the bytes of a hash lie."""
        return str(self.path(sha256))

    def path(self, sha256: str) -> Path:
        """Give the path of a hash."""
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def has(self, sha256: str, size_bytes: int) -> bool:
        """Tell whether a file of this hash and size is there."""
        path = self.path(sha256)
        return path.exists() and path.stat().st_size == size_bytes

    def write(self, sha256: str, data: bytes) -> None:
        """Write the bytes, whole or not at all."""
        write_atomically(self.path(sha256), data)

    def read(self, sha256: str) -> bytes | None:
        """Give the bytes, or None where there are none."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, sha256: str) -> bool:
        """Take the bytes away; tells whether there were any."""
        path = self.path(sha256)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def names(self, before: float) -> Iterator[str]:
        """Give the names of all files written before a moment; halves that a killed process left are taken away."""
        for path in self.root.glob("*/*/*"):
            if not path.is_file() or path.stat().st_mtime >= before:
                continue
            if path.name.startswith(".part-"):
                path.unlink(missing_ok=True)
            else:
                yield path.name


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
