"""The file inside a signed one (``.p7m``: CMS SignedData, RFC 5652), as the Italian exchange delivers it. The signature is not checked.

BER as well as DER is read: lengths may be open, and the contents cut into pieces.
"""

from __future__ import annotations

import base64
import binascii

from fairdue.formats.einvoice.reasons import EInvoiceError
from fairdue.formats.errors import FormatError

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
DATA = bytes.fromhex("2a864886f70d010701")
SEQUENCE, OBJECT, OCTETS, OCTETS_IN_PIECES, INSIDE = 0x30, 0x06, 0x04, 0x24, 0xA0
DEPTH_MAX = 16


def is_signed(data: bytes) -> bool:
    """Tell whether a file is a signed one: bytes, or the same in base64 with or without a heading."""
    return (data[:1] == b"0" and SIGNED_DATA in data[:32]) or data[:64].lstrip().startswith((b"MI", b"-----BEGIN"))


def contents(data: bytes) -> bytes:
    """Give the file that was signed; FormatError where the envelope is damaged or holds none."""
    try:
        if data[:1] != b"0":
            lines = [line for line in data.split(b"\n") if not line.startswith(b"-----")]
            data = base64.b64decode(b"".join(b"".join(lines).split()), validate=True)
        outer = _Parts(data, 0, len(data)).one(SEQUENCE)
        if outer.one(OBJECT).raw() != SIGNED_DATA:
            raise FormatError(EInvoiceError.SIGNED)
        signed = outer.one(INSIDE).one(SEQUENCE)
        signed.skip(2)  # version, digest algorithms
        told = signed.one(SEQUENCE)
        if told.one(OBJECT).raw() != DATA:
            raise FormatError(EInvoiceError.SIGNED)
        return told.one(INSIDE).octets(0)
    except (IndexError, binascii.Error, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(EInvoiceError.SIGNED) from None


class _Parts:
    """A row of elements, read one after another: the bytes from ``at`` to ``end``."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self.data, self.at, self.end = data, at, end

    def raw(self) -> bytes:
        return self.data[self.at : self.end]

    def one(self, tag: int) -> _Parts:
        """Go into the next element, which must have a tag."""
        found, inner = self.next()
        if found != tag:
            raise FormatError(EInvoiceError.SIGNED)
        return inner

    def skip(self, count: int) -> None:
        for _ in range(count):
            self.next()

    def next(self) -> tuple[int, _Parts]:
        """Give the next element's tag and inside, and go behind it."""
        tag, first = self.data[self.at], self.data[self.at + 1]
        start = self.at + 2
        if first == 0x80:
            inside = _Parts(self.data, start, self._end_of_open(start, 0))
            self.at = inside.end + 2
        else:
            size = first
            if first & 0x80:
                count = first & 0x7F
                if count > 4:
                    raise FormatError(EInvoiceError.SIGNED)
                size = int.from_bytes(self.data[start : start + count], "big")
                start += count
            inside = _Parts(self.data, start, start + size)
            self.at = inside.end
        if self.at > self.end:
            raise FormatError(EInvoiceError.SIGNED)
        return tag, inside

    def _end_of_open(self, at: int, depth: int) -> int:
        """Give where an element of open length ends: before its two zeros."""
        if depth > DEPTH_MAX:
            raise FormatError(EInvoiceError.SIGNED)
        while self.data[at] or self.data[at + 1]:
            first = self.data[at + 1]
            at += 2
            if first == 0x80:
                at = self._end_of_open(at, depth + 1) + 2
            elif first & 0x80:
                count = first & 0x7F
                if count > 4:
                    raise FormatError(EInvoiceError.SIGNED)
                at += count + int.from_bytes(self.data[at : at + count], "big")
            else:
                at += first
        return at

    def octets(self, depth: int) -> bytes:
        """Join the octet strings in here, also those in pieces."""
        if depth > DEPTH_MAX:
            raise FormatError(EInvoiceError.SIGNED)
        found = []
        while self.at < self.end:
            tag, inner = self.next()
            if tag == OCTETS:
                found.append(inner.raw())
            elif tag == OCTETS_IN_PIECES:
                found.append(inner.octets(depth + 1))
            else:
                raise FormatError(EInvoiceError.SIGNED)
        return b"".join(found)
