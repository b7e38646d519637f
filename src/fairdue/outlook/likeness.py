"""How alike two invoices of one customer are, in whole numbers. Pure; the numbers are those of docs/algorithms/payment-prediction.md."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import numpy as np

from fairdue.outlook.lags import Floats, Ints

THOUSAND = 1_000
OTHER_KIND = 200
"""What an invoice of another kind counts, in thousandths (5)."""
_AGES, _MONTH, _AMOUNTS = 2_001, 16, 101


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared of invoices, an array each: due date as ordinal, its weekday, its day, tenths of the amount's logarithm, kind."""

    due: Ints
    weekday: Ints
    day: Ints
    size: Ints
    kind: Ints

    def take(self, places: Ints) -> Features:
        """Give the features at some places, in the shape of ``places``."""
        return Features(self.due[places], self.weekday[places], self.day[places], self.size[places], self.kind[places])

    def down(self) -> Features:
        """Give the features as a column, to be compared with many."""
        return Features(*(one[:, None] for one in (self.due, self.weekday, self.day, self.size, self.kind)))


@dataclass(frozen=True, slots=True)
class Expert:
    """One way to weigh: tables of factors in thousandths by distance (5)."""

    name: str
    age: Floats
    weekday: Floats
    month: Floats
    amount: Floats


def features(due: Ints, amount_minor: Ints, kind: Ints) -> Features:
    """Give what is compared of invoices from due dates as ordinals, amounts in minor units and kinds as codes."""
    days, where = np.unique(due, return_inverse=True)
    of_month = np.array([date.fromordinal(int(day)).day for day in days], dtype=np.int64)
    return Features(due, (due - 1) % 7, of_month[where] if len(due) else due, sizes(amount_minor), kind)


def sizes(amount_minor: Ints) -> Ints:
    """Give tenths of the decimal logarithm of amounts in minor units: what differs less is as large."""
    return np.asarray(np.rint(np.log10(np.maximum(np.abs(amount_minor), 1)) * 10), dtype=np.int64)


@cache
def experts() -> tuple[Expert, ...]:
    """Give the experts of ``data/likeness.csv`` (6)."""
    text = files("fairdue.outlook").joinpath("data/likeness.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(_expert(row) for row in rows)


def _expert(row: dict[str, str]) -> Expert:
    fade = float(row["fade"])
    weekday, month, amount = (float(row[name]) for name in ("weekday", "month", "amount"))
    reach, tenths = float(row["month_reach"]), float(row["amount_reach"]) * 10
    return Expert(
        row["expert"],
        _table([math.exp(-days / fade) for days in range(_AGES)]),
        _table([1 / (1 + weekday), 1.0]),
        _table([_factor(month, math.exp(-((days / reach) ** 2))) for days in range(_MONTH)]),
        _table([_factor(amount, math.exp(-((size / tenths) ** 2))) for size in range(_AMOUNTS)]),
    )


def _factor(more: float, near: float) -> float:
    return (1 + more * near) / (1 + more)


def _table(values: list[float]) -> Floats:
    return np.array([float(max(round(value * THOUSAND), 1)) for value in values])


@dataclass(frozen=True, slots=True)
class Distances:
    """How far invoices are from others, ready to be looked up in an expert's tables."""

    age: Ints
    same_weekday: Ints
    month: Ints
    size: Ints
    kind: Floats
    same_due: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def distances(asked: Features, others: Features) -> Distances:
    """Compare invoices (rows) with others (columns); ``asked`` is a column (``Features.down``)."""
    apart = np.abs(asked.due - others.due)
    days = np.abs(asked.day - others.day)
    return Distances(
        np.minimum(apart, _AGES - 1),
        (asked.weekday == others.weekday).astype(np.int64),
        np.minimum(days, np.maximum(30 - days, 0)).clip(0, _MONTH - 1),
        np.minimum(np.abs(asked.size - others.size), _AMOUNTS - 1),
        np.where(asked.kind == others.kind, float(THOUSAND), float(OTHER_KIND)),
        apart == 0,
    )


def weigh(expert: Expert, far: Distances) -> Floats:
    """Give the weights of rule 5 in millionths, whole and at least one each; below 2**53, so nothing is lost on the way."""
    product = expert.age[far.age] * expert.weekday[far.same_weekday] * expert.month[far.month]
    product *= expert.amount[far.size] * far.kind
    return np.maximum(np.floor(product / (THOUSAND * THOUSAND * THOUSAND)), 1)
