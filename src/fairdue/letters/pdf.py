"""The letter as PDF/A-2b, set by Typst. Equal letters give equal bytes: the only time in the file is ``written_on``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import typst

from fairdue.letters.bidi import ltr_line, ltr_run
from fairdue.letters.faces import drawn_before
from fairdue.letters.facts import Document
from fairdue.letters.fitting import broken, fits
from fairdue.letters.fonts import families, font_folders
from fairdue.letters.model import Box, Letter, Pair, Row, Side, Table, Total
from fairdue.letters.pages import FLAT_ROWS_MAX, filled_sections, planned_pages
from fairdue.letters.payment_codes import CodeKind
from fairdue.letters.swiss import swiss_part
from fairdue.letters.symbols import symbol

STANDARD: Final = "a-2b"
TEMPLATES = Path(str(files("fairdue.letters"))) / "typst"
"""The shared layout is read from here by Typst itself, which keeps it parsed from letter to letter."""
NO_SOURCES: Any = {"main.typ": b""}
"""Files handed over in memory; the library takes them, though its type stubs do not say so."""
PAGE_TREE = re.compile(rb"/Type/Pages/Count (\d+)")
COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
Json = dict[str, Any]

ITEM_WIDTHS = (44.0, 24.0, 24.0, 17.0, 28.0, 28.0)
CHARGE_WIDTHS = (60.0, 31.0, 24.0, 24.0, 26.0)
INSTALMENT_WIDTHS = (14.0, 48.0, 32.0)
"""Column widths in millimetres; the text is 165 wide."""
INFO_SPACE = (29.0, 39.0, 8.5)
BOX_SPACE = (38.0, 74.0, 9.0)
HEAD_SPACE, FOOT_SPACE = (66.0, 8.0), (54.0, 7.0)
"""Widths of labels and values in millimetres, and their size in points, in the info block and in the boxes; of values in head and foot."""


class Press:
    """Draws letters one after the other. One compiler is kept, so fonts and unchanged parts are read once.

    Not for use by two threads at a time; give each its own press.
    """

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(path) for path in font_folders()]
        )
        self._compiler = typst.Compiler(NO_SOURCES, root=str(TEMPLATES), font_paths=fonts)

    def draw(self, letter: Letter, written_on: date) -> bytes:
        """Give the PDF of one letter.

        Pages are planned beforehand. When they come out otherwise, the letter is set again and flows over its pages.
        """
        data = letter_data(letter)
        pdf = self._set(letter.document, data, written_on)
        if data["pages"] and page_count(pdf) != len(data["page_lines"]):
            pdf = self._set(letter.document, data | {"pages": []}, written_on)
        return pdf

    def _set(self, document: Document, data: Json, written_on: date) -> bytes:
        sources: Any = {"main.typ": _template(document), "data.json": f"/*{json.dumps(data, **COMPACT)}".encode()}
        pdf = self._compiler.compile(
            input=sources,
            format="pdf",
            pdf_standards=[STANDARD],
            timestamp=datetime.combine(written_on, time(), UTC),
        )
        if not isinstance(pdf, bytes):
            raise TypeError("the compiler gave no single file")
        return pdf


def page_count(pdf: bytes) -> int:
    """Read the number of pages from the page tree; 0 when it is not found."""
    found = PAGE_TREE.search(pdf)
    return int(found[1]) if found else 0


@cache
def press() -> Press:
    """Give the press of this process."""
    return Press()


def draw_pdf(letter: Letter, written_on: date) -> bytes:
    """Give the PDF/A-2b of a composed letter."""
    return press().draw(letter, written_on)


def draw_many(letters: Iterable[tuple[Letter, date]]) -> Iterator[bytes]:
    """Give the PDFs of many letters in turn; letters of one creditor and language next to each other are fastest."""
    machine = press()
    for letter, written_on in letters:
        yield machine.draw(letter, written_on)


@cache
def _template(document: Document) -> bytes:
    return (TEMPLATES / f"{document.value}.typ").read_bytes()


def letter_data(letter: Letter) -> Json:
    """Give what the templates read, as JSON values; ``image`` is the payment code as SVG."""
    modules = symbol(letter.code.payload) if letter.code else None
    is_swiss = letter.code is not None and letter.code.kind is CodeKind.SWISS
    choice = letter.choice
    pages = planned_pages(letter)
    lines = len(pages) + is_swiss
    data: Json = {
        "lang": choice.locale.language,
        "region": (choice.locale.territory or "").lower() or ("cn" if choice.language == "zh_Hans" else None),
        "rtl": choice.rtl,
        "fonts": families(choice.language),
        "drawn": drawn_before(letter),
        "sections": filled_sections(letter),
        "pages": pages,
        "page_lines": [_page_line(letter.page_words, n, lines) for n in range(1, lines + 1)],
        "image": modules.svg() if modules else None,
        "code": {"caption": letter.code_caption} if modules and not is_swiss else None,
        "swiss": swiss_part(letter) if modules and is_swiss else None,
        "reference": ltr_run(letter.reference) if choice.rtl else letter.reference,
        "creditor": _side(letter.creditor, letter.colon, choice.rtl),
        "debtor": _side(letter.debtor, letter.colon, choice.rtl),
        "recipient": "\n".join(letter.recipient),
        "signature": "\n".join(letter.signature),
        "info": _pairs(letter.info, *INFO_SPACE, choice.rtl),
        "items": _table(letter.items, ITEM_WIDTHS),
        "charges": _table(letter.charges, CHARGE_WIDTHS),
        "instalments": _table(letter.instalments, INSTALMENT_WIDTHS),
        "totals": _totals(letter.totals),
    }
    plain = ("subject", "return_line", "greeting", "opening", "edited", "request", "closing")
    data |= {name: getattr(letter, name) for name in (*plain, "legal", "colon", "page_words")}
    boxes = ("pay", "answer", "clause", "follows", "form", "talk", "reply", "enclosures")
    data |= {name: _box(getattr(letter, name), choice.rtl) for name in boxes}
    return data


def _page_line(words: tuple[str, str, str], page: int, pages: int) -> str:
    before, between, after = words
    return f"{before}{page}{between}{pages}{after}"


def _totals(totals: tuple[Total, ...]) -> Json:
    """Give the plain sums as columns; the strong one, which is asked for, closes them."""
    plain = [total for total in totals if not total.strong]
    labels, values = "\n".join(t.label for t in plain), "\n".join(t.value for t in plain)
    return {
        "count": len(plain),
        "labels": labels,
        "values": values,
        "label": totals[-1].label,
        "value": totals[-1].value,
    }


def _pairs(pairs: tuple[Pair, ...], label_mm: float, value_mm: float, size_points: float, rtl: bool) -> list[Json]:
    """Give the pairs in groups: a run of one-line pairs is two columns of lines, a longer pair stands alone."""
    groups: list[Json] = []
    for pair in pairs:
        value = _value(pair, value_mm, size_points, rtl)
        flat = fits(pair.label, label_mm, size_points) and fits(pair.value, value_mm, size_points)
        if flat and groups and groups[-1]["flat"]:
            last = groups[-1]
            last["labels"] += f"\n{pair.label}"
            last["values"] += f"\n{value}"
            last["count"] += 1
        else:
            groups.append({"labels": pair.label, "values": value, "count": 1, "flat": flat})
    return groups


def _value(pair: Pair, width_mm: float, size_points: float, rtl: bool) -> str:
    """Give a pair's value for a space of that width; a long address is broken, never set over the margin."""
    if not pair.ltr or " " in pair.value:
        return ltr_line(pair.value) if pair.ltr and rtl else pair.value
    lines = broken(pair.value, width_mm, size_points).split("\n")
    return "\n".join(ltr_line(line) if rtl else line for line in lines)


