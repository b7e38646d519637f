"""Remittance advices read out of text: the lines of a mail, of a PDF's text, or the rows of a table (rules 21 to 24)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from fairdue.cash.matching.index import Index
from fairdue.cash.matching.mentions import How, Mention, named
from fairdue.cash.matching.records import Advice, Advised, Line
from fairdue.cash.matching.written import Written, written
from fairdue.formats.values.amounts import minor_units
from fairdue.kernel.money import exponents

_NUMBER = re.compile(
    r"(?:avis|advice|remittance|zahlungsavis|avviso|aviso|通知)\W{0,3}(?:nr|no|number|n°|num)?\W{0,3}(?P<number>[\w/-]*\d[\w/-]*)",
    re.IGNORECASE,
)
TEXT_MAX = 1_000_000
LINES_MAX = 5000


class Said(NamedTuple):
    """A line of a text, or a row of a table with its cells parted by tabs."""

    text: str
    values: tuple[Decimal | None, ...] | None = None
    """A row's numbers by column, None where a cell holds none; None for a line whose amounts stand in its text."""


class Row(NamedTuple):
    """A line that names an item, with the amounts on it; of a table by column, None for cells without."""

    place: int
    number: str
    row: int
    amounts: tuple[int | None, ...]


class ReadLine(NamedTuple):
    """A line that counts (its number and amount), or one that has an amount and names no known item (no number)."""

    place: int
    """Which of the lines it is, from 1."""
    text: str
    number: str = ""
    amount_minor: int | None = None
    customer: int = 0


class ReadAdvice(NamedTuple):
    """What a text advises. ``agrees`` says that the text itself has the sum of the lines as a total."""

    advice: Advice | None
    agrees: bool = False
    unread: tuple[str, ...] = ()
    """Lines with an amount that name no known item, and are no total."""
    lines: tuple[ReadLine, ...] = ()
    """The lines that count and those that were not read, in their order."""


def read_advice(
    index: Index, text: str, *, advice_id: int, customer: int | None, currency: str, received_on: date, number: str = ""
) -> ReadAdvice:
    """Read an advice out of a text against the items of a book. Nothing is found where no line names an item with an amount."""
    said = [Said(line) for line in text[:TEXT_MAX].splitlines()[:LINES_MAX]]
    return read_lines(
        index, said, advice_id=advice_id, customer=customer, currency=currency, received_on=received_on, number=number
    )


def read_lines(
    index: Index, said: Sequence[Said], *, advice_id: int, customer: int | None, currency: str, received_on: date, number: str = "",
    paid_column: int | None = None,
) -> ReadAdvice:  # fmt: skip
    """Read an advice out of lines or rows. ``paid_column`` is that of a table whose heading says what was paid."""
    rows, loose, others = list[Row](), list[int](), list[tuple[int, str, tuple[int, ...]]]()
    for place, one in enumerate(said, start=1):
        found = _row(index, one, place, currency)
        if found is not None:
            rows.append(found)
            continue
        amounts = tuple(amount for amount in _amounts_of(one, [], currency) if amount is not None)
        loose += amounts
        others += [(place, one.text.strip(), amounts)] if amounts else []
    rows = [next(same) for _, same in groupby(rows, key=lambda one: (one.row, one.amounts))]
    if not rows:
        lines = tuple(ReadLine(place, text) for place, text, _ in others)
        return ReadAdvice(None, unread=tuple(text for _, text, _ in others), lines=lines)
    chosen, agrees = _chosen(index, rows, set(loose), paid_column)
    total = sum(chosen)
    unread = [ReadLine(place, text) for place, text, amounts in others if total not in amounts]
    counted = [
        ReadLine(row.place, said[row.place - 1].text.strip(), row.number, amount, index.items[row.row].customer)
        for row, amount in zip(rows, chosen, strict=True)
    ]
    told = number or number_in(said)
    advised = tuple(Advised(row.number, amount) for row, amount in zip(rows, chosen, strict=True) if amount)
    advice = Advice(advice_id, told, customer, received_on, currency, advised) if advised else None
    return ReadAdvice(advice, agrees, tuple(one.text for one in unread), tuple(sorted([*counted, *unread])))


