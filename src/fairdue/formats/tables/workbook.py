"""XLSX, XLSB, XLS and ODS through calamine, behind the checks of ``zips``."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import python_calamine

from fairdue.formats.errors import FormatError
from fairdue.formats.reasons import FileReason
from fairdue.formats.tables.limits import Limits
from fairdue.formats.tables.table import Cell


@dataclass(frozen=True)
class Sheet:
    """One sheet as rows from the first row of the sheet on, so that row ``i`` stands at ``rows[i - 1]``."""

    name: str
    rows: list[list[Cell]]
    others: tuple[str, ...]


def read_sheet(data: bytes, sheet: str, limits: Limits) -> Sheet:
    """Read ``sheet``, or the visible sheet with most cells when it is empty.

    Raises FormatError for a protected or damaged workbook, a sheet it has not, and what breaks a limit.
    """
    workbook = _guarded(python_calamine.CalamineWorkbook.from_filelike, io.BytesIO(data))
    names = [meta.name for meta in workbook.sheets_metadata if _is_grid(meta)] or list(workbook.sheet_names)
    if sheet and sheet not in names:
        raise FormatError(FileReason.SHEET_MISSING, sheet=sheet[:80], sheets=", ".join(names)[:400])
    chosen = [sheet] if sheet else names
    opened = [_guarded(workbook.get_sheet_by_name, name) for name in chosen]
    if not opened:
        raise FormatError(FileReason.NO_ROWS)
    grid = max(opened, key=lambda one: one.total_height * one.total_width)
    _check_size(grid, limits)
    rows: list[list[Cell]] = _guarded(grid.to_python, False)
    _check_cells(rows, limits)
    return Sheet(grid.name, rows, tuple(name for name in names if name != grid.name))


def _is_grid(meta: Any) -> bool:
    return str(meta.typ).endswith("WorkSheet") and str(meta.visible).endswith(".Visible")


def _check_size(grid: Any, limits: Limits) -> None:
    if grid.total_width > limits.columns:
        raise FormatError(
            FileReason.TOO_MANY_COLUMNS, column=limits.columns + 1, count=grid.total_width, limit=limits.columns
        )
    if grid.total_height > limits.rows or grid.total_height * grid.total_width > limits.cells:
        raise FormatError(FileReason.TOO_MANY_ROWS, limit=limits.rows)


def _check_cells(rows: list[list[Cell]], limits: Limits) -> None:
    for line, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 1):
            if type(cell) is str and len(cell) > limits.cell_characters:
                raise FormatError(
                    FileReason.CELL_TOO_LONG, line=line, column=column, length=len(cell), limit=limits.cell_characters
                )


def _guarded(call: Any, *arguments: object) -> Any:
    """Call the reader; whatever it cannot digest becomes a FormatError.

    A panic of the Rust reader arrives as a BaseException of its own, which ``except Exception`` would let through.
    """
    try:
        return call(*arguments)
    except python_calamine.PasswordError:
        raise FormatError(FileReason.PASSWORD) from None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        raise FormatError(FileReason.WORKBOOK_BROKEN, detail=str(error)[:120] or type(error).__name__) from None
