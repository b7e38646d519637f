"""Dates, judged over the whole column. See docs/algorithms/table-recognition.md, "Dates"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache

from babel.core import Locale

from fairdue.formats.reasons import CellReason, FormatCode
from fairdue.formats.tables.table import Cell
from fairdue.formats.values.codes import is_null

YEAR_FIRST, YEAR_LAST = 1970, 2100
"""A due or paid date outside these years is a slip of the pen, or a system's way to write "never"."""
STRAY_SHARE_DIVISOR = 100
"""Up to one in this many values may contradict the rest of its column; it is refused, the column is not in doubt."""
_SERIAL_FIRST, _SERIAL_LAST = 25_569, 73_415
"""Day numbers of 1970-01-01 and 2100-12-31 counted from 1899-12-30, as spreadsheet programs do."""
_EPOCH = date(1899, 12, 30)
_ZERO = re.compile(r"[0\s./:\-T]*0[0\s./:\-T]*")
_TIME = (
    r"(?:(?:[T,]\s*|\s+)(?:上午|下午)?\s*\d{1,2}[:.h时]\d{2}(?:[:.分]\d{2}(?:[.,]\d+)?)?秒?"
    r"\s*(?:[AaPp]\.?[Mm]\.?)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_YMD = re.compile(r"(\d{4})\s*([-/.年])\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日.]?" + _TIME)
_XXY = re.compile(r"(\d{1,2})\s*([-/. ])\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})" + _TIME)
_COMPACT = re.compile(r"(\d{8})(?:\.0+)?")
_NAMED_DMY = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?[-/ ]*([^\W\d]{3,10})\.?[-/, ]+(\d{4}|\d{2})" + _TIME
)
_NAMED_MDY = re.compile(
    r"(?:[^\W\d]+,\s+)?([^\W\d]{3,10})\.?[-/ ]+(\d{1,2})(?:st|nd|rd|th)?[-/, ]+(\d{4}|\d{2})" + _TIME
)
_NAMED_YMD = re.compile(r"(\d{4})[-/ ]+([^\W\d]{3,10})\.?[-/, ]+(\d{1,2})" + _TIME)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")


class Order(StrEnum):
    """Which of two small numbers of a date comes first."""

    DMY = "dmy"
    MDY = "mdy"


