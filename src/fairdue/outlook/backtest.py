"""How good predictions would have been: history up to a day, judged on what fell due later. Pure.

The numbers are those of docs/algorithms/payment-prediction.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fairdue.outlook.invoices import Invoices, Numbering, asked_of, history_of
from fairdue.outlook.lags import MILLION, Floats, Ints
from fairdue.outlook.predict import Asked, History, Model

RESAMPLES, SEED = 1_000, 20260101
NEAR_DAYS = 3


@dataclass(frozen=True, slots=True)
class Judged:
    """Predictions beside what came, an array each: days from the due date, the customer's own median, probabilities in millionths."""

    customer: Ints
    lag: Ints
    expected: Ints
    early: Ints
    far: Ints
    median: Floats
    late: Ints
    late_30: Ints


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval, by drawing customers again and again (17)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fold:
    """One origin: what was known, what was judged, and how it went (16)."""

    known_on: date
    until: date
    known: int
    judged: Judged
    figures: dict[str, Figure]


def back_test(
    invoices: Invoices, origins: Sequence[tuple[date, date]], *, progress: Callable[[int, int], None] | None = None
) -> list[Fold]:
    """Predict, at each origin, what falls due after it up to its second day, from what was known at the first (15)."""
    folds = []
    for number, (known_on, until) in enumerate(origins):
        numbering = Numbering()
        history = history_of(invoices, numbering, known_on=known_on)
        asked = asked_of(invoices, numbering)
        settled = np.array([day is not None for day in invoices.settled])
        chosen = np.flatnonzero((asked.due > known_on.toordinal()) & (asked.due <= until.toordinal()) & settled)
        lag = np.array([invoices.settled[at].toordinal() for at in chosen], dtype=np.int64) - asked.due[chosen]  # type: ignore[union-attr]
        judged = _judge(history, _only(asked, chosen), lag)
        folds.append(Fold(known_on, until, len(history.due), judged, figures(judged)))
        if progress is not None:
            progress(number + 1, len(origins))
    return folds


def _only(asked: Asked, chosen: NDArray[np.int64]) -> Asked:
    whole = asked.customer, asked.group, asked.kind, asked.due, asked.amount_minor, asked.unpaid_through
    return Asked(*(one[chosen] for one in whole))


def _judge(history: History, asked: Asked, lag: Ints) -> Judged:
    told = Model(history).predict(asked, lates=(0, 30))
    return Judged(
        asked.customer,
        lag,
        told.expected,
        told.early,
        told.far,
        own_median(history, asked.customer),
        told.late[0],
        told.late[30],
    )


def own_median(history: History, customer: Ints) -> Floats:
    """Give the naive rule: the median lag of the customer's settled invoices, of all where it has none."""
    settled, lags = history.customer[history.settled], history.lag[history.settled]
    of_all = float(np.median(lags)) if len(lags) else 0.0
    known = {int(one): float(np.median(lags[settled == one])) for one in np.unique(settled)}
    return np.array([known.get(int(one), of_all) for one in customer])


def figures(judged: Judged) -> dict[str, Figure]:
    """Give what the model card shows of a fold (16), each with its interval (17)."""
    error = np.abs(judged.expected - judged.lag).astype(float)
    naive = np.abs(judged.median - judged.lag)
    held = ((judged.lag >= judged.early) & (judged.lag <= judged.far)).astype(float)
    late = (judged.lag > 0).astype(float)
    told = judged.late / MILLION
    columns = {
        "error": error, "naive_error": naive, "near": (error <= NEAR_DAYS).astype(float), "held": held,
        "width": (judged.far - judged.early).astype(float), "brier": (told - late) ** 2, "late": late,
        "right": ((told > 0.5) == (late > 0)).astype(float),
    }  # fmt: skip
    drawn = _drawn(judged.customer)
    found = {name: _figure(column, judged.customer, drawn) for name, column in columns.items()}
    found["gain"] = _ratio(naive - error, naive, judged.customer, drawn)
    return found


def by_customer(judged: Judged, most: int = 5) -> list[tuple[int, int, float, float]]:
    """Give the customers with most invoices: customer, invoices, mean error, that of the naive rule."""
    people, numbers = np.unique(judged.customer, return_counts=True)
    found = []
    for at in np.lexsort((people, -numbers))[:most]:
        of = judged.customer == people[at]
        errors = np.abs(judged.expected[of] - judged.lag[of]), np.abs(judged.median[of] - judged.lag[of])
        found.append((int(people[at]), int(numbers[at]), float(errors[0].mean()), float(errors[1].mean())))
    return found


def _drawn(customer: Ints) -> NDArray[np.int64]:
    """Draw the customers with replacement: how often each comes, a row for each draw (17)."""
    count = len(np.unique(customer))
    return np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)


def _figure(column: Floats, customer: Ints, drawn: NDArray[np.int64]) -> Figure:
    return _ratio(column, np.ones(len(column)), customer, drawn)


def _ratio(above: Floats, below: Floats, customer: Ints, drawn: NDArray[np.int64]) -> Figure:
    _, who = np.unique(customer, return_inverse=True)
    sums = [np.bincount(who, weights=one) for one in (above, below)]
    ratios = (drawn @ sums[0]) / np.maximum(drawn @ sums[1], 1e-12)
    low, high = np.quantile(ratios, (0.025, 0.975))
    return Figure(float(above.sum() / max(below.sum(), 1e-12)), float(low), float(high))
