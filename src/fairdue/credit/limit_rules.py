"""Credit limits: the methods and what they come to. Pure. Numbers are those of docs/algorithms/credit-limits.md.

Amounts are minor units of the company's currency, shares ppm; None is "not known".
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from fairdue.kernel.rounding import PPM, Rounding, divide, to_int

YEAR_DAYS = 365
METHODS_MIN, SPREAD_MAX, REFERENCES_MIN = 2, 5, 3
STARTER_CAPACITY_PPM = 500_000
DIGITS = 2
ABOVE_LAST_PPM = 250_000


class Method(StrEnum):
    """A published way to an amount (1)."""

    NET_WORTH = "M1"
    WORKING_CAPITAL = "M2"
    WORKING_ASSETS = "M3"
    NEED = "M4"
    PURCHASE_SHARE = "M5"
    HISTORY = "M6"
    REFERENCES = "M7"
    INSURER = "M8"
    ECONOMICS = "M9"


class Bound(StrEnum):
    """What bounds a limit (4, 7)."""

    NEED = "need"
    CAPACITY = "capacity"
    INSURER = "insurer"
    ECONOMICS = "economics"
    RECEIVABLES = "receivables"
    EQUITY = "equity"
    SALES = "sales"
    STARTER = "starter"


WEIGHTS = {
    Method.NET_WORTH: 2, Method.WORKING_CAPITAL: 2, Method.WORKING_ASSETS: 2, Method.PURCHASE_SHARE: 2, Method.HISTORY: 3,
    Method.REFERENCES: 1,
}  # fmt: skip
"""Weights in the consensus (3)."""


@dataclass(frozen=True, slots=True)
class LimitFacts:
    """What is known of a buyer and of ourselves; None where it is not."""

    grade: str
    net_worth: int | None = None
    intangibles: int = 0
    current_assets: int | None = None
    inventory: int | None = None
    current_liabilities: int | None = None
    total_liabilities: int | None = None
    cost_of_sales: int | None = None
    """Of a year, like all flows here."""
    purchases: int | None = None
    """What the buyer buys from us in a year, tax included."""
    terms_days: int = 30
    tolerance_days: int = 15
    peak_ppm: int = PPM
    repaid_high: int | None = None
    references: tuple[int, ...] = ()
    """The highest credit that each reference gives."""
    insurer_limit: int | None = None
    insured_share_ppm: int = PPM
    cover_asked: bool = False
    margin: int | None = None
    pd_ppm: int | None = None
    lgd_ppm: int | None = None
    our_receivables: int | None = None
    our_equity: int | None = None
    our_sales: int | None = None
    receivables_of_month: int | None = None
    insurer_discretion: int | None = None


@dataclass(frozen=True, slots=True)
class LimitPolicy:
    """What a company grants (1, 4, 7). Shares in ppm."""

    purchase_share_ppm: int = 200_000
    margin_share_ppm: int = 250_000
    receivables_share_ppm: int = 100_000
    equity_share_ppm: int = 100_000
    sales_share_ppm: int = 100_000
    starter_share_ppm: int = 10_000


class Ladder(NamedTuple):
    """Shares of a grade, in ppm."""

    net_worth: int
    working_capital: int
    growth: int
    capacity: int


class Granted(NamedTuple):
    """What the methods come to. ``limit`` None: nothing bounds it, nobody can say."""

    limit: int | None
    bound_by: Bound | None
    capacity: int | None
    methods: dict[Method, int]
    bounds: dict[Bound, int]
    automatic: bool
    """Whether it may be granted without a person (5)."""


@cache
def ladders() -> dict[str, Ladder]:
    """Give the shares by grade, best first, from ``data/limit_ladders.csv``."""
    return {row["grade"]: Ladder(*(int(row[name]) for name in Ladder._fields)) for row in _rows("limit_ladders")}


@cache
def _working_assets() -> tuple[tuple[int, int], ...]:
    return tuple((int(row["bound_micro"]), int(row["share"])) for row in _rows("working_assets"))


def _rows(name: str) -> Iterable[dict[str, str]]:
    text = files("fairdue.credit").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    return csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


def methods(facts: LimitFacts, policy: LimitPolicy) -> dict[Method, int]:
    """Give what each method gives, without those that lack what they need (1, 2). Raises KeyError for a grade that is none."""
    ladder = ladders()[facts.grade]
    found = {
        Method.NET_WORTH: _share(_less(facts.net_worth, facts.intangibles), ladder.net_worth),
        Method.WORKING_CAPITAL: _share(_less(facts.current_assets, facts.current_liabilities), ladder.working_capital),
        Method.WORKING_ASSETS: _of_working_assets(facts),
        Method.NEED: _of_cycle(facts.purchases, facts, facts.peak_ppm),
        Method.PURCHASE_SHARE: _of_cycle(facts.cost_of_sales, facts, policy.purchase_share_ppm),
        Method.HISTORY: _share(facts.repaid_high, PPM + ladder.growth),
        Method.REFERENCES: _median(facts.references) if len(facts.references) >= REFERENCES_MIN else None,
        Method.INSURER: None if facts.insurer_limit is None else divide(facts.insurer_limit * PPM, facts.insured_share_ppm),
        Method.ECONOMICS: _of_margin(facts, policy),
    }  # fmt: skip
    return {method: max(amount, 0) for method, amount in found.items() if amount is not None}


def granted(facts: LimitFacts, policy: LimitPolicy) -> Granted:
    """Give the limit, what bounds it and whether it may be granted without a person (3 to 6)."""
    found = methods(facts, policy)
    capacity = weighted_median([(amount, WEIGHTS[method]) for method, amount in found.items() if method in WEIGHTS])
    bounds = {
        Bound.NEED: found.get(Method.NEED),
        Bound.CAPACITY: _share(capacity, ladders()[facts.grade].capacity),
        Bound.INSURER: found.get(Method.INSURER, 0) if facts.cover_asked else None,
        Bound.ECONOMICS: found.get(Method.ECONOMICS),
        Bound.RECEIVABLES: _share(facts.our_receivables, policy.receivables_share_ppm),
        Bound.EQUITY: _share(facts.our_equity, policy.equity_share_ppm),
        Bound.SALES: _share(facts.our_sales, policy.sales_share_ppm),
    }
    return _least(bounds, capacity, found)


def starting(facts: LimitFacts, policy: LimitPolicy) -> Granted:
    """Give a newcomer's limit (7)."""
    fresh = replace(facts, repaid_high=None, peak_ppm=PPM)
    found = methods(fresh, policy)
    capacity = weighted_median([(amount, WEIGHTS[method]) for method, amount in found.items() if method in WEIGHTS])
    starter = facts.insurer_discretion
    if starter is None:
        starter = _share(facts.receivables_of_month, policy.starter_share_ppm)
    share = min(STARTER_CAPACITY_PPM, ladders()[facts.grade].capacity)
    bounds = {
        Bound.NEED: found.get(Method.NEED),
        Bound.CAPACITY: _share(capacity, share),
        Bound.INSURER: found.get(Method.INSURER, 0) if facts.cover_asked else None,
        Bound.STARTER: starter,
    }
    return _least(bounds, capacity, found)


