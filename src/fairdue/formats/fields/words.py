"""The words headings are written in: ``headings.csv`` (field, language, synonym), matched in a normal form."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_CURRENCY_TAIL = re.compile(r"[\s_]+(?:in\s+)?[A-Z]{3}$")
_REPEATED = re.compile(r"(\.\d+|\s\(\d+\))$")
"""The suffix data tools put on a repeated heading: ``date.1`` or our own ``date (2)``."""
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Word:
    """One meaning of a heading. ``rank`` 0 is the first synonym listed for that field and language."""

    field: str
    language: str
    synonym: str
    rank: int


def normal(heading: str) -> str:
    """Give the form headings are compared in.

    Width and case are folded, umlauts written out, accents and everything but letters and digits dropped: "Invoice-No.",
    "invoiceNo" and "INVOICE_NO" are one word.
    """
    text = unicodedata.normalize("NFKC", heading).casefold().translate(_UMLAUTS)
    text = text.replace("#", "no")
    plain = unicodedata.normalize("NFD", text)
    return "".join(ch for ch in plain if ch.isalnum())


def words_of(heading: str) -> tuple[Word, ...]:
    """Give the meanings of a heading, none for an unknown one; what stands in brackets counts only when it must."""
    base = _REPEATED.sub("", heading.strip())
    for text in (base, _BRACKETS.sub("", base), _CURRENCY_TAIL.sub("", base)):
        found = _index().get(normal(text))
        if found:
            return found
    return ()


def is_repeated(heading: str) -> bool:
    """Tell whether a tool marked this heading as a repetition of another."""
    return bool(_REPEATED.search(heading.strip()))


def is_familiar(text: str) -> bool:
    """Tell whether a cell may be a heading."""
    return len(text) <= 60 and bool(words_of(text))


@cache
def _index() -> dict[str, tuple[Word, ...]]:
    index: dict[str, list[Word]] = {}
    ranks: dict[tuple[str, str], int] = {}
    text = files("fairdue.formats.fields").joinpath("headings.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        place = (row["field"], row["language"])
        rank = ranks.get(place, 0)
        ranks[place] = rank + 1
        word = Word(row["field"], row["language"], row["synonym"], rank)
        listed = index.setdefault(normal(row["synonym"]), [])
        if all(known.field != word.field for known in listed):
            listed.append(word)
    return {key: tuple(listed) for key, listed in index.items()}
