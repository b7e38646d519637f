"""Read a register of instruments from a table: typed rows, and refusals with line, field and remedy. No database.

Numbers are those of docs/algorithms/instruments.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from fairdue.cash.instrument_rules import ACCEPTANCES
from fairdue.cash.reasons import RegisterReason
from fairdue.formats.errors import FormatError, Refusal, refusal, shorten
from fairdue.formats.fields import normal
from fairdue.formats.reasons import CellReason, FormatCode
from fairdue.formats.tables import Cell, Table, cell_text, read_table
from fairdue.formats.values import amounts, dates, keys
from fairdue.formats.values.codes import currency_of, is_null, may_stand_for
from fairdue.formats.values.money_columns import currency_hint
from fairdue.kernel.money import exponents
from fairdue.kernel.reasons import Reason, gettext_noop

FIELDS = (
    "number", "kind", "amount", "currency", "matures_on", "issued_on", "received_on", "customer", "customer_name", "drawer",
    "acceptor", "range", "covers",
)  # fmt: skip
NEEDED = ("number", "amount", "matures_on")
LEADS = ("customer", "customer_name", "covers")
"""Columns that lead to the customer (16)."""
DAYS = ("matures_on", "issued_on", "received_on")
CORRECT = gettext_noop("Correct the row.")
COVERED_MAX = 200
"""Invoices that one row may name."""
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_RANGE = re.compile(r"(\d{1,18})\s*[-—–~～至,，]\s*(\d{1,18})")
_PARTED = re.compile(r"[,;，；、\n]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what it says of an instrument; amounts in minor units. ``covers`` are invoice and amount, None for what is open (17)."""

    line: int
    row: int
    number: str
    kind: str
    currency: str
    amount_minor: int
    matures_on: date
    issued_on: date | None
    received_on: date | None
    customer: str
    customer_name: str
    drawer: str
    acceptor: str
    sub_from: int | None
    sub_to: int | None
    covers: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Register:
    """A register as far as it can be read without the ledger."""

    table: Table
    rows: tuple[Row, ...]
    refused: tuple[Refusal, ...]


class RowRefused(Exception):
    """A row that is not taken: the field, why, and the values of the reason's text."""

    def __init__(self, field: str, code: FormatCode | Reason, **values: str) -> None:
        super().__init__(field)
        self.field, self.code, self.values = field, code, values


def read_register(data: bytes, name: str, *, kind: str = "", currency: str) -> Register:
    """Read a register (15). ``kind`` and ``currency`` hold where a row says none. Raises FormatError where a needed column is missing."""
    table = read_table(data, name)
    columns = _columns(table)
    for field in NEEDED:
        if field not in columns:
            raise _missing(table, name, field)
    if not any(field in columns for field in LEADS):
        raise _missing(table, name, LEADS[0])
    if "kind" not in columns and not kind:
        raise _missing(table, name, "kind")
    reader = _Reader(table, columns, kind, currency)
    rows, refused = [], list(table.refused)
    for row in range(table.row_count):
        try:
            rows.append(reader.read(row))
        except RowRefused as error:
            refused.append(refused_row(table, row, columns, error))
    return Register(table, tuple(rows), tuple(refused))


def refused_row(table: Table, row: int, columns: Mapping[str, int], error: RowRefused) -> Refusal:
    """Say of a row why it is refused, with the cell at fault."""
    at = columns.get(error.field)
    value = error.values.get("value") or ("" if at is None else cell_text(table.columns[at][row]))
    heading = error.field if at is None else table.headings[at]
    if isinstance(error.code, Reason):
        return Refusal(table.lines[row], heading, shorten(value), error.code, CORRECT, row)
    values = {name: one for name, one in error.values.items() if name != "value"}
    return refusal(error.code, line=table.lines[row], field=heading, value=value, row=row, values=dict(values))


def columns_of(table: Table) -> dict[str, int]:
    """Give the column of each field that a table has."""
    return _columns(table)


def _missing(table: Table, name: str, field: str) -> FormatError:
    words = ", ".join(_spoken(field)[:6])
    return FormatError(RegisterReason.COLUMN_MISSING, file=name, line=table.heading_line, field=field, words=words)


def _columns(table: Table) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, heading in enumerate(table.headings):
        for text in (heading, _BRACKETS.sub("", heading)):
            field = _words().get(normal(text), "")
            if field in FIELDS:
                found.setdefault(field, at)
                break
    return found


@lru_cache(1)
def _words() -> dict[str, str]:
    return {normal(word): meaning for meaning, word in _rows()}


