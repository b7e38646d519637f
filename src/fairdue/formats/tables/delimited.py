"""CSV and its relatives: text to rows with the line each row starts on."""

from __future__ import annotations

import csv
import io
from collections import Counter

from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FileReason
from fairdue.formats.tables.limits import Limits
from fairdue.formats.tables.table import Dialect

Row = list[str]


LOOSE_WIDTH_SHARE = 0.9
"""Share of rows that must have one width before text behind a closing quote is believed to be part of the cell."""


def rows_of(text: str, dialect: Dialect, limits: Limits) -> tuple[list[Row], list[int]]:
    """Give all rows and the 1-based line each of them starts on (a quoted cell may hold line ends).

    Raises FormatError with the line for an unclosed quote, text behind a closing quote, and what breaks a limit.
    Reading is strict first: a lenient reader may swallow many lines into one cell in silence. Some banks put a tab
    behind each closing quote; such a file is read leniently when no quote stays open and the rows keep one width.
    """
    try:
        return _read(text, dialect, limits, strict=True)
    except FormatError as error:
        if error.code is not FileReason.QUOTES or text.count('"') % 2:
            raise
        rows, starts = _read(text, dialect, limits, strict=False)
        filled = Counter(len(row) for row in rows if len(row) > 1)
        if (
            not filled
            or max(filled.values()) < LOOSE_WIDTH_SHARE * sum(filled.values())
            or max(filled) > max(filled, key=lambda w: filled[w])
        ):
            raise
        return rows, starts


def _read(text: str, dialect: Dialect, limits: Limits, *, strict: bool) -> tuple[list[Row], list[int]]:
    csv.field_size_limit(max(limits.cell_characters + 1, 131_072))
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        strict=strict,
    )
    rows: list[Row] = []
    starts: list[int] = []
    line = 1
    try:
        for row in reader:
            rows.append(row)
            starts.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            raise _too_long(line, limits) from None
        raise FormatError(FileReason.QUOTES, line=line, detail=str(error)) from None
    _check(rows, starts, limits)
    return rows, starts


def _check(rows: list[Row], starts: list[int], limits: Limits) -> None:
    if len(rows) > limits.rows:
        raise FormatError(FileReason.TOO_MANY_ROWS, line=starts[limits.rows], limit=limits.rows)
    widest = max(map(len, rows), default=0)
    if widest > limits.columns:
        at = next(i for i, row in enumerate(rows) if len(row) > limits.columns)
        raise FormatError(
            FileReason.TOO_MANY_COLUMNS,
            line=starts[at],
            column=limits.columns + 1,
            count=len(rows[at]),
            limit=limits.columns,
        )
    if sum(map(len, rows)) > limits.cells:
        raise FormatError(FileReason.TOO_MANY_ROWS, limit=limits.rows)
    for row, line in zip(rows, starts, strict=True):
        if sum(map(len, row)) > limits.cell_characters:
            for column, cell in enumerate(row, 1):
                if len(cell) > limits.cell_characters:
                    raise FormatError(
                        FileReason.CELL_TOO_LONG,
                        line=line,
                        column=column,
                        length=len(cell),
                        limit=limits.cell_characters,
                    )


def _too_long(line: int, limits: Limits) -> FormatError:
    return FormatError(
        FileReason.CELL_TOO_LONG, line=line, length=f">{limits.cell_characters}", limit=limits.cell_characters
    )
