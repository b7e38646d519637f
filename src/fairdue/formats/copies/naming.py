"""What a file name, its folders and its text say: the kind of document, and the numbers of documents, orders and customers.

1. A text is cut into runs of letters and runs of digits, width and case folded. A number is the same cut, joined:
   ``RE-2026/1001``, ``re 2026_1001`` and ``RE20261001`` are one number; leading zeros of an all-digit number do not count.
2. In a name, a number may be written with up to two other characters between its runs. The longest number found wins; what lies
   within it is not found again. A *weak* number (fewer than four characters; five, where all
   are digits, for it may be a year) counts only where the name has no other digits.
3. In a text, a number needs five characters and a digit; an all-digit one needs six, and must stand unbroken: a date is no number.
4. The kind is the longest word of ``kinds.csv`` in the name, the first of equals; else in the nearest folder; else at the head of
   the text. A word of letters with spaces between them must stand alone, but for German endings (``Rechnungen``) and compounds.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

_RUN = re.compile(r"[^\W\d_]+|\d+")
RUNS_MAX = 12
"""Runs of the longest number that is looked for."""
GAP_MAX = 2
WEAK_CHARS, WEAK_DIGITS = 4, 5
TEXT_CHARS_MIN, TEXT_DIGITS_MIN = 5, 6
SIGN_CHARS_MIN = 8
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
COMPOUND_CHARS_MIN = 6
"""Letters of the shortest word that counts inside a longer one, such as ``rechnung`` in ``Schlussrechnung``."""
HEAD_CHARS = 400
"""Characters at the head of a text in which its title stands."""
Found = TypeVar("Found")


def folded(text: str) -> str:
    """Fold width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


@dataclass(frozen=True, slots=True)
class Run:
    """A run of letters or digits and where it stands."""

    text: str
    first: int
    end: int


def runs(text: str) -> list[Run]:
    """Cut a text into its runs."""
    return [Run(found[0], found.start(), found.end()) for found in _RUN.finditer(folded(text))]


def joined(parts: Iterable[str]) -> str:
    """Give the normal form of a number from its runs."""
    text = "".join(parts)
    return (text.lstrip("0") or "0") if text.isdigit() else text


def number_key(number: str) -> str:
    """Give the normal form of a number, or the empty text where it has no letter or digit."""
    parts = [run.text for run in runs(number)]
    return joined(parts) if parts else ""


def says(text: str, sign: str) -> bool:
    """Tell whether a text holds a customer's sign (its name, number or VAT number) as words of its own.

    One of mixed letters and digits from eight characters on (a VAT number), or of a script without spaces, may stand within a longer
    word or be written with gaps. A shorter one needs four characters, five where all are digits.
    """
    key = number_key(sign)
    if len(key) < (WEAK_DIGITS if key.isdigit() else WEAK_CHARS):
        return False
    long = len(key) >= SIGN_CHARS_MIN and not key.isdigit() and any(char.isdigit() for char in key)
    if long or _UNSPACED.search(key):
        return key in "".join(run.text for run in runs(text))
    return f" {_spaced(sign)} " in f" {_spaced(text)} "


def _spaced(text: str) -> str:
    return " ".join(joined([run.text]) for run in runs(text))


@dataclass(frozen=True, slots=True)
class Numbers(Generic[Found]):
    """What numbers mean, by their normal form."""

    by_key: Mapping[str, Collection[Found]]

    def in_name(self, name: str) -> dict[str, Collection[Found]]:
        """Give the numbers that a name holds, in the order they stand in (1, 2)."""
        return {key: self.by_key[key] for key, _ in self._named(runs(name))}

    def rest_of(self, name: str) -> str:
        """Give a name without the numbers that it holds."""
        parts, rest = runs(name), folded(name)
        for _, span in reversed(list(self._named(parts))):
            rest = f"{rest[: parts[span.start].first]} {rest[parts[span.stop - 1].end :]}"
        return rest

    def _named(self, parts: list[Run]) -> Iterable[tuple[str, slice]]:
        digits = sum(run.text.isdigit() for run in parts)
        for key, span in self._spans(parts, GAP_MAX):
            used = sum(run.text.isdigit() for run in parts[span.start : span.stop])
            weak = len(key) < (WEAK_DIGITS if key.isdigit() else WEAK_CHARS)
            if any(char.isdigit() for char in key) and not (weak and digits > used):
                yield key, span

    def in_text(self, text: str) -> dict[str, Collection[Found]]:
        """Give the numbers that a text holds (3)."""
        parts, found = runs(text), dict[str, Collection[Found]]()
        for key, span in self._spans(parts, 1):
            alone = span.stop - span.start == 1
            strong = len(key) >= TEXT_DIGITS_MIN and alone if key.isdigit() else len(key) >= TEXT_CHARS_MIN
            if strong and any(char.isdigit() for char in key):
                found[key] = self.by_key[key]
        return found

    def _spans(self, parts: list[Run], gap: int) -> Iterable[tuple[str, slice]]:
        """Give the known numbers, the longest at each place, left to right, none within another."""
        at = 0
        while at < len(parts):
            step = 1
            for count in range(_reach(parts, at, gap), 0, -1):
                key = joined(run.text for run in parts[at : at + count])
                if key in self.by_key:
                    yield key, slice(at, at + count)
                    step = count
                    break
            at += step


def _reach(parts: list[Run], at: int, gap: int) -> int:
    """Give how many runs from ``at`` on may belong to one number."""
    count = 1
    while count < RUNS_MAX and at + count < len(parts):
        if parts[at + count].first - parts[at + count - 1].end > gap:
            break
        count += 1
    return count


@cache
def _words() -> tuple[tuple[str, str], ...]:
    text = files("fairdue.formats.copies").joinpath("kinds.csv").read_text(encoding="utf-8")
    rows = [(folded(row["word"]), row["kind"]) for row in csv.DictReader(text.splitlines())]
    return tuple(sorted(rows, key=lambda row: (-len(row[0]), row[0])))


def kind_in(text: str) -> str:
    """Give the kind of document that a text names (4), or the empty text."""
    letters = " ".join(run.text for run in runs(text) if not run.text.isdigit())
    best: tuple[int, int, str] | None = None
    for word, kind in _words():
        if best is not None and len(word) < -best[0]:
            break
        at = _place(word, letters)
        if at >= 0 and (best is None or (-len(word), at) < best[:2]):
            best = (-len(word), at, kind)
    return best[2] if best else ""


def _place(word: str, letters: str) -> int:
    if not word.isascii() and all(ord(char) > 0x2E7F for char in word):
        return letters.find(word)
    if len(word) >= COMPOUND_CHARS_MIN and " " not in word:
        return letters.find(word)
    found = re.search(rf"(?<!\w){re.escape(word)}(?:s|en|e)?(?!\w)", letters)
    return found.start() if found else -1


def kind_of(path: str, text: str = "") -> str:
    """Give the kind that a path of folders and a name say, the nearest part first, else the head of the text."""
    for part in reversed(path.replace("\\", "/").split("/")):
        if kind := kind_in(part):
            return kind
    return kind_in(text[:HEAD_CHARS])
