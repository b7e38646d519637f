"""The stock of a Chinese letter: the characters its face is cut to, whoever receives it.

Cutting a Chinese face to its letter takes longer than setting the letter. Typst keeps the cut face for the next letter, when that
one uses the same characters, first met in the same order. So every letter of one kind and creditor begins with the same stock,
drawn where nobody sees it, and draws what is not in stock (names, addresses, what a person wrote) with a second face.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator

from fairdue.letters.model import Box, Letter, Pair, Side, Table

ALWAYS = " " + string.ascii_letters + string.digits + "!%&()+,-./:;?@_·–•€¥、。，：；！？（）《》“”年月日"
"""What names, numbers and dates are written with, so that they do not change the stock."""
SPECIAL = frozenset("\\[]^-&~")
"""What has a meaning inside a character class."""


def stock(letter: Letter) -> str:
    """Give the characters of the texts that letters of one kind and creditor share, in the order of their code points."""
    found = set(ALWAYS).union(*_shared(letter))
    return "".join(sorted(character for character in found if character.isprintable()))


def character_class(characters: str) -> str:
    """Give the regular expression that matches one of ``characters``."""
    return "[" + "".join(f"\\{one}" if one in SPECIAL else one for one in characters) + "]"


def _shared(letter: Letter) -> Iterator[str]:
    """Give the texts that do not depend on the recipient: no names, cells or clauses."""
    yield from letter.opening
    yield from letter.request
    yield from letter.signature
    yield from letter.page_words
    yield from (letter.closing, letter.code_caption, letter.colon, letter.debtor.heading)
    yield from (total.label for total in letter.totals)
    yield from _labels(letter.info)
    yield from _labels(letter.debtor.pairs)
    yield from _side(letter.creditor)
    for table in (letter.items, letter.charges, letter.instalments):
        yield from _heads(table)
    for box in (letter.pay, letter.answer, letter.follows, letter.talk):
        yield from _box(box)
    for part in (letter.clause, letter.enclosures):
        yield part.heading if part else ""


def _labels(pairs: Iterable[Pair]) -> Iterator[str]:
    return (pair.label for pair in pairs)


def _side(side: Side) -> Iterator[str]:
    yield from (side.heading, side.name, *side.lines)
    for pair in side.pairs:
        yield from (pair.label, pair.value)


def _heads(table: Table | None) -> tuple[str, ...]:
    return (table.heading, *table.columns) if table else ()


def _box(box: Box | None) -> Iterator[str]:
    if box:
        yield from (box.heading, box.link_label, *box.sentences, *box.points)
        for pair in box.pairs:
            yield from (pair.label, pair.value)
