"""A folder that files are dropped into, by SFTP or by hand. Numbers in comments are those of docs/algorithms/watched-folder.md."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from django.utils.translation import gettext

from fairdue.cash.actions import CashError
from fairdue.cash.actions.take_in import FILE_BYTES_MAX
from fairdue.formats.errors import FormatError
from fairdue.ledger.file_actions import safe_name

SETTLE_SECONDS = 10.0
LOCK = ".fairdue-watch.lock"
DONE, REFUSED = "done", "refused"
WHY = ".why.txt"
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".swp", "~")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_NAME_BYTES_MAX = 200

Taken = TypeVar("Taken")
Take = Callable[[bytes, str], Taken]
Explain = Callable[[Exception], str]


class WatchError(CashError):
    """A folder that cannot be watched."""


class Ended(StrEnum):
    """What became of a file."""

    TAKEN = "taken"
    REFUSED = "refused"
    LEFT = "left"
    """It changed while it was read, or could not be read: it is tried again."""


class Outcome(NamedTuple, Generic[Taken]):
    """What became of one file: with what was taken in, or with why not."""

    name: str
    ended: Ended
    done: Taken | None = None
    why: str = ""


class _Seen(NamedTuple):
    """How a file looked: as long as it looks so, nobody writes it."""

    number: int
    size: int
    changed_ns: int
    status_ns: int
    mode: int


class Folder:
    """The folder, with handles on itself and on where its files go. Made by ``watched``."""

    def __init__(self, handle: int, done: int, refused: int, settle_seconds: float) -> None:
        self.handle, self.done, self.refused, self.settle_seconds = handle, done, refused, settle_seconds
        self._known: dict[str, tuple[_Seen, float]] = {}

    def ready(self, now: float) -> list[str]:
        """Give the names whose files have looked the same for long enough (1, 2, 3). ``now`` is a clock that only goes on."""
        found: list[tuple[int, str]] = []
        known: dict[str, tuple[_Seen, float]] = {}
        for name in os.listdir(self.handle):
            if name.startswith(".") or name.lower().endswith(_UNFINISHED):
                continue
            seen = self._look(name)
            if seen is None or stat.S_ISDIR(seen.mode):
                continue
            before, since = self._known.get(name, (None, now))
            if before != seen:
                since = now
            known[name] = (seen, since)
            if now - since >= self.settle_seconds and (before == seen or not self.settle_seconds):
                found.append((seen.changed_ns, name))
        self._known = known
        return [name for _, name in sorted(found)]

    def take(self, name: str, take: Take[Taken], explain: Explain) -> Outcome[Taken]:
        """Take one ready file in and move it away (3 to 7). Errors that do not speak of the file are passed on; it stays."""
        shown = safe_name(os.fsencode(name).decode("utf-8", errors="replace"))
        seen = self._look(name)
        if seen is None or seen != self._known.get(name, (None, 0.0))[0]:
            return Outcome(shown, Ended.LEFT)
        if not stat.S_ISREG(seen.mode):
            why = gettext("Not a file but a link, a device, a pipe or a socket: it is not opened.")
            return self._refuse(name, shown, why, "")
        if seen.size > FILE_BYTES_MAX:
            why = gettext("The file has more than %(limit)s bytes.") % {"limit": FILE_BYTES_MAX}
            return self._refuse(name, shown, why, "")
        try:
            data = self._read(name, seen)
        except OSError as error:
            return Outcome(shown, Ended.LEFT, why=error.strerror or str(error))
        if data is None:
            return Outcome(shown, Ended.LEFT)
        digest = hashlib.sha256(data).hexdigest()
        try:
            done = take(data, shown)
        except (FormatError, CashError) as error:
            return self._refuse(name, shown, explain(error), digest)
        self._move(name, self.done, _free(self.done, name, digest))
        return Outcome(shown, Ended.TAKEN, done)

    def _look(self, name: str) -> _Seen | None:
        try:
            found = os.stat(name, dir_fd=self.handle, follow_symlinks=False)
        except OSError:
            return None
        return _seen(found)

    def _read(self, name: str, seen: _Seen) -> bytes | None:
        """Read a file that is still the one that was seen, before and after; None where it is not."""
        handle = os.open(name, _READ, dir_fd=self.handle)
        with os.fdopen(handle, "rb") as file:
            if _seen(os.fstat(handle)) != seen:
                return None
            data = file.read(seen.size + 1)
            return data if len(data) == seen.size and _seen(os.fstat(handle)) == seen else None

    def _refuse(self, name: str, shown: str, why: str, digest: str) -> Outcome[Any]:
        """Write why, then move the file beside it (4)."""
        chosen = _free(self.refused, name, digest)
        text = f"{shown}\n\n{why}\n" + (f"\nSHA-256 {digest}\n" if digest else "")
        handle = os.open(f".{LOCK}.why", _WRITE, 0o640, dir_fd=self.refused)
        with os.fdopen(handle, "wb") as out:
            out.write(text.encode("utf-8", errors="replace"))
            out.flush()
            os.fsync(handle)
        os.rename(f".{LOCK}.why", f"{chosen}{WHY}", src_dir_fd=self.refused, dst_dir_fd=self.refused)
        self._move(name, self.refused, chosen)
        return Outcome(shown, Ended.REFUSED, why=why)

    def _move(self, name: str, to: int, chosen: str) -> None:
        os.rename(name, chosen, src_dir_fd=self.handle, dst_dir_fd=to)
        os.fsync(to)
        os.fsync(self.handle)
        self._known.pop(name, None)


@contextmanager
def watched(path: Path, settle_seconds: float = SETTLE_SECONDS) -> Iterator[Folder]:
    """Open a folder for watching. Raises WatchError where it is none, holds links for its folders, or is watched already (7, 8)."""
    with ExitStack() as handles:
        try:
            handle = _opened(handles, str(path), _FOLDER, None)
            lock = _opened(handles, LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, handle)
            inside = [_inner(handles, name, handle) for name in (DONE, REFUSED)]
        except OSError as error:
            told = {"folder": error.filename or path, "error": error.strerror or ""}
            raise WatchError(gettext("%(folder)s is no folder that can be watched: %(error)s") % told) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WatchError(gettext("%(folder)s is being watched already.") % {"folder": path}) from None
        yield Folder(handle, inside[0], inside[1], settle_seconds)


def _opened(handles: ExitStack, name: str, how: int, inside: int | None) -> int:
    handle = os.open(name, how, 0o600, dir_fd=inside)
    handles.callback(os.close, handle)
    return handle


def _inner(handles: ExitStack, name: str, inside: int) -> int:
    """Open a folder inside, made where it is missing; a link to one is refused."""
    with suppress(FileExistsError):
        os.mkdir(name, 0o750, dir_fd=inside)
    return _opened(handles, name, _FOLDER | os.O_NOFOLLOW, inside)


def _seen(found: os.stat_result) -> _Seen:
    return _Seen(found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode)


def _free(folder: int, name: str, digest: str) -> str:
    """Give the name that a file gets in a folder: its own, else with its content's number before its ending (5)."""
    raw = os.fsencode(name)
    if len(raw) > _NAME_BYTES_MAX:
        raw = raw[-_NAME_BYTES_MAX:]
    name = os.fsdecode(raw).lstrip(".") or "file"
    if not _taken(folder, name):
        return name
    stem, dot, ending = name.rpartition(".")
    number = digest[:12] or "0"
    chosen = f"{stem}.{number}.{ending}" if dot and stem else f"{name}.{number}"
    at = 0
    while not digest and _taken(folder, chosen):
        # What cannot be opened has no content to tell it apart.
        at += 1
        chosen = f"{name}.{at}"
    return chosen


def _taken(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
