"""When items will be paid: like invoices of the customer, and a pool. Pure; the numbers are those of docs/algorithms/payment-prediction.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairdue.outlook.lags import (
    CELLS,
    FIRST,
    MILLION,
    Floats,
    Ints,
    cell_of,
    given_unpaid,
    later_than,
    paid_by,
    quantile,
    spread,
)
from fairdue.outlook.kinds import effects
from fairdue.outlook.likeness import THOUSAND, Features, distances, experts, features, sizes, weigh

Flags = NDArray[np.bool_]
Progress = Callable[[int, int], None]

VERSION = "like-1"
"""The version that stored predictions name (14)."""
NEWEST, JUDGED, LEAST_JUDGED = 1_500, 300, 4
ERROR_MAX, PATIENCE = 15, 10
POOL_WEIGHT = 1_250_000
POOL_CAP, OTHER_WEEKDAY, OTHER_GROUP = 20, 150, 50
HELD = 0.8
LIKE_FROM = 5 * MILLION
NOT_KNOWN = FIRST - 1
"""``unpaid_through`` of an item of which nothing is known."""
_BLOCK = 2_000_000


class Basis(StrEnum):
    """What a prediction rests on (13)."""

    LIKE = "like"
    CUSTOMER = "customer"
    GROUP = "group"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class History:
    """Invoices known, an array each: customer, group (none: -1) and kind as codes, due date as ordinal, minor units, lag in days.

    ``settled`` false: unpaid, and the lag is how long it has been due (1).
    """

    customer: Ints
    group: Ints
    kind: Ints
    due: Ints
    amount_minor: Ints
    lag: Ints
    settled: Flags


@dataclass(frozen=True, slots=True)
class Asked:
    """Items to predict, coded as the history is; ``unpaid_through``: the lag through which each is known to be unpaid, or ``NOT_KNOWN``."""

    customer: Ints
    group: Ints
    kind: Ints
    due: Ints
    amount_minor: Ints
    unpaid_through: Ints


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is told of each item asked: lags in days, ``late`` by days after the due date in millionths, basis."""

    expected: Ints
    early: Ints
    far: Ints
    late: dict[int, Ints]
    like_micro: Ints
    basis: NDArray[np.str_]


class _Own(NamedTuple):
    """Weights of a block: of the customer's invoices by place, and of the pool; billionths. ``like``: invoices' worth of weight."""

    places: Ints
    weights: Ints
    pool: Ints
    like: Ints


