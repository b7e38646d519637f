"""Workbooks are ZIP files of XML: what is checked before any library opens one.

A reader of sheets fills a rectangle from the first to the last cell, so a file of a few hundred bytes can claim
gigabytes: by packing (a ZIP bomb), by two far-apart cells, or by a repeat attribute. All three are measured here first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FileReason
from fairdue.formats.tables.limits import Limits

_ENTITY = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_FOREIGN_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8|us-ascii|iso-8859-1)", re.IGNORECASE)
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*?)?([^>]?)>")
_REF = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+)(\d+)")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br\s*=\s*[\"'](\d+)")
_ROW_ANY = re.compile(rb"<(?:\w+:)?row[\s>/]")
_CELL_ANY = re.compile(rb"<(?:\w+:)?c[\s>/]")
_REF_3 = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]{3,}\d*")
_REF_2 = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{2})\d")
_REF_1 = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z])\d")
_REF_ROW_FAR = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*(\d{7,})")
_REF_ODD = re.compile(rb"\sr\s*=\s*[\"'][^A-Za-z0-9\"']")
_REPEATS = re.compile(rb"number-(rows|columns)-repeated\s*=\s*[\"'](\d+)[\"']([^>]*)>")
_ODS_ROW = re.compile(rb"<(?:\w+:)?table-row[\s>/]")
_ODS_CELL = re.compile(rb"<(?:\w+:)?(?:covered-)?table-cell[\s>/]")
_ODS_CONTENT = re.compile(rb"value-type|<(?:\w+:)?p[\s>]|formula")


def check_workbook(data: bytes, limits: Limits) -> None:
    """Raise FormatError unless the ZIP is whole, small enough unpacked, without entities and without far-off cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive.infolist(), limits)
            for info in archive.infolist():
                if info.filename.lower().endswith((".xml", ".rels", ".vml")):
                    _check_xml(info.filename, _unpack(archive, info, limits), limits)
                else:
                    _unpack(archive, info, limits)
    except FormatError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise FormatError(FileReason.ZIP_BROKEN, detail=type(error).__name__) from None
    except RuntimeError:
        # zipfile says RuntimeError for an encrypted member.
        raise FormatError(FileReason.PASSWORD) from None


