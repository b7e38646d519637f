"""What may become of an instrument, and what it covers. Pure. Numbers are those of docs/algorithms/instruments.md."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

RECEIVED, PRESENTED, ENDORSED, DISCOUNTED = "received", "presented", "endorsed", "discounted"
HONOURED, DISHONOURED, RECOURSE, RETURNED, REPLACED = "honoured", "dishonoured", "recourse", "returned", "replaced"
AWAY = frozenset({ENDORSED, DISCOUNTED})
FAILED = frozenset({DISHONOURED, RECOURSE})
ENDED = frozenset({DISHONOURED, RECOURSE, RETURNED, REPLACED})
NEXT: dict[str, frozenset[str]] = {
    RECEIVED: frozenset({PRESENTED, ENDORSED, DISCOUNTED, HONOURED, DISHONOURED, RETURNED, REPLACED}),
    PRESENTED: frozenset({HONOURED, DISHONOURED, RETURNED}),
}
NEXT_AWAY = frozenset({HONOURED, RECOURSE})
ACCEPTANCES = frozenset({"bank_acceptance", "trade_acceptance"})
BILL_DIGITS = 30


class State(NamedTuple):
    """Where an instrument stands: its newest step; ``kind`` is empty where all was taken back."""

    kind: str
    recourse: bool
    on: date

    @property
    def covers(self) -> bool:
        """Say whether it still covers (8)."""
        return self.kind in NEXT or (self.kind in AWAY and self.recourse)

    @property
    def next(self) -> frozenset[str]:
        """Give what it may become (6)."""
        return NEXT_AWAY if self.kind in AWAY and self.recourse else NEXT.get(self.kind, frozenset())


def grace_of(kind: str) -> int:
    """Give the days after it is payable until which an answer may come (5), from ``data/instrument_days.csv``."""
    return _days()[kind]


@lru_cache(1)
def _days() -> dict[str, int]:
    text = resources.files("fairdue.cash").joinpath("data/instrument_days.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["kind"]: int(row["days"]) for row in rows}


def last_day(payable_on: date, grace_days: int) -> date:
    """Give the last day on which it covers (5, 8)."""
    return payable_on + timedelta(days=grace_days)


def overlap(one: tuple[int | None, int | None], other: tuple[int | None, int | None]) -> bool:
    """Say whether two ranges of one number meet; a bill without a range is the whole bill (3)."""
    if one[0] is None or one[1] is None or other[0] is None or other[1] is None:
        return True
    return one[0] <= other[1] and other[0] <= one[1]


def paid_by(covers: Sequence[tuple[int, int]], opened: dict[int, int], rest_minor: int | None) -> list[tuple[int, int]]:
    """Give what of each item (item, minor units) money pays: its cover, at most what is open, at most what is left of the money (9).

    ``rest_minor`` None is money without an end.
    """
    found, left = [], rest_minor
    for item, amount in covers:
        part = min(amount, max(opened.get(item, 0), 0))
        if left is not None:
            part = min(part, left)
            left -= part
        if part > 0:
            found.append((item, part))
    return found


def duty(state: State, payable_on: date, grace_days: int, today: date, soon_days: int) -> str:
    """Give what is to be done of an instrument on a day (14): matures, unanswered, late, dishonoured or nothing."""
    if state.kind in FAILED:
        return "dishonoured"
    if not state.covers:
        return ""
    if today > last_day(payable_on, grace_days):
        return "late"
    if today >= payable_on:
        return "unanswered"
    return "matures" if (payable_on - today).days <= soon_days else ""
