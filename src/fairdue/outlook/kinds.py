"""What the kind of an invoice changes. Pure; the numbers are those of docs/algorithms/payment-prediction.md."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fairdue.outlook.lags import Ints

LEAST = 3
"""So many invoices of each of two kinds a customer needs to speak for their difference."""


def effects(customer: Ints, kind: Ints, lag: Ints, settled: NDArray[np.bool_]) -> Ints:
    """Give by kind how many days later than the commonest kind its invoices are settled (5a); 0 where no three customers tell.

    For each customer with at least three settled invoices of both kinds the difference of the medians; over the customers the median,
    each counted with the smaller of its two numbers of invoices.
    """
    count = int(kind.max(initial=0)) + 1
    found = np.zeros(count, dtype=np.int64)
    if count == 1 or not settled.any():
        return found
    common = int(np.argmax(np.bincount(kind[settled], minlength=count)))
    medians, numbers = _medians(customer[settled], kind[settled], lag[settled], count)
    for other in range(count):
        both = (numbers[:, other] >= LEAST) & (numbers[:, common] >= LEAST)
        if other == common or both.sum() < LEAST:
            continue
        twice = medians[both, other] - medians[both, common]
        weight = np.minimum(numbers[both, other], numbers[both, common])
        found[other] = _weighted_median(twice, weight) // 2
    return found


def _medians(customer: Ints, kind: Ints, lag: Ints, count: int) -> tuple[Ints, Ints]:
    """Give twice the median lag, and the number, by customer and kind."""
    people, who = np.unique(customer, return_inverse=True)
    cell = who * count + kind
    order = np.lexsort((lag, cell))
    numbers = np.bincount(cell, minlength=len(people) * count)
    starts = np.cumsum(numbers) - numbers
    there = numbers > 0
    medians = np.zeros(len(numbers), dtype=np.int64)
    sorted_lag = lag[order]
    low, high = (starts + (numbers - 1) // 2)[there], (starts + numbers // 2)[there]
    medians[there] = sorted_lag[low] + sorted_lag[high]
    return medians.reshape(-1, count), numbers.reshape(-1, count)


def _weighted_median(values: Ints, weights: Ints) -> int:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return int(values[order][np.searchsorted(total * 2, total[-1])])
