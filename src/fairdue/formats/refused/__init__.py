"""Refused rows as a file that can be mended and imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

from fairdue.formats.errors import Refusal
from fairdue.formats.guard import guard
from fairdue.formats.reasons import ALL_REASONS
from fairdue.formats.tables import OWN_HEADINGS, Table
from fairdue.kernel.reasons import ReasonCode, text_index

Translate = Callable[[str], str]


def _untranslated(text: str) -> str:
    return text


def write_refused(
    table: Table,
    refusals: Iterable[Refusal],
    translate: Translate = _untranslated,
    more: tuple[type[ReasonCode], ...] = (),
) -> bytes:
    """Write the refused rows as CSV: the original columns, then line, reason and remedy.

    UTF-8 with BOM (spreadsheet programs need it to see UTF-8), comma, CRLF. Text a spreadsheet program would run is
    guarded by an apostrophe, which ``read_table`` takes off again because it knows its own three headings; they are
    ignored on import. A row that did not fit the heading keeps all its cells; what is beyond the heading is joined into
    the last column, so that nothing is lost. ``more`` are reasons of the room that refused.
    """
    texts = text_index(*ALL_REASONS, *more)
    kept = [i for i, heading in enumerate(table.headings) if heading not in OWN_HEADINGS]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guard(table.headings[i]) for i in kept] + list(OWN_HEADINGS))
    for one in refusals:
        cells = table.row_text(one.row) if one.row >= 0 else _fitted(one.cells, len(table.headings))
        values = dict(one.reason.values)
        reason = translate(texts.get(one.code, one.code)) % _named(values, translate)
        row = [cells[i] for i in kept] + [str(one.line), reason, translate(one.remedy)]
        writer.writerow([guard(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _named(values: dict[str, str | int | bool | None], translate: Translate) -> dict[str, str | int | bool | None]:
    return {
        name: translate(value) if name == "field" and isinstance(value, str) else value
        for name, value in values.items()
    }


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    if len(cells) <= width:
        return cells + ("",) * (width - len(cells))
    return (*cells[: width - 1], " | ".join(cells[width - 1 :]))