class Model:
    """A history made ready: the newest invoices of each customer, whom it trusts, the pool, and the levels of the interval."""

    def __init__(self, history: History, *, like: bool = True, progress: Progress | None = None) -> None:
        """Prepare ``history``; with ``like`` False only age tells invoices of a customer apart (18)."""
        order = np.lexsort((history.lag, history.amount_minor, history.due, history.customer))
        self._customer, self._group = history.customer[order], history.group[order]
        self._settled = history.settled[order]
        self._features = features(history.due[order], history.amount_minor[order], history.kind[order])
        self._effects = effects(self._customer, self._features.kind, history.lag[order], self._settled)
        self._lag = history.lag[order] - self._effect(self._features.kind)
        self._cell = cell_of(self._lag)
        self._any_unpaid = not bool(self._settled.all())
        self._customers, first = np.unique(self._customer, return_index=True)
        ends = np.append(first[1:], len(order))
        self._ends, self._starts = ends, np.maximum(first, ends - NEWEST)
        self._pools = self._pool_tables()
        self._trust = np.full((len(self._customers) + 1, len(experts())), THOUSAND // len(experts()), dtype=np.int64)
        self._like = like
        self.levels = (0.1, 0.9)
        self._judge(progress)

    def predict(
        self, asked: Asked, *, lates: tuple[int, ...] = (0, 7, 30, 60, 90), progress: Progress | None = None
    ) -> Prediction:
        """Predict every item asked; ``lates`` are the days after the due date of which the probability is told."""
        parts = asked.customer, asked.group, asked.kind, asked.due, sizes(asked.amount_minor), asked.unpaid_through
        whole = np.stack(parts, axis=1)
        distinct, first, back = np.unique(whole, axis=0, return_index=True, return_inverse=True)
        found = np.zeros((len(distinct), 4 + len(lates)), dtype=np.int64)
        basis = np.full(len(distinct), Basis.ALL.value, dtype="<U8")
        own = features(asked.due[first], asked.amount_minor[first], asked.kind[first])
        shift = self._effect(own.kind)
        customer = self._codes(asked.customer[first])
        done = 0
        for rows in self._blocks(customer):
            told = self._own(own.take(rows), customer[rows], self._trust[customer[rows]])
            paid = self._paid_by(told, asked.group[first][rows], own.weekday[rows])
            through = asked.unpaid_through[first][rows]
            if (through > NOT_KNOWN).any():
                paid = given_unpaid(paid, np.where(through > NOT_KNOWN, through - shift[rows], NOT_KNOWN))
            for place, level in enumerate((0.5, *self.levels)):
                found[rows, place] = quantile(paid, level) + shift[rows]
            found[rows, 3] = told.like
            for place, late in enumerate(lates):
                found[rows, 4 + place] = later_than(paid, late - shift[rows])
            basis[rows] = _basis(told, asked.group[first][rows])
            done += len(rows)
            if progress is not None:
                progress(done, len(distinct))
        found, basis = found[back.reshape(-1)], basis[back.reshape(-1)]
        late_by = {late: found[:, 4 + place] for place, late in enumerate(lates)}
        return Prediction(found[:, 0], found[:, 1], found[:, 2], late_by, found[:, 3], basis)

    def _effect(self, kind: Ints) -> Ints:
        return np.where(kind < len(self._effects), self._effects[np.minimum(kind, len(self._effects) - 1)], 0)

    def _codes(self, customer: Ints) -> Ints:
        """Give the place of each customer; those without history have the place behind the last."""
        if not len(self._customers):
            return np.zeros(len(customer), dtype=np.int64)
        found = np.searchsorted(self._customers, customer).clip(0, len(self._customers) - 1)
        return np.where(self._customers[found] == customer, found, len(self._customers)).astype(np.int64)

    def _lengths(self, customer: Ints) -> Ints:
        lengths = np.append(self._ends - self._starts, 0)
        return np.asarray(lengths[customer])

    def _blocks(self, customer: Ints) -> Iterator[Ints]:
        """Give the places of items in blocks of customers with about as much history: what is compared stays small."""
        lengths = self._lengths(customer)
        order = np.lexsort((customer, lengths))
        at = 0
        while at < len(order):
            widest, count = 1, 0
            ahead = lengths[order[at : at + _BLOCK // CELLS]]
            fits = (np.maximum(ahead, CELLS) * np.arange(1, len(ahead) + 1)) <= _BLOCK
            near = ahead <= max(2 * int(ahead[0]), 16)
            count = max(int(np.argmin(fits & near)) if not (fits & near).all() else len(ahead), widest)
            yield order[at : at + count]
            at += count

    def _own(self, asked: Features, customer: Ints, trust: Ints, *, without_same_due: bool = False) -> _Own:
        """Weigh the customers' invoices for each item (5 to 8); ``trust`` in thousandths by item and expert."""
        lengths = self._lengths(customer)
        width = max(int(lengths.max(initial=0)), 1)
        start = np.append(self._starts, 0)[customer]
        place = np.arange(width)[None, :]
        there = place < lengths[:, None]
        places = np.where(there, start[:, None] + place, 0)
        if not len(self._customer):
            nothing = np.zeros((len(customer), 1), dtype=np.int64)
            return _Own(nothing, nothing, np.full(len(customer), THOUSAND * MILLION), nothing[:, 0])
        far = distances(asked.down(), self._features.take(places))
        if without_same_due:
            there = there & ~far.same_due
        weights = np.zeros(places.shape, dtype=np.int64)
        pool, like = (np.zeros(len(customer), dtype=np.int64) for _ in range(2))
        for number, expert in enumerate(experts()):
            share = trust[:, number]
            if not share.any():
                continue
            one = np.where(there, weigh(expert, far), 0)
            one = one * MILLION // np.maximum(one.max(axis=1, keepdims=True), 1)
            total = one.sum(axis=1)
            weights += share[:, None] * (one * MILLION // (total + POOL_WEIGHT)[:, None])
            pool += share * (POOL_WEIGHT * MILLION // (total + POOL_WEIGHT))
            like += share * total // THOUSAND
        return _Own(places, weights, pool, like)

    def _paid_by(self, told: _Own, group: Ints, weekday: Ints) -> Floats:
        """Give the distribution of each item (9)."""
        rows = np.repeat(np.arange(len(told.pool)), told.places.shape[1])
        places, weights = told.places.reshape(-1), told.weights.reshape(-1)
        pool = self._pools[self._pool_of(group), weekday]
        own = np.zeros((len(told.pool), CELLS))
        unpaid = None
        if len(self._customer):
            cells, settled = self._cell[places], self._settled[places]
            own = spread(rows, cells, np.where(settled, weights, 0), len(told.pool))
            if self._any_unpaid:
                unpaid = spread(rows, cells, np.where(settled, 0, weights), len(told.pool))
        return paid_by(own + told.pool[:, None] * pool // MILLION, unpaid)

    def _pool_of(self, group: Ints) -> Ints:
        found = np.searchsorted(self._groups, group).clip(0, len(self._groups) - 1)
        return np.where(self._groups[found] == group, found, 0)

    def _pool_tables(self) -> Ints:
        """Give the pool by group and weekday in millionths by cell (8)."""
        self._groups = np.unique(np.append(self._group, -1))
        lengths = (np.append(self._ends, 0) - np.append(self._starts, 0))[self._codes(self._customer)]
        weights = THOUSAND * np.minimum(lengths, POOL_CAP) // np.maximum(lengths, 1)
        newest = np.arange(len(self._customer)) >= np.append(self._starts, 0)[self._codes(self._customer)]
        weights = np.where(newest, np.maximum(weights, 1), 0)
        rows = np.searchsorted(self._groups, self._group) * 7 + self._features.weekday
        count = len(self._groups) * 7
        paid, unpaid = (
            spread(rows, self._cell, np.where(self._settled == which, weights, 0), count).reshape(-1, 7, CELLS)
            for which in (True, False)
        )
        paid, unpaid = (_widened(one) for one in (paid, unpaid))
        shares = paid_by(paid.reshape(count, CELLS) + 1e-9, unpaid.reshape(count, CELLS) if unpaid.any() else None)
        exact = np.rint(np.diff(shares, axis=1, prepend=0.0) * MILLION).astype(np.int64)
        return np.maximum(exact, 0).reshape(-1, 7, CELLS)

    def _judge(self, progress: Progress | None) -> None:
        """Predict the newest settled invoices from the customer's others: whom to trust, and the levels (7, 12)."""
        places = self._to_judge()
        customer = self._codes(self._customer[places])
        errors = np.zeros((len(places), len(experts())), dtype=np.int64)
        held = np.zeros(len(places))
        steps = [(step, rows) for step in (0, 1) for rows in self._blocks(customer)]
        for at, (step, rows) in enumerate(steps):
            if at == len(steps) // 2:
                self._trust[: len(self._customers)] = self._trusted(customer, errors)
            self._judge_block(places[rows], customer[rows], rows, errors if not step else None, held)
            if progress is not None:
                progress(at + 1, len(steps))
        if len(places):
            level = float(np.quantile(held, 1 - HELD, method="lower"))
            self.levels = (min(max(level, 0.01), 0.49), 1 - min(max(level, 0.01), 0.49))

    def _judge_block(self, places: Ints, customer: Ints, rows: Ints, errors: Ints | None, held: Floats) -> None:
        asked, group = self._features.take(places), self._group[places]
        if errors is None:
            told = self._own(asked, customer, self._trust[customer], without_same_due=True)
            paid = self._paid_by(told, group, asked.weekday)
            at = np.arange(len(places)), self._cell[places]
            before = np.where(at[1] > 0, paid[at[0], np.maximum(at[1] - 1, 0)], 0.0)
            held[rows] = np.minimum(paid[at], 1 - before)
            return
        for number in range(len(experts())):
            alone = np.zeros((len(places), len(experts())), dtype=np.int64)
            alone[:, number] = THOUSAND
            told = self._own(asked, customer, alone, without_same_due=True)
            expected = quantile(self._paid_by(told, group, asked.weekday), 0.5)
            errors[rows, number] = np.minimum(np.abs(expected - self._lag[places]), ERROR_MAX)

    def _to_judge(self) -> Ints:
        """Give the places of the newest settled invoices of each customer (7)."""
        places = np.flatnonzero(self._settled)
        if not len(places):
            return places
        customer = self._customer[places]
        last = np.searchsorted(customer, customer, side="right")
        return places[last - np.arange(len(places)) <= JUDGED]

    def _trusted(self, customer: Ints, errors: Ints) -> Ints:
        """Give the trust in each expert by customer, in thousandths (7)."""
        count = np.bincount(customer, minlength=len(self._customers))[:, None]
        summed = np.stack(
            [np.bincount(customer, weights=errors[:, number], minlength=len(self._customers)) for number in range(errors.shape[1])], axis=1
        )
        if not self._like:
            return np.tile(np.array([THOUSAND] + [0] * (errors.shape[1] - 1), dtype=np.int64), (len(self._customers), 1))
        worse = summed - summed.min(axis=1, keepdims=True)
        trust = np.where(count >= LEAST_JUDGED, np.exp(-worse / PATIENCE), 1.0)
        return np.rint(trust / trust.sum(axis=1, keepdims=True) * THOUSAND).astype(np.int64)


def _widened(tables: Floats) -> Floats:
    """Add other weekdays and other groups with their part of the weight (8); the first table is of those without a group."""
    everybody = tables.sum(axis=0, keepdims=True)
    mixed = tables * THOUSAND + (everybody - tables) * OTHER_GROUP
    mixed[0] = everybody[0] * THOUSAND
    return np.asarray(mixed * THOUSAND + (mixed.sum(axis=1, keepdims=True) - mixed) * OTHER_WEEKDAY)


def _basis(told: _Own, group: Ints) -> NDArray[np.str_]:
    pooled = np.where(group >= 0, Basis.GROUP.value, Basis.ALL.value)
    mostly_own = told.pool * 2 < THOUSAND * MILLION
    return np.where(told.like >= LIKE_FROM, Basis.LIKE.value, np.where(mostly_own, Basis.CUSTOMER.value, pooled))
