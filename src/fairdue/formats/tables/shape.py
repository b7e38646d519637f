"""From raw rows to a Table: where the heading is, what is title, total or blank, which rows do not fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fairdue.formats.errors import FormatError, Refusal, refusal
from fairdue.formats.fields.words import is_familiar
from fairdue.formats.reasons import CellReason, FileReason, NoteReason
from fairdue.formats.tables.table import Cell, cell_text
from fairdue.kernel.reasons import Reason, because

HEADING_SEARCH_ROWS = 60
"""A heading is looked for in this many rows from the top; bank and shop exports put up to 25 lines above theirs."""
_TOTAL = re.compile(
    r"\s*(grand\s+total|sub-?\s?totals?|totals?|sum|summe|gesamt(summe|betrag)?|zwischensumme|endsumme|saldo"
    r"|合\s*计|总\s*计|小\s*计|总\s*额|合計|總計)\s*([A-Z]{3})?\s*[:：]?\s*",
    re.IGNORECASE,
)
_DATA_LIKE = re.compile(r"^[\s\d.,'+\-/:()%$€£¥]*\d[\s\d.,'+\-/:()%$€£¥]*$|@|^\d{4}-\d\d-\d\d")
_GENERIC = re.compile(r"(column|spalte|列|field|f|unnamed:?)\s*\d*", re.IGNORECASE)


@dataclass(frozen=True)
class Shape:
    """The parts of a table before it is given its source's name and encoding."""

    headings: tuple[str, ...]
    columns: tuple[list[Cell], ...]
    lines: list[int]
    heading_line: int
    titles: tuple[tuple[int, str], ...]
    totals: tuple[tuple[int, tuple[Cell, ...]], ...]
    refused: tuple[Refusal, ...]
    warnings: tuple[Reason, ...]


def shape(rows: Sequence[list[Cell]], lines: Sequence[int], *, ragged: bool, heading_line: int | None = None) -> Shape:
    """Cut raw rows into heading, rows, titles and totals.

    ``ragged`` rows (text files) whose width differs from the heading are refused, unless only empty cells are too many
    or the row is a total. ``heading_line`` corrects the search: 0 says there is no heading.
    Raises FormatError when no data row is left.
    """
    start = _heading_at(rows, lines, heading_line)
    warnings: list[Reason] = []
    titles = tuple(
        (lines[i], " ".join(filter(None, (cell_text(cell).strip() for cell in rows[i])))[:200])
        for i in range(0, max(start, 0))
        if _filled(rows[i])
    )
    if titles:
        warnings.append(because(NoteReason.TITLE_SKIPPED, count=len(titles)))
    body = list(zip(rows[start + 1 :], lines[start + 1 :], strict=True))
    if start >= 0:
        headings = [cell_text(cell).strip() for cell in rows[start]]
        headings = headings[: max((i + 1 for i, text in enumerate(headings) if text), default=0)]
        heading_on = lines[start]
    else:
        width = Counter(len(row) for row, _ in body if _filled(row)).most_common(1)
        headings = [f"column {i + 1}" for i in range(width[0][0] if width else 0)]
        heading_on = 0
        warnings.append(because(NoteReason.HEADING_MISSING))
    if not ragged or start >= 0:
        headings = _widen(headings, body, ragged)
    names, twice = _unique(headings)
    warnings += [because(NoteReason.HEADING_TWICE, heading=name) for name in twice]
    return _fill(names, body, heading_on, titles, warnings)


def _fill(
    names: tuple[str, ...],
    body: list[tuple[list[Cell], int]],
    heading_on: int,
    titles: tuple[tuple[int, str], ...],
    warnings: list[Reason],
) -> Shape:
    width = len(names)
    kept: list[list[Cell]] = []
    lines: list[int] = []
    odd: list[tuple[list[Cell], int]] = []
    blank = 0
    for row, line in body:
        if not any(row) and not _filled(row):
            blank += 1
        elif len(row) == width:
            kept.append(row)
            lines.append(line)
        else:
            odd.append((row, line))
    kept, lines, refused, totals = _settle_odd(kept, lines, odd, width)
    kept, lines, found = _take_totals(kept, lines)
    totals = sorted(totals + found)
    if blank:
        warnings.append(because(NoteReason.BLANK_SKIPPED, count=blank))
    warnings += [because(NoteReason.TOTAL_SKIPPED, line=line) for line, _ in totals]
    if not kept and not refused:
        raise FormatError(FileReason.NO_ROWS, line=heading_on)
    columns: tuple[list[Cell], ...] = tuple(map(list, zip(*kept, strict=True))) or tuple([] for _ in names)
    return Shape(names, columns, lines, heading_on, titles, tuple(totals), tuple(refused), tuple(warnings))


Totals = list[tuple[int, tuple[Cell, ...]]]


