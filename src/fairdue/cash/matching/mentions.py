"""What a line names: numbers and references of items, numbers of advices, ranges (rules 1 to 4)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from fairdue.cash.matching.folding import Word, digits_of, folded, joined, packed, word_count, words
from fairdue.cash.matching.index import Index, rows_of
from fairdue.cash.matching.records import Line


class How(IntEnum):
    """How well a number is named; less is better."""

    REFERENCE = 0
    EXACT = 1
    SPACED = 2
    DAMAGED = 3
    SHORT = 4


class Mention(NamedTuple):
    """A number in a line, and the rows that have it."""

    rows: tuple[int, ...]
    how: How
    said: str
    start: int
    end: int


class Named(NamedTuple):
    """Everything that a line names. ``shorts`` count only when nothing better is named."""

    mentions: list[Mention]
    shorts: list[Mention]
    advices: list[int]
    text: str


def named(index: Index, line: Line) -> Named:
    """Read what a line names."""
    mentions, shorts, advices = list[Mention](), list[Mention](), list[int]()
    for reference in line.structured:
        rows = rows_of(index.numbers.get(folded(packed(reference))))
        if rows:
            mentions.append(Mention(tuple(rows), How.REFERENCE, reference, -1, -1))
    text = line.text if not line.end_to_end else f"{line.text}\n{line.end_to_end}"
    found = words(text)
    folds = [folded(word.pack) for word in found]
    behind = 0
    for first in range(len(found)):
        if first < behind:
            continue
        keys = joined(folds, first, index.longest)
        for end in range(first + len(keys), first, -1):  # the longest first
            key = keys[end - first - 1]
            mention = _mention(index, text, found[first:end], key) if key in index.numbers else None
            if mention is not None:
                mentions.append(mention)
            elif key in index.advice_numbers:
                advices += rows_of(index.advice_numbers[key])
            else:
                continue
            behind = end
            break
    shorts += _shorts(index, text, found, mentions)
    return Named(mentions, shorts, advices, text)


def _mention(index: Index, text: str, said: list[Word], key: str) -> Mention | None:
    rows = rows_of(index.numbers[key])
    how = _how(index, rows[0], "".join(word.pack for word in said), key, said)
    start, end = said[0].start, said[-1].end
    return None if how is None else Mention(tuple(rows), how, text[start:end], start, end)


def _how(index: Index, row: int, pack: str, key: str, said: list[Word]) -> How | None:
    """Say how well words tell a number, or None where they are no number at all."""
    item = index.items[row]
    number = packed(item.number)
    if pack == number:
        return How.EXACT if len(said) == word_count(item.number) else How.SPACED
    if item.reference and folded(packed(item.reference)) == key:
        return How.REFERENCE if packed(item.reference) == pack else How.DAMAGED
    digits = sum(sign.isdecimal() for sign in pack)
    whole = sum(sign.isdecimal() for sign in number)
    return How.DAMAGED if digits >= 3 and 2 * digits >= whole else None


def _shorts(index: Index, text: str, found: list[Word], mentions: list[Mention]) -> Iterator[Mention]:
    """Give words that are the digits of a number without what stands before them."""
    covered = [(one.start, one.end) for one in mentions if one.start >= 0]
    for word in found:
        digits = digits_of(word.pack)
        if not digits or any(start <= word.start < end for start, end in covered):
            continue
        if rows := rows_of(index.shorts.get(digits)):
            yield Mention(tuple(rows), How.SHORT, text[word.start : word.end], word.start, word.end)
