"""XLSX with real numbers and dates. Text is always written as a string cell, so that nothing in it can run."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter

from fairdue.formats.spreadsheet.columns import Column, ColumnKind, Sheet, Value, money_of
from fairdue.kernel.money import exponent, plain

SHEET_NAME_MAX = 31
TEXT_MAX = 32_767
ROWS_MAX = 1_048_575
"""Rows below the heading; limits of the format."""
EXACT_MAX = 999_999_999_999_999
"""A cell is a binary number of fifteen digits; a larger amount is written as text rather than altered."""
_BAD_IN_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_BAD_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = date(1899, 12, 30)
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001
"""The file says nothing about the clock, so that equal contents give equal bytes."""


def write_xlsx(sheets: list[Sheet]) -> bytes:
    """Write a workbook; equal contents give equal bytes. Raises ValueError without a sheet or beyond the format's rows.

    Rows are streamed: memory holds one row and the packed file, not the sheet.
    """
    if not sheets:
        raise ValueError("a workbook needs a sheet")
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"created": _CREATED, "author": "Fairdue"})
    names: set[str] = set()
    formats = _Formats(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(_name(sheet.name, names)), sheet, formats)
    book.close()
    return out.getvalue()


class _Formats:
    """Cell formats of one workbook, made once each."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._known: dict[str, Any] = {}
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})

    def money(self, currency: str) -> Any:
        """Give grouping and the decimals of the currency; negative amounts keep their sign."""
        places = exponent(currency)
        if currency not in self._known:
            pattern = "#,##0" + ("." + "0" * places if places else "")
            self._known[currency] = self._book.add_format({"num_format": pattern})
        return self._known[currency]


def _write_sheet(page: Any, sheet: Sheet, formats: _Formats) -> None:
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width or min(40, max(10, len(column.heading) + 2)))
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, _clean(column.heading), formats.heading)
    last = 0
    for last, row in enumerate(sheet.rows, 1):
        if last > ROWS_MAX:
            raise ValueError(f"sheet {sheet.name!r} has more than {ROWS_MAX} rows")
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            if value is not None:
                _write_cell(page, last, place, column, value, formats)
    if sheet.columns:
        page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)


def _write_cell(page: Any, row: int, place: int, column: Column, value: Value, formats: _Formats) -> None:
    if column.kind is ColumnKind.MONEY:
        money = money_of(column, value)
        if money is not None and abs(money.amount_minor) <= EXACT_MAX:
            number = Decimal(plain(money.amount_minor, money.currency))
            page.write_number(row, place, number, formats.money(money.currency))
        elif money is not None:
            page.write_string(row, place, plain(money.amount_minor, money.currency))
    elif isinstance(value, bool):
        page.write_boolean(row, place, value)
    elif isinstance(value, int | Decimal):
        exact = -EXACT_MAX <= value <= EXACT_MAX
        page.write_number(row, place, value) if exact else page.write_string(row, place, format(value, "f"))
    elif isinstance(value, date):
        if value < _EPOCH + timedelta(days=61):
            page.write_string(row, place, value.isoformat())
        else:
            page.write_number(row, place, (value - _EPOCH).days, formats.date)
    else:
        page.write_string(row, place, _clean(str(value)))


def _clean(text: str) -> str:
    return _BAD_IN_XML.sub("", text)[:TEXT_MAX]


def _name(wanted: str, taken: set[str]) -> str:
    base = _BAD_IN_NAME.sub(" ", wanted).strip("' ")[:SHEET_NAME_MAX] or "Sheet"
    name, copy = base, 2
    while name.casefold() in taken:
        tail = f" {copy}"
        name, copy = base[: SHEET_NAME_MAX - len(tail)] + tail, copy + 1
    taken.add(name.casefold())
    return name
