"""Mail files of a folder (RFC 822, also a Maildir), each read once: what was read stands in ``contact_mail_place``."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairdue.contact.inbox.mail import BYTES_MAX

MAILDIR = ("new", "cur")
UNFINISHED = (".tmp", ".part", ".filepart", ".crdownload")
"""Endings under which programs write files that are not whole yet. A name that begins with a dot is one too."""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that may be a mail; ``mark`` is its name, size and time of change, so that another content is another file."""

    path: Path
    mark: str


def place_of(folder: Path) -> str:
    """Give the name under which a folder is remembered."""
    return f"folder:{folder.resolve()}"


def listed(folder: Path) -> list[MailFile]:
    """Give the files of a folder by name. Links are left out: they may lead anywhere."""
    found = []
    for place in (folder, *(folder / name for name in MAILDIR)):
        if place.is_dir() and not place.is_symlink():
            found += list(_files(place))
    return sorted(found, key=lambda one: str(one.path))


def _files(place: Path) -> Iterator[MailFile]:
    with os.scandir(place) as entries:
        for entry in entries:
            if (
                entry.name.startswith(".")
                or entry.name.lower().endswith(UNFINISHED)
                or not entry.is_file(follow_symlinks=False)
            ):
                continue
            try:
                stat = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # a Maildir renamed it meanwhile: it is listed the next time
            yield MailFile(Path(entry.path), _mark(entry.name, stat.st_size, stat.st_mtime_ns))


def _mark(name: str, size: int, changed_ns: int) -> str:
    readable = name.encode("utf-8", "replace").decode()
    short = (
        readable if len(readable) <= 200 else f"{readable[:120]}~{hashlib.sha256(readable.encode()).hexdigest()[:16]}"
    )
    return f"{short}:{size}:{changed_ns}"


def content(file: MailFile) -> bytes:
    """Give a file's bytes, at most one more than is read of a mail. Raises OSError where it is gone or may not be read."""
    with file.path.open("rb") as handle:
        return handle.read(BYTES_MAX + 1)


def move(file: MailFile, target: Path) -> None:
    """Move a read file away, to another file system too; one of the same name there is not replaced. Raises OSError."""
    target.mkdir(parents=True, exist_ok=True)
    short = hashlib.sha256(file.mark.encode()).hexdigest()[:12]
    to = target / file.path.name
    if to.exists():
        to = target / f"{short}-{file.path.name}"
    try:
        os.replace(file.path, to)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = target / f".{short}.part"
        shutil.copy2(file.path, part)
        os.replace(part, to)
        file.path.unlink()
