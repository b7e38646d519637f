"""Bytes of a table (CSV and relatives, XLSX, XLSB, XLS, ODS) to raw cells."""

from __future__ import annotations

from fairdue.formats.errors import FormatError
from fairdue.formats.guard import unguard
from fairdue.formats.reasons import FileReason, NoteReason
from fairdue.formats.tables.delimited import rows_of
from fairdue.formats.tables.dialect import detect
from fairdue.formats.tables.encoding import decode
from fairdue.formats.tables.limits import LIMITS, Limits
from fairdue.formats.tables.ole import check_xls
from fairdue.formats.tables.shape import Shape, shape
from fairdue.formats.tables.sniff import Kind, sniff
from fairdue.formats.tables.table import Cell, Dialect, Table, cell_text
from fairdue.formats.tables.workbook import read_sheet
from fairdue.formats.tables.zips import check_workbook
from fairdue.kernel.reasons import Reason, because

__all__ = ["LIMITS", "Cell", "Dialect", "Limits", "Table", "cell_text", "read_table"]

OWN_HEADINGS = ("fairdue_line", "fairdue_reason", "fairdue_remedy")
"""Columns our refused-rows file adds; a table that has them all is such a file."""


def read_table(
    data: bytes,
    name: str = "",
    *,
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    heading_line: int | None = None,
    limits: Limits = LIMITS,
) -> Table:
    """Read a table from bytes; its kind is told by the bytes, never by ``name``.

    ``sheet``, ``encoding``, ``delimiter`` and ``heading_line`` (0 = none) correct what is otherwise judged over the
    whole file. Raises FormatError (with the file's name, line and column where known) when nothing can be read.
    """
    try:
        if len(data) > limits.file_bytes:
            raise FormatError(FileReason.TOO_LARGE, size=len(data), limit=limits.file_bytes)
        kind = sniff(data)
        if kind is Kind.TEXT:
            return _text_table(data, name, encoding, delimiter, heading_line, limits)
        if kind is Kind.ZIP:
            check_workbook(data, limits)
        else:
            check_xls(data, limits)
        return _sheet_table(data, name, sheet, heading_line, limits)
    except FormatError as error:
        raise error.in_file(name) from None


def _text_table(
    data: bytes, name: str, encoding: str, delimiter: str, heading_line: int | None, limits: Limits
) -> Table:
    decoded = decode(data, encoding)
    text, announced = _separator_line(decoded.text)
    dialect = detect(text)
    if delimiter or announced:
        dialect = Dialect(delimiter or announced, dialect.quote)
    rows, lines = rows_of(text, dialect, limits)
    if announced:
        lines = [line + 1 for line in lines]
    found = shape(rows, lines, ragged=True, heading_line=heading_line)  # type: ignore[arg-type]
    extra = () if decoded.proven else (because(NoteReason.ENCODING_GUESSED, encoding=decoded.encoding),)
    table = _table(name, found, extra, encoding=decoded.encoding, dialect=dialect)
    if table.guarded:
        for column in table.columns:
            column[:] = [unguard(cell) if isinstance(cell, str) else cell for cell in column]
    return table


def _separator_line(text: str) -> tuple[str, str]:
    """Take off the line ``sep=;`` by which spreadsheet programs announce the separator."""
    first, _, rest = text.partition("\n")
    head = first.strip().strip('"').lower()
    if head.startswith("sep=") and len(head) == 5:
        return rest, head[4]
    return (rest, "\t") if head == "sep=" and "\t" in first else (text, "")


def _sheet_table(data: bytes, name: str, sheet: str, heading_line: int | None, limits: Limits) -> Table:
    grid = read_sheet(data, sheet, limits)
    found = shape(grid.rows, range(1, len(grid.rows) + 1), ragged=False, heading_line=heading_line)
    extra: tuple[Reason, ...] = ()
    if grid.others:
        extra = (because(NoteReason.OTHER_SHEETS, sheet=grid.name, sheets=", ".join(grid.others)[:200]),)
    return _table(name, found, extra, sheet=grid.name)


def _table(
    name: str,
    found: Shape,
    extra: tuple[Reason, ...],
    *,
    sheet: str = "",
    encoding: str = "",
    dialect: Dialect | None = None,
) -> Table:
    return Table(
        name=name,
        headings=found.headings,
        columns=found.columns,
        lines=found.lines,
        sheet=sheet,
        encoding=encoding,
        dialect=dialect,
        heading_line=found.heading_line,
        titles=found.titles,
        totals=found.totals,
        refused=found.refused,
        warnings=extra + found.warnings,
        guarded=all(heading in found.headings for heading in OWN_HEADINGS),
    )
