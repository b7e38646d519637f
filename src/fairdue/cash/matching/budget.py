"""The wrong-match budget: which evidence classes may post, by what is proven of them (rules 18 and 19)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from math import exp, lgamma, log, log1p
from typing import NamedTuple

from fairdue.cash.matching.classes import NEVER, Evidence

MILLION = 1_000_000
BUDGET_PPM = 100
"""At most one wrong match in 10,000 posted lines."""
DOUBT = 0.05
_STEPS = 60


class Record(NamedTuple):
    """Lines that a class answered, and how many of them were wrong."""

    lines: int = 0
    wrong: int = 0


@lru_cache(1)
def benchmark() -> Mapping[str, Record]:
    """Give the record of each class on the open benchmark."""
    text = resources.files("fairdue.cash.matching.data").joinpath("record.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["evidence"]: Record(int(row["lines"]), int(row["wrong"])) for row in rows}


def upper_ppm(lines: int, wrong: int) -> int:
    """Give the upper end of the one-sided 95 % interval of an error, in ppm, rounded up (Clopper and Pearson 1934).

    It is the share at which so few errors or fewer would be seen in one sample of twenty. No lines prove nothing: a million.
    """
    if lines <= 0 or wrong >= lines:
        return MILLION
    low, high = wrong / lines, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(wrong, lines, middle) > DOUBT:
            low = middle
        else:
            high = middle
    return int(high * MILLION) + 1


def _at_most(wrong: int, lines: int, share: float) -> float:
    """Give the probability of at most so many errors."""
    total = 0.0
    for count in range(wrong + 1):
        ways = lgamma(lines + 1) - lgamma(count + 1) - lgamma(lines - count + 1)
        total += exp(ways + count * log(share) + (lines - count) * log1p(-share)) if 0 < share < 1 else 0.0
    return total


class Because(StrEnum):
    """Why a class may post or may not."""

    NEVER = "never"
    """A person should see such lines, whatever their record says."""
    OWN_PROVES = "own_proves"
    OWN_BREAKS = "own_breaks"
    """The company's own errors exceed the budget by themselves."""
    BENCHMARK_PROVES = "benchmark_proves"
    NOT_PROVEN = "not_proven"


class Standing(NamedTuple):
    """What is known of a class, and what it may do; the upper ends are in ppm."""

    evidence: str
    benchmark: Record
    benchmark_upper_ppm: int
    own: Record
    own_upper_ppm: int
    may_post: bool
    because: Because


def standings(own: Mapping[str, tuple[int, int]], per_million: int = BUDGET_PPM) -> list[Standing]:
    """Give every class with what is known of it. ``own`` is the company's confirmed lines and errors by class.

    A class that the company's own lines prove, posts; one whose own errors exceed the budget by themselves does not; for the
    others the benchmark decides.
    """
    return [_standing(evidence, Record(*own.get(evidence, (0, 0))), per_million) for evidence in Evidence]


def _standing(evidence: Evidence, own: Record, per_million: int) -> Standing:
    record = benchmark().get(evidence, Record())
    upper, own_upper = upper_ppm(*record), upper_ppm(*own)
    if evidence in NEVER:
        why = Because.NEVER
    elif own_upper <= per_million:
        why = Because.OWN_PROVES
    elif own.wrong > 0 and own.wrong * MILLION > own.lines * per_million:
        why = Because.OWN_BREAKS
    else:
        why = Because.BENCHMARK_PROVES if upper <= per_million else Because.NOT_PROVEN
    may = why in (Because.OWN_PROVES, Because.BENCHMARK_PROVES)
    return Standing(str(evidence), record, upper, own, own_upper, may, why)


def allowed(own: Mapping[str, tuple[int, int]], per_million: int = BUDGET_PPM) -> frozenset[str]:
    """Give the classes that may post."""
    return frozenset(one.evidence for one in standings(own, per_million) if one.may_post)


def probability(evidence: str, own: tuple[int, int]) -> int:
    """Give the share of a class that was right, in ppm: the benchmark's and the company's lines together, one doubt added.

    A class of which nothing is known is right in half the cases.
    """
    record = benchmark().get(evidence, Record())
    lines, wrong = record.lines + own[0], record.wrong + own[1]
    return (2 * (lines - wrong) + 1) * MILLION // (2 * (lines + 1))
