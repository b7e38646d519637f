"""What a file of a table format becomes before anyone asks what it means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TypeVar, cast

from fairdue.formats.errors import Refusal
from fairdue.kernel.reasons import Reason

T = TypeVar("T")
Cell = str | int | float | bool | date | datetime | time | timedelta
"""Text formats give ``str`` only. Workbooks give what the sheet stores; a float becomes money only through ``values``."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written."""

    delimiter: str
    quote: str = '"'
    """Empty when quotation marks are ordinary characters."""


@dataclass(frozen=True)
class Table:
    """Rows of one table, kept by column. Blank rows, totals and titles are not among them.

    ``columns[c][r]`` is the cell of row ``r``; ``lines[r]`` its 1-based line (text) or row (sheet) in the source.
    ``headings`` are unique: a repeated one carries a suffix `` (2)``.
    """

    name: str
    headings: tuple[str, ...]
    columns: tuple[list[Cell], ...]
    lines: list[int]
    sheet: str = ""
    encoding: str = ""
    dialect: Dialect | None = None
    heading_line: int = 0
    """0 when the table has no heading."""
    titles: tuple[tuple[int, str], ...] = ()
    """Lines above the heading: (line, text)."""
    totals: tuple[tuple[int, tuple[Cell, ...]], ...] = ()
    """Total rows with their cells: a control total may stand here."""
    refused: tuple[Refusal, ...] = ()
    """Rows that do not fit the heading."""
    warnings: tuple[Reason, ...] = ()
    guarded: bool = False
    """True for a refused-rows file of ours: a leading apostrophe guards a formula and is taken off."""
    _judged: dict[tuple[str, int], object] = field(default_factory=dict, repr=False, compare=False)
    _distinct: dict[int, set[Cell]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def row_count(self) -> int:
        """Count the rows."""
        return len(self.lines)

    def distinct(self, column: int) -> set[Cell]:
        """Give the distinct cells of a column (kept, because recognition and typing both need them)."""
        if column not in self._distinct:
            self._distinct[column] = set(self.columns[column])
        return self._distinct[column]

    def judged(self, what: str, column: int, judge: Callable[[set[Cell]], T]) -> T:
        """Give ``judge(distinct cells)``, worked out once per column: a table does not change."""
        key = (what, column)
        if key not in self._judged:
            self._judged[key] = judge(self.distinct(column))
        return cast(T, self._judged[key])

    def position(self, heading: str) -> int | None:
        """Give the column of ``heading``, or None."""
        try:
            return self.headings.index(heading)
        except ValueError:
            return None

    def row_text(self, row: int) -> tuple[str, ...]:
        """Give one row as text, in the writing ``cell_text`` rules."""
        return tuple(cell_text(column[row]) for column in self.columns)


def cell_text(cell: Cell) -> str:
    """Write a cell as a person would have typed it: no ``.0`` behind whole numbers, ISO dates, no midnight."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if (cell.hour or cell.minute or cell.second) else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def number_text(value: float) -> str:
    """Write a spreadsheet's binary number to 15 significant digits, without an exponent, as the sheet shows it."""
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    short = f"{value:.15g}"
    if "e" not in short:
        return short
    return f"{value:.0f}" if abs(value) >= 1 else f"{value:.20f}".rstrip("0")
