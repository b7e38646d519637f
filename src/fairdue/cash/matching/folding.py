"""Numbers as payers write them: words of a text, and the forms in which numbers are looked up (rules 1 to 3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
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
    digits = "".join(_DIGITS.findall(pack)).lstrip("0")
    return digits if len(digits) >= SHORT_MIN else ""


class Word(NamedTuple):
    """A word of a text and where it stands."""

    start: int
    end: int
    pack: str


def words(text: str) -> list[Word]:
    """Cut a text into words of letters and digits."""
    return [Word(found.start(), found.end(), found.group().upper()) for found in _WORD.finditer(text)]


def word_count(text: str) -> int:
    """Give the number of words in a text."""
    return len(_WORD.findall(text))


def joined(folds: Sequence[str], first: int, longest: int) -> list[str]:
    """Give neighbouring words joined, as far as a number is long: the first, the first two, and so on."""
    pack, found = "", []
    for one in folds[first : first + WORDS_JOINED]:
        pack += one
        if len(pack) > longest:
            break
        found.append(pack)
    return found
