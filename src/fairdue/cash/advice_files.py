"""What a file that may be an advice says, line by line: tables, PDFs, mails, texts.

Numbers are those of docs/algorithms/remittance-advices.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from fairdue.cash.matching import differences
from fairdue.cash.matching.advices import LINES_MAX, TEXT_MAX, Said
from fairdue.cash.reasons import AdviceError
from fairdue.contact.inbox.decode import text_of
from fairdue.contact.inbox.mail import Mail, MailRefused
from fairdue.contact.inbox.mail import read as read_mail
from fairdue.formats.errors import FormatError
from fairdue.formats.tables import Cell, Limits, Table, cell_text, read_table
from fairdue.formats.tables.sniff import Kind, sniff
from fairdue.formats.values import amounts
from fairdue.ledger.pdf_reader import PdfProcess

FILE_BYTES_MAX = 25_000_000
CELLS_MAX = 500_000
_LIMITS = Limits(
    file_bytes=FILE_BYTES_MAX, rows=LINES_MAX, cells=CELLS_MAX, part_bytes=200_000_000, unpacked_bytes=400_000_000
)
_HEADER = re.compile(rb"(?i)\s{0,100}(?:from |[!-9;-~]{1,60}:[ \t])")
_OF_MAIL = re.compile(rb"(?im)^(?:mime-version|message-id|received|x-mailer):")
HEAD_BYTES = 65_536


class Sheet(NamedTuple):
    """Lines that may be an advice; ``paid_column`` is that of a table whose heading says what was paid."""

    lines: tuple[Said, ...]
    paid_column: int | None = None


class Piece(NamedTuple):
    """A file, or the text of a mail, with the ways in which it may be read. ``kind`` is one of ``Advice.Kind``."""

    name: str
    kind: str
    sheets: tuple[Sheet, ...]


def mail_in(data: bytes) -> Mail | None:
    """Give the mail that bytes are, None where they are none."""
    head = data[:HEAD_BYTES]
    if not _HEADER.match(head) or not _OF_MAIL.search(head):
        return None
    try:
        return read_mail(data)
    except MailRefused:
        return None


def piece_of(data: bytes, name: str, pdf: PdfProcess) -> Piece:
    """Read a file that is no mail (1, 2, 3). Raises FormatError for what cannot be read or is more than is read (6)."""
    try:
        if len(data) > FILE_BYTES_MAX:
            raise FormatError(AdviceError.TOO_LONG)
        if b"%PDF-" in data[:1024]:
            said = pdf.read(data).text
            if not said.strip():
                raise FormatError(AdviceError.PICTURE)
            return Piece(name, "pdf", (_text(said),))
        if sniff(data) is not Kind.TEXT:
            return Piece(name, "table", (_table(read_table(data, name, limits=_LIMITS)),))
        text = _text(text_of(data))
        try:
            table = read_table(data, name, limits=_LIMITS)
        except FormatError:
            return Piece(name, "text", (text,))
        if len(table.headings) < 2:
            return Piece(name, "text", (text,))
        # A text with decimal commas looks like a table whose cells are parted by them.
        commas = table.dialect is not None and table.dialect.delimiter == ","
        return Piece(name, "table", (text, _table(table)) if commas else (_table(table), text))
    except FormatError as error:
        raise error.in_file(name) from None


def words_of(text: str) -> Sheet:
    """Give the lines of a text (of a mail); cut where it is longer than what is read."""
    return Sheet(tuple(Said(line) for line in text[:TEXT_MAX].splitlines()[:LINES_MAX]))


def speaks_of_paying(*texts: str) -> bool:
    """Say whether one of the texts has a word of a payment (11)."""
    return any(differences.says("advice", text) for text in texts)


def _text(text: str) -> Sheet:
    lines = text.splitlines()
    if len(text) > TEXT_MAX or len(lines) > LINES_MAX:
        raise FormatError(AdviceError.TOO_LONG)
    return Sheet(tuple(Said(line) for line in lines))


def _table(table: Table) -> Sheet:
    """Give the rows of a table as lines, with titles, headings and totals where they stand; numbers judged by column (3)."""
    columns = [[cell for cell in column if cell != ""] for column in table.columns]
    judged = amounts.judge_together(
        {str(at): amounts.judge(set(column)) for at, column in enumerate(columns)}, {}
    )  # fmt: skip
    styles = [judged[str(at)] for at in range(len(columns))]
    found = [(line, Said(text)) for line, text in table.titles]
    if table.heading_line:
        found.append((table.heading_line, Said("\t".join(table.headings))))
    found += [
        (line, _row([column[at] for column in table.columns], styles)) for at, line in enumerate(table.lines)
    ]  # fmt: skip
    found += [(line, _row(list(cells), styles)) for line, cells in table.totals]
    found += [(one.line, Said("\t".join(one.cells))) for one in table.refused]
    found.sort(key=lambda one: one[0])
    paid = [at for at, heading in enumerate(table.headings) if differences.says("advice_paid", heading)]
    return Sheet(tuple(said for _, said in found), paid[-1] if paid else None)


def _row(cells: Sequence[Cell], styles: Sequence[amounts.AmountStyle]) -> Said:
    texts = [cell_text(cell).replace("\t", " ").replace("\n", " ") for cell in cells]
    values: list[Decimal | None] = []
    for at, cell in enumerate(cells):
        read = amounts.parse(cell, styles[at] if at < len(styles) else amounts.AmountStyle()) if cell != "" else None
        values.append(read.value if isinstance(read, amounts.Amount) else None)
    return Said("\t".join(texts), tuple(values))
