"""Formula injection: cells that a spreadsheet program would run are written so that they stay text, reversibly."""

from __future__ import annotations

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
"""First characters by which spreadsheet programs begin a formula (OWASP, "CSV Injection"; full-width forms included).

The apostrophe is among them so that taking the guard off is exact.
"""
_NUMBER = re.compile(r"[+-]?\d[\d.,' \u00a0\u202f]*")


def guard(text: str) -> str:
    """Put an apostrophe before text a spreadsheet program would run. A plain number keeps its sign unguarded."""
    if text.startswith(_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def unguard(text: str) -> str:
    """Take off what ``guard`` put on: ``unguard(guard(text)) == text`` for every text."""
    if text.startswith("'") and text[1:].startswith(_STARTS):
        return text[1:]
    return text
