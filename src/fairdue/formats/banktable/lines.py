"""The rows below the headings: which are lines of the account, which go on with one, and which are balances, sums or notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.bank.records import Fields
from fairdue.formats.banktable.grid import Grid, filled
from fairdue.formats.banktable.layout import AMOUNTS, Layout, is_amount
from fairdue.formats.banktable.words import meaning_of
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.reasons import CellReason
from fairdue.formats.tables.table import Cell, cell_text
from fairdue.formats.values.codes import is_null
from fairdue.formats.values.dates import is_date_like

_ROW_ROLES = ("name", "payer_name", "payee_name", "account", "end_to_end", "structured", "mandate")
"""A row that has one of these is a payment, whatever its text says."""


@dataclass(slots=True)
class Row:
    """A line of the account with the rows that go on with it."""

    line: int
    cells: list[Cell]
    more: list[tuple[int, list[Cell]]] = field(default_factory=list)


class Special(NamedTuple):
    """A row that is no line: ``opening``, ``closing``, ``total``, ``turnover``; its amounts stand in the columns of the table."""

    kind: str
    line: int
    cells: list[Cell]


@dataclass(slots=True)
class Sorted:
    """The rows of a table by what they are."""

    rows: list[Row] = field(default_factory=list)
    specials: list[Special] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)


def sort_rows(grid: Grid, layout: Layout) -> Sorted:
    """Sort the rows below the headings; raises FormatError for a line without its day or amount, and for one wider than its headings."""
    found = Sorted()
    sorter = _Sorter(layout, found)
    start = layout.heading_at + 1
    last = len(grid.rows) - 1
    narrowest = min((len(row) for row in grid.rows[start:last] if len(row) > 1), default=0)
    for at in range(start, len(grid.rows)):
        cells = grid.rows[at]
        if not any(cell != "" for cell in cells):
            continue
        line = grid.lines[at]
        if at == last and not grid.ended and 1 < len(cells) < narrowest:
            raise FormatError(BankError.CUT_OFF, line=line)
        sorter.take(line, cells)
    return found


class _Sorter:
    """Sorts row by row: a row that goes on needs the line before it."""

    def __init__(self, layout: Layout, found: Sorted) -> None:
        self.layout, self.found = layout, found
        self.headings = list(layout.headings)
        self.width = len(self.headings)
        self.day = layout.places["booked"]
        self.amounts = [layout.places[role] for role in AMOUNTS if role in layout.places]
        self.wide = any(layout.places.get(role, 0) >= self.width for role in layout.places)
        side = {layout.places.get("side", -1)}
        self.going_on = {
            *layout.several.get("text", ()), *layout.several.get("information", ()),
            *(layout.places[role] for role in ("name", "payer_name", "payee_name") if role in layout.places),
        } - side  # fmt: skip
        self.known_days: dict[Cell, bool] = {}
        self.open = False

    def take(self, line: int, cells: list[Cell]) -> None:
        """Put one row where it belongs."""
        day = _at(cells, self.day)
        amounts = [cell for place in self.amounts if (cell := _at(cells, place)) != "" and not _null(cell)]
        dated = self._dated(day)
        special = self._special(cells, dated, amounts)
        if special:
            self._tell(special, line, cells)
        elif amounts and (dated or day != "" or not self._is_note(cells, amounts)):
            self._line(line, cells, day, dated=dated)
        elif dated:
            heading = " / ".join(self.headings[place] for place in self.amounts)
            raise FormatError(BankError.MISSING, line=line, field=heading)
        elif self.open and all(place in self.going_on for place, cell in enumerate(cells) if cell != ""):
            self.found.rows[-1].more.append((line, cells))
        elif [cell_text(cell) for cell in cells[: self.width]] != self.headings:
            self.open = False
            self.found.notes += [(f"below/{line}", text) for text in filled(cells)]

    def _line(self, line: int, cells: list[Cell], day: Cell, *, dated: bool) -> None:
        pending = isinstance(day, str) and meaning_of("status", day) == "pending"
        if not dated and not pending:
            code = BankError.DAY if day != "" else BankError.MISSING
            raise FormatError(code, line=line, field=self.headings[self.day], value=shorten(cell_text(day)))
        if len(cells) > self.width and any(cells[self.width :]) and not self.wide:
            shown = shorten(" | ".join(filled(cells)))
            raise FormatError(
                CellReason.ROW_LONG, line=line, field="row", value=shown, count=len(cells), expected=self.width
            )
        self.found.rows.append(Row(line, cells))
        self.open = True

    def _tell(self, kind: str, line: int, cells: list[Cell]) -> None:
        self.open = False
        self.found.specials.append(Special(kind, line, cells))
        self.found.notes += named(self.headings, cells, f"below/{line}/")

    def _dated(self, day: Cell) -> bool:
        try:
            return self.known_days[day]
        except KeyError:
            found = self.known_days[day] = day != "" and is_date_like(day, serials=True)
            return found

    def _special(self, cells: list[Cell], dated: bool, amounts: list[Cell]) -> str:
        """Say which balance or sum a row is. A row with a day is one only where nobody pays in it and its whole text is such a word."""
        if dated:
            texts = [_at(cells, place) for place in self.layout.several.get("text", ())]
            words = [text for text in texts if isinstance(text, str) and text]
            kind = meaning_of("row", words[0]) if len(words) == 1 else ""
            places = (self.layout.places[role] for role in _ROW_ROLES if role in self.layout.places)
            return (
                kind if kind in ("opening", "closing", "turnover") and not any(_at(cells, at) for at in places) else ""
            )
        first = next((cell for cell in cells if cell != ""), "")
        kind = meaning_of("row", first) if isinstance(first, str) else ""
        return kind if kind and (amounts or any(is_amount(cell) for cell in cells[1:] if cell != "")) else ""

    def _is_note(self, cells: list[Cell], amounts: list[Cell]) -> bool:
        """Say whether a row without a day is a note: its would-be amounts are none."""
        return not any(map(is_amount, amounts)) or sum(cell != "" for cell in cells) == 1


def named(headings: list[str] | tuple[str, ...], cells: list[Cell], before: str = "") -> list[tuple[str, str]]:
    """Give what a row holds with the headings above it."""
    found = []
    for place, cell in enumerate(cells):
        if cell != "":
            heading = headings[place] if place < len(headings) and headings[place] else f"column {place + 1}"
            found.append((f"{before}{heading}", cell_text(cell)))
    return found


def fields_of(headings: tuple[str, ...], row: Row) -> Fields:
    """Give everything that a line holds, also in the rows that go on with it."""
    found = named(headings, row.cells)
    for _line, cells in row.more:
        found += named(headings, cells)
    return tuple(found)


def _at(cells: list[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else ""


def _null(cell: Cell) -> bool:
    return isinstance(cell, str) and is_null(cell)
