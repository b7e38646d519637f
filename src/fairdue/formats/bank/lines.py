"""Lines of fixed width: decoded for certain, cut into named zones, each value once.

1. A line whose *bytes* are exactly the width is of one byte a character, whatever they would also mean; another is UTF-8 while it can be.
2. One byte a character is Windows-1252 or, where more of its letters are letters of Western Europe then, code page 850. A line that tells
   them apart decides for the lines behind it; before that it is Windows-1252.
3. Lines may be shorter than the width: blanks at their end are often cut. What stands beyond the width refuses the file.
4. A zone gives what is written in it, without the blanks behind it; an empty zone gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.bank.records import Fields
from fairdue.formats.errors import FormatError, shorten

BYTES_MAX = 4096
"""Bytes of a line, far beyond every width."""
_LETTERS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜŸßàáâãäåæçèéêëìíîïñòóôõöùúûüÿœªºØø€")


def lines(stream: BinaryIO, width: int) -> Iterator[tuple[int, str]]:
    """Give (line number, text filled with blanks to ``width``) of each line that is not empty."""
    single = "cp1252"
    for number, raw in enumerate(iter(lambda: stream.readline(BYTES_MAX + 1), b""), start=1):
        if len(raw) > BYTES_MAX:
            raise FormatError(BankError.RECORD, line=number, value=f"> {BYTES_MAX}")
        raw = raw.rstrip(b"\r\n\x1a")
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw.strip():
            continue
        if raw.isascii():
            text = raw.decode("ascii")
        else:
            single, text = _decoded(raw, width, single)
        if "\x00" in text:
            raise FormatError(BankError.RECORD, line=number, value="NUL")
        if len(text) > width and text[width:].strip():
            raise FormatError(BankError.RECORD, line=number, value=shorten(text[width:].strip()))
        yield number, text[:width].ljust(width)


def _decoded(raw: bytes, width: int, single: str) -> tuple[str, str]:
    if len(raw) != width:
        try:
            return single, raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
    windows = _letters(raw, "cp1252")
    dos = _letters(raw, "cp850")
    if windows != dos:
        single = "cp850" if dos > windows else "cp1252"
    try:
        return single, raw.decode(single)
    except UnicodeDecodeError:
        return single, raw.decode("latin-1")


def _letters(raw: bytes, encoding: str) -> int:
    return sum(char in _LETTERS for char in raw.decode(encoding, errors="replace"))


Zones = tuple[tuple[str, int], ...]
"""The zones of a record in their order: name and width, behind the record's own code."""


def cut(text: str, code: str, zones: Zones) -> dict[str, str]:
    """Give the zones of a line that hold something."""
    found = {}
    at = len(code)
    for name, width in zones:
        value = text[at : at + width].rstrip(" ")
        if value:
            found[name] = value
        at += width
    return found


def fields(code: str, zones: dict[str, str]) -> Fields:
    """Give the zones of a record with their paths."""
    return tuple((f"{code}/{name}", value) for name, value in zones.items())
