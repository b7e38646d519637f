"""The letter as one self-contained HTML page for e-mail: inline styles, no outside resource, everything escaped.

It fits a telephone and a wide window alike without media queries, which some mail programs ignore: wide tables fold their text
columns into the first one, figures stay in columns, and what is too long for its line is broken.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from html import escape

from fairdue.letters.fitting import fits
from fairdue.letters.model import Box, Letter, Pair, Section, Side, Table
from fairdue.letters.symbols import symbol

INK, ACCENT, FAINT, PANEL, LINE = "#1b2530", "#14506e", "#5d6975", "#f2f6f8", "#c5ced5"
BREAKS, WHOLE = "overflow-wrap:anywhere;word-break:break-word", "overflow-wrap:normal;word-break:keep-all"
UNFOLDED_COLUMNS_MAX = 3
LABEL_MM, LABEL_POINTS = 40.0, 11.0
"""Labels that fit into so much stay on one line."""
FACES = "'Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans','PingFang SC','Microsoft YaHei',sans-serif"


def draw_html(letter: Letter) -> str:
    """Give the whole page. The text is the same as in the PDF, in the same order."""
    page = _Page(letter)
    choice = letter.choice
    direction = "rtl" if choice.rtl else "ltr"
    parts = [page.head(), paragraph(letter.greeting)]
    parts += [page.section(section) for section in letter.sections]
    parts.append(page.sides())
    body = "\n".join(part for part in parts if part)
    return (
        f'<!DOCTYPE html>\n<html lang="{choice.tag}" dir="{direction}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(letter.subject)}</title></head>\n"
        f'<body style="margin:0;padding:16px 1%;background:#e9eef1;color:{INK};font:15px/1.5 {FACES}">\n'
        f'<div dir="{direction}" style="max-width:720px;margin:0 auto;background:#fff;padding:24px 5%;box-sizing:border-box;{BREAKS}">\n'
        f"{body}\n</div>\n</body>\n</html>\n"
    )


def paragraph(text: str, style: str = "") -> str:
    """Give one escaped paragraph."""
    return f'<p style="margin:0 0 12px;{style}">{escape(text)}</p>'


def heading(text: str) -> str:
    """Give a part's heading."""
    return f'<h2 style="margin:22px 0 8px;font-size:16px;color:{ACCENT}">{escape(text)}</h2>'


def value(pair: Pair) -> str:
    """Give a pair's value; a left-to-right one is isolated from right-to-left text around it."""
    return f'<bdi dir="ltr">{escape(pair.value)}</bdi>' if pair.ltr else escape(pair.value)


def label_breaks(text: str) -> str:
    """Say how a label breaks: a short one does not."""
    return "white-space:nowrap" if fits(text, LABEL_MM, LABEL_POINTS) else WHOLE


def folded_columns(table: Table) -> frozenset[int]:
    """Give the columns that fold into the first one: those of a wide table that hold no figures."""
    if len(table.columns) <= UNFOLDED_COLUMNS_MAX:
        return frozenset()
    return frozenset(n for n, numeric in enumerate(table.numeric) if n and not numeric)


def first_width(table: Table, folded: frozenset[int]) -> int:
    """Give the share of the line, in hundredths, that the first column takes if the figures leave it so much."""
    if not folded:
        return 20
    return 46 if len(table.columns) - len(folded) > UNFOLDED_COLUMNS_MAX else 70


