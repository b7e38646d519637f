"""Which end of a table is the newest, and whether its balance runs on from line to line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple


class Step(NamedTuple):
    """One line: its day, what it moves (nothing while it is not booked), and the balance that stands with it."""

    on: date | None
    amount_minor: int
    balance_minor: int | None


class Break(NamedTuple):
    """A line whose balance is another than the one before it and the amounts since give."""

    place: int
    told_minor: int
    counted_minor: int


def newest_first(steps: Sequence[Step]) -> bool:
    """Tell whether the lines go back in time: by their days; within one day, and without order, by which way more balances agree."""
    days = [step.on for step in steps if step.on is not None]
    pairs = list(pairwise(days))
    back = any(one > other for one, other in pairs)
    forth = any(one < other for one, other in pairs)
    if back != forth:
        return back
    return len(breaks(list(reversed(steps)))) < len(breaks(steps))


def breaks(steps: Sequence[Step]) -> list[Break]:
    """Give the lines, oldest first, whose balance does not follow from the one before. The first balance is taken as it stands."""
    found = []
    balance: int | None = None
    for place, step in enumerate(steps):
        if balance is not None:
            balance += step.amount_minor
        if step.balance_minor is None:
            continue
        if balance is not None and balance != step.balance_minor:
            found.append(Break(place, step.balance_minor, balance))
        balance = step.balance_minor
    return found
