"""The letter as one self-contained HTML page for e-mail: inline styles, no outside resource, everything escaped."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from html import escape

from fairdue.letters.model import Box, Letter, Pair, Section, Side, Table
from fairdue.letters.symbols import symbol

INK, ACCENT, FAINT, PANEL, LINE = "#1b2530", "#14506e", "#5d6975", "#f2f6f8", "#c5ced5"
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
        f'<body style="margin:0;padding:24px 12px;background:#e9eef1;color:{INK};font:15px/1.5 {FACES}">\n'
        f'<div dir="{direction}" style="max-width:720px;margin:0 auto;background:#fff;padding:28px 32px">\n'
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
            Section.TALK: lambda: self.box(letter.talk),
            Section.CLOSING: self.closing,
            Section.ENCLOSURES: lambda: self.box(letter.enclosures),
            Section.LEGAL: lambda: "".join(paragraph(note, f"font-size:13px;color:{FAINT}") for note in letter.legal),
        }
        return writers[section]()

    def pairs(self, pairs: Iterable[Pair]) -> str:
        cell = f"padding:2px 0 2px;padding-{self.end}:16px;text-align:{self.start};vertical-align:top"
        rows = "".join(
            f'<tr><td style="{cell};color:{FAINT};white-space:nowrap">{escape(pair.label)}</td>'
            f'<td style="{cell}">{value(pair)}</td></tr>'
            for pair in pairs
        )
        return f'<table role="presentation" style="border-collapse:collapse">{rows}</table>' if rows else ""

    def table(self, table: Table | None) -> str:
        if table is None:
            return ""
        sides = [self.end if numeric else self.start for numeric in table.numeric]
        head = "".join(
            f'<th scope="col" style="text-align:{side};padding:4px 6px;border-bottom:2px solid {ACCENT};'
            f'font-size:13px;color:{FAINT};vertical-align:bottom">{escape(label)}</th>'
            for label, side in zip(table.columns, sides, strict=True)
        )
        rows = "".join(f"<tr>{self.cells(row.cells, row.remarks, sides)}</tr>" for row in table.rows)
        style = "width:100%;border-collapse:collapse;font-size:14px"
        return f'{heading(table.heading)}<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'

    def cells(self, cells: tuple[str, ...], remarks: tuple[str, ...], sides: list[str]) -> str:
        small = f"font-size:12px;color:{FAINT}"
        below = "".join(f'<br><span style="{small}">{escape(remark)}</span>' for remark in remarks)
        style = f"padding:4px 6px;border-bottom:1px solid {LINE};vertical-align:top"
        return "".join(
            f'<td style="{style};text-align:{side}">{escape(cell)}{below if index == 0 else ""}</td>'
            for index, (cell, side) in enumerate(zip(cells, sides, strict=True))
        )

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
