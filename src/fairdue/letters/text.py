"""The letter as plain text, for e-mail and for the record."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from fairdue.letters.bidi import ltr_run
from fairdue.letters.model import Box, Letter, Pair, Section, Side, Table

WIDTH = 76
"""Characters a line: mail programs quote such lines without breaking them."""


def draw_text(letter: Letter) -> str:
    """Draw the letter as text: a blank line between parts, tables as columns, sentences within ``WIDTH``."""
    page = _Page(letter)
    parts = [page.head(), letter.greeting]
    parts += [page.section(section) for section in letter.sections]
    parts += [page.side(letter.creditor), page.side(letter.debtor)]
    return "\n\n".join(part for part in parts if part) + "\n"


class _Page:
    """Writes the parts of one letter."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        self.rtl = letter.choice.rtl

    def head(self) -> str:
        letter = self.letter
        rule = "=" * min(width(letter.subject), WIDTH)
        return "\n".join([*self.pairs(letter.info), "", *wrap(letter.subject), rule])

    def section(self, section: Section) -> str:
        letter = self.letter
        writers: dict[Section, Callable[[], str]] = {
            Section.OPENING: lambda: self.paragraphs((*letter.opening, *letter.edited)),
            Section.ITEMS: lambda: self.table(letter.items),
            Section.CHARGES: lambda: self.table(letter.charges),
            Section.TOTALS: self.totals,
            Section.INSTALMENTS: lambda: self.table(letter.instalments),
            Section.REQUEST: lambda: self.paragraphs(letter.request),
            Section.PAY: lambda: self.box(letter.pay),
            Section.ANSWER: lambda: self.box(letter.answer),
            Section.CLAUSE: lambda: self.box(letter.clause),
            Section.FOLLOWS: lambda: self.box(letter.follows),
            Section.FORM: lambda: self.box(letter.form),
            Section.TALK: lambda: self.box(letter.talk),
            Section.CLOSING: lambda: "\n".join([letter.closing, "", *letter.signature]),
            Section.REPLY: lambda: self.box(letter.reply),
            Section.ENCLOSURES: lambda: self.box(letter.enclosures),
            Section.LEGAL: lambda: self.paragraphs(letter.legal),
        }
        return writers[section]()

    def isolate(self, text: str, ltr: bool) -> str:
        return ltr_run(text) if ltr and self.rtl else text

    def pairs(self, pairs: Iterable[Pair]) -> list[str]:
        kept = tuple(pairs)
        colon = self.letter.colon
        widest = max((width(pair.label + colon) for pair in kept), default=0)
        return [pad(pair.label + colon, widest) + self.isolate(pair.value, pair.ltr) for pair in kept]

    def paragraphs(self, texts: Iterable[str]) -> str:
        return "\n\n".join("\n".join(wrap(text)) for text in texts)

    def totals(self) -> str:
        totals = self.letter.totals
        label = max(width(total.label) for total in totals)
        value = max(width(total.value) for total in totals)
        return "\n".join(f"{pad(total.label, label)}  {pad(total.value, value, end=True)}" for total in totals)

    def table(self, table: Table | None) -> str:
        if table is None:
            return ""
        grid = [table.columns, *(row.cells for row in table.rows)]
        widths = [max(width(cells[i]) for cells in grid) for i in range(len(table.columns))]
        lines = [heading(table.heading), *wrap(table.intro), self.line(table.columns, widths, table.numeric)]
        lines.append("  ".join("-" * size for size in widths))
        for row in table.rows:
            lines.append(self.line(row.cells, widths, table.numeric))
            for remark in row.remarks:
                lines += [f"    {part}" for part in wrap(remark, WIDTH - 4)]
        for note in table.notes:
            lines += wrap(note)
        return "\n".join(lines)

    def line(self, cells: tuple[str, ...], widths: list[int], numeric: tuple[bool, ...]) -> str:
        padded = (pad(cell, size, end=end) for cell, size, end in zip(cells, widths, numeric, strict=True))
        return "  ".join(padded).rstrip()

    def box(self, box: Box | None) -> str:
        if box is None:
            return ""
        lines = [heading(box.heading)]
        for sentence in box.sentences:
            lines += wrap(sentence)
        lines += self.pairs(box.pairs)
        for point in box.points:
            first, *rest = wrap(point, WIDTH - 2)
            lines += [f"- {first}", *(f"  {part}" for part in rest)]
        if box.link:
            lines += [(box.link_label + self.letter.colon).rstrip(), self.isolate(box.link, ltr=True)]
        return "\n".join(lines)

    def side(self, side: Side) -> str:
        return "\n".join([heading(side.heading), side.name, *side.lines, *self.pairs(side.pairs)])


def heading(text: str) -> str:
    """Underline a heading."""
    return f"{text}\n{'-' * width(text)}"


def width(text: str) -> int:
    """Count the columns of ``text`` in a fixed-width face: East Asian wide characters take two, marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, size: int, end: bool = False) -> str:
    """Fill ``text`` to ``size`` columns, on the left when ``end``."""
    space = " " * max(0, size - width(text))
    return space + text if end else text + space


def wrap(text: str, size: int = WIDTH) -> list[str]:
    """Break ``text`` into lines of at most ``size`` columns: at spaces, and between wide characters."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip(" ")) > size:
            lines.append(line.rstrip(" "))
            line = piece.lstrip(" ")
        else:
            line += piece
    return [*lines, line.rstrip(" ")] if line.strip() else lines


CLOSING_MARKS = "，。；：、！？）》”’％"


def _pieces(text: str) -> list[str]:
    """Cut into pieces that may end a line: words with their trailing space, or single wide characters."""
    pieces: list[str] = []
    word = ""
    for character in text:
        if character == " ":
            pieces.append(word + " ")
            word = ""
        elif _columns(character) == 2 and character not in CLOSING_MARKS:
            if word:
                pieces.append(word)
            word = character
        else:
            word += character
    return [*pieces, word] if word else pieces
