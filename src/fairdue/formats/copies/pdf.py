"""What a PDF says and whether it is harmless. Run in a process of its own: a hostile file may eat time and memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import IndirectObject

from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.errors import FormatError

PAGES_READ = 5
TEXT_CHARS_MAX = 50_000
OBJECTS_MAX = 50_000
DEPTH_MAX = 60
ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/RichMediaExecute"})
"""Actions that run something or send something away. Links and jumps are none, nor are attached files: e-invoices have one."""


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """How many pages, and the text of the first few (empty for a scan)."""

    pages: int
    text: str


def read_pdf(data: bytes) -> PdfFacts:
    """Read a PDF. Raises FormatError for one that is locked, broken or holds active content."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise FormatError(CopyReason.LOCKED)
        if found := next(_active(reader), ""):
            raise FormatError(CopyReason.ACTIVE, what=found.lstrip("/"))
        pages = len(reader.pages)
        text = ""
        for number in range(min(pages, PAGES_READ)):
            text += _text(reader, number) + "\n"
            if len(text) > TEXT_CHARS_MAX:
                break
    except DependencyError:
        raise FormatError(CopyReason.LOCKED) from None
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(CopyReason.BROKEN, detail=type(error).__name__) from None
    if pages == 0:
        raise FormatError(CopyReason.BROKEN, detail="no pages")
    return PdfFacts(pages, text[:TEXT_CHARS_MAX])


def _text(reader: PdfReader, number: int) -> str:
    """Give the text of a page; a page whose text cannot be taken out is a picture to us."""
    try:
        return str(reader.pages[number].extract_text())
    except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError):
        return ""


def _active(reader: PdfReader) -> Iterator[str]:
    """Look at every object of the file, those in object streams too, and give what is active."""
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    if len(numbers) > OBJECTS_MAX:
        raise FormatError(CopyReason.BROKEN, detail=f"{len(numbers)} objects")
    for number in sorted(numbers):
        try:
            found = reader.get_object(IndirectObject(number, 0, reader))
        except (PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError):
            continue
        yield from _within(found, 0)
    yield from _within(reader.trailer, 0)


def _within(value: Any, depth: int) -> Iterator[str]:
    """Look into a value without following references: what they lead to is an object of its own."""
    if depth > DEPTH_MAX:
        raise FormatError(CopyReason.BROKEN, detail="nesting")
    if isinstance(value, dict):
        kind = dict.get(value, "/S")
        if isinstance(kind, str) and kind in ACTIONS:
            yield str(kind)
        if dict.__contains__(value, "/JS"):
            yield "/JavaScript"
        for part in dict.values(value):
            yield from _within(part, depth + 1)
    elif isinstance(value, list):
        for part in list.__iter__(value):
            yield from _within(part, depth + 1)
