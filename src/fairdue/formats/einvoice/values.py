"""Amounts, days and attachments of e-invoices."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import date
from decimal import Decimal, InvalidOperation

from fairdue.formats.einvoice.reasons import EInvoiceError, EInvoiceFinding
from fairdue.formats.einvoice.records import Attachment, Finding
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.markup.tree import Element
from fairdue.kernel.money import MINOR_MAX, exponents
from fairdue.kernel.reasons import because

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T+\-Z].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})")


class Reader:
    """What the readers of all syntaxes need while one invoice is read: its currency, and what was found odd."""

    def __init__(self) -> None:
        self.currency = ""
        self.findings: list[Finding] = []

    def note(self, code: EInvoiceFinding, rule: str = "", line: int = 0, **values: str | int) -> None:
        """Note a finding."""
        self.findings.append(Finding(because(code, **values), rule, line))

    def set_currency(self, text: str, field: str, line: int) -> None:
        """Take the invoice's currency; FormatError where it is none."""
        self.currency = text.strip().upper()
        if self.currency not in exponents():
            raise FormatError(EInvoiceError.CURRENCY, line=line, field=field, value=shorten(text))

    def minor(self, element: Element | None, field: str) -> int | None:
        """Give an amount in minor units. An amount in another currency, and one with a fraction of a unit, is noted and not used."""
        if element is None or not element.text.strip():
            return None
        told = element.attributes.get("currencyID", self.currency)
        if told != self.currency:
            self.note(EInvoiceFinding.CURRENCIES, "", element.line, field=field, other=told, currency=self.currency)
            return None
        return self.minor_of(element.text, field, element.line)

    def minor_of(self, text: str, field: str, line: int) -> int | None:
        """Give the minor units of an amount's text; FormatError where it is none."""
        number = exact(text, field, line)
        scaled = number.scaleb(exponents()[self.currency])
        if scaled != scaled.to_integral_value():
            self.note(EInvoiceFinding.FRACTION, "BR-DEC-01", line, field=field, value=shorten(text.strip()))
            return None
        if abs(scaled) > MINOR_MAX:
            raise FormatError(EInvoiceError.AMOUNT, line=line, field=field, value=shorten(text))
        return int(scaled)


def exact(text: str, field: str, line: int) -> Decimal:
    """Read an exact number; FormatError where it is none."""
    try:
        if _NUMBER.fullmatch(text.strip()):
            return Decimal(text.strip())
    except InvalidOperation:
        pass
    raise FormatError(EInvoiceError.AMOUNT, line=line, field=field, value=shorten(text))


def day(text: str, field: str, line: int) -> date | None:
    """Read a day; None for none, FormatError for what is no day. ``2026-11-23``, with a zone behind it or a time, and ``20261123``."""
    text = text.strip()
    if not text:
        return None
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise FormatError(EInvoiceError.DAY, line=line, field=field, value=shorten(text))


def needed(text: str, field: str, line: int) -> str:
    """Give a text that must be there; FormatError where it is not."""
    if not text:
        raise FormatError(EInvoiceError.MISSING, line=line, field=field)
    return text


def attachment(name: str, media: str, encoded: str, description: str, line: int, address: str = "") -> Attachment:
    """Make an attachment of its base64 text; FormatError where it is damaged."""
    if not encoded.strip():
        return Attachment(name, media, b"", "", address, description)
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise FormatError(EInvoiceError.ATTACHMENT, line=line, name=shorten(name)) from None
    return Attachment(name, media, data, hashlib.sha256(data).hexdigest(), address, description)


def all_fields(root: Element, binary: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Give everything a document says; the bytes of attachments (elements named in ``binary``) as the hash of their text."""
    found = []
    for path, value in root.fields():
        if path.rpartition("/")[2] in binary:
            value = f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"
        found.append((path, value))
    return tuple(found)
