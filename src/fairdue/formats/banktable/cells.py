"""Days and amounts of a table, read by the writing of their columns and remembered cell by cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.reasons import CellReason, FormatCode
from fairdue.formats.tables.table import Cell, cell_text
from fairdue.formats.values import amounts, dates
from fairdue.formats.values.codes import currency_of, may_stand_for
from fairdue.formats.values.dates import DateStyle, Doubt, Order
from fairdue.kernel.money import exponents

COMMA, POINT = ",", "."


class Amounts:
    """The amounts of all columns: one program wrote them, with one mark of decimals."""

    def __init__(self, columns: dict[str, set[Cell]]) -> None:
        """Judge the mark of decimals of each column, and settle what one leaves open by the others."""
        styles = {
            heading: amounts.judge([_bare(cell) for cell in cells if cell != ""]) for heading, cells in columns.items()
        }
        self.styles = amounts.judge_together(styles, {})
        self.mark = next((style.decimal for style in self.styles.values() if style.decimal and not style.doubt), "")
        self._known: dict[tuple[str, Cell, str], int | None] = {}
        self.currencies: dict[Cell, str] = {}

    def minor(self, cell: Cell, heading: str, currency: str, line: int) -> int | None:
        """Give minor units with the sign of the account, None for an empty cell; raises FormatError for what is no amount."""
        key = (heading, cell, currency)
        try:
            return self._known[key]
        except KeyError:
            found = self._known[key] = self._read(cell, heading, currency, line)
            return found

    def _read(self, cell: Cell, heading: str, currency: str, line: int) -> int | None:
        style = self.styles.get(heading) or amounts.AmountStyle(self.mark)
        found = amounts.parse(_bare(cell), style)
        if found is None or isinstance(found, FormatCode):
            if found is None:
                return None
            raise self._wrong(found, cell, heading, line)
        if found.mark and not (currency_of(found.mark) == currency or may_stand_for(found.mark, currency)):
            raise FormatError(BankError.CURRENCY, line=line, field=heading, value=shorten(cell_text(cell)))
        places = exponents().get(currency)
        if places is None:
            raise FormatError(BankError.CURRENCY, line=line, field=heading, value=shorten(currency))
        minor = amounts.minor_units(found.value, places)
        if isinstance(minor, FormatCode):
            if minor is CellReason.AMOUNT_DECIMALS:
                shown = shorten(cell_text(cell))
                raise FormatError(BankError.DECIMALS, line=line, field=heading, currency=currency, value=shown)
            raise self._wrong(minor, cell, heading, line)
        # A side that stands with the amount is the bank's: CR is money in.
        return -minor if found.side else minor

    def _wrong(self, code: FormatCode, cell: Cell, heading: str, line: int) -> FormatError:
        chosen = code if code is CellReason.AMOUNT_STYLE else BankError.AMOUNT
        return FormatError(chosen, line=line, field=heading, value=shorten(cell_text(cell)))

    def currency(self, cell: Cell) -> str:
        """Give the currency whose sign stands with an amount; "" for none and for a sign that several share."""
        if not isinstance(cell, str) or cell.replace(".", "").isdigit():
            return ""
        if cell not in self.currencies:
            found = amounts.parse(_bare(cell), amounts.AmountStyle(self.mark))
            self.currencies[cell] = (currency_of(found.mark) or "") if isinstance(found, amounts.Amount) else ""
        return self.currencies[cell]


def _bare(cell: Cell) -> Cell:
    """Take off the apostrophe that keeps a spreadsheet program from reading a cell."""
    return cell.removeprefix("'").strip() if isinstance(cell, str) else cell


class Days:
    """The days of all columns, with which of two small numbers is the day decided."""

    def __init__(self, columns: dict[str, Sequence[Cell]], mark: str) -> None:
        """Judge the columns; what they leave open is decided by a decimal comma, else by the order of the lines."""
        styles = dates.judge_together({heading: dates.judge(set(cells)) for heading, cells in columns.items()}, {})
        self.styles = {heading: _settled(style, columns[heading], mark) for heading, style in styles.items()}
        self._known: dict[tuple[str, Cell], date | None] = {}

    def day(self, cell: Cell, heading: str, line: int) -> date | None:
        """Give the day of a cell, None for an empty one; raises FormatError for what is none."""
        key = (heading, cell)
        try:
            return self._known[key]
        except KeyError:
            found = dates.parse(cell, self.styles.get(heading) or DateStyle(Order.DMY))
        if isinstance(found, FormatCode):
            code = found if found is CellReason.DATE_ORDER else BankError.DAY
            raise FormatError(code, line=line, field=heading, value=shorten(cell_text(cell)))
        self._known[key] = found
        return found

    def loose(self, text: str) -> date | None:
        """Give the day of a text above the table, None where it is none for certain."""
        style = next(iter(self.styles.values()), DateStyle())
        found = dates.parse(text, style)
        return found if isinstance(found, date) else None


def _settled(style: DateStyle, cells: Iterable[Cell], mark: str) -> DateStyle:
    if style.doubt is not Doubt.ORDER:
        return style
    if mark == COMMA:
        return replace(style, order=Order.DMY, doubt=None, decided_by="comma")
    sorted_in = [order for order in Order if _in_order(list(cells), replace(style, order=order, doubt=None))]
    return replace(style, order=sorted_in[0], doubt=None, decided_by="lines") if len(sorted_in) == 1 else style


def _in_order(cells: Sequence[Cell], style: DateStyle) -> bool:
    """Say whether the lines stand in order of days, either way, and on three days at least."""
    read = [dates.parse(cell, style) for cell in cells if cell != ""]
    days = [one for one in read if isinstance(one, date)]
    if len(days) < len(read) or len(set(days)) < 3:
        return False
    pairs = list(pairwise(days))
    return all(one <= other for one, other in pairs) or all(one >= other for one, other in pairs)