def _check_members(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.parts:
        raise FormatError(FileReason.ZIP_BROKEN, detail=f"{len(members)} parts")
    total = 0
    for info in members:
        if info.flag_bits & 0x1:
            raise FormatError(FileReason.PASSWORD)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FormatError(FileReason.ZIP_BROKEN, detail=f"method {info.compress_type}")
        total += info.file_size
        packed = max(1, info.compress_size)
        steep = info.file_size > limits.ratio_floor_bytes and info.file_size > packed * limits.ratio
        if info.file_size > limits.part_bytes or steep:
            raise _bomb(info.filename, info.file_size, min(limits.part_bytes, packed * limits.ratio))
    if total > limits.unpacked_bytes:
        raise _bomb("*", total, limits.unpacked_bytes)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> bytes:
    """Read one member; the size its header claims is a ceiling, so that a lying header cannot fill memory."""
    with archive.open(info) as member:
        data = member.read(info.file_size + 1)
    if len(data) != info.file_size:
        raise _bomb(info.filename, len(data), info.file_size)
    return data


def _bomb(part: str, size: int, limit: int) -> FormatError:
    return FormatError(FileReason.ZIP_BOMB, part=part[:80], size=size, limit=limit)


def _check_xml(part: str, xml: bytes, limits: Limits) -> None:
    if _ENTITY.search(xml):
        raise FormatError(FileReason.XML_ENTITY, part=part[:80])
    if not part.startswith(("xl/", "content.xml", "[Content", "_rels", "META-INF", "/xl")):
        return
    if xml[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in xml[:64] or _FOREIGN_ENCODING.match(xml):
        # In another encoding the searches here would not see what the reader sees.
        raise FormatError(FileReason.XML_ODD, part=part[:80])
    if "worksheets/" in part.lower():
        _check_sheet(part, xml, limits)
    elif part.lower().endswith("content.xml"):
        _check_ods(part, xml, limits)
    elif part.lower().endswith("manifest.xml") and b"encryption-data" in xml:
        raise FormatError(FileReason.PASSWORD)


def _check_sheet(part: str, xml: bytes, limits: Limits) -> None:
    """Bound the rectangle a sheet spans. A quick look first; only a sheet that seems too large is read cell by cell."""
    if _REF_ODD.search(xml):
        raise FormatError(FileReason.XML_ODD, part=part[:80])
    rows, columns = _quick_bounds(xml)
    if rows > limits.rows or columns > limits.columns or rows * columns > limits.cells:
        rows, columns = _exact_bounds(xml)
    if rows > limits.rows:
        raise FormatError(FileReason.TOO_MANY_ROWS, line=limits.rows + 1, limit=limits.rows)
    if columns > limits.columns:
        raise FormatError(FileReason.TOO_MANY_COLUMNS, column=limits.columns + 1, count=columns, limit=limits.columns)
    if rows * columns > limits.cells:
        raise _bomb(part, rows * columns, limits.cells)


def _quick_bounds(xml: bytes) -> tuple[int, int]:
    """Give upper bounds of rows and columns; cells without a reference stand one behind the other and are counted."""
    rows = max((int(number[:9]) for number in _ROW.findall(xml)), default=0)
    far = max((int(number[:9]) for number in _REF_ROW_FAR.findall(xml)), default=0)
    rows = max(rows, far, sum(1 for _ in _ROW_ANY.finditer(xml)))
    if _REF_3.search(xml):
        return rows, 1 << 20
    pairs = set(_REF_2.findall(xml))
    if pairs:
        return rows, max(map(_column_number, pairs))
    if _REF_1.search(xml):
        return rows, 26
    return rows, sum(1 for _ in _CELL_ANY.finditer(xml))


def _exact_bounds(xml: bytes) -> tuple[int, int]:
    """Give the last row and column that hold a value: programs also save empty, formatted cells far out."""
    rows = columns = without = 0
    for found in _CELL.finditer(xml):
        if found.group(2).endswith(b"/"):
            continue
        reference = _REF.search(found.group(1) + found.group(2))
        if reference is None:
            without += 1
            continue
        columns = max(columns, _column_number(reference.group(1)[:6]))
        rows = max(rows, int(reference.group(2)[:9]))
    return max(rows, 1 if without else 0), max(columns, min(without, 1 << 20))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_ods(part: str, xml: bytes, limits: Limits) -> None:
    extra_rows = 0
    extra_cells = 0
    for found in _REPEATS.finditer(xml):
        what, times, rest = found.group(1), int(found.group(2)[:12]), found.group(3)
        if times > limits.rows * 2:
            raise _bomb(part, times, limits.repeats)
        end = xml.find(b"</table:table-row>", found.end()) if what == b"rows" else found.end() + 200
        inside = b"" if rest.rstrip().endswith(b"/") else xml[found.end() : max(end, found.end())]
        tag_start = xml.rfind(b"<", 0, found.start())
        own = xml[tag_start : found.end()]
        if what == b"columns" and b"table-cell" not in own:
            continue
        next_tag = inside[: inside.find(b"</")] if what == b"columns" else inside
        if not (_ODS_CONTENT.search(own) or _ODS_CONTENT.search(next_tag)):
            continue
        if times > limits.repeats:
            raise _bomb(part, times, limits.repeats)
        extra_rows += times if what == b"rows" else 0
        extra_cells += times if what == b"columns" else 0
    rows = sum(1 for _ in _ODS_ROW.finditer(xml)) + extra_rows
    cells = sum(1 for _ in _ODS_CELL.finditer(xml)) + extra_cells
    if rows > limits.rows or cells > limits.cells:
        raise FormatError(FileReason.TOO_MANY_ROWS, limit=limits.rows)
