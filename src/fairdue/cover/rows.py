"""Read a list of buyer limits from a table of any shape that ``formats`` reads: typed rows, and refusals with line and remedy.

Columns are known by their headings (``HEADINGS``), in English, German or Chinese. Dates and decimal marks are judged over the whole column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fairdue.cover.row_reasons import RowReason
from fairdue.formats.errors import FormatError, Refusal, refusal
from fairdue.formats.reasons import CellReason, FormatCode
from fairdue.formats.tables import Table, cell_text, read_table
from fairdue.formats.values import amounts, dates
from fairdue.formats.values.codes import fold
from fairdue.formats.values.keys import identity
from fairdue.kernel.money import exponent
from fairdue.kernel.rounding import PPM, to_int

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "customer": ("customer", "customer number", "buyer", "buyer number", "debtor", "kunde", "kundennummer", "客户", "客户编号", "买方"),
    "group": ("group", "group code", "konzern", "gruppe", "集团", "集团编号"),
    "amount": ("limit", "amount", "credit limit", "insured limit", "versicherungssumme", "limit betrag", "限额", "信用限额", "金额"),
    "currency": ("currency", "währung", "币种", "货币"),
    "effect_on": ("from", "effective", "effective from", "effect date", "valid from", "gültig ab", "ab", "生效日", "生效日期"),
    "until": ("until", "to", "valid to", "valid until", "expiry", "gültig bis", "bis", "到期日", "截止日期"),
    "share": ("share", "insured share", "insured percentage", "cover percentage", "deckungsquote", "承保比例"),
    "reference": ("reference", "insurer reference", "limit number", "decision", "referenz", "编号", "参考号"),
    "conditions": ("conditions", "remarks", "auflagen", "bedingungen", "条件", "备注"),
}  # fmt: skip
"""What a column may be called; width, case and accents of the writing do not matter."""
NEEDED = ("amount", "effect_on")


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One row: who (a number's identity), how much (minor units), from when."""

    line: int
    row: int
    customer_key: str
    group_code: str
    limit_minor: int
    effect_on: date
    until: date | None
    share_ppm: int | None
    reference: str
    conditions: str


@dataclass(frozen=True, slots=True)
class LimitFile:
    """A list as far as it can be read without the ledger."""

    table: Table
    rows: tuple[LimitRow, ...]
    refused: tuple[Refusal, ...]


def read_limits(data: bytes, name: str, currency: str) -> LimitFile:
    """Read a list of limits in ``currency``, the policy's. Raises FormatError where it cannot be read or lacks a column."""
    table = read_table(data, name)
    columns = _columns(table)
    for field in NEEDED:
        if field not in columns:
            raise FormatError(RowReason.COLUMN_MISSING, file=name, line=table.heading_line, field=HEADINGS[field][0])
    if "customer" not in columns and "group" not in columns:
        raise FormatError(RowReason.COLUMN_MISSING, file=name, line=table.heading_line, field="customer")
    found: dict[str, dates.DateStyle] = {
        field: table.judged("cover dates", columns[field], dates.judge)
        for field in ("effect_on", "until")
        if field in columns
    }
    styles = dates.judge_together(found, {})
    marks = amounts.judge_together({"amount": table.judged("cover amounts", columns["amount"], amounts.judge)}, {})
    reader = _Reader(table, columns, styles, marks["amount"], currency)
    rows, refused = [], list(table.refused)
    for row in range(table.row_count):
        one = reader.read(row)
        if isinstance(one, Refusal):
            refused.append(one)
        else:
            rows.append(one)
    return LimitFile(table, tuple(rows), tuple(refused))


def _columns(table: Table) -> dict[str, int]:
    known = {fold(word): field for field, words in HEADINGS.items() for word in words}
    found: dict[str, int] = {}
    for at, heading in enumerate(table.headings):
        field = known.get(fold(heading.replace("_", " ")))
        if field is not None and field not in found:
            found[field] = at
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    table: Table
    columns: Mapping[str, int]
    dates: Mapping[str, dates.DateStyle]
    amounts: amounts.AmountStyle
    currency: str

    def text(self, row: int, field: str) -> str:
        """Give a cell as text; "" where there is no such column."""
        at = self.columns.get(field)
        return "" if at is None else cell_text(self.table.columns[at][row]).strip()

    def refuse(self, row: int, field: str, code: FormatCode) -> Refusal:
        """Refuse a row for one of its fields."""
        line, said = self.table.lines[row], HEADINGS[field][0]
        return refusal(code, line=line, field=said, value=self.text(row, field), row=row)

    def read(self, row: int) -> LimitRow | Refusal:
        """Type one row, or say why it is refused."""
        customer, group = self.text(row, "customer"), self.text(row, "group")
        if bool(customer) == bool(group):
            return self.refuse(row, "customer", RowReason.ONE_BUYER)
        limit_minor = self.amount(row)
        if not isinstance(limit_minor, int):
            return self.refuse(row, "amount", limit_minor)
        currency = self.text(row, "currency").upper()
        if currency and currency != self.currency:
            return self.refuse(row, "currency", RowReason.OTHER_CURRENCY)
        days: dict[str, date | None] = {}
        for field in ("effect_on", "until"):
            day = self.day(row, field)
            if isinstance(day, FormatCode):
                return self.refuse(row, field, day)
            days[field] = day
        first, last = days["effect_on"], days["until"]
        if first is None:
            return self.refuse(row, "effect_on", CellReason.DATE)
        if last is not None and last < first:
            return self.refuse(row, "until", RowReason.ENDS_BEFORE)
        share = self.share(row)
        if isinstance(share, FormatCode):
            return self.refuse(row, "share", share)
        return LimitRow(
            self.table.lines[row], row, identity(customer) if customer else "", group, limit_minor, first, last, share,
            self.text(row, "reference")[:120], self.text(row, "conditions")[:500],
        )  # fmt: skip

    def amount(self, row: int) -> int | FormatCode:
        """Give the limit in minor units."""
        found = amounts.parse(self.table.columns[self.columns["amount"]][row], self.amounts)
        if found is None:
            return RowReason.NO_AMOUNT
        if isinstance(found, FormatCode):
            return found
        return RowReason.NEGATIVE if found.value < 0 else amounts.minor_units(found.value, exponent(self.currency))

    def day(self, row: int, field: str) -> date | FormatCode | None:
        """Give a date, None for an empty cell or no column."""
        if field not in self.columns:
            return None
        return dates.parse(self.table.columns[self.columns[field]][row], self.dates[field])

    def share(self, row: int) -> int | FormatCode | None:
        """Give a share in ppm from ``90 %``, ``90`` or ``0.9``; None for an empty cell."""
        text = self.text(row, "share").replace("％", "%")
        if not text:
            return None
        try:
            value = Decimal(text.rstrip("% ").replace(",", "."))
        except ArithmeticError:
            return RowReason.SHARE
        if not value.is_finite() or not 0 < value <= 100:
            return RowReason.SHARE
        ppm = to_int(value * (PPM if value <= 1 and "%" not in text else PPM // 100))
        return ppm if 1 <= ppm <= PPM else RowReason.SHARE
