"""Files out of a ZIP or a mail, one at a time and within limits; what is refused says why and the rest still comes.

A ZIP is hostile until unpacked: its headers may lie. The number of members, the sum of their sizes, each size and the ratio of
packing are limited before anything is unpacked, and no more bytes are read from a member than its header claims. Names are only
shown and matched; no file is ever written under one.
"""

from __future__ import annotations

import email
import email.policy
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import IO

from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""What every program packs with. Others (bzip2, LZMA) may want gigabytes to unpack a few bytes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; beyond one of them a whole ZIP, or one file, is refused."""

    file_bytes: int = 50 * 1024 * 1024
    members: int = 20_000
    unpacked_bytes: int = 2 * 1024 * 1024 * 1024
    ratio: int = 200
    """Unpacked to packed bytes of a member beyond ``ratio_floor_bytes``; a page of text alone stays below."""
    ratio_floor_bytes: int = 1024 * 1024
    mail_parts: int = 200


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its path inside, and its bytes or why it is refused."""

    path: str
    data: bytes = b""
    error: FormatError | None = None


def unzip(file: IO[bytes], limits: Limits) -> Iterator[Member]:
    """Give the files of a ZIP, in its order. Raises FormatError for one that is damaged or too much as a whole."""
    archive, members = opened(file, limits)
    with archive:
        for info in members:
            path = member_name(info)
            try:
                yield Member(path, _unpacked(archive, info, limits))
            except FormatError as error:
                yield Member(path, error=error)


def opened(file: IO[bytes], limits: Limits) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    """Open a ZIP that is not too much as a whole, with its members but folders and clutter."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FormatError(CopyReason.ZIP_BROKEN, detail=type(error).__name__) from None
    members = [info for info in archive.infolist() if not info.is_dir()]
    size = sum(info.file_size for info in members)
    if len(members) > limits.members or size > limits.unpacked_bytes:
        archive.close()
        raise FormatError(CopyReason.ZIP_TOO_MUCH, what=str(len(members) if len(members) > limits.members else size))
    return archive, [info for info in members if not is_clutter(member_name(info))]


def check_member(info: zipfile.ZipInfo, limits: Limits) -> None:
    """Raise FormatError for a member that is not to be unpacked, by what its header says."""
    if info.flag_bits & 0x1:
        raise FormatError(CopyReason.ZIP_BROKEN, detail="password")
    if info.compress_type not in METHODS:
        raise FormatError(CopyReason.ZIP_BROKEN, detail=f"method {info.compress_type}")
    if info.file_size > limits.file_bytes:
        raise FormatError(CopyReason.TOO_LARGE, size=info.file_size, limit=limits.file_bytes)
    if info.file_size > limits.ratio_floor_bytes and info.file_size > max(1, info.compress_size) * limits.ratio:
        raise FormatError(CopyReason.ZIP_TOO_MUCH, what=str(info.file_size))


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    check_member(info, limits)
    try:
        with archive.open(info) as member:
            data = member.read(info.file_size + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise FormatError(CopyReason.ZIP_BROKEN, detail=type(error).__name__) from None
    if len(data) != info.file_size:
        raise FormatError(CopyReason.ZIP_BROKEN, detail="size")
    return data


def member_name(info: zipfile.ZipInfo) -> str:
    """Give a member's name. Old programs write names in the system's encoding, which ``zipfile`` reads as code page 437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            name = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or any("\u4e00" <= char <= "\u9fff" for char in name):
            return name
    return info.filename


def is_clutter(path: str) -> bool:
    """Say whether a file is none of the sender's: what systems put into ZIP files by themselves."""
    parts = path.replace("\\", "/").split("/")
    return parts[0] == "__MACOSX" or parts[-1].startswith(".") or parts[-1] in {"Thumbs.db", "desktop.ini"}


def attachments(data: bytes, limits: Limits) -> Iterator[Member]:
    """Give the attached files of an RFC 822 mail; its subject counts as their folder. Raises FormatError for no mail."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        subject = " ".join(str(message.get("Subject", "")).replace("/", "-").split())[:200]
        parts = [part for part in message.walk() if isinstance(part, EmailMessage) and part.get_filename()]
    except (ValueError, LookupError, RecursionError, AttributeError, TypeError):
        raise FormatError(CopyReason.MAIL_BROKEN) from None
    for part in parts[: limits.mail_parts]:
        path = f"{subject}/{part.get_filename()}"
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and 0 < len(content) <= limits.file_bytes:
            yield Member(path, content)
        elif isinstance(content, bytes) and content:
            yield Member(path, error=FormatError(CopyReason.TOO_LARGE, size=len(content), limit=limits.file_bytes))
