"""A whole XML document in memory, for files known to be small; as safe as ``scan``.

Elements are known by their local names; the root's name space is told, and those of the others are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from fairdue.formats.errors import FormatError
from fairdue.formats.markup.reasons import MarkupReason
from fairdue.formats.markup.scan import DEPTH_MAX, TEXT_MAX

BYTES_MAX = 128 * 1024 * 1024
ELEMENTS_MAX = 1_000_000


class Element:
    """An element: its local name, attributes, text, elements inside, and its line."""

    __slots__ = ("attributes", "inner", "line", "name", "space", "text")

    def __init__(self, name: str, space: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.space, self.attributes, self.line = name, space, attributes, line
        self.text = ""
        self.inner: list[Element] = []

    def all(self, path: str) -> list[Element]:
        """Give the elements at a path such as ``PaymentMeans/PaymentID``, in the file's order."""
        found = [self]
        for name in path.split("/"):
            found = [one for outer in found for one in outer.inner if one.name == name]
        return found

    def first(self, path: str) -> Element | None:
        """Give the first element at a path."""
        return next(iter(self.all(path)), None)

    def get(self, path: str) -> str:
        """Give the text of the first element at a path that has some; empty where there is none."""
        return next((text for one in self.all(path) if (text := one.text.strip())), "")

    def texts(self, path: str) -> tuple[str, ...]:
        """Give all texts at a path that say something."""
        return tuple(text for one in self.all(path) if (text := one.text.strip()))

    def fields(self, above: str = "") -> Iterator[tuple[str, str]]:
        """Give everything the document says from here on, as path and value in its order; an attribute as ``Amount@currencyID``."""
        path = f"{above}/{self.name}" if above else self.name
        yield from ((f"{path}@{key}", value) for key, value in self.attributes.items())
        if text := self.text.strip():
            yield path, text
        for one in self.inner:
            yield from one.fields(path)


class _Builder:
    def __init__(self) -> None:
        self.root: Element | None = None
        self.open: list[Element] = []
        self.parts: list[str] = []
        self.size = self.count = 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def error(self, code: MarkupReason, **values: Any) -> FormatError:
        return FormatError(
            code, line=self.parser.CurrentLineNumber, column=self.parser.CurrentColumnNumber + 1, **values
        )

    def doctype(self, *_parts: object) -> None:
        raise self.error(MarkupReason.DOCTYPE)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        self.count += 1
        if len(self.open) >= DEPTH_MAX:
            raise self.error(MarkupReason.DEEP, limit=DEPTH_MAX)
        if self.count > ELEMENTS_MAX:
            raise self.error(MarkupReason.MANY, path=local, limit=ELEMENTS_MAX)
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        one = Element(local, space, plain, self.parser.CurrentLineNumber)
        self.settle()
        if self.open:
            self.open[-1].inner.append(one)
        else:
            self.root = one
        self.open.append(one)

    def end(self, _name: str) -> None:
        self.settle()
        self.open.pop()

    def settle(self) -> None:
        if self.open and self.parts:
            self.open[-1].text += "".join(self.parts)
        self.parts.clear()
        self.size = 0

    def characters(self, data: str) -> None:
        self.parts.append(data)
        self.size += len(data)
        if self.size > TEXT_MAX:
            raise self.error(MarkupReason.LONG, path=self.open[-1].name if self.open else "", limit=TEXT_MAX)


def read_tree(data: bytes) -> Element:
    """Read a document; FormatError with line and column where it is refused."""
    if len(data) > BYTES_MAX:
        raise FormatError(MarkupReason.TOO_LARGE, limit=BYTES_MAX)
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        detail = expat.ErrorString(error.code)
        raise FormatError(MarkupReason.BROKEN, line=error.lineno, column=error.offset + 1, detail=detail) from None
    except (LookupError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise builder.error(MarkupReason.BROKEN, detail=str(error)) from None
    if builder.root is None:
        raise FormatError(MarkupReason.BROKEN, detail="no element found")
    return builder.root
