"""Why an item and what is paid for it differ (rules 9 to 11)."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from fairdue.cash.matching.reasons import MatchReason
from fairdue.cash.matching.records import Difference, Item, Line, Tolerances
from fairdue.kernel.reasons import Reason, because

PERCENT_MAX = 30
SAID_MAX = 120


class Named(NamedTuple):
    """A difference by its name, with the payer's words where they name it."""

    difference: Difference
    reason: Reason
    said: str = ""


@lru_cache(1)
def _words() -> dict[str, tuple[str, ...]]:
    text = resources.files("fairdue.cash.matching.data").joinpath("payment_words.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        found[row["kind"]] = (*found.get(row["kind"], ()), row["word"])
    return found


def says(kind: str, text: str) -> str:
    """Give the word of a kind that a text has, the longest first; empty for none."""
    lower = text.casefold()
    return max((word for word in _words()[kind] if word in lower), key=lambda word: (len(word), word), default="")


def discount(item: Item, open_minor: int, paid_minor: int, line: Line, limits: Tolerances) -> Named | None:
    """Name the early-payment discount, where that is what is missing and nothing was paid before."""
    if not item.discount_minor or item.discount_until is None or open_minor != item.amount_minor:
        return None
    if abs(open_minor - paid_minor - item.discount_minor) > 1:
        return None
    late = (line.on - item.discount_until).days
    if late <= 0:
        return Named(Difference.DISCOUNT, because(MatchReason.DISCOUNT))
    if late <= limits.discount_grace_days:
        return Named(Difference.DISCOUNT_GRACE, because(MatchReason.DISCOUNT_GRACE, days=late))
    return Named(Difference.DISCOUNT_UNEARNED, because(MatchReason.DISCOUNT_UNEARNED, days=late))


def shortfall(item: Item, open_minor: int, line: Line, rest: str, country: str, home: str, limits: Tolerances) -> Named:
    """Name what is missing of a single item that is paid less (10). ``rest`` is the text behind its number."""
    paid = line.amount_minor
    missing = open_minor - paid
    named = discount(item, open_minor, paid, line, limits)
    if named is not None and named.difference != Difference.DISCOUNT_UNEARNED:
        return named
    percent = _percent(open_minor, missing)
    if percent and (says("withholding", line.text) or country in _words()["withholding_country"]):
        return Named(Difference.WITHHOLDING, because(MatchReason.WITHHOLDING, percent=percent))
    if says("part", line.text):
        return Named(Difference.OPEN, because(MatchReason.PART))
    told = rest.strip()
    if any(sign.isalpha() for sign in told) and (
        says("deduction", told) or _written(missing) in told.replace(".", ",")
    ):
        if named is None:
            return Named(Difference.DEDUCTION, because(MatchReason.DEDUCTION, said=told[:SAID_MAX]), told[:SAID_MAX])
        return named
    if named is not None:
        return named
    if missing <= limits.charges(line.currency, open_minor) and country and home and country != home:
        return Named(Difference.CHARGES, because(MatchReason.CHARGES))
    return Named(Difference.OPEN, because(MatchReason.PART))


def _written(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02d}"


def _percent(open_minor: int, missing: int) -> int:
    """Give the whole percentage that is missing, or 0."""
    percent = (200 * missing + open_minor) // (2 * open_minor)
    if 1 <= percent <= PERCENT_MAX and abs(open_minor * percent - 100 * missing) <= 100:
        return percent
    return 0