def weighted_median(amounts: Sequence[tuple[int, int]]) -> int | None:
    """Give the weighted median of (amount, weight); None of nothing (3)."""
    ranked = sorted(amounts)
    whole, passed = sum(weight for _, weight in ranked), 0
    for place, (amount, weight) in enumerate(ranked):
        passed += weight
        if 2 * passed == whole:
            return divide(amount + ranked[place + 1][0], 2)
        if 2 * passed > whole:
            return amount
    return None


def rounded_down(amount: int, digits: int = DIGITS) -> int:
    """Round an amount down to its first digits (4): 22,187 is 22,000."""
    step: int = 10 ** max(len(str(amount)) - digits, 0)
    return amount // step * step


def rating_value(facts: LimitFacts) -> Fraction | None:
    """Give the rating value of the working-asset model; None where something is missing or not above zero (2)."""
    told = (facts.net_worth, facts.current_assets, facts.inventory, facts.current_liabilities, facts.total_liabilities)
    if any(one is None for one in told):
        return None
    worth, assets, inventory, current, total = (one or 0 for one in told)
    if worth <= 0 or current <= 0:
        return None
    return Fraction(assets, current) + Fraction(assets - inventory, current) - Fraction(current + total, worth)


def _of_working_assets(facts: LimitFacts) -> int | None:
    value = rating_value(facts)
    if value is None or facts.net_worth is None or facts.current_assets is None or facts.current_liabilities is None:
        return None
    share = next((share for bound, share in _working_assets() if value * PPM <= bound), ABOVE_LAST_PPM)
    assets = facts.current_assets - facts.current_liabilities + facts.net_worth
    return divide(assets * share, 2 * PPM)


def _of_cycle(of_year: int | None, facts: LimitFacts, share_ppm: int) -> int | None:
    if of_year is None:
        return None
    return divide(of_year * (facts.terms_days + facts.tolerance_days) * share_ppm, YEAR_DAYS * PPM)


def _of_margin(facts: LimitFacts, policy: LimitPolicy) -> int | None:
    if facts.margin is None or not facts.pd_ppm or not facts.lgd_ppm:
        return None
    return divide(facts.margin * policy.margin_share_ppm * PPM, facts.pd_ppm * facts.lgd_ppm)


def _least(bounds: dict[Bound, int | None], capacity: int | None, found: dict[Method, int]) -> Granted:
    known = {bound: amount for bound, amount in bounds.items() if amount is not None}
    speaking = [amount for method, amount in found.items() if method in WEIGHTS]
    automatic = len(speaking) >= METHODS_MIN and max(speaking) <= SPREAD_MAX * min(speaking) and Method.NEED in found
    if not known or capacity is None:
        return Granted(None, None, capacity, found, known, False)
    least = min(known, key=lambda bound: known[bound])
    return Granted(rounded_down(known[least]), least, capacity, found, known, automatic)


def _less(whole: int | None, part: int | None) -> int | None:
    return None if whole is None or part is None else whole - part


def _share(amount: int | None, ppm: int) -> int | None:
    return None if amount is None else divide(max(amount, 0) * ppm, PPM)


def _median(amounts: Sequence[int]) -> int:
    ranked, half = sorted(amounts), len(amounts) // 2
    return ranked[half] if len(ranked) % 2 else to_int(Fraction(ranked[half - 1] + ranked[half], 2), Rounding.HALF_UP)


FIELDS = tuple(field.name for field in fields(LimitFacts))
"""Names of all facts, as files and commands call them."""
