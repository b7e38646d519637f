"""XLS is a small file system in a file: what is checked before any library opens one.

A reader follows chains of sectors and believes sizes that the file tells: a chain that comes back to itself, or a sheet of four thousand
million rows, ends in all the memory there is, and with it the process. Chains, sheets and their sizes are walked here first.
Layouts are those of Microsoft's [MS-CFB] and [MS-XLS].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from struct import unpack_from
from typing import NamedTuple

from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FileReason
from fairdue.formats.tables.limits import Limits

RESERVED = 0xFFFFFFFA
"""Sector numbers from here on are marks."""
MINI_BELOW = 4096
CELLS_MAX = 4_000_000
"""Cells that the sheets of an XLS may span; 65,536 rows are all it can have."""
COLUMNS_MAX = 256
_DIRECTORY_ENTRY = 128
_CELLS = frozenset(
    {0x0203, 0x0204, 0x0205, 0x027E, 0x00BD, 0x00BE, 0x00FD, 0x0006, 0x0201, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005}
)
_BOUNDSHEET, _DIMENSIONS, _SST, _EOF = 0x0085, 0x0200, 0x00FC, 0x000A


class _Chains(NamedTuple):
    """The table of sectors, with the file it is of."""

    data: bytes
    size: int
    next: list[int]

    def walk(self, start: int, what: str) -> Iterator[int]:
        """Give the sectors of a chain; raises FormatError for one without an end or out of the file."""
        seen = set()
        at = start
        while at < RESERVED:
            if at in seen or at >= len(self.next):
                raise _broken(what)
            seen.add(at)
            yield at
            at = self.next[at]

    def bytes_of(self, start: int, what: str) -> bytes:
        """Give what a chain holds."""
        return b"".join(self.data[(at + 1) * self.size : (at + 2) * self.size] for at in self.walk(start, what))


def check_xls(data: bytes, limits: Limits) -> None:
    """Raise FormatError unless every chain ends, and the sheets span no more cells than allowed."""
    try:
        _check(data, limits)
    except (struct.error, IndexError, OverflowError) as error:
        raise _broken(type(error).__name__) from None


def _check(data: bytes, limits: Limits) -> None:
    (shift,) = unpack_from("<H", data, 30)
    if shift not in (9, 12):
        raise _broken("sector")
    (directory_start,), (mini_start,) = unpack_from("<I", data, 48), unpack_from("<I", data, 60)
    chains = _Chains(data, 1 << shift, list(_table(data, 1 << shift)))
    directory = chains.bytes_of(directory_start, "directory")
    mini = _numbers(chains.bytes_of(mini_start, "small sectors"))
    inside = _Chains(b"", 64, mini)
    root = b""
    books = []
    for at in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        name, kind = directory[at : at + 64].decode("utf-16-le", errors="replace"), directory[at + 66]
        start, size = unpack_from("<II", directory, at + 116)
        if kind == 5:
            root = chains.bytes_of(start, "root")
        elif kind == 2 and size >= MINI_BELOW:
            found = chains.bytes_of(start, "stream")
            if name.partition("\x00")[0].casefold() in ("workbook", "book"):
                books.append(found[:size])
        elif kind == 2:
            parts = list(inside.walk(start, "stream"))
            if name.partition("\x00")[0].casefold() in ("workbook", "book"):
                books.append(b"".join(root[part * 64 : part * 64 + 64] for part in parts)[:size])
    for book in books:
        _check_book(book, limits)


def _table(data: bytes, size: int) -> Iterator[int]:
    """Give the table of sectors: which sector follows which. Its own sectors are listed in the header, and in sectors behind it."""
    listed = list(unpack_from("<109I", data, 76))
    at, seen = unpack_from("<I", data, 68)[0], set()
    while at < RESERVED:
        if at in seen or (at + 2) * size > len(data) + size:
            raise _broken("sectors")
        seen.add(at)
        numbers = _numbers(data[(at + 1) * size : (at + 2) * size])
        listed += numbers[:-1]
        at = numbers[-1]
    for sector in listed:
        if sector < RESERVED:
            if (sector + 1) * size > len(data):
                raise _broken("sectors")
            yield from _numbers(data[(sector + 1) * size : (sector + 2) * size])


def _numbers(data: bytes) -> list[int]:
    return list(unpack_from(f"<{len(data) // 4}I", data))


def _check_book(book: bytes, limits: Limits) -> None:
    """Walk the records of the book, and those of each sheet from where the book says that it begins."""
    starts = [0]
    for kind, body in _records(book, 0):
        if kind == _BOUNDSHEET:
            starts.append(unpack_from("<I", body)[0])
        elif kind == _SST and len(body) >= 8 and unpack_from("<I", body, 4)[0] * 3 > len(book):
            raise _broken("strings")
    spanned = 0
    for start in starts:
        spanned += _sheet(book, start, limits)
    if spanned > min(CELLS_MAX, limits.cells):
        raise FormatError(FileReason.TOO_MANY_ROWS, limit=limits.rows)


def _sheet(book: bytes, start: int, limits: Limits) -> int:
    """Give how many cells a sheet spans."""
    rows = columns = 0
    for kind, body in _records(book, start):
        if kind == _EOF:
            break
        if kind == _DIMENSIONS:
            bounds = unpack_from("<IIHH", body) if len(body) == 14 else unpack_from("<HHHH", body)
            rows, columns = max(rows, bounds[1]), max(columns, bounds[3])
        elif kind in _CELLS:
            row, column = unpack_from("<HH", body)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    if rows > limits.rows:
        raise FormatError(FileReason.TOO_MANY_ROWS, limit=limits.rows)
    if columns > min(COLUMNS_MAX, limits.columns):
        raise FormatError(FileReason.TOO_MANY_COLUMNS, column=COLUMNS_MAX + 1, count=columns, limit=COLUMNS_MAX)
    return rows * columns


def _records(book: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    at = start
    while at + 4 <= len(book):
        kind, length = unpack_from("<HH", book, at)
        yield kind, book[at + 4 : at + 4 + length]
        at += 4 + length


def _broken(what: str) -> FormatError:
    return FormatError(FileReason.WORKBOOK_BROKEN, detail=what)
