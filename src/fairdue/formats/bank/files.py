"""A bank's file whatever its format: told by its content, never by its name, read whole or not at all.

1. ``FORMATS`` is the register: what a file of the format begins with, and its reader. The first that fits reads it.
2. A ZIP is opened, one deep: each file in it is read so, and one that cannot be refuses the ZIP. Its limits are checked before anything is
   unpacked; a ZIP in it is refused.
3. What none of them takes and looks like a table (CSV, XLSX, XLS, ODS) is read as one.
4. Anything else is refused with what it looks like.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import BinaryIO, NamedTuple

from fairdue.formats.aeb43 import read_aeb43
from fairdue.formats.bai2 import read_bai2
from fairdue.formats.bank.checks import checked
from fairdue.formats.bank.reasons import BankError
from fairdue.formats.bank.records import Begin, Part
from fairdue.formats.banktable import read_bank_table
from fairdue.formats.camt import read_camt
from fairdue.formats.coda import read_coda
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.copies.unpack import Limits, check_member, member_name, opened
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.mt940 import read_mt940
from fairdue.formats.ofx import read_ofx
from fairdue.formats.reasons import FileReason
from fairdue.formats.tables.sniff import Kind, sniff

HEAD_BYTES = 8192
"""How much of a file is looked at before it is read."""
LIMITS = Limits(file_bytes=1024 * 1024 * 1024, members=10_000)
"""Of a ZIP; nothing of it is ever whole in memory."""
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKUP = re.compile(r"<[?!A-Za-z]")

Reader = Callable[[BinaryIO], Iterator[Part]]


class Format(NamedTuple):
    """A format: ``begins`` is looked for in the beginning of a file, without what is empty before; ``root`` is its element in XML."""

    name: str
    reader: Reader
    begins: re.Pattern[str]
    root: str = ""


FORMATS = (
    Format("CAMT", read_camt, re.compile(r"camt\.05[234]|<(?:\w+:)?BkToCstmr"), "Document"),
    Format("MT940", read_mt940, re.compile(r"(?:[\r\n]|\{4:\s*):20:|\A(?::\d\d[A-Z]?:|\{1:F01)")),
    Format("CODA", read_coda, re.compile(r"\A0{5}\d{6}[\d ]{3}05")),
    Format("BAI2", read_bai2, re.compile(r"\A01,[^,\n]*,[^,\n]*,\d{6},")),
    Format("OFX", read_ofx, re.compile(r"<OFX\b", re.IGNORECASE), "OFX"),
    Format("OFX", read_ofx, re.compile(r"\A\s*OFXHEADER:", re.IGNORECASE)),
    Format("AEB43", read_aeb43, re.compile(r"\A(?:00\d{10}[^\r\n]*\s+)?11.{18}\d{12}[12]\d{17}")),
)
_LOOKS = (
    # What else a file may be, by what it begins with.
    ("QIF", re.compile(r"\A!(?:Type|Account|Option):", re.IGNORECASE)),
    ("JSON", re.compile(r"\A[\[{]\s*[\[{\"]")),
)
_INVOICES = {
    "Invoice": "UBL", "CreditNote": "UBL", "CrossIndustryInvoice": "CII", "CrossIndustryDocument": "CII",
    "FatturaElettronica": "FatturaPA", "EInvoice": "数电发票",
}  # fmt: skip
_INSIDE = (
    # What a ZIP is that holds such a file.
    ("word/document.xml", "DOCX"), ("OFD.xml", "OFD"), ("[Content_Types].xml", "Office"),
)  # fmt: skip
_WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
_TABLES = ("CSV", "XLS")
"""What looks like a table, and is read as one."""


def read_bank_file(stream: BinaryIO, name: str = "", *, currency: str = "") -> Iterator[Part]:
    """Give the statements of a bank's file, with what does not add up in them. ``stream`` must be one that can be sought.

    ``currency`` is what a person says of a table that names none.

    Raises FormatError with the file's name, its line and a remedy; what was given until then must be thrown away.
    """
    count = 0
    try:
        head = _head(stream)
        for part in _archive(stream, currency) if head.startswith(_ZIP) else _read(stream, head, currency):
            count += isinstance(part, Begin)
            yield part
        if not count:
            raise FormatError(BankError.NO_STATEMENT)
    except FormatError as error:
        inside = f"{name}/{error.file}" if name and error.file else name or error.file
        raise error.in_file(inside) from None


def told(head: bytes) -> Format | None:
    """Tell the format of a file by its beginning."""
    text = _text(head)
    root = _root(text)
    for one in FORMATS:
        if one.begins.search(text) and (root == one.root if one.root else not _MARKUP.match(text)):
            return one
    return None


def _head(stream: BinaryIO) -> bytes:
    at = stream.tell()
    head = stream.read(HEAD_BYTES)
    stream.seek(at)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise FormatError(FileReason.EMPTY)
    return head


def _text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", errors="replace").lstrip()
    # Formats are told by letters of ASCII, whatever the rest is written in.
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip("\x00\x01\x03\x1a \t\r\n")


def _root(text: str) -> str:
    if not _MARKUP.match(text):
        return ""
    found = _ROOT.search(_COMMENT.sub("", text))
    return found[1] if found else ""


def _read(stream: BinaryIO, head: bytes, currency: str) -> Iterator[Part]:
    """Read one file that is no ZIP of files: by the register, else as a table."""
    found = told(head)
    if found is None:
        what = looks(head)
        if what not in _TABLES:
            raise FormatError(BankError.UNKNOWN_FORMAT, line=1, what=what)
        yield from checked(read_bank_table(stream, currency))
        return
    yield from checked(found.reader(stream))


def looks(head: bytes) -> str:
    """Say what a file looks like that is no bank's, in words that need no translation; else give its beginning."""
    text = _text(head)
    root = _root(text)
    if root:
        if (found := re.search(r"urn:[\w:.-]*:([a-z]{4}\.\d{3}[\d.]*)", text)) and root == "Document":
            return found[1]
        if root in _INVOICES:
            return f"{_INVOICES[root]} ({root})"
    try:
        if sniff(head) is Kind.OLE:
            return "XLS"
    except FormatError as error:
        kind = str(dict(error.reason.values).get("kind", "XLSX"))
        if kind != "XML":
            return kind
    for name, begins in _LOOKS:
        if begins.search(text):
            return name
    if root:
        return f"XML <{shorten(root)}>"
    return "CSV" if _is_table(text) else shorten(_beginning(head))