class Doubt(StrEnum):
    """Why the order of a column is open."""

    ORDER = "order"
    """No value has a day beyond the twelfth."""
    MIXED = "mixed"
    """Some values can only be day first, others only month first."""
    SWAPPED = "swapped"
    """A spreadsheet program turned the values it understood into dates, perhaps wrongly, and left the others as text."""


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How a column writes dates. ``writing`` names separator and width, by which columns of one file are compared."""

    order: Order | None = None
    doubt: Doubt | None = None
    writing: str = ""
    serial: bool = False
    short_year: bool = False
    decided_by: str = ""
    """"values", "dots" (no locale of CLDR writes month first with dots), "file" (another column), "answer"."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """One cell taken apart: either the date is certain, or two readings are open."""

    certain: date | None = None
    first: int = 0
    second: int = 0
    year: int = 0
    writing: str = ""
    serial: bool = False
    native: bool = False


def judge(cells: Iterable[Cell]) -> DateStyle:
    """Judge the distinct cells of one column.

    1. A value whose first small number exceeds 12 can only be day first, one whose second does only month first; equal
       numbers say nothing.
    2. One kind of evidence decides; a contradicting share up to 1 in 100 is left to be refused cell by cell.
    3. More contradiction is ``MIXED``; no evidence is ``ORDER``, unless the separator is a dot.
    4. Native dates whose days never pass 12, beside text dates which always do, are ``SWAPPED``.
    """
    day_first = month_first = open_ = serial = short = native = native_late = 0
    writing = ""
    for cell in cells:
        parts = _take_apart(cell)
        if parts is None:
            continue
        serial += parts.serial
        if parts.native:
            native += 1
            native_late += parts.certain is not None and parts.certain.day > 12
        if not parts.first:
            continue
        writing = parts.writing
        short += parts.year < 100
        if parts.first > 12:
            day_first += 1
        elif parts.second > 12:
            month_first += 1
        elif parts.first != parts.second:
            open_ += 1
    found = _decide(day_first, month_first, open_, writing)
    if native >= 3 and not native_late and not open_ and day_first + month_first >= 3:
        found = DateStyle(None, Doubt.SWAPPED, writing)
    return replace(found, serial=bool(serial), short_year=bool(short))


def _decide(day_first: int, month_first: int, open_: int, writing: str) -> DateStyle:
    few = min(day_first, month_first)
    if few * STRAY_SHARE_DIVISOR > day_first + month_first + open_:
        return DateStyle(None, Doubt.MIXED, writing)
    if day_first != month_first:
        return DateStyle(Order.DMY if day_first > month_first else Order.MDY, None, writing, decided_by="values")
    if not open_:
        return DateStyle(Order.DMY, None, writing, decided_by="values") if writing else DateStyle()
    if writing.startswith("."):
        return DateStyle(Order.DMY, None, writing, decided_by="dots")
    return DateStyle(None, Doubt.ORDER, writing)


def judge_together(styles: Mapping[str, DateStyle], answers: Mapping[str, str]) -> dict[str, DateStyle]:
    """Settle what one column leaves open by an answer (``date_order`` or ``date_order:HEADING``), else by the file.

    Columns of one file with the same writing were made by one program: when all decided ones agree, an open one
    follows them. Nothing else decides.
    """
    settled = {}
    for heading, style in styles.items():
        answer = answers.get(f"date_order:{heading}") or answers.get("date_order")
        if style.doubt is None:
            settled[heading] = style
        elif answer in (Order.DMY, Order.MDY):
            settled[heading] = replace(style, order=Order(answer), doubt=None, decided_by="answer")
        else:
            alike = {s.order for s in styles.values() if s.doubt is None and s.order and s.writing == style.writing}
            follows = style.doubt is Doubt.ORDER and len(alike) == 1
            settled[heading] = replace(style, order=alike.pop(), doubt=None, decided_by="file") if follows else style
    return settled


def parse(cell: Cell, style: DateStyle) -> date | FormatCode | None:
    """Give the date of a cell, None for an empty one (SAP's 00000000 included), or why it is refused."""
    if isinstance(cell, str) and (is_null(cell) or _ZERO.fullmatch(cell.strip())):
        return None
    parts = _take_apart(cell)
    if parts is None:
        return CellReason.DATE
    if parts.certain:
        return _in_range(parts.certain)
    if style.doubt is not None or style.order is None:
        return CellReason.DATE_ORDER
    day, month = (parts.first, parts.second) if style.order is Order.DMY else (parts.second, parts.first)
    made = _made(_full_year(parts.year), month, day)
    return CellReason.DATE if made is None else _in_range(made)


def is_date_like(cell: Cell, *, serials: bool = False) -> bool:
    """Tell whether a cell could be a date; day numbers count only when ``serials``."""
    parts = _take_apart(cell)
    return parts is not None and (serials or not parts.serial)


def _in_range(day: date) -> date | FormatCode:
    return day if YEAR_FIRST <= day.year <= YEAR_LAST else CellReason.DATE_RANGE


def _full_year(year: int) -> int:
    """Read two digits as 1970 to 2069: receivables lie in the near past and the near future."""
    return year if year >= 100 else year + (1900 if year >= 70 else 2000)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _take_apart(cell: Cell) -> _Parts | None:
    if isinstance(cell, datetime):
        return _Parts(certain=cell.date(), native=True)
    if isinstance(cell, date):
        return _Parts(certain=cell, native=True)
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    if isinstance(cell, str):
        return _from_text(unicodedata.normalize("NFKC", cell).strip()) if len(cell) <= 60 else None
    return _from_number(cell)


def _from_number(value: float) -> _Parts | None:
    if _SERIAL_FIRST <= value <= _SERIAL_LAST:
        return _Parts(certain=_EPOCH + timedelta(days=int(value)), serial=True)
    return _from_text(str(int(value))) if value == int(value) and 19_000_101 <= value <= 21_001_231 else None


def _from_text(text: str) -> _Parts | None:
    if found := _YMD.fullmatch(text):
        return _sure(_made(int(found[1]), int(found[3]), int(found[4])))
    if found := _XXY.fullmatch(text):
        return _two_ways(int(found[1]), int(found[3]), found[4], found[2])
    if found := _COMPACT.fullmatch(text):
        digits = found[1]
        year_first = _made(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if year_first and 1900 <= year_first.year <= YEAR_LAST:
            return _Parts(certain=year_first)
        return _two_ways(int(digits[:2]), int(digits[2:4]), digits[4:], "")
    if found := _SERIAL.fullmatch(text):
        return _from_number(int(found[1]))
    return _named(text)


def _sure(day: date | None) -> _Parts | None:
    return _Parts(certain=day) if day else None


def _two_ways(first: int, second: int, year: str, separator: str) -> _Parts | None:
    """Keep both readings open; None when neither is a day of the calendar."""
    full = _full_year(int(year))
    if full < 1900 or full > YEAR_LAST + 100 or not (_made(full, second, first) or _made(full, first, second)):
        return None
    return _Parts(first=first, second=second, year=int(year), writing=f"{separator}{len(year)}")


def _named(text: str) -> _Parts | None:
    for pattern, day, month, year in ((_NAMED_DMY, 1, 2, 3), (_NAMED_MDY, 2, 1, 3), (_NAMED_YMD, 3, 2, 1)):
        found = pattern.fullmatch(text)
        number = _months().get(found[month].casefold()) if found else None
        if found and number:
            return _sure(_made(_full_year(int(found[year])), number, int(found[day])))
    return None


@cache
def _months() -> dict[str, int]:
    """Names and abbreviations of months in the languages exports are written in; a name with two meanings is left out."""
    names: dict[str, set[int]] = {}
    for language in ("en", "de", "fr", "es", "it", "nl", "pt"):
        months = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    names.setdefault(name.casefold().rstrip("."), set()).add(number)
    names.setdefault("sept", {9})
    names.setdefault("mär", {3})
    names.setdefault("mrz", {3})
    return {name: numbers.pop() for name, numbers in names.items() if len(numbers) == 1}
