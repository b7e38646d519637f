"""Sets of amounts with a given sum: bounded, and with how many sets were tried (rule 14). Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb, gcd
from typing import NamedTuple

HALVES_MAX = 24
"""Up to so many amounts all sets are tried, by halves."""
FOURS_MAX = 60
PAIRS_MAX = 2000
TIGHT = 500
"""A set is tight when the largest sum in units is at least so many times the sets tried: 1 / 0.002."""
ENOUGH = 2
"""One set more than one is a tie; no need to find all."""


class Found(NamedTuple):
    """Sets of places whose amounts add up. ``tried`` is how many sets of that size or smaller there are."""

    sets: tuple[tuple[int, ...], ...]
    tried: int
    tight: bool


NONE = Found((), 0, True)


def sets_of(amounts: Sequence[int], wanted: int) -> Found:
    """Find sets of at least two amounts that add up to ``wanted``; two at most, the smaller first. All amounts are positive."""
    places = [place for place, amount in enumerate(amounts) if amount <= wanted]
    if len(places) < 2 or sum(amounts[place] for place in places) < wanted:
        return NONE
    few = [amounts[place] for place in places]
    if len(few) <= HALVES_MAX:
        sets = _by_halves(few, wanted)
    elif len(few) <= FOURS_MAX:
        sets = _small(few, wanted, 4)
    elif len(few) <= PAIRS_MAX:
        sets = _small(few, wanted, 2)
    else:
        return NONE
    if not sets:
        return NONE
    ordered = sorted((tuple(places[at] for at in one) for one in sets), key=lambda one: (len(one), one))
    tried = tried_for(len(few), len(ordered[0]))
    unit = gcd(*few)
    return Found(tuple(ordered), tried, tried * TIGHT <= sum(few) // unit)


def tried_for(count: int, size: int) -> int:
    """Give how many sets are as natural as one of ``size`` out of ``count``: as small, or leaving as little out."""
    least = min(size, count - size)
    return max(1, sum(comb(count, n) for n in range(least + 1)))


def _by_halves(amounts: list[int], wanted: int) -> list[tuple[int, ...]]:
    """Try all sets: every sum of the first half is looked up among those of the second."""
    middle = len(amounts) // 2
    second: dict[int, list[int]] = {}
    for mask, total in enumerate(_sums(amounts[middle:])):
        if total <= wanted:
            second.setdefault(total, []).append(mask)
    found: list[tuple[int, ...]] = []
    for mask, total in enumerate(_sums(amounts[:middle])):
        for other in second.get(wanted - total, ()):
            places = _places(mask | other << middle)
            if len(places) > 1:
                found.append(places)
                if len(found) == ENOUGH:
                    return found
    return found


def _sums(amounts: Sequence[int]) -> list[int]:
    sums = [0]
    for amount in amounts:
        sums += [total + amount for total in sums]
    return sums


def _places(mask: int) -> tuple[int, ...]:
    return tuple(place for place in range(mask.bit_length()) if mask >> place & 1)


def _small(amounts: list[int], wanted: int, largest: int) -> list[tuple[int, ...]]:
    """Try sets of two to ``largest`` (2 or 4): pairs are looked up against single amounts and pairs."""
    at_pairs: dict[int, list[tuple[int, int]]] = {}
    for pair in combinations(range(len(amounts)), 2):
        at_pairs.setdefault(amounts[pair[0]] + amounts[pair[1]], []).append(pair)
    found: set[tuple[int, ...]] = set(at_pairs.get(wanted, ()))
    whole = len(amounts)
    if sum(amounts) == wanted:
        found.add(tuple(range(whole)))
    if largest > 2:
        for place, amount in enumerate(amounts):
            found |= {(place, *pair) for pair in at_pairs.get(wanted - amount, ()) if place < pair[0]}
        for total, pairs in at_pairs.items():
            if total * 2 > wanted or len(found) >= ENOUGH:
                continue
            for other in at_pairs.get(wanted - total, ()):
                found |= {tuple(sorted((*pair, *other))) for pair in pairs if not set(pair) & set(other)}
    return sorted(found, key=lambda one: (len(one), one))[:ENOUGH]