def _is_table(text: str) -> bool:
    """Say whether two lines near the beginning, or the only one, have two of a separator."""
    rows = [row for row in text.replace("\r", "\n").split("\n")[:100] if row.strip()]
    return any(sum(row.count(mark) >= 2 for row in rows) >= min(2, len(rows)) for mark in ";,\t|")


def _beginning(head: bytes) -> str:
    text = head.decode("utf-8", errors="replace").strip("\ufeff\x00\x1a \t\r\n")
    return "".join(char if char.isprintable() else " " for char in text.partition("\n")[0].strip())


def _archive(stream: BinaryIO, currency: str) -> Iterator[Part]:
    """Read the files of a ZIP one by one, as streams; a ZIP that is a workbook is a table."""
    start = stream.tell()
    archive, members = opened(stream, LIMITS)
    with archive:
        names = {info.filename for info in members}
        if names & _WORKBOOKS:
            stream.seek(start)
            yield from checked(read_bank_table(stream, currency))
            return
        for inside, what in _INSIDE:
            if inside in names:
                raise FormatError(BankError.UNKNOWN_FORMAT, what=what)
        for info in members:
            path = member_name(info)
            try:
                check_member(info, LIMITS)
                yield from _member(archive, info, path, currency)
            except FormatError as error:
                raise error.in_file(path) from None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, currency: str) -> Iterator[Part]:
    """Read one file of a ZIP; no more of it than its header says, and its check sum must be right."""
    try:
        with archive.open(info) as member:
            head = member.read(HEAD_BYTES)
            if head.startswith(_ZIP):
                raise FormatError(CopyReason.ZIP_NESTED)
        if not head.strip():
            raise FormatError(FileReason.EMPTY)
        with archive.open(info) as member:
            # A file of zipfile reads lines and bytes as any other; its type does not say so.
            for part in _read(member, head, currency):  # type: ignore[arg-type]
                yield replace(part, fields=(("file", path), *part.fields)) if isinstance(part, Begin) else part
            if member.tell() != info.file_size:
                raise FormatError(CopyReason.ZIP_BROKEN, detail="size")
    except FormatError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise FormatError(CopyReason.ZIP_BROKEN, detail=type(error).__name__) from None
