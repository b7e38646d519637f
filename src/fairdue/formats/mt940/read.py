"""MT940 and MT942 as a stream of records. The fields are those of the SWIFT User Handbook, category 9."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import BinaryIO

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Begin,
    Detail,
    End,
    Entry,
    Part,
    Status,
    Structured,
    Told,
    Totals,
)
from fairdue.formats.bank.values import compact_day, is_iban, minor
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.mt940.details import take_apart

LINE_MAX = 4096
"""Characters of a line; the standard has 65, banks write some hundred."""
LINES_MAX = 200
"""Lines of one field; the standard has six."""
PREAMBLE_MAX = 20
_TAG = re.compile(r":(\d{2}[A-Z]?):")
_END = re.compile(r"--?[\s\x01\x03\x1a]*|-\}.*")
_BLOCKS = re.compile(r"\{[1235]:.*")
_LINE = re.compile(
    r"(?P<valued>\d{6})(?P<booked>\d{4})?(?P<mark>RC|RD|EC|ED|C|D)(?P<funds>[A-Z])?(?P<amount>\d[\d,]*)"
    r"(?P<code>[A-Z][A-Z0-9]{3})?(?P<reference>.*)"
)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]+)\s*")
_SUM = re.compile(r"(\d{0,18})([A-Z]{3})([\d,]+)\s*")
_FLOOR = re.compile(r"([A-Z]{3})([CD]?)([\d,]*)\s*")
_CURRENCY_BEHIND = re.compile(r"(.*\d)\s?([A-Z]{3})")
_BALANCES = {
    "60F": BalanceKind.OPENING, "60M": BalanceKind.OPENING, "60": BalanceKind.OPENING, "62F": BalanceKind.CLOSING,
    "62M": BalanceKind.CLOSING, "62": BalanceKind.CLOSING, "64": BalanceKind.CLOSING_AVAILABLE,
    "65": BalanceKind.FORWARD_AVAILABLE,
}  # fmt: skip
_HEAD = frozenset({"20", "21", "25", "25P", "28", "28C", "13", "13D", "34F", "60F", "60M", "60"})
_KNOWN = _HEAD | {"61", "86", "62F", "62M", "62", "64", "65", "90C", "90D"}


def read_mt940(stream: BinaryIO) -> Iterator[Part]:
    """Give the statements of an MT940 or MT942 file.

    Memory does not grow with the file. Raises FormatError with the line where it is refused; what was given until then must be
    thrown away.
    """
    message: _Message | None = None
    several = 0
    for tag, lines, line in _fields(stream):
        if tag in ("", "-"):
            if tag == "-" and message is not None:
                yield from message.end(line)
                message = None
            continue
        if tag == "20" and message is not None:
            yield from message.end(line)
            message = None
        if message is None:
            message = _Message(line)
            several += 1
        yield from message.take(tag, lines, line)
    if message is not None:
        yield from message.end(line)
    if not several:
        raise FormatError(BankError.NO_STATEMENT)


def _fields(stream: BinaryIO) -> Iterator[tuple[str, list[str], int]]:
    """Give (tag, lines, line number) of each field; "-" ends a message, "" is what stands outside of messages."""
    tag, begun = "", 1
    lines: list[str] = []
    outside = 0
    for number, text in enumerate(_lines(stream), start=1):
        if text[:1] == ":" and (found := _TAG.match(text)):
            if tag:
                yield tag, lines, begun
            tag, lines, begun = found[1], [text[found.end() :]], number
        elif text[:1] in ("-", "{") and (_END.fullmatch(text) or _BLOCKS.match(text)):
            if tag:
                yield tag, lines, begun
            yield "-", [text], number
            tag = ""
            if (inside := text.rpartition("{4:")[2]) != text and (found := _TAG.match(inside)):
                tag, lines, begun = found[1], [inside[found.end() :]], number
        elif tag:
            lines.append(text)
            if len(lines) > LINES_MAX:
                raise FormatError(BankError.RECORD, line=number, value=f":{tag}: > {LINES_MAX}")
        elif text.strip("\x00\x01\x03\x1a "):
            outside += 1
            if outside > PREAMBLE_MAX:
                raise FormatError(BankError.RECORD, line=number, value=shorten(text))
            yield "", [text], number
    if tag:
        yield tag, lines, begun


def _lines(stream: BinaryIO) -> Iterator[str]:
    """Give lines without their ends: UTF-8 while it is, else the Western code page that German and Dutch banks use."""
    encoding = "utf-8"
    number, readline = 0, stream.readline
    while raw := readline(LINE_MAX + 1):
        number += 1
        if len(raw) > LINE_MAX:
            raise FormatError(BankError.RECORD, line=number, value=f"> {LINE_MAX}")
        if b"\x00" in raw:
            raise FormatError(BankError.RECORD, line=number, value="NUL")
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            encoding = "cp1252" if encoding == "utf-8" else "latin-1"
            text = raw.decode(encoding, errors="strict" if encoding == "latin-1" else "replace")
        yield text.rstrip("\r\n").removeprefix("\ufeff")


class _Message:
    """One message: its head until the first entry, then entry by entry."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.fields: list[tuple[str, str]] = []
        self.head: dict[str, str] = {}
        self.balances: list[Balance] = []
        self.totals = Totals()
        self.currency = ""
        self.begun = self.closed = self.intraday = False
        self.ordinal = 0
        self.pending: tuple[list[str], int] | None = None

    def take(self, tag: str, lines: list[str], line: int) -> Iterator[Part]:
        """Take one field; give what it completes."""
        if tag == "61":
            if not self.begun:
                yield self._begin()
            yield from self._flush(None)
            self.pending = (lines, line)
        elif tag == "86" and self.pending is not None:
            yield from self._flush(lines)
        else:
            yield from self._flush(None)
            self._other(tag, lines, line)

    def _other(self, tag: str, lines: list[str], line: int) -> None:
        if tag not in _KNOWN and not tag.startswith("NS"):
            raise FormatError(BankError.RECORD, line=line, value=f":{tag}:")
        if tag in _HEAD and self.begun:
            raise FormatError(BankError.RECORD, line=line, value=f":{tag}:{shorten(lines[0])}")
        text = "\n".join(lines).rstrip("\n")
        self.fields.append((tag, text))
        if tag in _BALANCES:
            self.balances.append(self._balance(tag, text, line))
            self.closed = self.closed or tag.startswith("62")
        elif tag in ("90C", "90D"):
            self._sum(tag, text, line)
        elif tag == "34F":
            found = _FLOOR.fullmatch(text)
            if found is None:
                raise FormatError(BankError.AMOUNT, line=line, field=":34F:", value=shorten(text))
            self.currency = self.currency or found[1]
        self.head.setdefault(tag, text.strip())

    def _balance(self, tag: str, text: str, line: int) -> Balance:
        found = _BALANCE.fullmatch(text)
        if found is None:
            raise FormatError(BankError.AMOUNT, line=line, field=f":{tag}:", value=shorten(text))
        self.currency = self.currency or found[3]
        amount = minor(found[4], found[3], f":{tag}:", line, ",")
        on = compact_day(found[2], f":{tag}:", line) if found[2] != "000000" else None
        return Balance(_BALANCES[tag], amount if found[1] == "C" else -amount, found[3], on, ((tag, text),))

    def _sum(self, tag: str, text: str, line: int) -> None:
        found = _SUM.fullmatch(text)
        if found is None:
            raise FormatError(BankError.AMOUNT, line=line, field=f":{tag}:", value=shorten(text))
        amount, count = minor(found[3], found[2], f":{tag}:", line, ","), int(found[1] or 0)
        if tag == "90C":
            self.totals = self.totals._replace(credits=count, credit_minor=amount)
        else:
            self.totals = self.totals._replace(debits=count, debit_minor=amount)

    def _begin(self) -> Begin:
        number = self.head.get("25") or self.head.get("25P", "").partition("\n")[0]
        if not number:
            raise FormatError(BankError.MISSING, line=self.line, field=":25:")
        self.intraday = intraday = "34F" in self.head or ("13D" in self.head and not self.balances)
        if not intraday and not any(balance.kind == BalanceKind.OPENING for balance in self.balances):
            raise FormatError(BankError.MISSING, line=self.line, field=":60F:")
        self.begun = True
        bank, slash, own = number.partition("/")
        behind = _CURRENCY_BEHIND.fullmatch(own if slash else number)
        account = behind[1] if behind and not is_iban(own if slash else number) else (own if slash else number)
        bank = bank if slash else self.head.get("25P", "").partition("\n")[2]
        page = self.head.get("28C") or self.head.get("28", "")
        sequence, _, part = page.partition("/")
        fields = tuple(self.fields)
        self.fields = []
        return Begin(
            "mt942" if intraday else "mt940", Told.INTRADAY if intraday else Told.BOOKED,
            Account(account.replace(" ", ""), is_iban(account), self.currency, bank), self.head.get("20", ""),
            sequence.strip(), part.strip(), created_at=self.head.get("13D") or self.head.get("13", ""), line=self.line,
            fields=fields,
        )  # fmt: skip

    def _flush(self, lines: list[str] | None) -> Iterator[Part]:
        """Give the entry that waits, with its field 86 or without."""
        if self.pending is None:
            return
        (first, *more), line = self.pending
        self.pending = None
        found = _LINE.match(first)
        if found is None:
            raise FormatError(BankError.RECORD, line=line, value=f":61:{shorten(first)}")
        self.ordinal += 1
        valued_text, booked_text, mark, _funds, amount_text, code, references = found.groups()
        valued = compact_day(valued_text, ":61:", line)
        booked = _booked(booked_text, valued, line) if booked_text else valued
        amount = minor(amount_text, self.currency, ":61:", line, ",")
        if mark in ("D", "RC", "ED"):
            amount = -amount
        reference, _, bank_reference = references.partition("//")
        fields = [("61", first), *(("61/9", text) for text in more if text)]
        status = Status.PENDING if mark in ("EC", "ED") or self.intraday else Status.BOOKED
        details: tuple[Detail, ...] = ()
        told = take_apart(lines) if lines and any(text.strip() for text in lines) else None
        if told is not None:
            party, incoming = told.party, amount >= 0
            structured = (Structured(told.reference, told.reference_kind),) if told.reference else ()
            details = (
                Detail(
                    None, self.currency, told.end_to_end, told.mandate, told.transaction,
                    debtor=party if incoming else None, ultimate_debtor=told.ultimate,
                    creditor=None if incoming else party, ultimate_creditor=told.ultimate_creditor, text=told.text,
                    structured=structured, purpose=told.purpose, return_code=told.return_code,
                    return_text=told.notice if told.return_code else "",
                    information=(told.notice,) if told.notice else (), exchange=told.exchange, fields=told.fields,
                ),
            )  # fmt: skip
        reference = reference.strip()
        if reference == "KREF+" and told is not None:
            # The customer's reference is too long for field 61 and stands in field 86.
            reference = told.transaction
        information = (
            *((told.posting_text,) if told and told.posting_text else ()),
            *(text for text in more if text.strip()),
        )
        yield Entry(
            self.ordinal, line, amount, self.currency, mark in ("RC", "RD"), status, booked, valued,
            bank_reference.strip(), "" if reference == "NONREF" else reference, (code or "").strip(),
            told.code if told else "", information=information, details=details, fields=tuple(fields),
        )  # fmt: skip

    def end(self, line: int) -> Iterator[Part]:
        """End the message; a booked one without its closing balance was cut off."""
        if not self.head and self.pending is None:
            return
        if not self.begun:
            yield self._begin()
        yield from self._flush(None)
        if not self.intraday and not self.closed:
            raise FormatError(BankError.CUT_OFF, line=line)
        yield End(tuple(self.balances), self.totals, (), tuple(self.fields))


def _booked(text: str, valued: date, line: int) -> date:
    """Give the booking day, whose year is the one that brings it nearest to the value day."""
    found = _nearest(text, valued)
    if found is None:
        raise FormatError(BankError.DAY, line=line, field=":61:", value=text)
    return found


@lru_cache(maxsize=1024)
def _nearest(text: str, valued: date) -> date | None:
    around = []
    for year in (valued.year - 1, valued.year, valued.year + 1):
        try:
            around.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(around, key=lambda day: abs((day - valued).days), default=None)
