"""Chance from a seed, in whole numbers: the same seed gives the same company on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

PPM = 1_000_000
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def seeded(seed: int, part: str) -> Random:
    """Give the chance of one part of the company: its own stream, so that a change in one part leaves the others alone."""
    return Random(f"fairdue demo {seed} {part}")  # noqa: S311 - believable data, no secret


def below(rng: Random, count: int) -> int:
    """Draw a whole number from 0 to ``count - 1``; quicker than ``randrange``, even enough for small counts."""
    return int(rng.random() * count)


def between(rng: Random, low: int, high: int) -> int:
    """Draw a whole number from ``low`` to ``high``, both included."""
    return low + int(rng.random() * (high - low + 1))


def happens(rng: Random, chance_ppm: int) -> bool:
    """Say whether something that happens ``chance_ppm`` times in a million happens now."""
    return below(rng, PPM) < chance_ppm


def pick(rng: Random, weights: Mapping[T, int]) -> T:
    """Choose a key by its weight; order of the mapping decides ties between equal draws, so it must be fixed."""
    at = below(rng, sum(weights.values()))
    for key, weight in weights.items():
        at -= weight
        if at < 0:
            return key
    raise ValueError("weights must be positive")


def one_of(rng: Random, values: Sequence[T]) -> T:
    """Choose one value; quicker than ``Random.choice``."""
    return values[int(rng.random() * len(values))]


def fill(rng: Random, pattern: str) -> str:
    """Fill a pattern: ``#`` becomes a digit, ``?`` a capital letter; everything else stays."""
    return "".join(
        str(below(rng, 10)) if sign == "#" else one_of(rng, _LETTERS) if sign == "?" else sign for sign in pattern
    )
