"""Which parts of a letter go on which page, foreseen from the length of its texts.

Knowing the number of pages beforehand saves Typst from setting every page twice. The heights are those of
``typst/layout.typ``, on the safe side; whoever draws checks that the pages came out as planned.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from fairdue.letters.facts import Document
from fairdue.letters.model import Box, Letter, Pair, Section, Table

TEXT_MM = 165.0
FIRST_MM, NEXT_MM = 170.0, 240.0
"""Room for the body on the first page (below address and subject) and on a further one."""
LINE_MM, SMALL_MM, PARAGRAPH_MM, HEADING_MM, PAIR_MM, ROW_MM, POINT_MM = 4.4, 3.8, 0.8, 8.4, 4.4, 5.4, 4.6
REPLY_MM = 12.0
FLAT_ROWS_MAX = 15
"""A table of at most so many one-line rows is set column by column; a longer one must be able to break over pages, so that
its letter is not planned."""


BARRED = frozenset({Document.FORMAL_NOTICE, Document.FINAL_NOTICE})
"""Documents that set the request off by a bar."""


def filled_sections(letter: Letter) -> list[str]:
    """Give the names of the sections that have content, in their order."""
    return [section.value for section in letter.sections if _content(letter, section)]


def planned_pages(letter: Letter) -> list[list[str]]:
    """Give the sections of each page, or nothing when two pages may not be enough."""
    pages: list[list[str]] = [[]]
    room = FIRST_MM - _lines(letter.subject, TEXT_MM, 13) * 6 - LINE_MM - PARAGRAPH_MM
    for section in letter.sections:
        if not _content(letter, section):
            continue
        height = _height(letter, section)
        if height > room:
            if len(pages) == 2:
                return []
            pages.append([])
            room = NEXT_MM
        pages[-1].append(section.value)
        room -= height
    return _kept_together(pages) if room >= 0 else []


LAST = frozenset({Section.CLOSING.value, Section.ENCLOSURES.value, Section.LEGAL.value})
"""What never stands alone on a page: the part before it comes along."""


def _kept_together(pages: list[list[str]]) -> list[list[str]]:
    """Move the last part of the first page over where only the closing would stand on the second."""
    if len(pages) == 2 and LAST.issuperset(pages[1]) and len(pages[0]) > 1:
        pages[1].insert(0, pages[0].pop())
    return pages


def _content(letter: Letter, section: Section) -> object:
    if section is Section.OPENING:
        return letter.opening or letter.edited
    return getattr(letter, section.value)


def _height(letter: Letter, section: Section) -> float:
    """Give the most millimetres a section takes."""
    part = _content(letter, section)
    if isinstance(part, Table):
        return _table(part)
    if section is Section.PAY and isinstance(part, Box):
        return max(37.0, _pairs(part.pairs) + 5 + 8 * len(part.sentences)) + _link(part) + 17
    if section is Section.ENCLOSURES and isinstance(part, Box):
        return 6.0 + LINE_MM * _lines(" · ".join(part.points), TEXT_MM - 30, 9)
    if section is Section.REPLY and isinstance(part, Box):
        return HEADING_MM + 8.0 + _texts(part.sentences) + REPLY_MM * len(part.points)
    if isinstance(part, Box):
        return HEADING_MM - 2.0 + _texts(part.sentences) + _pairs(part.pairs) + _points(part) + _link(part)
    if section is Section.TOTALS:
        return 9.0 + 5 * len(letter.totals)
    if section is Section.CLOSING:
        return 20.0 + LINE_MM * len(letter.signature)
    if section is Section.OPENING:
        return _texts(letter.opening) + _texts(letter.edited)
    texts = letter.request if section is Section.REQUEST else letter.legal
    return _texts(texts) + (6 if letter.document in BARRED else 0)


def _table(table: Table) -> float:
    if len(table.rows) > FLAT_ROWS_MAX:
        return NEXT_MM + 1
    first_mm = 42.0 if len(table.columns) > 5 else 58.0
    remarks = sum(_lines(remark, first_mm, 8) for row in table.rows for remark in row.remarks)
    head = 7.0 + 3.5 * (max(map(len, table.columns)) > 6)
    notes = sum(SMALL_MM * _lines(note, TEXT_MM, 8) + PARAGRAPH_MM for note in table.notes)
    return HEADING_MM + head + ROW_MM * len(table.rows) + SMALL_MM * remarks + notes


def _texts(texts: Iterable[str]) -> float:
    return sum(LINE_MM * _lines(text, TEXT_MM, 9.5) + PARAGRAPH_MM for text in texts)


def _pairs(pairs: tuple[Pair, ...]) -> float:
    return 2.8 + sum(PAIR_MM * _lines(pair.value, 120, 9) for pair in pairs) if pairs else 0.0


def _points(box: Box) -> float:
    return sum(LINE_MM * (_lines(point, TEXT_MM - 3, 9.5) - 1) + POINT_MM for point in box.points)


def _link(box: Box) -> float:
    return 7 + LINE_MM * _lines(box.link, TEXT_MM, 8) if box.link else 0.0


@lru_cache(maxsize=4096)
def _lines(text: str, width_mm: float, size_points: float) -> int:
    """Give the lines a text takes, with Latin letters at 0.57 em on average and Chinese ones at one em."""
    em = 0.57 if text.isascii() else 1.0 if max(text) >= "\u2e80" else 0.6
    return 1 + int(len(text) * em * size_points * 25.4 / 72 / width_mm)
