"""The order check: release, hold or refuse, and what would make it pass. Pure. Numbers are those of docs/algorithms/order-check.md.

Amounts are minor units of the company's currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import NamedTuple

from fairdue.credit.order_reasons import OrderReason
from fairdue.kernel.reasons import Reason, because

PREPAID_ONLY = frozenset({"C", "C-", "D"})


class Outcome(IntEnum):
    """What becomes of an order; the higher the harder (5)."""

    RELEASE = 0
    HOLD = 1
    REFUSE = 2


class Gate(StrEnum):
    """Where the check is asked (4)."""

    ORDER = "order"
    DELIVERY = "delivery"
    INVOICE = "invoice"


class Check(StrEnum):
    """What is looked at (4)."""

    BLOCK = "block"
    NO_LIMIT = "no_limit"
    LIMIT = "limit"
    GROUP = "group"
    OVERDUE = "overdue"
    TERMS = "terms"
    GRADE = "grade"
    WARNING = "warning"
    STALE = "stale"


_H, _R = Outcome.HOLD, Outcome.REFUSE
SHIPPED: Mapping[Gate, Mapping[Check, Outcome]] = {
    Gate.ORDER: {
        Check.BLOCK: _R, Check.NO_LIMIT: _H, Check.LIMIT: _H, Check.GROUP: _H, Check.OVERDUE: _H, Check.TERMS: _H, Check.GRADE: _R,
        Check.WARNING: _H, Check.STALE: _H,
    },
    Gate.DELIVERY: {
        Check.BLOCK: _R, Check.NO_LIMIT: _H, Check.LIMIT: _H, Check.GROUP: _H, Check.OVERDUE: _H, Check.GRADE: _H, Check.WARNING: _H,
    },
    Gate.INVOICE: {Check.TERMS: _H},
}  # fmt: skip
"""What each check does at each gate; one that is not named is not looked at."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a buyer owes or will owe, by part (1)."""

    open_items: int = 0
    drafts: int = 0
    undelivered: int = 0
    uninvoiced: int = 0
    unapplied: int = 0
    securities: int = 0

    @property
    def total(self) -> int:
        """Give the exposure; never below zero (1)."""
        owed = self.open_items + self.drafts + self.undelivered + self.uninvoiced
        return max(owed - self.unapplied - self.securities, 0)


@dataclass(frozen=True, slots=True)
class Buyer:
    """What is known of the buyer at the moment of the check. ``limit`` and ``group_limit`` None: none in force."""

    exposure: Exposure
    limit: int | None
    grade: str = ""
    group_limit: int | None = None
    group_exposure: int = 0
    overdue: int = 0
    overdue_days: int = 0
    blocks: tuple[str, ...] = ()
    red_warnings: int = 0
    natural_person: bool = False
    data_age_days: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked: ``amount`` of which ``prepaid`` comes before the goods leave and ``secured`` is secured for it alone."""

    amount: int
    currency: str
    terms_days: int = 0
    prepaid: int = 0
    secured: int = 0

    @property
    def on_credit(self) -> int:
        """Give what needs a limit (3)."""
        return max(self.amount - self.prepaid - self.secured, 0)


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """What a company lets pass. ``terms_max`` is by grade; a grade without row may have any terms."""

    overdue_days_max: int = 10
    overdue_min: int = 100_00
    terms_max: tuple[tuple[str, int], ...] = (
        ("A+", 90),
        ("A", 60),
        ("A-", 60),
        ("B+", 45),
        ("B", 30),
        ("B-", 30),
        ("C+", 14),
    )
    data_age_max: int = 400
    reserve_days: int = 30
    checks: Mapping[Gate, Mapping[Check, Outcome]] | None = None

    def effect(self, gate: Gate, check: Check) -> Outcome:
        """Give what a check does at a gate (4)."""
        return (self.checks or SHIPPED).get(gate, {}).get(check, Outcome.RELEASE)


class Alternative(NamedTuple):
    """A change of the order with which it would be released (7)."""

    kind: str
    """``smaller``, ``prepaid``, ``secured``, ``shorter`` or ``prepaid_shorter``."""
    order: Order


class Decided(NamedTuple):
    """The outcome, why, and what would make it pass."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...]
    free: int | None


