"""Payment days of 1,000,000 open items: learning from as many invoices of 100,000 customers, and predicting.

The portfolio is made (seed 7): customers with a habit of their own, a payment weekday, and 1 to 300 invoices over three years. The
floor is the naive rule, the customer's own median, over 20,000 of each. The rows are in memory: reading files is apart.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

CUSTOMERS, SETTLED, OPEN = 100_000, 1_000_000, 1_000_000
SECONDS, MEMORY_MB = 60, 4_000
TODAY = 740_000
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure in a process of its own: what was made before does not count as memory."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.outlook", "--measure"], check=True, stdout=subprocess.PIPE, text=True
    )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    what = f"{OPEN:,} open items of {CUSTOMERS:,} customers"
    yield (
        f"{what}: learned from {SETTLED:,} invoices and predicted, wall",
        found["whole"],
        "s",
        found["floor"],
        SECONDS,
    )
    yield ("of that, learning", found["learning"], "s", None, None)
    yield ("of that, predicting", found["predicting"], "s", None, None)
    yield ("peak memory", found["memory_mb"], "MB", None, MEMORY_MB)


def measure() -> dict[str, float]:
    """Make the portfolio, learn and predict."""
    from fairdue.outlook.backtest import own_median
    from fairdue.outlook.predict import NOT_KNOWN, Asked, History, Model

    random = np.random.default_rng(7)
    share = random.pareto(1.2, CUSTOMERS) + 0.05
    share = np.minimum(share, 300 / SETTLED * share.sum())
    habit, run_day = random.normal(4, 8, CUSTOMERS), random.integers(0, 7, CUSTOMERS)

    def some(count: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        of = random.choice(CUSTOMERS, size=count, p=share / share.sum())
        return of, random.integers(first, last, count), np.exp(random.normal(12, 1.5, count)).astype(np.int64)

    of, due, amount = some(SETTLED, TODAY - 1_095, TODAY)
    lag = np.rint(habit[of] + random.normal(0, 3, SETTLED)).astype(np.int64)
    lag += (run_day[of] - (due + lag)) % 7
    settled = due + lag <= TODAY
    nothing = np.zeros(SETTLED, dtype=np.int64)
    history = History(of, nothing - 1, nothing, due, amount, np.where(settled, lag, TODAY - due), settled)
    asked_of, asked_due, asked_amount = some(OPEN, TODAY - 60, TODAY + 60)
    nothing = np.zeros(OPEN, dtype=np.int64)
    through = np.maximum(TODAY - asked_due, NOT_KNOWN)
    asked = Asked(asked_of, nothing - 1, nothing, asked_due, asked_amount, through)
    start = time.perf_counter()
    model = Model(history)
    learned = time.perf_counter()
    model.predict(asked)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    some_of = slice(0, 20_000)
    codes = nothing[some_of]
    small = History(of[some_of], codes, codes, due[some_of], amount[some_of], lag[some_of], settled[some_of])
    floor = time.perf_counter()
    own_median(small, asked_of[:20_000])
    return {
        "whole": done - start, "learning": learned - start, "predicting": done - learned, "memory_mb": peak,
        "floor": time.perf_counter() - floor,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure()))