def _settle_odd(
    kept: list[list[Cell]], lines: list[int], odd: list[tuple[list[Cell], int]], width: int
) -> tuple[list[list[Cell]], list[int], list[Refusal], Totals]:
    """Mend rows with only empty cells too many, recognise totals, refuse the others."""
    refused: list[Refusal] = []
    totals: Totals = []
    mended: list[tuple[list[Cell], int]] = []
    for row, line in odd:
        text = tuple(cell_text(cell) for cell in row)
        if len(row) > width and not any(cell.strip() for cell in text[width:]):
            mended.append((row[:width], line))
        elif _total_row(row, width):
            totals.append((line, tuple(row[:width])))
        else:
            code = CellReason.ROW_SHORT if len(row) < width else CellReason.ROW_LONG
            values = {"count": len(row), "expected": width}
            refused.append(
                refusal(code, line=line, field="row", value=" | ".join(text), cells=text, values=dict(values))
            )
    if mended:
        together = sorted(
            zip(lines + [m[1] for m in mended], kept + [m[0] for m in mended], strict=True), key=lambda p: p[0]
        )
        lines, kept = [pair[0] for pair in together], [pair[1] for pair in together]
    return kept, lines, refused, totals


def _take_totals(kept: list[list[Cell]], lines: list[int]) -> tuple[list[list[Cell]], list[int], Totals]:
    width = len(kept[0]) if kept else 0
    found = [i for i, row in enumerate(kept) if ("" in row or width <= 2) and _total_row(row, width)]
    if not found:
        return kept, lines, []
    gone = set(found)
    totals: Totals = [(lines[i], tuple(kept[i])) for i in found]
    return (
        [row for i, row in enumerate(kept) if i not in gone],
        [line for i, line in enumerate(lines) if i not in gone],
        totals,
    )


def _total_row(row: list[Cell], width: int) -> bool:
    """Tell a total: its first filled cell says so and at most half of its cells are filled.

    A customer called "Total" has a whole row; a total has a word, an amount or two, and gaps.
    """
    filled = [cell for cell in row if cell_text(cell).strip()]
    if not filled or not isinstance(filled[0], str) or not _TOTAL.fullmatch(filled[0]):
        return False
    return len(filled) <= max(2, width // 2)


def _heading_at(rows: Sequence[list[Cell]], lines: Sequence[int], wanted: int | None) -> int:
    """Give the index of the heading row, -1 for none.

    Among the first rows, the one with most familiar words (at least two) wins; without one, the first row as wide as
    the table that holds only text and stands above all data; a row of numbered placeholders never counts.
    """
    if wanted is not None:
        return -1 if wanted == 0 else next((i for i, line in enumerate(lines) if line >= wanted), -1)
    top = rows[:HEADING_SEARCH_ROWS]
    familiar = [sum(1 for text in set(_texts(row)) if is_familiar(text)) for row in top]
    best = max(range(len(top)), key=lambda i: (familiar[i], -i), default=-1)
    if best >= 0 and familiar[best] >= 2:
        return best
    usual = Counter(_filled(row) for row in rows[:2000] if _filled(row)).most_common(1)
    width = usual[0][0] if usual else 0
    for i, row in enumerate(top):
        texts = _texts(row)
        if len(texts) < 0.6 * width or not texts:
            continue
        if any(not isinstance(cell, str) for cell in row if cell_text(cell)) or any(map(_DATA_LIKE.search, texts)):
            return -1
        if not all(_GENERIC.fullmatch(text) for text in texts) and len(set(texts)) == len(texts):
            return i
    return -1


def _texts(row: list[Cell]) -> list[str]:
    return [text for text in (cell_text(cell).strip() for cell in row) if text]


def _filled(row: list[Cell]) -> int:
    return sum(1 for cell in row if (cell.strip() if isinstance(cell, str) else cell is not None))


def _widen(headings: list[str], body: list[tuple[list[Cell], int]], ragged: bool) -> list[str]:
    """Add empty headings where most rows are wider than the heading (a stray column without one)."""
    widths = Counter(len(row) for row, _ in body)
    if not widths:
        return headings
    common, times = widths.most_common(1)[0]
    if ragged and common > len(headings) and times > 0.5 * sum(widths.values()):
        over = [i for row, _ in body for i in range(len(headings), len(row)) if cell_text(row[i]).strip()]
        return headings + [""] * (max(over) + 1 - len(headings) if over else 0)
    if not ragged and common > len(headings):
        used = max((i + 1 for row, _ in body for i in range(len(headings), len(row)) if row[i] != ""), default=0)
        return headings + [""] * max(0, used - len(headings))
    return headings


def _unique(headings: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Make headings unique by a suffix; an empty one is named after its place."""
    seen: set[str] = set()
    twice: list[str] = []
    names: list[str] = []
    for place, heading in enumerate(headings, 1):
        base = " ".join(heading.split())[:200] or f"column {place}"
        name, copy = base, 2
        while name in seen:
            name, copy = f"{base} ({copy})", copy + 1
        if name != base and base not in twice:
            twice.append(base)
        seen.add(name)
        names.append(name)
    return tuple(names), twice