def number_in(said: Iterable[Said]) -> str:
    """Give the advice's own number, where a line names one."""
    return next((found["number"][:140] for one in said if (found := _NUMBER.search(one.text[:1000]))), "")


def currencies_in(index: Index, said: Iterable[Said]) -> list[str]:
    """Give the currencies of the items that lines name, that of most lines first (4)."""
    found = Counter[str]()
    for one in said:
        told = named(index, Line(0, date.min, 0, "", text=one.text))
        mentions = told.mentions or [each for each in told.shorts if len(each.rows) == 1]
        found.update({index.items[row].currency for each in mentions for row in each.rows})
    return sorted(found, key=lambda currency: (-found[currency], currency))


def _row(index: Index, said: Said, place: int, currency: str) -> Row | None:
    """Read one line: the first item it names, and the amounts beside it."""
    told = named(index, Line(0, date.min, 0, currency, text=said.text))
    mentions = told.mentions or [one for one in told.shorts if len(one.rows) == 1]
    if not mentions:
        return None
    mention = min(mentions, key=lambda one: (one.how, one.start))
    amounts = _amounts_of(said, mentions, currency)
    row = _best(index, mention, amounts, currency)
    if row is None or not any(amount is not None for amount in amounts):
        return None
    if mention.how is How.SHORT and abs(index.items[row].amount_minor) not in amounts:
        return None
    return Row(place, index.items[row].number, row, amounts)


def _amounts_of(said: Said, mentions: Sequence[Mention], currency: str) -> tuple[int | None, ...]:
    """Give the amounts of a line but for what is part of a number: of a text as it writes them, of a row by column."""
    if said.values is None:
        return tuple(one.amount_minor for one in written(said.text, currency) if not _inside(one, mentions))
    places, start, found = exponents().get(currency, 2), 0, list[int | None]()
    for cell, value in zip(said.text.split("\t"), said.values, strict=True):
        end = start + len(cell)
        minor = None if value is None else minor_units(value, places)
        of_number = any(mention.start < end and start < mention.end for mention in mentions)
        found.append(minor if isinstance(minor, int) and not of_number else None)
        start = end + 1
    return tuple(found)


def _inside(one: Written, mentions: Sequence[Mention]) -> bool:
    return any(mention.start <= one.start < mention.end for mention in mentions)


def _best(index: Index, mention: Mention, amounts: Sequence[int | None], currency: str) -> int | None:
    rows = [row for row in mention.rows if index.items[row].currency == currency]
    return max(rows, key=lambda row: (abs(index.open[row]) in amounts, index.open[row] != 0, -row), default=None)


def _chosen(index: Index, rows: list[Row], totals: set[int], paid_column: int | None) -> tuple[list[int], bool]:
    """Choose one amount of each line: the column whose sum is a total of the text; else that of what was paid, by its heading; else
    what is open; else the last one."""
    for back in range(1, max(len(row.amounts) for row in rows) + 1):
        column = _column(index, rows, -back)
        if column and sum(column) in totals:
            return column, True
    paid = _column(index, rows, paid_column) if paid_column is not None else []
    if paid:
        return paid, False
    chosen = []
    for row in rows:
        amounts = [amount for amount in row.amounts if amount is not None]
        opened = abs(index.open[row.row])
        amount = opened if opened in [abs(one) for one in amounts] else amounts[-1]
        chosen.append(_signed(index, row.row, amount))
    return chosen, sum(chosen) in totals


def _column(index: Index, rows: list[Row], at: int) -> list[int]:
    """Give the amounts of one column, counted from the end where negative; empty where a row has none there."""
    found = []
    for row in rows:
        amount = row.amounts[at] if -len(row.amounts) <= at < len(row.amounts) else None
        if amount is None:
            return []
        found.append(_signed(index, row.row, amount))
    return found


def _signed(index: Index, row: int, amount: int) -> int:
    """Give an amount its sign: a credit note takes off, however the text writes it."""
    return -abs(amount) if index.items[row].amount_minor < 0 else amount
