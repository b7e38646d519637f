"""Typed records of a table: one list per field, refusals beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fairdue.formats.errors import Refusal, refusal
from fairdue.formats.fields import KINDS, Field, Kind, Type
from fairdue.formats.headings.mapping import Mapping as ColumnMapping
from fairdue.formats.headings.questions import date_styles
from fairdue.formats.reasons import CellReason, FormatCode, NoteReason
from fairdue.formats.tables.table import Cell, Table, cell_text
from fairdue.formats.values import codes, dates, keys
from fairdue.formats.values.money_records import MONEY_KINDS, MoneyReader
from fairdue.kernel.reasons import Reason, because

TEXT_MAX = 2_000
NOTES_MAX = 200
"""Notes about single cells; beyond this many the preview would not be read."""
_KEPT_CONTROLS = {"\t", "\n", "\r"}


@dataclass(frozen=True)
class Records:
    """The rows that can be used. ``columns[name][i]`` belongs to line ``lines[i]`` and to row ``rows[i]`` of the table.

    Always there for items: ``amount_minor``, ``open_minor``, ``currency``, ``document_kind``, ``customer_number`` and
    ``customer_key`` (or ``customer_name``). For payments: ``amount_minor`` (money received is positive), ``currency``,
    ``paid_on``. Other fields appear under their own names when the mapping has them. Absent values are None.
    """

    kind: Kind
    columns: dict[str, list[Any]]
    lines: list[int]
    rows: list[int]
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Reason, ...] = ()

    @property
    def count(self) -> int:
        """Count the usable rows."""
        return len(self.lines)

    def row(self, index: int) -> dict[str, Any]:
        """Give one record as a dict (for tests and for showing; bulk readers take the columns)."""
        return {name: column[index] for name, column in self.columns.items()}


@dataclass
class Reading:
    """Work in progress: columns over all rows of the table, the first refusal of each row, notes."""

    table: Table
    mapping: ColumnMapping
    answers: Mapping[str, str]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)
    skipped: set[int] = field(default_factory=set)
    """Rows left out by an answer (another company's), neither good nor refused."""

    def position(self, name: str) -> int | None:
        """Give the column of a field, or None."""
        match = self.mapping.columns.get(name)
        return self.table.position(match.heading) if match else None

    def refuse(self, row: int, name: str, value: str, code: FormatCode, **values: str) -> None:
        """Refuse a row, once: the first reason stands."""
        if row not in self.refused:
            line = self.table.lines[row]
            self.refused[row] = refusal(code, line=line, field=name, value=value, row=row, values=dict(values))

    def note(self, reason: Reason) -> None:
        """Keep a note once, and not too many."""
        if reason not in self.notes and len(self.notes) < NOTES_MAX:
            self.notes.append(reason)


def read_records(table: Table, mapping: ColumnMapping, defaults: Mapping[str, str] | None = None) -> Records:
    """Type all rows of ``table`` by ``mapping``; ``defaults`` add to the mapping's answers and win over them.

    1. Each column is judged and parsed once per distinct cell.
    2. A cell that cannot be read refuses its row with line, field, value, reason and remedy; fields that are only
       helpful (e-mail, posting date …) are left empty and noted instead.
    3. Rows that did not fit the table (``table.refused``) are passed on.
    Raises ValueError when the mapping lacks a needed field (``mapping.missing``).
    """
    if mapping.missing:
        raise ValueError(f"the mapping lacks {' and '.join('/'.join(group) for group in mapping.missing)}")
    reading = Reading(table, mapping, {**mapping.answers, **(defaults or {})})
    _skip_companies(reading)
    styles = date_styles(table, mapping.kind, mapping.columns, reading.answers)
    for one in KINDS[mapping.kind].fields:
        column = reading.position(one.name)
        if column is not None and one.type is not Type.AMOUNT and one.type is not Type.CURRENCY:
            reading.columns[one.name] = _typed(reading, one, column, styles)
    if mapping.kind in MONEY_KINDS:
        MoneyReader(reading).read()
    elif mapping.kind is Kind.CUSTOMERS:
        MoneyReader(reading).read_limits()
    _add_keys(reading)
    _add_country(reading)
    _need(reading)
    return _settle(reading)


def _typed(reading: Reading, one: Field, column: int, styles: Mapping[str, dates.DateStyle]) -> list[Any]:
    if one.type in _WRITTEN and _plain_texts(reading.table.distinct(column), one.type is Type.KEY):
        return [cell or None for cell in reading.table.columns[column]]
    parser = _parser(reading, one, column, styles)
    parsed = {cell: parser(cell) for cell in reading.table.distinct(column)}
    bad = {cell: outcome for cell, outcome in parsed.items() if isinstance(outcome, FormatCode)}
    if bad:
        parsed |= dict.fromkeys(bad)
        for row, cell in enumerate(reading.table.columns[column]):
            if cell in bad:
                _complain(reading, one, row, cell_text(cell), bad[cell])
    return [parsed[cell] for cell in reading.table.columns[column]]


_WRITTEN = frozenset({Type.TEXT, Type.NAME, Type.KEY, Type.DOCUMENT_TYPE})
"""Types whose cells are kept as written."""


def _plain_texts(distinct: Iterable[Cell], keyed: bool) -> bool:
    """Tell, in a few passes over all cells together, that ``_text`` (and ``_key``) would change none of them."""
    texts = [cell for cell in distinct if isinstance(cell, str) and cell]
    joined = "\n".join(texts)
    return (
        not any(not isinstance(cell, str) for cell in distinct)
        and joined.isascii()
        and joined.count("\n") == len(texts) - 1
        and joined.replace("\n", "").isprintable()
        and not any(gap in joined for gap in ("  ", "\n ", " \n"))
        and joined == joined.strip()
        and max(map(len, texts), default=0) <= TEXT_MAX
        and not (keyed and (keys.EXPONENT.search(joined) or ".0" in joined))
    )


def _complain(reading: Reading, one: Field, row: int, text: str, code: FormatCode) -> None:
    if one.strict:
        reading.refuse(row, one.name, text, code, limit=str(TEXT_MAX))
    else:
        reading.note(because(NoteReason.VALUE_DROPPED, line=reading.table.lines[row], field=one.name, value=text[:80]))


def _parser(
    reading: Reading, one: Field, column: int, styles: Mapping[str, dates.DateStyle]
) -> Callable[[Cell], object]:
    distinct = reading.table.distinct(column)
    match one.type:
        case Type.DATE:
            style = styles[reading.table.headings[column]]
            if style.serial:
                reading.note(because(NoteReason.EXCEL_SERIAL, field=one.name))
            if style.short_year:
                reading.note(because(NoteReason.SHORT_YEAR, field=one.name))
            return lambda cell: dates.parse(cell, style)
        case Type.KEY:
            drop = keys.all_floats(distinct)
            return lambda cell: _key(cell, drop)
        case Type.COUNTRY:
            return _country_parser(reading, distinct)
        case Type.BOOLEAN:
            return _coded(codes.boolean_of, CellReason.BOOLEAN)
        case Type.KNOWN:
            return _coded(codes.known_of, CellReason.KNOWN)
        case Type.SIZE:
            return _coded(codes.size_of, CellReason.SIZE)
        case Type.SIDE:
            return _coded(codes.side_of, CellReason.SIDE)
        case Type.EMAIL:
            return _coded(codes.email_of, CellReason.TEXT_CONTROL)
        case Type.IBAN:
            return _coded(codes.iban_of, CellReason.TEXT_CONTROL)
        case _:
            return _text


def _coded(read: Callable[[str], object], code: FormatCode) -> Callable[[Cell], object]:
    def parse(cell: Cell) -> object:
        text = cell_text(cell)
        outcome = read(text)
        return outcome if outcome is not None else (None if codes.is_null(text) else code)

    return parse


def _text(cell: Cell) -> object:
    text = cell_text(cell).strip()
    if not text:
        return None
    if len(text) > TEXT_MAX:
        return CellReason.TEXT_LONG
    if text.isprintable():
        return " ".join(text.split()) if "  " in text else text
    if any((ord(ch) < 32 and ch not in _KEPT_CONTROLS) or ord(ch) == 127 for ch in text):
        return CellReason.TEXT_CONTROL
    return " ".join(text.split()) if "\n" not in text else text


def _key(cell: Cell, drop: bool) -> object:
    text = keys.key_text(cell, drop_zero_fraction=drop)
    if text is None:
        return CellReason.DIGITS_LOST
    return _text(text)


def _country_parser(reading: Reading, distinct: Iterable[Cell]) -> Callable[[Cell], object]:
    texts = {cell_text(cell).strip().removesuffix(".0") for cell in distinct}
    numeric = {text for text in texts if text.isdigit()}
    named = {text: code for text in texts if (code := reading.answers.get(f"country_code:{text}"))}
    iso = codes.numeric_countries(numeric) if numeric and not named else None

    def parse(cell: Cell) -> object:
        text = cell_text(cell).strip().removesuffix(".0")
        if codes.is_null(text):
            return None
        found = named.get(text) or (iso or {}).get(text) or codes.country_of(text)
        return found or CellReason.COUNTRY

    return parse


def _skip_companies(reading: Reading) -> None:
    column = reading.position("company_code")
    wanted = set(reading.answers.get("company_code", "").split())
    if column is not None and wanted:
        cells = reading.table.columns[column]
        reading.skipped = {row for row, cell in enumerate(cells) if cell_text(cell).strip() not in wanted}


def _add_keys(reading: Reading) -> None:
    for name, key in (("customer_number", "customer_key"), ("document_number", "document_key")):
        if name in reading.columns:
            column = reading.columns[name]
            known = {text: keys.identity(text) if text else None for text in set(column)}
            reading.columns[key] = [known[text] for text in column]


def _add_country(reading: Reading) -> None:
    default = reading.answers.get("country")
    if not default or reading.mapping.kind is Kind.PAYMENTS:
        return
    if "country" in reading.columns:
        reading.columns["country"] = [country or default for country in reading.columns["country"]]
    else:
        reading.columns["country"] = [default] * reading.table.row_count
        reading.note(because(NoteReason.DEFAULT_USED, field="country", value=default))


def _need(reading: Reading) -> None:
    """Refuse rows without a value they cannot do without: marked fields, and one of the customer's two names."""
    needed = [one.name for one in KINDS[reading.mapping.kind].fields if one.needed]
    for name in needed:
        for row, value in enumerate(reading.columns.get(name, ())):
            if value is None:
                reading.refuse(row, name, "", CellReason.MISSING)
    groups: list[tuple[str, ...]] = []
    if reading.mapping.kind in (Kind.OPEN_ITEMS, Kind.CLOSED_ITEMS):
        groups = [("customer_number", "customer_name"), ("due_on", "issued_on", "baseline_on")]
    elif reading.mapping.kind is Kind.CONTACTS:
        groups = [("contact_name", "email", "phone")]
    for group in groups:
        present = [reading.columns[name] for name in group if name in reading.columns]
        for row, values in enumerate(zip(*present, strict=True)):
            if not any(values):
                reading.refuse(row, group[0], "", CellReason.MISSING)


def _settle(reading: Reading) -> Records:
    table = reading.table
    gone = reading.refused.keys() | reading.skipped
    rows = [row for row in range(table.row_count) if row not in gone] if gone else list(range(table.row_count))
    columns = reading.columns
    lines = table.lines
    if gone:
        columns = {name: [column[row] for row in rows] for name, column in columns.items()}
        lines = [lines[row] for row in rows]
    refused = [one for row, one in reading.refused.items() if row not in reading.skipped]
    refusals = tuple(sorted((*table.refused, *refused), key=lambda one: (one.line, one.row)))
    return Records(reading.mapping.kind, columns, list(lines), rows, refusals, tuple(reading.notes))


def dates_of(records: Records, name: str) -> list[date | None]:
    """Give a date column, empty values where the table has none."""
    return records.columns.get(name, [None] * records.count)
