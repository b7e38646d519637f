"""The frozen shares of the situations, and the order in which they occur."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random
from typing import NamedTuple

WHOLE = 1_000_000
FILE = Path(__file__).with_name("situations.csv")


class Situation(NamedTuple):
    """One row of ``situations.csv``."""

    name: str
    ppm: int
    by_reference: bool


def situations() -> list[Situation]:
    """Give the situations in the order of the file."""
    rows = csv.DictReader(line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return [Situation(row["situation"], int(row["ppm"]), row["by_reference"] == "1") for row in rows]


def counts(lines: int) -> dict[str, int]:
    """Share the lines out by largest remainder, so that each situation has its share to the line."""
    table = situations()
    found = {one.name: lines * one.ppm // WHOLE for one in table}
    rest = sorted(table, key=lambda one: (-(lines * one.ppm % WHOLE), one.name))
    for one in rest[: lines - sum(found.values())]:
        found[one.name] += 1
    return found


def order(rng: Random, lines: int) -> list[str]:
    """Give the situation of every line."""
    names = [name for name, count in counts(lines).items() for _ in range(count)]
    rng.shuffle(names)
    return names
