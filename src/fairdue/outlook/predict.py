"""When items will be paid: like invoices of the customer, and a pool. Pure.

The numbers are those of docs/algorithms/payment-prediction.md.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairdue.outlook.kinds import effects
from fairdue.outlook.lags import (
    CELLS,
    FIRST,
    MILLION,
    SHOWN,
    Floats,
    Ints,
    cell_of,
    given_unpaid,
    later_than,
    paid_by,
    quantile,
    spread,
)
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
LEVELS_FROM, JUDGED_IN_ALL, LEAST_OF_MANY = 100_000, 400_000, 8
_BLOCK = 250_000


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
    """Weights of a block: of the customer's invoices by place, and of the pool; whole billionths. ``like``: invoices' worth of weight."""

    places: Ints
    weights: Floats
    pool: Floats
    like: Floats


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
        steps = np.arange(len(self._pools) * 7)[:, None] * 2.0 * MILLION
        self._pool_sums = (np.cumsum(self._pools.reshape(-1, CELLS), axis=1) + steps).reshape(-1)
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
        group, through = asked.group[first], asked.unpaid_through[first]

        def tell(rows: Ints) -> None:
            told = self._own(own.take(rows), customer[rows], self._trust[customer[rows]])
            paid = self._paid_by(told, group[rows], own.weekday[rows])
            known = through[rows] > NOT_KNOWN
            if known.any():
                paid = given_unpaid(paid, np.where(known, through[rows] - shift[rows], NOT_KNOWN))
            for place, level in enumerate((0.5, *self.levels)):
                found[rows, place] = quantile(paid, level) + shift[rows]
            found[rows, 3] = told.like.astype(np.int64)
            for place, late in enumerate(lates):
                found[rows, 4 + place] = later_than(paid, late - shift[rows])
            basis[rows] = _basis(told, group[rows])

        _each(self._blocks(customer), tell, 0, len(distinct), progress)
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

    def _places(self, customer: Ints) -> tuple[Ints, Flags]:
        """Give the places of the customers' invoices, a row for each item, and which of them there are."""
        lengths = self._lengths(customer)
        width = max(int(lengths.max(initial=0)), 1)
        start = np.append(self._starts, 0)[customer]
        place = np.arange(width)[None, :]
        there = place < lengths[:, None]
        return np.where(there, start[:, None] + place, 0), there

    def _own(self, asked: Features, customer: Ints, trust: Ints, *, without_same_due: bool = False) -> _Own:
        """Weigh the customers' invoices for each item (5 to 8); ``trust`` in thousandths by item and expert."""
        places, there = self._places(customer)
        if not len(self._customer):
            none = np.zeros(places.shape)
            return _Own(places, none, np.full(len(customer), float(THOUSAND * MILLION)), none[:, 0])
        if without_same_due:
            there = there & (asked.due[:, None] != self._features.due[places])
        far = distances(asked.down(), self._features.take(places))
        weights = np.zeros(places.shape)
        pool, like = np.zeros(len(customer)), np.zeros(len(customer))
        for number, expert in enumerate(experts()):
            share = trust[:, number]
            if not share.any():
                continue
            one, total = _scaled(np.where(there, weigh(expert, far), 0.0))
            weights += np.floor(one * (MILLION / (total + POOL_WEIGHT))[:, None]) * share[:, None]
            pool += np.floor(POOL_WEIGHT * (MILLION / (total + POOL_WEIGHT))) * share
            like += np.floor(share * total / THOUSAND)
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
            if self._any_unpaid and not settled.all():
                own = spread(rows, cells, np.where(settled, weights, 0.0), len(told.pool))
                unpaid = spread(rows, cells, np.where(settled, 0.0, weights), len(told.pool))
            else:
                own = spread(rows, cells, weights, len(told.pool))
        return paid_by(own * MILLION + told.pool[:, None] * pool, None if unpaid is None else unpaid * MILLION)

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
        if not len(places):
            return
        customer = self._codes(self._customer[places])
        sample = np.arange(0, len(places), -(-len(places) // LEVELS_FROM))
        of = len(places) + len(sample)
        errors = np.zeros((len(places), len(experts())))
        blocks = self._blocks(customer)
        done = _each(blocks, lambda rows: self._errors(places[rows], customer[rows], rows, errors), 0, of, progress)
        self._trust[: len(self._customers)] = self._trusted(customer, errors)
        held = np.zeros(len(sample))

        def hold(rows: Ints) -> None:
            held[rows] = self._held(places[sample][rows], customer[sample][rows])

        _each(self._blocks(customer[sample]), hold, done, of, progress)
        level = min(max(float(np.quantile(held, 1 - HELD, method="lower")), 0.01), 0.49)
        self.levels = (level, 1 - level)

    def _errors(self, places: Ints, customer: Ints, rows: Ints, errors: Floats) -> None:
        """Write by how many days each expert's median, of the customer's other settled invoices and the pool, is wrong (7).

        The median is the least, over the customer's lags in order, of the later of that lag and of the cell at which the pool brings
        what is settled up to there to one half.
        """
        asked = self._features.take(places)
        at, there = self._places(customer)
        there = there & self._settled[at] & (asked.due[:, None] != self._features.due[at])
        order = np.argsort(self._lag[at], axis=1, kind="stable")
        at, there = np.take_along_axis(at, order, axis=1), np.take_along_axis(there, order, axis=1)
        cells = np.concatenate([np.zeros((len(places), 1), dtype=np.int64), self._cell[at]], axis=1)
        there_or_none = np.concatenate([np.ones((len(places), 1), dtype=bool), there], axis=1)
        table = self._pool_of(self._group[places]) * 7 + asked.weekday
        far = distances(asked.down(), self._features.take(at))
        for number, expert in enumerate(experts()):
            one, total = _scaled(np.where(there, weigh(expert, far), 0.0))
            before = np.concatenate([np.zeros((len(places), 1)), np.cumsum(one, axis=1)], axis=1)
            missing = np.ceil(((total + POOL_WEIGHT)[:, None] / 2 - before) * (MILLION / POOL_WEIGHT)).clip(
                0, 2 * MILLION - 1
            )
            reached = (
                np.searchsorted(self._pool_sums, missing + table[:, None] * 2.0 * MILLION) - table[:, None] * CELLS
            )
            reached = np.where(there_or_none, np.maximum(np.maximum(reached, 0), cells), CELLS - 1)
            expected = SHOWN[np.minimum(reached.min(axis=1), CELLS - 1)]
            errors[rows, number] = np.minimum(np.abs(expected - self._lag[places]), ERROR_MAX)

    def _held(self, places: Ints, customer: Ints) -> Floats:
        """Give for each invoice the outermost level at which the interval still holds it (12)."""
        asked = self._features.take(places)
        told = self._own(asked, customer, self._trust[customer], without_same_due=True)
        paid = self._paid_by(told, self._group[places], asked.weekday)
        rows, cell = np.arange(len(places)), self._cell[places]
        before = np.where(cell > 0, paid[rows, np.maximum(cell - 1, 0)], 0.0)
        return np.asarray(np.minimum(paid[rows, cell], 1 - before))

    def _to_judge(self) -> Ints:
        """Give the places of the newest settled invoices of each customer: fewer of each where there are very many (7)."""
        places = np.flatnonzero(self._settled)
        if not len(places):
            return places
        customer = self._customer[places]
        nth = np.searchsorted(customer, customer, side="right") - np.arange(len(places))
        by_number = np.cumsum(np.bincount(nth, minlength=JUDGED + 1)[: JUDGED + 1])
        most = max(int(np.searchsorted(by_number, JUDGED_IN_ALL, side="right")) - 1, LEAST_OF_MANY)
        return np.asarray(places[nth <= min(most, JUDGED)])

    def _trusted(self, customer: Ints, errors: Floats) -> Ints:
        """Give the trust in each expert by customer, in thousandths (7)."""
        count = np.bincount(customer, minlength=len(self._customers))[:, None]
        summed = np.stack(
            [
                np.bincount(customer, weights=errors[:, number], minlength=len(self._customers))
                for number in range(errors.shape[1])
            ],
            axis=1,
        )
        if not self._like:
            return np.tile(
                np.array([THOUSAND] + [0] * (errors.shape[1] - 1), dtype=np.int64), (len(self._customers), 1)
            )
        worse = summed - summed.min(axis=1, keepdims=True)
        trust = np.where(count >= LEAST_JUDGED, np.exp(-worse / PATIENCE), 1.0)
        return np.asarray(np.rint(trust / trust.sum(axis=1, keepdims=True) * THOUSAND), dtype=np.int64)


def _each(blocks: Iterable[Ints], work: Callable[[Ints], None], done: int, of: int, progress: Progress | None) -> int:
    """Do a piece of work for each block, on two cores where there are two; give how many rows are done. Blocks write rows of their own."""
    with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:

        def one(rows: Ints) -> int:
            work(rows)
            return len(rows)

        for count in pool.map(one, blocks):
            done += count
            if progress is not None:
                progress(done, of)
    return done


def _scaled(weights: Floats) -> tuple[Floats, Floats]:
    """Let the most alike count one, in whole millionths; give the sums too (6)."""
    scaled = np.floor(weights * (MILLION / np.maximum(weights.max(axis=1), 1))[:, None])
    return scaled, scaled.sum(axis=1)


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
