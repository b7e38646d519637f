"""What a file is, told by its bytes; its name is never believed."""

from __future__ import annotations

from enum import StrEnum

from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FileReason

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Kind(StrEnum):
    """Families of bytes that are told apart."""

    TEXT = "text"
    ZIP = "zip"
    """XLSX, XLSB or ODS."""
    OLE = "ole"
    """XLS."""


def sniff(data: bytes) -> Kind:
    """Tell text from workbooks; raises FormatError for what is neither (PDF, web pages, pictures, protected files)."""
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise FormatError(FileReason.EMPTY)
    if data.startswith(b"PK"):
        return Kind.ZIP
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise FormatError(FileReason.PASSWORD)
        return Kind.OLE
    foreign = _foreign(data[:2048])
    if foreign:
        raise FormatError(FileReason.NOT_A_TABLE, kind=foreign)
    return Kind.TEXT


def _foreign(head: bytes) -> str:
    magic = {
        b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x1f\x8b": "gzip",
        b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"{\\rtf": "RTF", b"PAR1": "Parquet", b"\x7fELF": "program", b"MZ\x90": "program",
    }  # fmt: skip
    for start, name in magic.items():
        if head.startswith(start):
            return name
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<body")):
        return "HTML"
    return "XML" if text.startswith(b"<?xml") else ""
