"""Which column holds what: told by headings, by the cells where a heading has several meanings, by the cells alone where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from fairdue.formats.bank.reasons import BankError
from fairdue.formats.banktable.grid import Grid
from fairdue.formats.banktable.words import Meaning, currency_in, meaning_of, meanings
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.reasons import FormatCode
from fairdue.formats.tables.table import Cell, cell_text
from fairdue.formats.values.amounts import AmountStyle, parse
from fairdue.formats.values.codes import currency_of, is_null
from fairdue.formats.values.dates import is_date_like

HEADING_SEARCH_ROWS = 60
"""Banks put up to 30 lines above their headings."""
SAMPLE_ROWS = 200
SEVERAL = frozenset({"text", "information"})
"""Roles that more than one column may have."""
AMOUNTS = ("amount", "credit", "debit")


class Layout(NamedTuple):
    """The columns: role → place; ``heading_at`` is the row of headings, -1 where there is none."""

    heading_at: int
    headings: tuple[str, ...]
    places: dict[str, int]
    several: dict[str, tuple[int, ...]]
    currency: str = ""
    """The one that the heading of an amount names."""


def layout_of(grid: Grid) -> Layout:
    """Find the headings and give each column its role. Raises FormatError where no row names day and amount."""
    best, most = -1, 0
    for at, row in enumerate(grid.rows[:HEADING_SEARCH_ROWS]):
        roles = {one.role for cell in row if isinstance(cell, str) for one in meanings(cell)}
        if len(roles) > most and "booked" in roles and roles & set(AMOUNTS) and _distinct(row):
            best, most = at, len(roles)
    if best < 0:
        return _without_headings(grid)
    headings = tuple(cell_text(cell) for cell in grid.rows[best])
    body = [row for row in grid.rows[best + 1 : best + 1 + SAMPLE_ROWS] if any(row)]
    return _assigned(best, headings, body)


def _distinct(row: list[Cell]) -> bool:
    """Say whether the day and the amount stand in cells of their own: a sentence is no row of headings."""
    return sum(bool(meanings(cell)) for cell in row if isinstance(cell, str)) >= 2


def _assigned(at: int, headings: tuple[str, ...], body: list[list[Cell]]) -> Layout:
    """Give roles: first by words that mean one thing, then by the others for what is left, last by the cells below no heading."""
    places: dict[str, int] = {}
    ranks: dict[str, int] = {}
    several: dict[str, list[int]] = {}
    told = [(place, meanings(heading)) for place, heading in enumerate(headings)]

    def claim(place: int, one: Meaning) -> None:
        if one.role in SEVERAL:
            several.setdefault(one.role, []).append(place)
        elif one.role not in places or one.rank < ranks[one.role]:
            places[one.role], ranks[one.role] = place, one.rank

    for place, found in told:
        if len(found) == 1:
            claim(place, found[0])
    for place, found in told:
        if len(found) > 1:
            cells = _column(body, place)
            free = (one for one in found if one.role in SEVERAL or one.role not in places)
            chosen = next((one for one in free if _fits(one.role, cells)), None)
            if chosen is not None:
                claim(place, chosen)
    if "side" not in places and "amount" in places:
        width = max(map(len, body), default=0)
        bare = (place for place in range(width) if place >= len(headings) or not headings[place])
        side = next((place for place in bare if _all(_column(body, place), _is_side)), None)
        if side is not None:
            places["side"] = side
    if "reference" in places and "bank_reference" not in places and places.keys() & {"end_to_end", "structured"}:
        # The payer's own reference stands elsewhere: this one is the bank's.
        places["bank_reference"] = places.pop("reference")
    named = (currency_in(headings[places[role]]) for role in AMOUNTS if role in places)
    currency = next(filter(None, named), "")
    return Layout(at, headings, places, {role: tuple(columns) for role, columns in several.items()}, currency)


def _without_headings(grid: Grid) -> Layout:
    """Read columns by their cells: days first, one column of signed amounts, one of currencies. Anything else is refused."""
    rows = [row for row in grid.rows if any(row)]
    body = rows[:SAMPLE_ROWS]
    width = max(map(len, body), default=0)
    columns = [_column(body, place) for place in range(width)]
    kinds = ["date" if _all(cells, is_date_like) else "currency" if _all(cells, _is_currency) else
             "amount" if _all(cells, is_amount) else "text" if cells else "" for cells in columns]  # fmt: skip
    amounts = [place for place, kind in enumerate(kinds) if kind == "amount"]
    days = [place for place, kind in enumerate(kinds) if kind == "date"]
    signed = len(amounts) == 1 and any(cell_text(cell).startswith("-") for cell in columns[amounts[0]])
    if not (signed and days[:1] == [0] and kinds.count("currency") == 1 and all(len(row) > amounts[0] for row in rows)):
        raise FormatError(BankError.NO_HEADINGS, line=grid.lines[0] if grid.lines else 0, value=_beginning(grid))
    places = {"booked": 0, "amount": amounts[0], "currency": kinds.index("currency")}
    if len(days) > 1:
        places["valued"] = days[1]
    text = tuple(place for place, kind in enumerate(kinds) if kind == "text")
    return Layout(-1, tuple(f"column {place}" for place in range(1, width + 1)), places, {"text": text})


def _beginning(grid: Grid) -> str:
    row = next((row for row in grid.rows if any(row)), [])
    return shorten(" | ".join(cell_text(cell) for cell in row[:12] if cell != ""))


def _column(body: list[list[Cell]], place: int) -> list[Cell]:
    return [row[place] for row in body if len(row) > place and row[place] != "" and not _null(row[place])]


def _null(cell: Cell) -> bool:
    return isinstance(cell, str) and is_null(cell)


def _fits(role: str, cells: list[Cell]) -> bool:
    """Say whether most cells can be of a role; an empty column can be anything."""
    test = _TESTS.get(role)
    return test is None or sum(map(test, cells)) * 2 >= len(cells)


def _all(cells: Iterable[Cell], test: Callable[[Cell], bool]) -> bool:
    found = list(cells)
    return bool(found) and all(map(test, found))


def is_amount(cell: Cell) -> bool:
    """Say whether a cell is an amount whichever its mark of decimals is."""
    return not all(isinstance(parse(cell, AmountStyle(mark)), FormatCode) for mark in ".,")


def _is_currency(cell: Cell) -> bool:
    return isinstance(cell, str) and currency_of(cell) is not None


def _is_side(cell: Cell) -> bool:
    return isinstance(cell, str) and meaning_of("side", cell) in ("in", "out")


_TESTS: dict[str, Callable[[Cell], bool]] = {
    "booked": is_date_like, "valued": is_date_like, "amount": is_amount, "credit": is_amount, "debit": is_amount,
    "balance": is_amount, "fee": is_amount, "foreign_amount": is_amount, "currency": _is_currency,
    "foreign_currency": _is_currency, "side": _is_side,
    "status": lambda cell: isinstance(cell, str) and bool(meaning_of("status", cell)),
}  # fmt: skip
