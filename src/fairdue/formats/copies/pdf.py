"""What a PDF says and whether it is harmless. Run in a process of its own: a hostile file may eat time and memory."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import IndirectObject, NameObject, StreamObject, read_object

from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError

PAGES_READ = 5
TEXT_CHARS_MAX = 50_000
LAID_OUT_PAGES, LAID_OUT_CHARS_MAX = 100, 500_000
"""Of a list that is read row by row, more counts: a part of it is none."""
OBJECTS_MAX = 50_000
DEPTH_MAX = 60
ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute"})
"""Actions that run something or send something away. Links and jumps are none, nor are attached files: e-invoices have one."""
SCRIPTS = {"/JS": "/JavaScript", "/OnInstantiate": "/JavaScript", "/XFA": "/XFA"}
"""Keys that hold a script, and forms of XML that hold some."""
UNREADABLE = (
    PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, NotImplementedError, RecursionError,
    OSError, zlib.error,
)  # fmt: skip
"""What the library raises for bytes that are no PDF."""
WHITE = b"\x00\t\n\x0c\r "
_GAP = rb"(?:[\x00\t\n\x0c\r ]|%[^\r\n]*[\r\n])+"
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}" + _GAP + rb"[0-9]{1,5}" + _GAP + rb"obj(?![A-Za-z])")


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """How many pages, and the text of the first few (empty for a scan)."""

    pages: int
    text: str


def read_pdf(data: bytes, *, laid_out: bool = False) -> PdfFacts:
    """Read a PDF. Raises FormatError for one that is locked, broken or holds active content.

    ``laid_out``: the text of up to a hundred pages, each row of the page a line, as lists need it.
    """
    pages_read, chars_max = (LAID_OUT_PAGES, LAID_OUT_CHARS_MAX) if laid_out else (PAGES_READ, TEXT_CHARS_MAX)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FormatError(CopyReason.LOCKED)
        if found := next(_active(reader, data), ""):
            raise FormatError(CopyReason.ACTIVE, what=found.lstrip("/"))
        pages = len(reader.pages)
        text = ""
        for number in range(min(pages, pages_read)):
            text += _text(reader, number, laid_out) + "\n"
            if len(text) > chars_max:
                break
    except DependencyError:
        raise FormatError(CopyReason.LOCKED) from None
    except UNREADABLE as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(CopyReason.BROKEN, detail=type(error).__name__) from None
    if pages == 0:
        raise FormatError(CopyReason.BROKEN, detail="no pages")
    return PdfFacts(pages, text[:chars_max])


def _text(reader: PdfReader, number: int, laid_out: bool) -> str:
    """Give the text of a page; a page whose text cannot be taken out is a picture to us."""
    for mode in ("layout", "plain") if laid_out else ("plain",):
        try:
            if text := str(reader.pages[number].extract_text(extraction_mode=mode)):
                return text
        except UNREADABLE:
            continue
    return ""


def _active(reader: PdfReader, data: bytes) -> Iterator[str]:
    """Look at every object of the file and give what is active. Raises FormatError for one that cannot be looked at.

    1. What the newest table names, of every generation, those in object streams too.
    2. Whatever else lies in the bytes as an object or object stream: readers disagree on which of two they take, and a reader
       that mends a damaged table takes them all. What cannot be read there is none: no table names it.

    A name behind a reference is an object of its own, so an action's kind is found wherever it stands.
    """
    listed = {(generation, number) for generation, table in reader.xref.items() for number in table}
    listed |= {(0, number) for number in reader.xref_objStm}
    if len(listed) > OBJECTS_MAX:
        raise FormatError(CopyReason.BROKEN, detail=f"{len(listed)} objects")
    # Of a damaged entry the library would keep the first half, of a key named twice the first value; viewers read on.
    reader.strict = True
    reader.resolved_objects.clear()
    for generation, number in sorted(listed):
        try:
            found = reader.get_object(IndirectObject(number, generation, reader))
        except UNREADABLE:
            raise FormatError(CopyReason.BROKEN, detail=f"object {number}") from None
        yield from _within(found, 0)
    reader.strict = False
    yield from _within(reader.trailer, 0)
    for found in _lying(reader, data):
        yield from _within(found, 0)


def _lying(reader: PdfReader, data: bytes) -> Iterator[Any]:
    """Give what can be read as an object at any place of the bytes, and what lies in object streams there."""
    source = io.BytesIO(data)
    for count, place in enumerate(_OBJECT.finditer(data)):
        if count > OBJECTS_MAX:
            raise FormatError(CopyReason.BROKEN, detail=f"{count} objects")
        try:
            found = _read_at(source, place.end(), reader)
        except UNREADABLE:
            continue
        yield found
        if isinstance(found, StreamObject) and dict.get(found, "/Type") == "/ObjStm":
            yield from _packed(reader, found)


def _packed(reader: PdfReader, stream: StreamObject) -> Iterator[Any]:
    """Give the objects of an object stream, each at the place that its head names."""
    try:
        content, first = stream.get_data(), int(str(stream["/First"]))
        heads = content[:first].split()
        places = [first + int(place) for place in heads[1::2][:OBJECTS_MAX]]
    except UNREADABLE:
        return
    source = io.BytesIO(content)
    for place in places:
        try:
            yield _read_at(source, max(0, place), reader)
        except UNREADABLE:
            continue


def _read_at(source: io.BytesIO, place: int, reader: PdfReader) -> Any:
    source.seek(place)
    while (byte := source.read(1)) and byte in WHITE:
        pass
    source.seek(-len(byte), io.SEEK_CUR)
    return read_object(source, reader)


def _within(value: Any, depth: int) -> Iterator[str]:
    """Look into a value without following references: what they lead to is an object of its own."""
    if depth > DEPTH_MAX:
        raise FormatError(CopyReason.BROKEN, detail="nesting")
    if isinstance(value, NameObject) and depth == 0 and value in ACTIONS:
        yield str(value)
    if isinstance(value, dict):
        kind = dict.get(value, "/S")
        if isinstance(kind, str) and kind in ACTIONS:
            yield str(kind)
        yield from (what for key, what in SCRIPTS.items() if dict.__contains__(value, key))
        for part in dict.values(value):
            yield from _within(part, depth + 1)
    elif isinstance(value, list):
        for part in list.__iter__(value):
            yield from _within(part, depth + 1)
