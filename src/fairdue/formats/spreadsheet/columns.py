"""What a written table consists of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fairdue.kernel.money import Money

Value = str | int | bool | Decimal | date | Money | None


class ColumnKind(StrEnum):
    """How the values of a column are written."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MONEY = "money"
    """``Money`` values; or minor units (int) of ``Column.currency``."""
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``currency`` is needed when a money column holds minor units; ``width`` is in characters."""

    heading: str
    kind: ColumnKind = ColumnKind.TEXT
    currency: str = ""
    width: int = 0


@dataclass(frozen=True)
class Sheet:
    """One sheet: name, columns, rows in the order of the columns; ``rows`` is read once."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]


def money_of(column: Column, value: Value) -> Money | None:
    """Give the money of a cell; raises TypeError for anything that is not money, ValueError without a currency."""
    if value is None or isinstance(value, Money):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        if not column.currency:
            raise ValueError(f"column {column.heading!r} holds minor units but names no currency")
        return Money(value, column.currency)
    raise TypeError(f"column {column.heading!r} holds {type(value).__name__}, not money")
