"""Numbers as payers write them: words of a text, and the forms in which numbers are looked up (rules 1 to 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
_ALIKE = str.maketrans("OQDILSBZG", "000115826")
WORDS_JOINED = 8
SHORT_MIN = 4
"""A number told without its zeros has at least so many digits."""


def packed(text: str) -> str:
    """Give the letters and digits of a number in upper case: ``re-00 12`` gives ``RE0012``."""
    return "".join(_WORD.findall(text)).upper()


def folded(pack: str) -> str:
    """Make signs that are misread for each other one (1)."""
    return pack.translate(_ALIKE)


def digits_of(pack: str) -> str:
    """Give the digits of a number without leading zeros; empty when fewer than four are left."""
    digits = "".join(sign for sign in pack if sign.isdecimal()).lstrip("0")
    return digits if len(digits) >= SHORT_MIN else ""


class Word(NamedTuple):
    """A word of a text and where it stands."""

    start: int
    end: int
    pack: str


def words(text: str) -> list[Word]:
    """Cut a text into words of letters and digits."""
    return [Word(found.start(), found.end(), found.group().upper()) for found in _WORD.finditer(text)]


def joined(found: list[Word], longest: int) -> Iterator[tuple[int, int, str]]:
    """Give neighbouring words joined, as (first, behind the last, joined), the longest first from each place."""
    for first in range(len(found)):
        pack, ends = "", []
        for at in range(first, min(first + WORDS_JOINED, len(found))):
            pack += found[at].pack
            if len(pack) > longest:
                break
            ends.append((at + 1, pack))
        for behind, whole in reversed(ends):
            yield first, behind, whole
