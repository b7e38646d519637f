"""Files of exchange rates: the history that comes with the package, and the ECB's own ZIP. Nothing here touches the database."""

from __future__ import annotations

import csv
import gzip
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from fairdue.kernel.reasons import Reason, ReasonCode, Value, because, gettext_noop

PACKED_BYTES_MAX = 8 * 1024 * 1024
UNPACKED_BYTES_MAX = 32 * 1024 * 1024
"""The ECB's history since 1999 is 0.7 MB packed and 2 MB unpacked; these leave room for decades."""
COLUMNS_MAX = 200
PER_EURO_MICRO_MAX = 10**15

_CODE = re.compile(r"[A-Z]{3}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_RATE = re.compile(r"(\d{1,9})(?:\.(\d{1,6}))?")
_ABSENT = frozenset({"", "N/A"})


class RateFileReason(ReasonCode):
    """Why a file of exchange rates is refused."""

    TOO_LARGE = (
        "rate_file_too_large",
        gettext_noop("The file is larger than an exchange rate file can be (%(limit)s bytes)."),
    )
    NOT_ZIP = (
        "rate_file_not_zip",
        gettext_noop("The file is not a whole ZIP file; download eurofxref-hist.zip again."),
    )
    PARTS = (
        "rate_file_parts",
        gettext_noop("The ZIP must hold exactly one CSV file without a password; it holds %(found)s."),
    )
    HEADINGS = (
        "rate_file_headings",
        gettext_noop("The first line must be Date and currency codes, as in eurofxref-hist.csv."),
    )
    CELL = ("rate_file_cell", gettext_noop("Line %(line)s holds %(value)s where a day or a rate is expected."))


class RateFileError(ValueError):
    """A file of exchange rates that is refused whole. ``reason`` says why, in words that can be translated."""

    def __init__(self, code: RateFileReason, **values: Value) -> None:
        self.reason: Reason = because(code, **values)
        super().__init__(code.text % values)


@dataclass(frozen=True, slots=True)
class Quote:
    """One euro in a currency on a day, in millionths."""

    currency: str
    quoted_on: date
    per_euro_micro: int
    source: str


def packaged_quotes(since: date) -> list[Quote]:
    """Give the quotes of the packaged history from ``since`` on, oldest first."""
    packed = files("fairdue.ledger.data").joinpath("ecb_rates.csv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    head = next(index for index, line in enumerate(lines) if not line.startswith("#"))
    published = next(line for line in lines if "published" in line).split("published ")[1][:10]
    first = since.isoformat()
    kept = (line for line in lines[head + 1 :] if line >= first)
    return list(_quotes(lines[head].split(",")[1:], csv.reader(kept), f"ECB eurofxref-hist {published}", 0))


def read_ecb_zip(data: bytes) -> list[Quote]:
    """Read the ECB's ``eurofxref-hist.zip`` (or the daily ``eurofxref.zip`` with ISO days); raises RateFileError.

    Hostile until parsed: refused whole are files beyond the limits, ZIPs with more than one member or a password, members
    that unpack to more than their header says, unknown headings, and any cell that is neither a rate nor ``N/A``.
    """
    text = _member(data)
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        head = [cell.strip() for cell in next(rows, [])]
        codes = head[1:-1] if head[-1:] == [""] else head[1:]
        if head[:1] != ["Date"] or not 0 < len(codes) <= COLUMNS_MAX or not all(map(_CODE.fullmatch, codes)):
            raise RateFileError(RateFileReason.HEADINGS)
        found = list(_quotes(codes, rows, "ECB eurofxref", 1))
    except csv.Error:
        raise RateFileError(RateFileReason.HEADINGS) from None
    newest = max((quote.quoted_on for quote in found), default=None)
    source = f"ECB eurofxref {newest}"
    return sorted(
        (Quote(quote.currency, quote.quoted_on, quote.per_euro_micro, source) for quote in found),
        key=lambda quote: (quote.quoted_on, quote.currency),
    )


def _member(data: bytes) -> str:
    if len(data) > PACKED_BYTES_MAX:
        raise RateFileError(RateFileReason.TOO_LARGE, limit=PACKED_BYTES_MAX)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) != 1 or members[0].flag_bits & 1 or not members[0].filename.lower().endswith(".csv"):
                raise RateFileError(RateFileReason.PARTS, found=len(members))
            if members[0].file_size > UNPACKED_BYTES_MAX:
                raise RateFileError(RateFileReason.TOO_LARGE, limit=UNPACKED_BYTES_MAX)
            with archive.open(members[0]) as member:
                unpacked = member.read(members[0].file_size + 1)
        if len(unpacked) > members[0].file_size:
            raise RateFileError(RateFileReason.TOO_LARGE, limit=members[0].file_size)
        return unpacked.decode("utf-8-sig")
    except RateFileError:
        raise
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError):
        raise RateFileError(RateFileReason.NOT_ZIP) from None


def _quotes(codes: Sequence[str], rows: Iterable[list[str]], source: str, lines_before: int) -> Iterator[Quote]:
    for line, row in enumerate(rows, start=lines_before + 1):
        if not row:
            continue
        quoted_on = _day(row[0].strip(), line)
        for currency, cell in zip(codes, row[1:], strict=False):
            text = cell.strip()
            if text not in _ABSENT:
                yield Quote(currency, quoted_on, _micro(text, line), source)


def _day(text: str, line: int) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RateFileError(RateFileReason.CELL, line=line, value=repr(text[:30]))


def _micro(text: str, line: int) -> int:
    match = _RATE.fullmatch(text)
    micro = int(match[1]) * 1_000_000 + int((match[2] or "").ljust(6, "0")) if match else 0
    if not 0 < micro <= PER_EURO_MICRO_MAX:
        raise RateFileError(RateFileReason.CELL, line=line, value=repr(text[:30]))
    return micro
