"""Bytes to rows of cells: the encodings, dialects and workbooks of ``formats.tables``, within limits of a bank's file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from fairdue.formats.banktable.words import meanings
from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FileReason
from fairdue.formats.tables.delimited import rows_of
from fairdue.formats.tables.dialect import detect
from fairdue.formats.tables.encoding import decode
from fairdue.formats.tables.limits import Limits
from fairdue.formats.tables.ole import check_xls
from fairdue.formats.tables.sniff import Kind, sniff
from fairdue.formats.tables.table import Cell, Dialect, cell_text
from fairdue.formats.tables.workbook import read_sheet
from fairdue.formats.tables.zips import check_workbook

LIMITS = Limits(
    file_bytes=64 * 1024 * 1024, columns=200, cells=20_000_000, part_bytes=512 * 1024 * 1024,
    unpacked_bytes=1024 * 1024 * 1024,
)  # fmt: skip
"""A table is read into memory: its newest line may stand first."""
DIALECT_CHARACTERS = 200_000
"""How much of a text is looked at to tell its separator."""

HEAD_CHARACTERS = 20_000
PAGES = ("cp1250", "cp1252", "gb18030", "cp1254", "cp1257", "cp1251", "cp852", "cp850")
"""Encodings that are tried where one has to be guessed: few letters are too little to tell them apart, headings are not."""
_MARKS = re.compile(r"[;,\t|]")


class Grid(NamedTuple):
    """Rows with the line each begins on; text is without blanks around it."""

    kind: str
    rows: list[list[Cell]]
    lines: Sequence[int]
    ended: bool = True
    """Whether the last line has an end: one without may have been cut."""


def grid_of(data: bytes) -> Grid:
    """Read the cells. Raises FormatError with the line for what breaks a limit, an encoding, a quotation or a workbook."""
    if len(data) > LIMITS.file_bytes:
        raise FormatError(FileReason.TOO_LARGE, size=len(data), limit=LIMITS.file_bytes)
    kind = sniff(data)
    if kind is Kind.TEXT:
        return _text(data)
    if kind is Kind.ZIP:
        check_workbook(data, LIMITS)
    else:
        check_xls(data, LIMITS)
    sheet = read_sheet(data, "", LIMITS)
    rows = [[_clean(cell) if isinstance(cell, str) else cell for cell in row] for row in sheet.rows]
    return Grid("xls" if kind is Kind.OLE else "xlsx", rows, range(1, len(rows) + 1))


def _text(data: bytes) -> Grid:
    text = _decoded(data)
    first, _, rest = text.partition("\n")
    announced = ""
    skipped = 0
    head = first.strip().strip('"').lower()
    if head.startswith("sep=") and len(head) == 5:
        text, announced, skipped = rest, head[4], 1
    start = text[:DIALECT_CHARACTERS]
    dialect = detect(start if len(start) == len(text) else start[: start.rfind("\n") + 1] or start)
    if announced:
        dialect = Dialect(announced, dialect.quote)
    rows, lines = rows_of(text, dialect, LIMITS)
    cells: list[list[Cell]] = [[_clean(cell) for cell in row] for row in rows]
    return Grid("csv", cells, [line + skipped for line in lines] if skipped else lines, text.endswith(("\n", "\r")))


def _decoded(data: bytes) -> str:
    """Decode; of encodings that are only guessed the one in which most headings are words known here."""
    decoded = decode(data)
    if decoded.proven:
        return decoded.text
    best, most = decoded.text, _known(decoded.text)
    for encoding in PAGES:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if (known := _known(text)) > most:
            best, most = text, known
    return best


def _known(text: str) -> int:
    """Give how many headings of the row that has most of them are known."""
    rows = text[:HEAD_CHARACTERS].splitlines()
    return max((sum(bool(meanings(cell.strip(' "'))) for cell in _MARKS.split(row)) for row in rows), default=0)


def _clean(cell: str) -> str:
    """Take off blanks, and the mark by which an export keeps a spreadsheet program from reading a number."""
    text = cell.strip()
    return text[1:] if text[:1] == "`" else text


def filled(row: list[Cell]) -> list[str]:
    """Give the cells of a row that hold something, as text."""
    return [text for text in map(cell_text, row) if text]
