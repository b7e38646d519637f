"""The record of each evidence class over many seeds that nothing is tuned on: what the product posts by (rule 19 of cash-matching)."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from bench.cash_application.generate import generate
from bench.cash_application.product import answer
from bench.cash_application.score import NOTHING, answers, truths
from fairdue.cash.matching.budget import upper_ppm
from fairdue.cash.matching.classes import NEVER, Evidence

FIRST_SEED = 2001
LINES, ITEMS = 100_000, 300_000
CANDIDATES = frozenset({
    Evidence.REFERENCE, Evidence.NUMBER, Evidence.NUMBER_DAMAGED, Evidence.NUMBER_UNEQUAL, Evidence.ADVICE, Evidence.PAYER_ITEM,
    Evidence.PAYER_SUM, Evidence.RETURN, Evidence.NOBODY,
}) - NEVER  # fmt: skip
"""What posts while the record is made: the classes meant to post."""
RECORD = Path(__file__).parents[2] / "src/fairdue/cash/matching/data/record.csv"
HEAD = (
    "# What each evidence class answered on the open benchmark, and how many of it were wrong; a guess at a tie is wrong.\n"
    "# Made by: python -m bench.cash_application prove. Seeds {first} to {last}, {lines} lines and {items} items each.\n"
)


def one_seed(seed: int) -> tuple[Counter[str], Counter[str]]:
    """Count the lines and the errors of each class on one seed."""
    lines, wrong = Counter[str](), Counter[str]()
    folder = Path(tempfile.mkdtemp(prefix="fairdue-prove-"))
    try:
        generate(folder, seed, LINES, ITEMS)
        answer(folder, folder / "answer.csv", folder / "classes.csv", CANDIDATES)
        given = answers(folder / "answer.csv")
        with (folder / "classes.csv").open(encoding="utf-8", newline="") as file:
            evidence = {row["line"]: row["evidence"] for row in csv.DictReader(file)}
        for truth in truths(folder / "truth.csv"):
            told = given.get(truth.line, NOTHING)
            if told.state == "abstained":
                continue
            lines[evidence[truth.line]] += 1
            wrong[evidence[truth.line]] += truth.tie or told.parts != truth.parts
    finally:
        shutil.rmtree(folder)
    return lines, wrong


def prove(seeds: int, record: Path = RECORD) -> None:
    """Write the record of so many seeds."""
    lines, wrong = Counter[str](), Counter[str]()
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        more, errors = one_seed(seed)
        lines += more
        wrong += errors
        print(f"seed {seed}: {more.total():,} answered, {errors.total()} wrong", flush=True)
        _write(record, lines, wrong, seed)
    for name in sorted(lines):
        print(
            f"{name:24} {lines[name]:>10,} lines {wrong[name]:>6} wrong, at most {upper_ppm(lines[name], wrong[name])} ppm"
        )


def _write(record: Path, lines: Counter[str], wrong: Counter[str], last: int) -> None:
    with record.open("w", encoding="utf-8", newline="") as out:
        out.write(HEAD.format(first=FIRST_SEED, last=last, lines=f"{LINES:,}", items=f"{ITEMS:,}"))
        table = csv.writer(out, lineterminator="\n")
        table.writerow(["evidence", "lines", "wrong"])
        table.writerows([str(name), lines[name], wrong[name]] for name in Evidence if lines[name])
