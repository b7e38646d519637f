"""Amounts as people write them into texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from fairdue.cash.matching.folding import packed
from fairdue.kernel.money import exponents

_DECIMALS = re.compile(
    r"(?<![\w.,])(?P<sign>[-−–(]?)\s?(?P<whole>\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+|\d+)[.,](?P<part>\d{2,3})(?P<after>-?)(?![\w]|[.,]\d)"
)
_WHOLE = re.compile(
    r"(?<![\w.,])(?P<sign>[-−–(]?)\s?(?P<whole>\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+|\d+)(?P<part>)(?P<after>-?)(?![\w]|[.,]\d)"
)


class Written(NamedTuple):
    """An amount in a text, in minor units, and where it stands."""

    amount_minor: int
    start: int


def written(line: str, currency: str) -> Iterator[Written]:
    """Give the amounts that a line writes, with the decimals of the currency: ``1.234,50``, ``1,234.50``, ``(12.00)``, ``12,00-``."""
    places = exponents().get(currency, 2)
    for found in (_DECIMALS if places else _WHOLE).finditer(line):
        if places and len(found["part"]) != places:
            continue
        digits = packed(found["whole"]) + found["part"]
        if len(digits) <= 15:
            minus = found["sign"] in ("-", "−", "–", "(") or found["after"] == "-"
            yield Written(-int(digits) if minus else int(digits), found.start("whole"))
