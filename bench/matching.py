"""Matching 100,000 bank lines against 1,000,000 items of the open benchmark, and a quarter of both: CPU time, memory, and how cost grows.

Each size is measured in a process of its own, on one core. The floor is the naive matcher's look-ups of exact numbers over the same lines.
"""

from __future__ import annotations

import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SIZES = ((25_000, 250_000), (100_000, 1_000_000))
SECONDS, MEMORY_MB = 60, 3_000
GROWTH = 5.0
"""Four times as much may take at most so many times as long: linear with a logarithm, and some room."""
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure both sizes."""
    took = []
    for lines, items in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "bench.matching", folder, str(lines), str(items)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        told: dict[str, float] = json.loads(done.stdout)
        took.append(told["index_s"] + told["match_s"])
        most = SECONDS if (lines, items) == SIZES[-1] else None
        what = f"{lines:,} lines against {items:,} items"
        yield f"{what}: index and match, CPU", took[-1], "s", told["naive_s"], most
        yield f"{what}: posted", told["posted"], "lines", None, None
        yield f"{what}: peak memory", told["memory_mb"], "MB", None, MEMORY_MB if most else None
    yield "four times as much takes", took[1] / took[0], "x", None, GROWTH


def _measure(folder: Path, lines: int, items: int) -> dict[str, float]:
    from bench.cash_application import product
    from bench.cash_application.generate import generate
    from fairdue.cash.matching.budget import allowed
    from fairdue.cash.matching.folding import packed, words
    from fairdue.cash.matching.match import Matcher

    generate(folder, 9, lines, items)
    customers, names, ids = product.Ids(), product.Ids(), product.Ids()
    book, told = product.book(folder, customers, names), list(product.lines(folder, ids))
    gc.collect()
    begun = time.process_time()
    numbers = {packed(item.number): item.open_minor for item in book.items}
    sum(any(word.pack in numbers for word in words(line.text)) for line in told)
    naive_s = time.process_time() - begun
    del numbers
    begun = time.process_time()
    matcher = Matcher(book, allowed({}), {})
    index_s = time.process_time() - begun
    posted = sum(matcher.answer(line).state == "posted" for line in told)
    match_s = time.process_time() - begun - index_s
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"naive_s": naive_s, "index_s": index_s, "match_s": match_s, "posted": posted, "memory_mb": memory}


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