@lru_cache(1)
def _rows() -> tuple[tuple[str, str], ...]:
    text = resources.files("fairdue.cash").joinpath("data/instrument_words.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple((row["meaning"], row["word"]) for row in rows)


def _spoken(field: str) -> list[str]:
    return [word for meaning, word in _rows() if meaning == field]


def kind_of(text: str) -> str:
    """Give the kind that a word means, "" for none."""
    found = _words().get(normal(text), "")
    return "" if found in FIELDS else found


class _Reader:
    """One table: its columns judged once, then read row by row."""

    def __init__(self, table: Table, columns: Mapping[str, int], kind: str, currency: str) -> None:
        self.table, self.columns, self.kind = table, columns, kind
        at = columns["amount"]
        self.amounts = amounts.judge_together({"amount": table.judged("register amounts", at, amounts.judge)}, {})[
            "amount"
        ]
        styles: dict[str, dates.DateStyle] = {
            field: table.judged("register days", columns[field], dates.judge) for field in DAYS if field in columns
        }
        self.days = dates.judge_together(styles, {})
        self.currency = currency_hint(table.headings[at]) or currency

    def cell(self, row: int, field: str) -> Cell:
        """Give a cell, "" where there is no such column."""
        at = self.columns.get(field)
        return "" if at is None else self.table.columns[at][row]

    def text(self, row: int, field: str) -> str:
        """Give a cell as text, "" for an empty one."""
        found = cell_text(self.cell(row, field)).strip()
        if is_null(found):
            return ""
        if any(not sign.isprintable() for sign in found.replace("\n", "").replace("\r", "").replace("\t", "")):
            raise RowRefused(field, CellReason.TEXT_CONTROL)
        return found

    def read(self, row: int) -> Row:
        """Type one row. Raises RowRefused."""
        number = self.number(row)
        kind = self.kind_of_row(row)
        currency, minor = self.money(row)
        days = {field: self.day(row, field) for field in DAYS}
        matures = days["matures_on"]
        if matures is None:
            raise RowRefused("matures_on", CellReason.MISSING)
        first, last = self.range(row, kind)
        return Row(
            self.table.lines[row], row, number, kind, currency, minor, matures, days["issued_on"], days["received_on"],
            self.text(row, "customer"), self.text(row, "customer_name"), self.text(row, "drawer"), self.text(row, "acceptor"),
            first, last, self.covers(row, currency),
        )  # fmt: skip

    def number(self, row: int) -> str:
        found = keys.key_text(self.cell(row, "number"), drop_zero_fraction=False)
        if found is None:
            raise RowRefused("number", CellReason.DIGITS_LOST)
        self.text(row, "number")
        found = "".join(found.split())
        if not found:
            raise RowRefused("number", CellReason.MISSING)
        if len(found) > 60:
            raise RowRefused("number", CellReason.TEXT_LONG, limit="60")
        return found

    def kind_of_row(self, row: int) -> str:
        said = self.text(row, "kind")
        found = kind_of(said) if said else self.kind
        if not found:
            raise RowRefused("kind", RegisterReason.KIND if said else CellReason.MISSING)
        return found

    def money(self, row: int) -> tuple[str, int]:
        """Give currency and amount of a row (15)."""
        found = amounts.parse(self.cell(row, "amount"), self.amounts)
        if not isinstance(found, amounts.Amount):
            raise RowRefused("amount", CellReason.MISSING if found is None else found)
        said = self.text(row, "currency")
        own = currency_of(said or found.mark) or ""
        currency = own or self.currency
        if said and not own and not may_stand_for(said, currency):
            raise RowRefused("currency", CellReason.CURRENCY)
        if found.mark and not (currency_of(found.mark) == currency or may_stand_for(found.mark, currency)):
            raise RowRefused("amount", CellReason.AMOUNT_CURRENCY, symbol=found.mark, currency=currency)
        if found.value <= 0:
            raise RowRefused("amount", RegisterReason.AMOUNT)
        minor = amounts.minor_units(found.value, exponents()[currency])
        if isinstance(minor, FormatCode):
            raise RowRefused("amount", minor, currency=currency)
        return currency, minor

    def day(self, row: int, field: str) -> date | None:
        if field not in self.columns:
            return None
        found = dates.parse(self.cell(row, field), self.days[field])
        if isinstance(found, FormatCode):
            raise RowRefused(field, found, first=str(dates.YEAR_FIRST), last=str(dates.YEAR_LAST))
        return found

    def range(self, row: int, kind: str) -> tuple[int | None, int | None]:
        """Give the sub-bill range; none for an empty cell, and for the 0 of a bill that cannot be split."""
        text = self.text(row, "range")
        if not text.strip("0- "):
            return None, None
        found = _RANGE.fullmatch(text)
        if found is None or kind not in ACCEPTANCES:
            raise RowRefused("range", RegisterReason.RANGE)
        return int(found[1]), int(found[2])

    def covers(self, row: int, currency: str) -> tuple[tuple[str, int | None], ...]:
        """Give the invoices named, each with its amount, None where it has none (17)."""
        told: list[tuple[str, int | None]] = []
        for part in _PARTED.split(self.text(row, "covers")):
            name, sign, amount = part.strip().partition("=")
            if not name and not sign:
                continue
            minor = self._part(amount, currency) if sign else None
            if not name.strip() or any(name.strip() == known for known, _ in told) or len(told) >= COVERED_MAX:
                raise RowRefused("covers", RegisterReason.COVERS)
            told.append((name.strip(), minor))
        return tuple(told)

    def _part(self, text: str, currency: str) -> int:
        found = amounts.parse(text.strip(), amounts.AmountStyle("."))
        minor = amounts.minor_units(found.value, exponents()[currency]) if isinstance(found, amounts.Amount) else 0
        if isinstance(minor, FormatCode) or minor <= 0:
            raise RowRefused("covers", RegisterReason.COVERS)
        return minor