class _Page:
    """Writes the parts of one letter."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        self.start, self.end = ("right", "left") if letter.choice.rtl else ("left", "right")

    def head(self) -> str:
        letter = self.letter
        name = f'<div style="font-size:20px;font-weight:600;color:{ACCENT}">{escape(letter.creditor.name)}</div>'
        rule = f'<div style="border-bottom:2px solid {ACCENT};margin:6px 0 14px"></div>'
        recipient = "<br>".join(escape(line) for line in letter.recipient)
        subject = f'<h1 style="margin:20px 0 14px;font-size:20px">{escape(letter.subject)}</h1>'
        return f"{name}{rule}<div>{recipient}</div><div style='height:12px'></div>{self.pairs(letter.info)}{subject}"

    def section(self, section: Section) -> str:
        letter = self.letter
        writers: dict[Section, Callable[[], str]] = {
            Section.OPENING: lambda: "".join(paragraph(text) for text in (*letter.opening, *letter.edited)),
            Section.ITEMS: lambda: self.table(letter.items),
            Section.CHARGES: lambda: self.table(letter.charges),
            Section.TOTALS: self.totals,
            Section.INSTALMENTS: lambda: self.table(letter.instalments),
            Section.REQUEST: lambda: "".join(paragraph(text) for text in letter.request),
            Section.PAY: self.pay,
            Section.ANSWER: lambda: self.box(letter.answer),
            Section.CLAUSE: lambda: self.box(letter.clause),
            Section.FOLLOWS: lambda: self.box(letter.follows),
            Section.FORM: lambda: self.box(letter.form),
            Section.TALK: lambda: self.box(letter.talk),
            Section.CLOSING: self.closing,
            Section.REPLY: lambda: self.box(letter.reply),
            Section.ENCLOSURES: lambda: self.box(letter.enclosures),
            Section.LEGAL: lambda: "".join(paragraph(note, f"font-size:13px;color:{FAINT}") for note in letter.legal),
        }
        return writers[section]()

    def pairs(self, pairs: Iterable[Pair]) -> str:
        cell = f"padding:2px 0;text-align:{self.start};vertical-align:top"
        rows = "".join(
            f'<tr><td style="{cell};padding-{self.end}:16px;color:{FAINT};{label_breaks(pair.label)}">{escape(pair.label)}</td>'
            f'<td style="{cell};{BREAKS}">{value(pair)}</td></tr>'
            for pair in pairs
        )
        return f'<table role="presentation" style="border-collapse:collapse">{rows}</table>' if rows else ""

    def table(self, table: Table | None) -> str:
        if table is None:
            return ""
        folded = folded_columns(table)
        head_style = f"border-bottom:2px solid {ACCENT};font-size:12px;color:{FAINT};vertical-align:bottom;{WHOLE}"
        row_style = f"border-bottom:1px solid {LINE};vertical-align:top;white-space:nowrap"
        head = self.row(table.columns, table, folded, ('th scope="col"', "th", head_style))
        rows = "".join(
            f"<tr>{self.row(row.cells, table, folded, ('td', 'td', row_style), row.remarks)}</tr>" for row in table.rows
        )
        style = "width:100%;margin:0 0 14px;border-collapse:collapse;font-size:13px"
        notes = "".join(paragraph(note, f"font-size:12px;color:{FAINT}") for note in table.notes)
        return f'{heading(table.heading)}<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}'

    def row(
        self,
        cells: tuple[str, ...],
        table: Table,
        folded: frozenset[int],
        tag: tuple[str, str, str],
        remarks: tuple[str, ...] = (),
    ) -> str:
        """Give one line; the folded cells stand below the first one, then the remarks. ``tag`` opens, closes and styles."""
        opens, closes, style = tag
        below = " · ".join(
            f'<bdi style="white-space:nowrap">{escape(cells[n])}</bdi>' for n in sorted(folded) if cells[n]
        )
        under = "".join(
            f'<br><span style="font-size:12px;font-weight:400;color:{FAINT}">{text}</span>'
            for text in (below, *map(escape, remarks))
            if text
        )
        first = f"width:{first_width(table, folded)}%;white-space:normal;{BREAKS}"
        parts = []
        for n, (cell, numeric) in enumerate(zip(cells, table.numeric, strict=True)):
            if n not in folded:
                sides = f"padding:5px 3px;text-align:{self.end if numeric else self.start}"
                inside = f"{escape(cell)}{under}" if n == 0 else escape(cell)
                parts.append(f'<{opens} style="{sides};{style}{f";{first}" if n == 0 else ""}">{inside}</{closes}>')
        return "".join(parts)

    def totals(self) -> str:
        rows = "".join(
            f'<tr style="{"font-weight:700;font-size:16px" if total.strong else ""}">'
            f'<td style="padding:3px 6px;text-align:{self.start}">{escape(total.label)}</td>'
            f'<td style="padding:3px 6px;text-align:{self.end}">{escape(total.value)}</td></tr>'
            for total in self.letter.totals
        )
        margin = f"margin:10px 0 16px;margin-{self.start}:auto"
        return f'<table style="border-collapse:collapse;{margin}">{rows}</table>'

    def pay(self) -> str:
        letter = self.letter
        if letter.pay is None:
            return ""
        image = ""
        if letter.code is not None:
            data = base64.b64encode(symbol(letter.code.payload).png()).decode()
            caption = escape(letter.code_caption)
            image = f'<p style="margin:12px 0 0"><img alt="{caption}" width="164" src="data:image/png;base64,{data}"><br>{caption}</p>'
        return (
            f'<div style="background:{PANEL};padding:2px 18px 16px;margin:18px 0">{self.box(letter.pay)}{image}</div>'
        )

    def box(self, box: Box | None) -> str:
        if box is None:
            return ""
        parts = [heading(box.heading), *(paragraph(text) for text in box.sentences), self.pairs(box.pairs)]
        if box.points:
            points = "".join(f"<li>{escape(point)}</li>" for point in box.points)
            parts.append(f'<ul style="margin:0 0 12px;padding-{self.start}:20px">{points}</ul>')
        if box.link:
            link = escape(box.link)
            label = escape(box.link_label)
            parts.append(
                f'<p style="margin:12px 0"><a href="{link}" style="color:{ACCENT};font-weight:600">{label}</a><br>'
                f'<bdi dir="ltr" style="font-size:12px;color:{FAINT};word-break:break-all">{link}</bdi></p>'
            )
        return "".join(parts)

    def closing(self) -> str:
        lines = "<br>".join(escape(line) for line in self.letter.signature)
        return f'<p style="margin:22px 0 12px">{escape(self.letter.closing)}</p><p style="margin:0 0 12px">{lines}</p>'

    def sides(self) -> str:
        sides = "".join(self.side(side) for side in (self.letter.creditor, self.letter.debtor))
        return f'<div style="border-top:1px solid {LINE};margin-top:24px;padding-top:10px;font-size:13px">{sides}</div>'

    def side(self, side: Side) -> str:
        lines = "<br>".join(escape(line) for line in (side.name, *side.lines))
        return f'<div style="margin:0 0 12px"><strong>{escape(side.heading)}</strong><br>{lines}{self.pairs(side.pairs)}</div>'
