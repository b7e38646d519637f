"""Distributions over days from the due date, with what is still unpaid. Pure; the numbers are those of
docs/algorithms/payment-prediction.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FIRST, DAILY_TO, STEP, LAST = -60, 150, 30, 720
STARTS: Ints = np.concatenate(
    [np.arange(FIRST, DAILY_TO + 1), np.arange(DAILY_TO + 1, LAST, STEP), np.array([LAST])]
).astype(np.int64)
"""The first lag of each cell (3); the last cell is later or never."""
CELLS = len(STARTS)
SHOWN: Ints = np.concatenate(
    [np.arange(FIRST, DAILY_TO + 1), np.arange(DAILY_TO + 1, LAST, STEP) + STEP // 2, np.array([LAST])]
).astype(np.int64)
"""The lag that stands for a cell."""
MILLION = 1_000_000
_CELL_OF: Ints = np.searchsorted(STARTS, np.arange(FIRST, LAST + 1), side="right").astype(np.int64) - 1


def cell_of(lags: Ints) -> Ints:
    """Give the cell of each lag in days (3)."""
    return np.asarray(_CELL_OF[np.clip(lags, FIRST, LAST) - FIRST])


def spread(rows: Ints, cells: Ints, weights: Floats, count: int) -> Floats:
    """Add up weights by row and cell: ``count`` rows of ``CELLS``. Whole numbers below 2**53, so the sums are exact."""
    flat = np.bincount(rows * CELLS + cells, weights=weights, minlength=count * CELLS)
    return np.asarray(flat.reshape(count, CELLS), dtype=np.float64)


def paid_by(paid: Floats, unpaid: Floats | None = None) -> Floats:
    """Give the probability that an item is paid in each cell or before it, by row (9).

    ``paid``: weight by cell; ``unpaid``: weight of those known to be unpaid through that cell. Without unpaid weight the last cell
    takes all; with it what the estimate leaves over stays in the last cell too.
    """
    if unpaid is None or not unpaid.any():
        total = np.cumsum(paid, axis=1)
        return np.asarray(total / np.maximum(total[:, -1:], 1), dtype=np.float64)
    leaving = np.cumsum(paid + unpaid, axis=1)
    before = leaving[:, -1:] - leaving + paid + unpaid
    stays = np.where(before > 0, 1 - paid / np.maximum(before, 1), 1.0)
    gone = 1.0 - np.cumprod(stays, axis=1)
    gone[:, -1] = 1.0
    return np.asarray(gone, dtype=np.float64)


def given_unpaid(paid: Floats, through: Ints) -> Floats:
    """Give ``paid_by`` of items known to be unpaid through a lag (10); a lag before the grid changes nothing.

    What is unpaid for longer than the grid reaches is in its last cell.
    """
    cells = np.where(through < FIRST, -1, np.minimum(cell_of(through), CELLS - 2))
    place = np.arange(CELLS)[None, :]
    at = np.where(cells >= 0, paid[np.arange(len(paid)), np.maximum(cells, 0)], 0.0)[:, None]
    left = 1 - at
    later = np.where(left > 0, (paid - at) / np.where(left > 0, left, 1), 0.0)
    later[:, -1] = 1.0
    return np.asarray(np.where(place <= cells[:, None], 0.0, later))


def quantile(paid: Floats, level: float) -> Ints:
    """Give the lag by which ``level`` of the probability is paid, by row."""
    cells = (paid < level - 1e-9).sum(axis=1)
    return np.asarray(SHOWN[np.minimum(cells, CELLS - 1)])


def later_than(paid: Floats, lags: Ints) -> Ints:
    """Give the probability of payment after a lag in millionths, by row."""
    late = 1 - paid[np.arange(len(paid)), cell_of(lags)]
    return np.asarray(np.rint(late * MILLION), dtype=np.int64)
