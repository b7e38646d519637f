"""The tone check: expressions that must not stand in a text a person wrote. Pure; the list is ``data/tone.csv``."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from importlib.resources import files

TEXT_CHARS_MAX = 20_000
"""Longer text is cut before it is searched; no letter comes near."""
CATEGORIES = ("threat", "blame", "shaming", "disclosure")


def findings(text: str, language: str) -> tuple[tuple[str, str], ...]:
    """Give (category, words found) for each forbidden expression of the text's language and of English, in list order.

    Case, accents, Arabic vowel signs and runs of spaces do not matter. English is always searched: people write it
    whatever the language of the letter.
    """
    plain = _plain(text[:TEXT_CHARS_MAX])
    found: dict[tuple[str, str], None] = {}
    for category, pattern in _patterns("en") + (_patterns(language) if not language.startswith("en") else ()):
        if match := pattern.search(plain):
            found[category, match.group(0).strip()] = None
    return tuple(found)


def third_parties(text: str, language: str) -> tuple[str, ...]:
    """Give the words of a text that say somebody else collects (``data/third_parties.csv``); not of lawyers and courts."""
    plain = _plain(text[:TEXT_CHARS_MAX])
    name = "third_parties.csv"
    patterns = _patterns("en", name) + (_patterns(language, name) if not language.startswith("en") else ())
    found = (match.group(0).strip() for _, pattern in patterns if (match := pattern.search(plain)))
    return tuple(dict.fromkeys(found))


@cache
def _patterns(language: str, name: str = "tone.csv") -> tuple[tuple[str, re.Pattern[str]], ...]:
    wanted = "zh_Hans" if language.replace("-", "_").lower().startswith("zh") else re.split("[-_]", language)[0]
    text = files("fairdue.contact").joinpath("data", name).read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple((row["category"], _pattern(row["expression"], wanted)) for row in rows if row["language"] == wanted)


def _pattern(expression: str, language: str) -> re.Pattern[str]:
    """Make a pattern: ``*`` ends a stem, ``…`` stands for up to four words between.

    Chinese has no word borders; an Arabic word may carry "and", "so", "with", "for", "as" and the article in front.
    """
    parts = re.escape(_plain(expression)).replace(r"\*", r"\w*").replace("\\ ", r"\s+").replace(" ", r"\s+")
    parts = re.sub(r"(?:\\s\+)?(?:…|\\…|\.\.\.|\\\.\\\.\\\.)(?:\\s\+)?", r"\\s+(?:\\S+\\s+){0,4}", parts)
    if language == "zh_Hans":
        return re.compile(parts)
    before = "(?:[وفبكل]{0,2}(?:ال)?)" if language == "ar" else ""
    return re.compile(rf"(?<!\w){before}{parts}(?!\w)")


def _plain(text: str) -> str:
    """Give the text without accents, vowel signs and case, with plain apostrophes."""
    parts = unicodedata.normalize("NFKD", text.replace("’", "'").replace("…", "\x00")).casefold()
    bare = "".join(char for char in parts if not unicodedata.combining(char) and char != "ـ")
    return bare.replace("\x00", "…")
