"""Identifiers: kept as written, and a normal form by which "0200706844", "200706844" and 200706844.0 are one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from fairdue.formats.tables.table import Cell, cell_text

_FLOAT = re.compile(r"\d+\.0+")
EXPONENT = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")
"""What a spreadsheet program leaves of a long number saved as CSV: its last digits are gone."""
DIGITS_MAX = 15
"""Significant digits a spreadsheet's binary number carries."""


def all_floats(cells: Iterable[Cell]) -> bool:
    """Tell whether every number-like text of a column ends in ``.0``: then the ending is an artefact, not a part."""
    dotted = False
    for cell in cells:
        text = cell.strip() if isinstance(cell, str) else ""
        if _FLOAT.fullmatch(text):
            dotted = True
        elif text.isdigit():
            return False
    return dotted


def key_text(cell: Cell, *, drop_zero_fraction: bool) -> str | None:
    """Give an identifier as text, or None when a spreadsheet program has lost its digits."""
    if isinstance(cell, float) and abs(cell) >= 10**DIGITS_MAX:
        return None
    text = cell_text(cell).strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip()
    if EXPONENT.fullmatch(text):
        return None
    if drop_zero_fraction and _FLOAT.fullmatch(text):
        return text.partition(".")[0]
    return text


def identity(text: str) -> str:
    """Give the form in which two writings of one identifier are equal.

    Width and case are folded, spaces dropped, leading zeros of an all-digit identifier dropped (ERPs pad them).
    """
    if text.isascii() and text.isdigit():
        return text.lstrip("0") or "0"
    if text.isascii():
        folded = text.upper()
        if not folded.isalnum():
            folded = "".join(folded.split())
        return (folded.lstrip("0") or "0") if folded.isdigit() else folded
    folded = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return (folded.lstrip("0") or "0") if folded.isdigit() else folded
