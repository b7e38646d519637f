"""Limits on what is read. Input from outside is hostile until parsed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; a file beyond one of them is refused whole, before it can exhaust memory.

    The defaults hold the largest export Fairdue is measured for (a million rows) and little more.
    """

    file_bytes: int = 512 * 1024 * 1024
    rows: int = 1_048_576
    """Rows of the largest sheet a spreadsheet program can save."""
    columns: int = 512
    cells: int = 40_000_000
    cell_characters: int = 32_767
    """Characters of the longest cell a spreadsheet program can save."""
    part_bytes: int = 1024 * 1024 * 1024
    """Bytes one member of a workbook may unpack to."""
    unpacked_bytes: int = 2 * 1024 * 1024 * 1024
    ratio: int = 200
    """Unpacked to packed bytes of one member beyond ``ratio_floor_bytes``; real sheets stay below about 40."""
    ratio_floor_bytes: int = 4 * 1024 * 1024
    parts: int = 10_000
    repeats: int = 1_000
    """How often an ODS cell or row that holds a value may be repeated by attribute."""


LIMITS = Limits()
