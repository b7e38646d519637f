"""Whether a dispatcher still lives. Each holds a locked file while it works; the system frees the lock when it dies."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock; there the lease alone decides
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".alive"


@contextmanager
def present(folder: Path) -> Iterator[str]:
    """Hold a presence file in ``folder`` for a block of work; gives the owner's name for claims."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
    path = _path(folder, name)
    with path.open("w", encoding="utf-8") as file:
        _lock(file)
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)


def is_gone(folder: Path, owner: str) -> bool:
    """Tell whether an owner is known to have ended: its file is free, or it worked here and has none any more.

    An owner on another machine without a shared folder is never known to be gone; its lease decides.
    """
    path = _path(folder, owner)
    try:
        with path.open("r+", encoding="utf-8") as file:
            if fcntl is None or not _lock(file):
                return False
            path.unlink(missing_ok=True)
            return True
    except FileNotFoundError:
        return fcntl is not None and owner.partition(":")[0] == socket.gethostname()[:60]


def _path(folder: Path, owner: str) -> Path:
    return folder / (owner.replace(":", "-").replace("/", "-") + SUFFIX)


def _lock(file: IO[str]) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
