"""The words of ``headings.csv`` and ``words.csv``, looked up in one normal form."""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from fairdue.formats.fields.words import normal
from fairdue.formats.values.codes import currency_of, fold

WORD_LENGTH_MAX = 80
_BRACKETS = re.compile(r"[(（\[【]([^)）\]】]*)[)）\]】]")
_TAIL = re.compile(r"[\s_]+(?:(?:in|en)\s+)?([A-Z]{3})$")


class Meaning(NamedTuple):
    """What a heading may be. A lower ``rank`` has the role where two columns claim it."""

    role: str
    rank: int


def meanings(heading: str) -> tuple[Meaning, ...]:
    """Give the roles of a heading, none for an unknown one: as it stands, else without brackets, else without a currency at its end."""
    if not heading or len(heading) > WORD_LENGTH_MAX:
        return ()
    for text in (heading, _BRACKETS.sub("", heading), _TAIL.sub("", heading)):
        if found := _headings().get(normal(text)):
            return found
    return ()


def currency_in(heading: str) -> str:
    """Give the currency that a heading names in brackets or at its end: ``Betrag (EUR)``, ``金额(元)``, ``Částka CZK``."""
    named = [*_BRACKETS.findall(heading), *_TAIL.findall(heading)]
    return next((code for text in named if (code := currency_of(text.strip().removeprefix("in ")))), "")


@lru_cache(maxsize=4096)
def meaning_of(kind: str, text: str) -> str:
    """Give what a cell's word means among the meanings that begin with ``kind`` (``side``, ``status``, ``row``, …); "" for none."""
    if len(text) > WORD_LENGTH_MAX:
        return ""
    return _words().get(kind, {}).get(_plain(text), "")


def words_of(kind: str) -> dict[str, str]:
    """Give word → meaning for one kind."""
    return _words().get(kind, {})


def _plain(text: str) -> str:
    return fold(text).strip("*:：#\"' \t") or fold(text)


@cache
def _headings() -> dict[str, tuple[Meaning, ...]]:
    found: dict[str, tuple[Meaning, ...]] = {}
    for rank, row in enumerate(_rows("headings.csv")):
        key = normal(row["word"])
        if all(known.role != row["role"] for known in found.get(key, ())):
            found[key] = (*found.get(key, ()), Meaning(row["role"], rank))
    return found


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in _rows("words.csv"):
        kind, _, meaning = row["meaning"].partition("_")
        found.setdefault(kind, {})[_plain(row["word"])] = meaning
    return found


def _rows(name: str) -> list[dict[str, str]]:
    text = files("fairdue.formats.banktable").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
