"""What the values of a column look like, as shares in per cent of its distinct cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from fairdue.formats.fields import Type
from fairdue.formats.tables.table import Cell, Table, cell_text
from fairdue.formats.values import amounts, codes, dates

SAMPLE = 1_000
"""Cells looked at per column, spread over all rows; recognition needs shares, the parsers later read every cell."""
_ANY_NUMBER = amounts.AmountStyle(".")
_CODE = re.compile(r"[\w\-./#]*\d[\w\-./#]*", re.ASCII)
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares in per cent of the distinct, non-empty cells; ``filled`` and ``unique`` in per cent of all rows."""

    count: int
    filled: int
    unique: int
    date: int
    serial: int
    amount: int
    fraction: int
    """Amounts with decimals or a currency sign: money rather than a count or a code."""
    code: int
    word: int
    currency: int
    country: int
    boolean: int
    known: int
    size: int
    side: int
    email: int
    iban: int
    counts_up: bool
    """True when the cells are exactly 0, 1, 2 … or 1, 2, 3 …: an index."""


def profile(table: Table, column: int) -> Profile:
    """Look at the distinct cells of one column."""
    rows = max(1, table.row_count)
    spread = table.columns[column][:: max(1, rows // SAMPLE)]
    sample = [cell for cell in dict.fromkeys(spread) if not _is_empty(cell)]
    distinct = table.distinct(column)
    count = len(distinct) if len(distinct) > SAMPLE else sum(1 for cell in distinct if not _is_empty(cell))
    if not sample:
        sample = [cell for cell in dict.fromkeys(table.columns[column]) if not _is_empty(cell)][:SAMPLE]
    texts = [cell_text(cell).strip() for cell in sample]

    def share(test: Callable[[str], object]) -> int:
        return 100 * sum(1 for text in texts if test(text)) // max(1, len(texts))

    return Profile(
        count=count,
        filled=100 * sum(1 for cell in table.columns[column] if cell != "" and cell is not None) // rows,
        unique=100 * count // rows,
        date=100 * sum(1 for cell in sample if dates.is_date_like(cell)) // max(1, len(sample)),
        serial=100 * sum(1 for cell in sample if dates.is_date_like(cell, serials=True)) // max(1, len(sample)),
        amount=100 * sum(map(_is_amount, sample)) // max(1, len(sample)),
        fraction=100 * sum(map(_is_fraction, sample)) // max(1, len(sample)),
        code=share(_CODE.fullmatch),
        word=share(_WORD.search),
        currency=share(lambda text: codes.currency_of(text) is not None),
        country=share(codes.country_of),
        boolean=share(lambda text: codes.boolean_of(text) is not None),
        known=share(codes.known_of),
        size=share(codes.size_of),
        side=share(lambda text: codes.side_of(text) is not None),
        email=share(codes.email_of),
        iban=share(codes.iban_of),
        counts_up=_counts_up(table.columns[column]),
    )


def fits(kind: Type, shape: Profile) -> int:
    """Give how well a column's values suit a type, 0 to 100; an empty column suits every type a little."""
    if not shape.count:
        return 30
    match kind:
        case Type.DATE:
            return shape.serial if shape.serial >= 50 else 0
        case Type.AMOUNT:
            return shape.amount if shape.amount >= 50 and shape.date < 50 else 0
        case Type.CURRENCY:
            return shape.currency if shape.currency >= 50 else 0
        case Type.COUNTRY:
            return max(60, shape.country)
        case Type.BOOLEAN:
            return shape.boolean if shape.boolean >= 80 else 0
        case Type.KNOWN:
            return shape.known if shape.known >= 80 else 0
        case Type.SIZE:
            return shape.size if shape.size >= 80 else 0
        case Type.SIDE:
            return shape.side if shape.side >= 80 else 0
        case Type.EMAIL:
            return shape.email if shape.email >= 50 else 0
        case Type.IBAN:
            return max(shape.iban, 40 if shape.code >= 50 else 0)
        case Type.KEY:
            return 40 if shape.date >= 90 and shape.code < 50 else max(50, min(100, shape.code))
        case Type.NAME:
            return 45 if shape.code >= 90 and shape.word < 50 else 100
        case _:
            return 100


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell or codes.is_null(cell))


def _is_amount(cell: Cell) -> bool:
    if isinstance(cell, bool | date):
        return False
    if not isinstance(cell, str):
        return isinstance(cell, int | float)
    parsed = amounts.parse(cell, amounts.AmountStyle("."))
    return isinstance(parsed, amounts.Amount) or isinstance(
        amounts.parse(cell, amounts.AmountStyle(",")), amounts.Amount
    )


def _is_fraction(cell: Cell) -> bool:
    if isinstance(cell, float):
        return cell != int(cell) if cell == cell and abs(cell) < 1e18 else False
    return isinstance(cell, str) and not cell.strip().isdigit() and not dates.is_date_like(cell) and _is_amount(cell)


def _counts_up(cells: list[Cell]) -> bool:
    texts = [cell_text(cell).removesuffix(".0") for cell in cells[:1000]]
    return any(all(text == str(i + start) for i, text in enumerate(texts)) for start in (0, 1)) and len(texts) > 1
