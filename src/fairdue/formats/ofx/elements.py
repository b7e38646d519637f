"""OFX taken apart into elements: SGML and XML alike, with what real files leave out.

1. A tag followed by text is a leaf, whether it is closed or not. A tag without text holds others where it is closed further on and is not
   closed at once; else it is an empty leaf.
2. A closing tag closes everything within it that is still open.
3. The text is UTF-8 where it can be, else what the header's CHARSET says, else Windows-1252.
4. Entities are those of the standard and numbered characters; a lone ``&`` is itself. A document type is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.markup.reasons import MarkupReason
from fairdue.formats.reasons import FileReason

BYTES_MAX = 64 * 1024 * 1024
"""A file is read into memory: a bank's download has some thousand entries."""
DEPTH_MAX = 32
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][\w.:-]*)(?P<rest>[^<>]*)>(?P<text>[^<]*)")
_CLOSED = re.compile(r"</([A-Za-z][\w.:-]*)\s*>")
_HEADER = re.compile(r"^\s*([A-Z]+):([^\r\n]*)", re.MULTILINE)
_DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_CHARSETS = {
    "1250": "cp1250", "1251": "cp1251", "1252": "cp1252", "1253": "cp1253", "1254": "cp1254", "8859-1": "latin-1",
    "8859-15": "iso-8859-15", "iso-8859-1": "latin-1", "iso-8859-15": "iso-8859-15", "windows-1252": "cp1252",
}  # fmt: skip


class Element:
    """One element: a leaf has ``text``, any other ``kids``. ``name`` is in capitals."""

    __slots__ = ("kids", "line", "name", "text")

    def __init__(self, name: str, line: int, text: str = "") -> None:
        self.name, self.line, self.text = name, line, text
        self.kids: list[Element] = []

    def leaf(self, name: str) -> str:
        """Give the text of the first leaf of this name directly within, or ""."""
        return next((kid.text for kid in self.kids if kid.name == name and kid.text), "")

    def child(self, name: str) -> Element | None:
        """Give the first element of this name directly within."""
        return next((kid for kid in self.kids if kid.name == name and not kid.text), None)

    def leaves(self, path: str = "") -> Iterator[tuple[str, str]]:
        """Give every text within, with its path."""
        for kid in self.kids:
            here = f"{path}/{kid.name}" if path else kid.name
            if kid.text:
                yield here, kid.text
            yield from kid.leaves(here)


def elements(data: bytes) -> tuple[Element, dict[str, str]]:
    """Give the element OFX of a file, and its header. Raises FormatError."""
    if len(data) > BYTES_MAX:
        raise FormatError(MarkupReason.TOO_LARGE, limit=BYTES_MAX)
    text = _decoded(data)
    if found := _DOCTYPE.search(text):
        raise FormatError(MarkupReason.DOCTYPE, line=_line(text, found.start()))
    begin = re.search(r"<OFX\b", text, re.IGNORECASE)
    if begin is None:
        raise FormatError(BankError.MISSING, line=1, field="<OFX>")
    head = text[: begin.start()]
    header = {name: value.strip() for name, value in _HEADER.findall(head)}
    header |= dict(re.findall(r"(\w+)\s*=\s*[\"']([^\"']*)[\"']", head))
    return _tree(text, begin.start()), header


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _decoded(data: bytes) -> str:
    if b"\x00" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise FormatError(FileReason.NUL, line=1)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strict(data, "utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        head = data[:2000].decode("latin-1")
        told = re.search(r"CHARSET:\s*([\w-]+)|encoding=[\"']([\w-]+)", head)
        wanted = _CHARSETS.get((told[1] or told[2]).lower(), "cp1252") if told else "cp1252"
        try:
            return data.decode(wanted)
        except UnicodeDecodeError:
            return data.decode("latin-1")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise FormatError(FileReason.ENCODING_BROKEN, line=1, encoding=encoding) from None


def _tree(text: str, start: int) -> Element:
    body = _CDATA.sub(
        lambda found: found[1].replace("&", "&amp;").replace("<", "&lt;"), _COMMENT.sub(" ", text[start:])
    )
    closed = {name.upper() for name in _CLOSED.findall(body)}
    line = _line(text, start)
    root = Element("", line)
    open_ = [root]
    at = 0
    tags = list(_TAG.finditer(body))
    for number, tag in enumerate(tags):
        line += body.count("\n", at, tag.start())
        at = tag.start()
        name = tag["name"].upper()
        if tag["close"]:
            _close(open_, name)
            continue
        value = _unescaped(tag["text"]).strip()
        element = Element(name, line, value)
        open_[-1].kids.append(element)
        follows = tags[number + 1] if number + 1 < len(tags) else None
        ends_at_once = follows is not None and follows["close"] and follows["name"].upper() == name
        if not value and name in closed and not ends_at_once and not tag["rest"].rstrip().endswith("/"):
            if len(open_) >= DEPTH_MAX:
                raise FormatError(MarkupReason.DEEP, line=line, limit=DEPTH_MAX)
            open_.append(element)
    if len(open_) > 1:
        raise FormatError(BankError.CUT_OFF, line=line)
    found = next((kid for kid in root.kids if kid.name == "OFX"), None)
    if found is None or not found.kids:
        raise FormatError(BankError.CUT_OFF, line=line)
    return found


def _close(open_: list[Element], name: str) -> None:
    """Close an element and what is open within it; the closing tag of a leaf closes nothing."""
    for depth in range(len(open_) - 1, 0, -1):
        if open_[depth].name == name:
            del open_[depth:]
            return


def _unescaped(text: str) -> str:
    return _ENTITY.sub(_entity, text) if "&" in text else text


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name in _NAMED:
        return _NAMED[name]
    number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
    return chr(number) if 31 < number < 0x110000 and not 0xD800 <= number < 0xE000 else shorten(found[0])
