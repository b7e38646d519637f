"""CSV for people and programs: UTF-8 with BOM, comma, ISO dates, decimal points, guarded text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from fairdue.formats.guard import guard
from fairdue.formats.spreadsheet.columns import Column, ColumnKind, Value, money_of
from fairdue.kernel.money import plain


def write_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """Write rows as CSV bytes. Money is written without its currency (``1234.50``); give the code in its own column.

    Text a spreadsheet program would run gets an apostrophe in front; numbers and dates are written bare.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guard(column.heading) for column in columns])
    for row in rows:
        writer.writerow([_written(column, value) for column, value in zip(columns, row, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _written(column: Column, value: Value) -> str:
    if value is None:
        return ""
    if column.kind is ColumnKind.MONEY:
        money = money_of(column, value)
        return plain(money.amount_minor, money.currency) if money else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else guard(str(value))
