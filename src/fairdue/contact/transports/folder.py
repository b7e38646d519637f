"""Letters and files into folders: a whole file under a name fixed by the step, or none. A present file is handed over."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fairdue.contact.blobs import write_atomically
from fairdue.contact.reasons import DeliveryReason
from fairdue.contact.transports.mail import build
from fairdue.contact.transports.shape import NotHandedOver, Outcome, Parcel
from fairdue.kernel.reasons import because

NAME_CHARS_MAX = 60


def file_stem(step_key: str) -> str:
    """Give the file name of a step without ending: readable, and unique by the step's hash."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", step_key).strip(".-")[:NAME_CHARS_MAX]
    return f"{readable}-{hashlib.sha256(step_key.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class _Files:
    """Files about to be written; the one that counts comes last."""

    root: Path
    files: tuple[tuple[Path, bytes], ...]

    def hand_over(self) -> dict[str, object]:
        for path, data in self.files:
            write_atomically(path, data)
        return evidence(self.root, *self.files[-1])

    def abandon(self) -> None:
        return None


def evidence(root: Path, path: Path, data: bytes) -> dict[str, object]:
    """Give what is recorded of a written file: its path below the folder's root, and its hash."""
    return {
        "kind": "folder",
        "path": path.relative_to(root).as_posix(),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


class Folder:
    """A folder that takes messages: below it one folder a company, in that one a day, by when the message was made."""

    repeatable = True

    def __init__(self, root: Path, channel: str, files: Callable[[Parcel], list[tuple[str, bytes]]]) -> None:
        self.root, self.channel, self._files = root, channel, files

    def prepare(self, parcel: Parcel) -> _Files:
        """Build the files. Raises NotHandedOver when one cannot be built, or when another file stands in its place."""
        files = self._paths(parcel)
        path, data = files[-1]
        if path.exists() and path.read_bytes() != data:
            detail = f"{path.name}: another file stands there"
            raise NotHandedOver(Outcome.REFUSED, because(DeliveryReason.NOT_DRAWN, detail=detail))
        return _Files(self.root, tuple(files))

    def find(self, parcel: Parcel) -> dict[str, object] | None:
        """Look whether the file that counts is there, whole."""
        path, data = self._paths(parcel)[-1]
        there = path.exists() and path.read_bytes() == data
        return {**evidence(self.root, path, data), "found": True} if there else None

    def close(self) -> None:
        """Nothing is open."""

    def _paths(self, parcel: Parcel) -> list[tuple[Path, bytes]]:
        folder = self.root / file_stem(parcel.company_code)[:-13] / parcel.dated.date().isoformat()
        try:
            return [(folder / name, data) for name, data in self._files(parcel)]
        except ValueError as error:
            raise NotHandedOver(Outcome.REFUSED, because(DeliveryReason.NOT_DRAWN, detail=str(error)[:200])) from None


class PrintFolder(Folder):
    """Letters to print: the letter as ``<step>.pdf``, its enclosures beside it as ``<step>.2-….pdf``."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "letter", _letter)


class FileFolder(Folder):
    """Messages as ``.eml`` files, for a system that takes them from a folder."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "file", _eml)


def _letter(parcel: Parcel) -> list[tuple[str, bytes]]:
    if not parcel.enclosures:
        raise ValueError("a letter needs its PDF")
    stem = file_stem(parcel.step_key)
    further = [
        (f"{stem}.{number}-{file_stem(one.file_name)[:-13]}{Path(one.file_name).suffix[:6]}", one.data)
        for number, one in enumerate(parcel.enclosures[1:], start=2)
    ]
    return [*further, (f"{stem}.pdf", parcel.enclosures[0].data)]


def _eml(parcel: Parcel) -> list[tuple[str, bytes]]:
    return [(f"{file_stem(parcel.step_key)}.eml", build(parcel))]
