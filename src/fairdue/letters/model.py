"""A composed letter: every word in its language and every figure written out, before anything is drawn.

The three renderers (PDF, HTML, text) draw this one tree, so that they cannot say different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fairdue.letters.catalogue import Choice
from fairdue.letters.facts import Document
from fairdue.letters.payment_codes import PaymentCode


class Section(StrEnum):
    """The parts of a letter's body, in the order each document chooses."""

    OPENING = "opening"
    ITEMS = "items"
    CHARGES = "charges"
    TOTALS = "totals"
    INSTALMENTS = "instalments"
    REQUEST = "request"
    PAY = "pay"
    ANSWER = "answer"
    CLAUSE = "clause"
    FOLLOWS = "follows"
    FORM = "form"
    """What the law asks the letter to say."""
    TALK = "talk"
    CLOSING = "closing"
    REPLY = "reply"
    """A form to answer on."""
    ENCLOSURES = "enclosures"
    LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value; ``ltr`` values (numbers, IBANs, addresses on the net) never run from right to left."""

    label: str
    value: str
    ltr: bool = False
    head: bool = False
    """Whether the letterhead shows it too."""


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: its cells, and remarks printed small below them over the whole width."""

    cells: tuple[str, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading, column headings and rows; ``numeric`` columns are set flush at the end of the line."""

    heading: str
    columns: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[Row, ...]
    intro: str = ""
    notes: tuple[str, ...] = ()
    """What several rows rest on, said once below the table; the rows carry its number."""


@dataclass(frozen=True, slots=True)
class Total:
    """A line of the sums; the strong one is what is asked for."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A headed part: sentences, then labelled values, then points."""

    heading: str
    sentences: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    points: tuple[str, ...] = ()
    link: str = ""
    link_label: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One party with everything the law asks to name."""

    heading: str
    name: str
    lines: tuple[str, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The whole letter, ready to draw."""

    document: Document
    choice: Choice
    sections: tuple[Section, ...]
    subject: str
    reference: str
    creditor: Side
    debtor: Side
    return_line: str
    recipient: tuple[str, ...]
    info: tuple[Pair, ...]
    greeting: str
    opening: tuple[str, ...]
    edited: tuple[str, ...]
    items: Table | None
    charges: Table | None
    totals: tuple[Total, ...]
    instalments: Table | None
    request: tuple[str, ...]
    pay: Box | None
    code: PaymentCode | None
    code_caption: str
    answer: Box | None
    clause: Box | None
    follows: Box | None
    form: Box | None
    talk: Box | None
    closing: str
    signature: tuple[str, ...]
    reply: Box | None
    enclosures: Box | None
    legal: tuple[str, ...]
    colon: str
    """What stands between a label and its value."""
    page_words: tuple[str, str, str]
    """What stands before, between and after the page number and the number of pages."""
