"""Expressions of the lists of signs as patterns over text without case and accents. Pure."""

from __future__ import annotations

import re
import unicodedata


def plain_text(text: str) -> str:
    """Give a text without accents, vowel signs and case, with plain apostrophes."""
    parts = unicodedata.normalize("NFKD", text.replace("’", "'").replace("…", "\x00")).casefold()
    bare = "".join(char for char in parts if not unicodedata.combining(char) and char != "ـ")
    return bare.replace("\x00", "…")


def pattern_of(expression: str, language: str) -> str:
    """Make a pattern: ``*`` ends a stem, ``…`` stands for up to four words between.

    Chinese and Japanese have no word borders; an Arabic word may carry "and", "so", "with", "for", "as" and the article in front.
    """
    parts = re.escape(plain_text(expression)).replace(r"\*", r"\w*").replace("\\ ", r"\s+").replace(" ", r"\s+")
    parts = re.sub(r"(?:\\s\+)?(?:…|\\…)(?:\\s\+)?", r"\\s+(?:\\S+\\s+){0,4}", parts)
    if language == "zh_Hans":
        return parts
    before = "(?:[وفبكل]{0,2}(?:ال)?)" if language == "ar" else ""
    return rf"(?<!\w){before}{parts}(?!\w)"