def decide(buyer: Buyer, order: Order, policy: OrderPolicy, gate: Gate = Gate.ORDER) -> Decided:
    """Decide an order (4 to 8). Raises ValueError for amounts below zero or a part that is more than the whole."""
    if min(order.amount, order.prepaid, order.secured, order.terms_days) < 0 or order.prepaid > order.amount:
        raise ValueError("an order's amounts are not below zero, and what is prepaid is at most the order")
    outcome, reasons = _outcome(buyer, order, policy, gate)
    free = None if buyer.limit is None else max(buyer.limit - buyer.exposure.total, 0)
    passing = tuple(_alternatives(buyer, order, policy, gate)) if outcome is not Outcome.RELEASE else ()
    return Decided(outcome, reasons, passing, free)


def _outcome(buyer: Buyer, order: Order, policy: OrderPolicy, gate: Gate) -> tuple[Outcome, tuple[Reason, ...]]:
    outcome, reasons = Outcome.RELEASE, []
    for check, reason in _speaking(buyer, order, policy):
        effect = policy.effect(gate, check)
        if effect is not Outcome.RELEASE:
            outcome = max(outcome, effect)
            reasons.append(reason)
    if outcome is Outcome.REFUSE and buyer.natural_person:
        outcome = Outcome.HOLD
        reasons.append(because(OrderReason.PERSON))
    return outcome, tuple(reasons)


def _speaking(buyer: Buyer, order: Order, policy: OrderPolicy) -> Iterator[tuple[Check, Reason]]:
    """Give the checks that speak, with their reasons (4, 6)."""
    money, asked, used = order.currency, order.on_credit, buyer.exposure.total
    for block in buyer.blocks:
        yield Check.BLOCK, because(OrderReason.BLOCK, block=block)
    if buyer.grade in PREPAID_ONLY and asked:
        yield Check.GRADE, because(OrderReason.GRADE, grade=buyer.grade)
    if buyer.limit is None and asked:
        yield Check.NO_LIMIT, because(OrderReason.NO_LIMIT)
    elif buyer.limit is not None and asked and used + asked > buyer.limit:
        over = used + asked - buyer.limit
        yield (
            Check.LIMIT,
            because(OrderReason.LIMIT, limit_minor=buyer.limit, exposure_minor=used, over_minor=over, currency=money),
        )
    if buyer.group_limit is not None and asked and buyer.group_exposure + asked > buyer.group_limit:
        over = buyer.group_exposure + asked - buyer.group_limit
        yield Check.GROUP, because(OrderReason.GROUP, limit_minor=buyer.group_limit, over_minor=over, currency=money)
    if buyer.overdue >= policy.overdue_min and buyer.overdue_days > policy.overdue_days_max and asked:
        yield (
            Check.OVERDUE,
            because(OrderReason.OVERDUE, overdue_minor=buyer.overdue, days=buyer.overdue_days, currency=money),
        )
    longest = dict(policy.terms_max).get(buyer.grade)
    if longest is not None and order.terms_days > longest and asked:
        yield Check.TERMS, because(OrderReason.TERMS, days=order.terms_days, longest=longest, grade=buyer.grade)
    if buyer.red_warnings and asked:
        yield Check.WARNING, because(OrderReason.WARNING, count=buyer.red_warnings)
    if buyer.data_age_days > policy.data_age_max and asked:
        yield Check.STALE, because(OrderReason.STALE, days=buyer.data_age_days)


def _alternatives(buyer: Buyer, order: Order, policy: OrderPolicy, gate: Gate) -> Iterator[Alternative]:
    """Give each change with which the check releases (7)."""
    room = _room(buyer)
    longest = dict(policy.terms_max).get(buyer.grade)
    shorter = replace(order, terms_days=longest) if longest is not None and longest < order.terms_days else None
    credit = min(order.on_credit, room)
    prepaid = replace(order, prepaid=order.prepaid + order.on_credit - credit)
    found = [
        Alternative("smaller", replace(order, amount=order.prepaid + order.secured + credit)) if credit else None,
        Alternative("prepaid", prepaid),
        Alternative("prepaid", replace(order, prepaid=order.prepaid + order.on_credit)),
        Alternative("secured", replace(order, secured=order.secured + order.on_credit - credit)),
        Alternative("shorter", shorter) if shorter else None,
        Alternative("prepaid_shorter", replace(prepaid, terms_days=shorter.terms_days)) if shorter else None,
    ]
    told: set[str] = set()
    for one in found:
        if one is None or one.kind in told or one.order == order:
            continue
        if _outcome(buyer, one.order, policy, gate)[0] is Outcome.RELEASE:
            told.add(one.kind)
            yield one


def _room(buyer: Buyer) -> int:
    rooms = [0 if buyer.limit is None else buyer.limit - buyer.exposure.total]
    if buyer.group_limit is not None:
        rooms.append(buyer.group_limit - buyer.group_exposure)
    return max(min(rooms), 0)
