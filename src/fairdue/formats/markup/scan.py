"""A stream of XML taken apart by expat: leaves by path, gathered in scopes.

1. A *leaf* is an element's text or an attribute. Its path is relative to the innermost *scope* around it; an attribute is written
   ``Amt@Ccy``. Every leaf of a file stands in exactly one scope, so that nothing is lost.
2. A *scope* is an element that becomes a record: the reader names its path once, and is called when it closes, with its leaves, what its
   inner scopes became, its line, and the scope around it, still open.
3. What ``emit`` is given leaves the scan at the next pause, so that memory does not grow with the file.
4. A document type is refused, and with it every entity. Namespaces are left out of paths; the root's is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO
from xml.parsers import expat

from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.markup.reasons import MarkupReason

CHUNK_BYTES = 64 * 1024
DEPTH_MAX = 64
"""Elements inside one another; the deepest message read here needs 20."""
TEXT_MAX = 64 * 1024 * 1024
"""Characters of one leaf: an invoice may carry a document as text."""
LEAVES_MAX = 1_000_000
"""Values of one scope."""
PATHS_MAX = 20_000
"""Different paths of elements in one file."""
BYTES_MAX = 2 * 1024 * 1024 * 1024

Leaf = tuple[str, str]


class Frame:
    """One scope that is open, or has just closed."""

    __slots__ = ("inner", "leaves", "line", "outer", "scope")

    def __init__(self, scope: str, line: int, outer: Frame | None) -> None:
        self.scope, self.line, self.outer = scope, line, outer
        self.leaves: list[Leaf] = []
        self.inner: list[Any] = []


Close = Callable[[Frame], Any]
"""Makes the record of a scope that closes; what it gives joins ``inner`` of the scope around it, unless it is None."""


class _Node:
    """One path of elements seen so far."""

    __slots__ = ("close", "depth", "kids", "name", "outer", "path", "scope")

    def __init__(self, name: str, outer: _Node | None, path: str, scope: str, close: Close | None) -> None:
        self.name, self.outer, self.path, self.scope, self.close = name, outer, path, scope, close
        self.depth: int = outer.depth + 1 if outer else 0
        self.kids: dict[str, _Node] = {}


class Scan:
    """One pass over one document. ``scopes`` maps the full path of a scope, below the root element, to what closes it."""

    def __init__(self, scopes: Mapping[str, Close], *, begin: Callable[[str, str], None] | None = None) -> None:
        self._scopes = scopes
        self._begin = begin
        self._out: list[Any] = []
        self._node = _Node("", None, "", "", None)
        self._frame = Frame("", 1, None)
        self._text = ""
        self._paths = 0
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.buffer_size = 1 << 16
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def emit(self, record: Any) -> None:
        """Hand a record out."""
        self._out.append(record)

    def run(self, stream: BinaryIO) -> Iterator[Any]:
        """Give what is emitted, in order; raises FormatError with its line where the document is refused."""
        size = 0
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > BYTES_MAX:
                raise self.error(MarkupReason.TOO_LARGE, limit=BYTES_MAX)
            self._feed(chunk, last=False)
            if len(self._frame.leaves) > LEAVES_MAX:
                raise self.error(MarkupReason.MANY, path=self._node.name, limit=LEAVES_MAX)
            if self._out:
                yield from self._out
                self._out.clear()
        self._feed(b"", last=True)
        yield from self._out
        self._out.clear()

    def error(self, code: MarkupReason, **values: Any) -> FormatError:
        """Make an error at the place reached."""
        return FormatError(
            code, line=self._parser.CurrentLineNumber, column=self._parser.CurrentColumnNumber + 1, **values
        )

    def _feed(self, chunk: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(chunk, last)
        except expat.ExpatError as error:
            detail = expat.ErrorString(error.code)
            raise FormatError(MarkupReason.BROKEN, line=error.lineno, column=error.offset + 1, detail=detail) from None
        except (LookupError, ValueError) as error:
            if isinstance(error, FormatError):
                raise
            # Python knows no such encoding, or the encoding is not one byte a character.
            raise self.error(MarkupReason.BROKEN, detail=str(error)) from None

    def _doctype(self, *_parts: Any) -> None:
        raise self.error(MarkupReason.DOCTYPE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._text:
            if not self._text.isspace():
                raise self.error(MarkupReason.MIXED, path=self._node.name, value=shorten(self._text.strip()))
            self._text = ""
        node = self._node.kids.get(name)
        if node is None:
            node = self._discover(name)
        self._node = node
        if node.close is not None:
            self._frame = Frame(node.scope, self._parser.CurrentLineNumber, self._frame)
        if attributes:
            path, leaves = node.path, self._frame.leaves
            for key, value in attributes.items():
                leaves.append((f"{path}@{key.rpartition('}')[2]}", value))

    def _end(self, _name: str) -> None:
        node = self._node
        if self._text:
            text = self._text
            self._text = ""
            if not text.isspace():
                self._frame.leaves.append((node.path, text))
        if node.close is not None:
            self._close(node)
        self._node = node.outer  # type: ignore[assignment]

    def _close(self, node: _Node) -> None:
        frame = self._frame
        made = node.close(frame) if node.close else None
        outer = frame.outer
        if outer is not None:
            self._frame = outer
            if made is not None:
                outer.inner.append(made)

    def _characters(self, data: str) -> None:
        if not self._text:
            self._text = data
            return
        self._text += data
        if len(self._text) > TEXT_MAX:
            raise self.error(MarkupReason.LONG, path=self._node.name, limit=TEXT_MAX)

    def _discover(self, name: str) -> _Node:
        """Make the node of a path that is seen for the first time."""
        outer = self._node
        space, _, local = name.rpartition("}")
        if outer.outer is None and self._begin is not None:
            self._begin(space, local)
        if outer.depth >= DEPTH_MAX:
            raise self.error(MarkupReason.DEEP, limit=DEPTH_MAX)
        self._paths += 1
        if self._paths > PATHS_MAX:
            raise self.error(MarkupReason.MANY, path=outer.name, limit=PATHS_MAX)
        full = f"{outer.name}/{local}" if outer.name else local if outer.depth else ""
        close = self._scopes.get(full)
        path = f"{outer.path}/{local}" if outer.path else local
        node = _Node(full, outer, "" if close or not full else path, local if close else "", close)
        outer.kids[name] = node
        return node
