"""The five texts of a SEPA booking, as the booklet's edition of 2012 lays them out over records 23.

1. There are exactly five, 01 to 05. The first of a direct debit begins with its scheme, ``CORE`` or ``B2B``.
2. A transfer has no such sign: it is told by its third text, which begins with two codes of purpose of four letters, at least one of
   them blank. Anything else stays lines of text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fairdue.formats.bank.records import Party

_SCHEME = re.compile(r"CORE|B2B ")
_PURPOSES = re.compile(r"(?:[A-Z]{4} {4}| {4}[A-Z]{4}| {8})\S")
_ORDER = ("01", "02", "03", "04", "05")


class Sepa(NamedTuple):
    """What the five texts say."""

    debtor: Party | None
    creditor: Party | None
    ultimate_debtor: Party | None
    reference: str
    mandate: str
    purpose: str
    text: tuple[str, ...]


def sepa(rows: list[str], *, incoming: bool) -> Sepa | None:
    """Read the texts of one movement, each with its order before it and filled to 78 places."""
    if tuple(row[:2] for row in rows) != _ORDER:
        return None
    one, two, three, four, five = (row[2:] for row in rows)
    words = (three[8:] + four[:72]).strip()
    text, purpose = (words,) if words else (), three[:4].strip()
    if _SCHEME.match(one):
        identifier = two[:35].strip()
        debtor = five[35:].strip()
        return Sepa(
            Party(debtor) if debtor else None, Party(one[4:74].strip(), identifiers=(identifier,) if identifier else ()),
            None, five[:35].strip(), two[35:70].strip(), purpose, text,
        )  # fmt: skip
    if not incoming or not _PURPOSES.match(three):
        return None
    code, behind = one[66:].strip(), two[35:].strip()
    note = five.strip()
    return Sepa(
        Party(one[:66].strip(), identifiers=(code,) if code else ()), None, Party(behind) if behind else None,
        two[:35].strip(), "", purpose, (*text, note) if note else text,
    )  # fmt: skip
