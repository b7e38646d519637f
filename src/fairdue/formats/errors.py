"""How the formats room says no: a whole file (FormatError) or one row of it (Refusal). Refusals are data, not exceptions."""

from __future__ import annotations

from dataclasses import dataclass

from fairdue.formats.reasons import FormatCode
from fairdue.kernel.reasons import Reason, Value, because

VALUE_SHOWN_MAX = 80
"""Characters of a bad value that are repeated in a reason; the whole cell stays in the refused-rows file."""


class FormatError(ValueError):
    """A file that is not read at all. ``line`` and ``column`` are 1-based, 0 where unknown."""

    def __init__(self, code: FormatCode, *, file: str = "", line: int = 0, column: int = 0, **values: Value) -> None:
        self.code = code
        self.file = file
        self.line = line
        self.column = column
        self.reason: Reason = because(code, **values)
        self.remedy = code.remedy
        super().__init__(self.describe())

    def describe(self) -> str:
        """Say file, place, reason and remedy in one English line."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        text = self.code.text % dict(self.reason.values)
        return f"{place}: {text} {self.remedy}".removeprefix(": ").strip()

    def in_file(self, file: str) -> FormatError:
        """Give the same error with the file's name."""
        return FormatError(self.code, file=file, line=self.line, column=self.column, **dict(self.reason.values))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row: its line in the source, the field and value at fault, why, and what to do.

    ``row`` is the position in ``Table.columns``, or -1 when the row never became part of it (then ``cells`` holds it).
    """

    line: int
    field: str
    value: str
    reason: Reason
    remedy: str
    row: int = -1
    cells: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Give the stored reason code."""
        return self.reason.code


def refusal(
    code: FormatCode,
    *,
    line: int,
    field: str,
    value: str = "",
    row: int = -1,
    cells: tuple[str, ...] = (),
    values: dict[str, Value] | None = None,
) -> Refusal:
    """Make a refusal; the field and the (shortened) value are filled into the reason's text."""
    shown = shorten(value)
    filled: dict[str, Value] = {"field": field, "value": shown, **(values or {})}
    return Refusal(line, field, shown, because(code, **filled), code.remedy, row, cells)


def shorten(value: str) -> str:
    """Cut a value for display; an ellipsis marks the cut."""
    return value if len(value) <= VALUE_SHOWN_MAX else value[: VALUE_SHOWN_MAX - 1] + "…"