def _side(side: Side, colon: str, rtl: bool) -> Json:
    """Give a party as the foot of the page names it, and with what the letterhead shows."""
    foot = (" · ".join(side.lines), *(f"{pair.label}{colon}{_value(pair, *FOOT_SPACE, rtl)}" for pair in side.pairs))
    head = (*side.lines, *(_value(pair, *HEAD_SPACE, rtl) for pair in side.pairs if pair.head))
    title = f"{side.heading}{colon}{side.name}"
    return {"name": side.name, "title": title, "foot": "\n".join(foot), "head": "\n".join(head)}


def _table(table: Table | None, widths_mm: tuple[float, ...]) -> Json | None:
    """Give a table by columns when all its rows are of one line, else by rows."""
    if table is None:
        return None
    data: Json = {
        "heading": table.heading,
        "columns": table.columns,
        "numeric": table.numeric,
        "widths": widths_mm,
        "count": len(table.rows),
        "notes": table.notes,
    }
    if len(table.rows) <= FLAT_ROWS_MAX and all(_flat(row, widths_mm) for row in table.rows):
        columns = ["\n".join(column) for column in zip(*(row.cells for row in table.rows), strict=True)]
        return data | {
            "flat": True,
            "cells": columns,
            "ltr": [column.replace("–", "-").isascii() for column in columns],
        }
    rows = [{"cells": row.cells, "remarks": row.remarks, "flat": _flat(row, widths_mm)} for row in table.rows]
    return data | {"flat": False, "rows": rows}


def _flat(row: Row, widths_mm: tuple[float, ...]) -> bool:
    return not row.remarks and all(fits(cell, width - 2, 9) for cell, width in zip(row.cells, widths_mm, strict=True))


def _box(box: Box | None, rtl: bool) -> Json | None:
    if box is None:
        return None
    pairs = _pairs(box.pairs, *BOX_SPACE, rtl)
    return {
        "heading": box.heading,
        "sentences": box.sentences,
        "pairs": pairs,
        "lines": sum(group["count"] if group["flat"] else 2 for group in pairs),
        "points": box.points,
        "link": box.link,
        "link_text": ltr_run(box.link) if rtl else box.link,
        "link_label": box.link_label,
    }
