"""Remittance advices read out of text: the lines of a mail, of a PDF's text, or of a table with tabs between its cells (rules 21 to 24)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from fairdue.cash.matching.index import Index
from fairdue.cash.matching.mentions import How, Mention, named
from fairdue.cash.matching.records import Advice, Advised, Line
from fairdue.cash.matching.written import Written, written

_NUMBER = re.compile(
    r"(?:avis|advice|remittance|zahlungsavis|avviso|aviso|通知)\W{0,3}(?:nr|no|number|n°|num)?\W{0,3}(?P<number>[\w/-]*\d[\w/-]*)",
    re.IGNORECASE,
)
TEXT_MAX = 1_000_000
LINES_MAX = 5000


class Row(NamedTuple):
    """A line of the text that names an item, with the amounts on it."""

    number: str
    row: int
    amounts: tuple[int, ...]


class ReadAdvice(NamedTuple):
    """What a text advises. ``agrees`` says that the text itself has the sum of the lines as a total."""

    advice: Advice | None
    agrees: bool = False
    unread: tuple[str, ...] = ()
    """Lines with an amount that name no known item, and are no total."""


def read_advice(
    index: Index, text: str, *, advice_id: int, customer: int | None, currency: str, received_on: date, number: str = ""
) -> ReadAdvice:
    """Read an advice out of a text against the items of a book. Nothing is found where no line names an item with an amount."""
    rows, loose, others = list[Row](), list[int](), list[str]()
    for line in text[:TEXT_MAX].splitlines()[:LINES_MAX]:
        found = _row(index, line, currency)
        if found is not None:
            rows.append(found)
            continue
        amounts = [one.amount_minor for one in written(line, currency)]
        loose += amounts
        others += [line.strip()] if amounts else []
    rows = [next(same) for _, same in groupby(rows, key=lambda one: (one.row, one.amounts))]
    if not rows:
        return ReadAdvice(None, unread=tuple(others))
    chosen, agrees = _amounts(index, rows, set(loose))
    lines = tuple(Advised(row.number, amount) for row, amount in zip(rows, chosen, strict=True))
    total = sum(chosen)
    unread = tuple(one for one in others if total not in [each.amount_minor for each in written(one, currency)])
    told = number or _number(text)
    return ReadAdvice(Advice(advice_id, told, customer, received_on, currency, lines), agrees, unread)


def _number(text: str) -> str:
    found = _NUMBER.search(text)
    return found["number"] if found else ""


def _row(index: Index, line: str, currency: str) -> Row | None:
    """Read one line: the first item it names, and the amounts beside it."""
    told = named(index, Line(0, date.min, 0, currency, text=line))
    mentions = told.mentions or [one for one in told.shorts if len(one.rows) == 1]
    if not mentions:
        return None
    mention = min(mentions, key=lambda one: (one.how, one.start))
    amounts = tuple(one.amount_minor for one in written(line, currency) if not _inside(one, mentions))
    row = _best(index, mention, amounts, currency)
    if row is None or not amounts or (mention.how is How.SHORT and abs(index.items[row].amount_minor) not in amounts):
        return None
    return Row(index.items[row].number, row, amounts)


def _inside(one: Written, mentions: Sequence[Mention]) -> bool:
    return any(mention.start <= one.start < mention.end for mention in mentions)


def _best(index: Index, mention: Mention, amounts: tuple[int, ...], currency: str) -> int | None:
    rows = [row for row in mention.rows if index.items[row].currency == currency]
    return max(rows, key=lambda row: (abs(index.open[row]) in amounts, index.open[row] != 0, -row), default=None)


def _amounts(index: Index, rows: list[Row], totals: set[int]) -> tuple[list[int], bool]:
    """Choose one amount of each line: the column whose sum is a total of the text; else what is open; else the last one."""
    for back in range(1, max(len(row.amounts) for row in rows) + 1):
        if all(len(row.amounts) >= back for row in rows):
            column = [_signed(index, row.row, row.amounts[-back]) for row in rows]
            if sum(column) in totals:
                return column, True
    chosen = []
    for row in rows:
        opened = abs(index.open[row.row])
        amount = opened if opened in [abs(one) for one in row.amounts] else row.amounts[-1]
        chosen.append(_signed(index, row.row, amount))
    return chosen, sum(chosen) in totals


def _signed(index: Index, row: int, amount: int) -> int:
    """Give an amount its sign: a credit note takes off, however the text writes it."""
    return -abs(amount) if index.items[row].amount_minor < 0 else amount
