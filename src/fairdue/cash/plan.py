"""What a decision writes into the ledger: parts of a line become rows, or do not fit. Pure.

Numbers are those of docs/algorithms/cash-posting.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from fairdue.cash.matching.records import Difference, Kind, Part
from fairdue.cash.reasons import CashReason
from fairdue.kernel.reasons import Reason, ReasonCode, Value, because

OWN = 0
"""Stands for the line's own payment, whose number may not be known yet."""
DISCOUNT, WRITE_OFF, SETTLED, PAID, CREDIT = "discount", "write_off", "source_settlement", "payment", "credit"
SETTLES = {
    Difference.DISCOUNT.value: DISCOUNT,
    Difference.DISCOUNT_GRACE.value: DISCOUNT,
    Difference.ROUNDING.value: WRITE_OFF,
    Difference.CHARGES.value: WRITE_OFF,
    "write_off": WRITE_OFF,
}
"""Differences that fall from the item beside the money, with the kind of allocation (12). ``write_off`` is a person's."""
DISPUTE = "dispute"
"""A person's word for a difference that is held as disputed (16)."""
NO_CUSTOMER, CONVERTED, PAID_BACK = "no_customer", "converted", "paid_back"
"""What becomes of money that is used up without paying an item (7, 8, 13)."""
USED_TEXT = {NO_CUSTOMER: "not a customer's money", CONVERTED: "converted for another currency", PAID_BACK: "went back"}


class Misfit(ValueError):
    """Parts that cannot be written as they are; ``reason`` says why. Nothing was changed."""

    def __init__(self, code: ReasonCode, **values: Value) -> None:
        self.reason: Reason = because(code, **values)
        super().__init__(code.text % values)


class ItemNow(NamedTuple):
    """A due item as it stands, of all that is recorded: what is open of it."""

    customer: int
    currency: str
    open_minor: int
    effective_on: date
    number: str = ""


class Standing(NamedTuple):
    """An allocation that was not reversed. ``posted_by`` is the decision that made it, 0 for none."""

    id: int
    kind: str
    item: int
    payment: int
    customer: int
    amount_minor: int
    currency: str
    on: date
    posted_by: int = 0


class Money(NamedTuple):
    """The line's own payment, where it is booked: what of it is not used, and whose it is or may be."""

    payment: int
    rest_minor: int
    customer: int


class LineNow(NamedTuple):
    """A line as posting needs it."""

    id: int
    on: date
    amount_minor: int
    currency: str


class Row(NamedTuple):
    """One allocation to write. ``payment``: OWN, a negative number for the converted payment of that place, a ledger payment, or None."""

    kind: str
    customer: int
    currency: str
    amount_minor: int
    on: date
    item: int | None = None
    payment: int | None = None
    credit_item: int | None = None
    reverses: int | None = None
    reason: str = ""
    used_for: str | None = None


class Fee(NamedTuple):
    """The bank's cost of a return, charged on (13)."""

    customer: int
    item: int | None
    amount_minor: int


class Converted(NamedTuple):
    """A payment in the item's currency (8)."""

    customer: int
    currency: str
    amount_minor: int


class Disputed(NamedTuple):
    """A part to be held as disputed (16)."""

    customer: int
    item: int
    amount_minor: int
    currency: str
    said: str


@dataclass(slots=True)
class Plan:
    """All that one decision writes. ``own``: there must be an own payment. It is ``owner``'s, or was ``suspected`` to be a customer's."""

    own: bool = False
    owner: int | None = None
    suspected: int | None = None
    rows: list[Row] = field(default_factory=list)
    fees: list[Fee] = field(default_factory=list)
    converted: list[Converted] = field(default_factory=list)
    disputes: list[Disputed] = field(default_factory=list)


class Planner:
    """Plans line after line; what one takes is gone for the next.

    ``items`` are all items of the parts, ``standing`` the allocations of payments and discounts on items that money goes back from,
    ``money`` the own payments of lines that have one.
    """

    def __init__(
        self, items: Mapping[int, ItemNow], money: Mapping[int, Money] | None = None, standing: Iterable[Standing] = ()
    ) -> None:
        self.items = items
        self.money = money or {}
        self.left = {item: now.open_minor for item, now in items.items()}
        self.standing: defaultdict[int, list[Standing]] = defaultdict(list)
        for one in standing:
            self.standing[one.item].append(one)
        self._taken: set[int] = set()

    def plan(self, line: LineNow, parts: Sequence[Part]) -> Plan:
        """Give what the parts of a line write. Raises Misfit where they do not add up or do not fit what is open (10)."""
        if sum(part.amount_minor for part in parts) != line.amount_minor or not parts:
            raise Misfit(CashReason.PARTS_DIFFER, line=line.id)
        own = self.money.get(line.id)
        if own is not None and own.rest_minor != line.amount_minor:
            raise Misfit(CashReason.APPLIED_BY_HAND, line=line.id)
        work = _Work(self, line, own)
        if line.amount_minor > 0:
            work.money_in(parts)
        else:
            work.money_out(parts)
        self.left.update(work.left)
        self._taken |= work.taken
        return work.done

    def is_taken(self, allocation: int) -> bool:
        """Say whether a line before took an allocation back."""
        return allocation in self._taken


class _Work:
    """One line's plan; the planner learns of it only when it is whole."""

    def __init__(self, planner: Planner, line: LineNow, own: Money | None) -> None:
        self.planner, self.line, self.own = planner, line, own
        self.left: dict[int, int] = {}
        self.taken: set[int] = set()
        self.credit: dict[int, int] = {}
        """Credit notes of the parts, and how much of each is not used yet."""
        self.done = Plan()

    def money_in(self, parts: Sequence[Part]) -> None:
        """Plan a line that brings money (8, 9, 11, 12)."""
        done = self.done
        kinds = {part.kind for part in parts}
        if kinds & {Kind.RETURN, Kind.CHARGE} or any((p.amount_minor < 0) != (p.kind == Kind.CREDIT) for p in parts):
            raise Misfit(CashReason.PARTS_WRONG, line=self.line.id)
        done.owner = self._owner(parts)
        ours = [p for p in parts if p.kind in (Kind.PAYMENT, Kind.ON_ACCOUNT) and p.item_minor is None]
        done.own = bool(ours) or self.own is not None
        for part in parts:
            if part.kind == Kind.CREDIT:
                item = self._item(part)
                self._fall(item, part.amount_minor)
                self.credit[item] = self.credit.get(item, 0) - part.amount_minor
        for part in parts:
            if part.kind == Kind.PAYMENT:
                self._pay(part)
            elif part.kind == Kind.NOT_CUSTOMER and done.own:
                self._use_up(part.amount_minor, NO_CUSTOMER)
        if any(self.credit.values()):
            raise Misfit(CashReason.CREDIT_TOO_MUCH, line=self.line.id)

    def _owner(self, parts: Sequence[Part]) -> int | None:
        held = {part.customer for part in parts if part.kind == Kind.ON_ACCOUNT}
        if len(held) > 1:
            raise Misfit(CashReason.TWO_ON_ACCOUNT, line=self.line.id)
        if held:
            return held.pop()
        paid = [(part.amount_minor, -at, part) for at, part in enumerate(parts) if part.kind == Kind.PAYMENT]
        if paid:
            _, _, largest = max(paid)
            now = self._item(largest)
            return self.planner.items[now].customer
        self.done.suspected = self.own.customer if self.own is not None else None
        return None

    def _item(self, part: Part) -> int:
        if part.item is None or part.item not in self.planner.items:
            raise Misfit(CashReason.NO_ITEM, item=part.item or 0)
        return part.item

    def _fall(self, item: int, amount_minor: int) -> None:
        """Let an item fall; a credit note's open amount is negative and rises."""
        left = self.left.get(item, self.planner.left[item]) - amount_minor
        opened = self.planner.items[item]
        if (left < 0) if amount_minor >= 0 else (left > 0):
            raise Misfit(
                CashReason.NOT_OPEN, number=opened.number, amount_minor=abs(amount_minor), currency=opened.currency
            )
        self.left[item] = left

    def _pay(self, part: Part) -> None:
        item, line = self._item(part), self.line
        now = self.planner.items[item]
        converted = part.item_minor is not None
        falls = part.item_minor if part.item_minor is not None else part.amount_minor
        if now.currency == line.currency if converted else now.currency != line.currency:
            raise Misfit(CashReason.OTHER_CURRENCY, number=now.number, currency=now.currency)
        if part.difference == Difference.ROUNDING:
            falls = min(falls, self.left.get(item, self.planner.left[item]))
        self._fall(item, falls)
        on = max(line.on, now.effective_on)
        rest = falls
        if converted:
            place = len(self.done.converted) + 1
            self.done.converted.append(Converted(now.customer, now.currency, falls))
            self.done.rows.append(Row(PAID, now.customer, now.currency, falls, on, item, -place))
            if self.done.own:
                self._use_up(part.amount_minor, CONVERTED)
        else:
            rest -= self._credited(item, rest, on)
            if rest:
                self.done.rows.append(Row(PAID, now.customer, now.currency, rest, on, item, OWN))
        self._difference(part, item, on)

    def _credited(self, item: int, wanted: int, on: date) -> int:
        """Use credit notes up first (11)."""
        now, used = self.planner.items[item], 0
        for credit, amount in self.credit.items():
            take = min(amount, wanted - used) if self.planner.items[credit].currency == now.currency else 0
            if take > 0:
                self.done.rows.append(Row(CREDIT, now.customer, now.currency, take, on, item, credit_item=credit))
                self.credit[credit] = amount - take
                used += take
        return used

    def _difference(self, part: Part, item: int, on: date) -> None:
        now, missing = self.planner.items[item], part.difference_minor
        if missing <= 0:
            return
        if kind := SETTLES.get(part.difference):
            self._fall(item, missing)
            self.done.rows.append(
                Row(kind, now.customer, now.currency, missing, on, item, reason=part.said or part.difference)
            )  # fmt: skip
        elif part.difference == DISPUTE:
            if missing > self.left.get(item, self.planner.left[item]):
                raise Misfit(CashReason.NOT_OPEN, number=now.number, amount_minor=missing, currency=now.currency)
            self.done.disputes.append(Disputed(now.customer, item, missing, now.currency, part.said))

    def _use_up(self, amount_minor: int, why: str) -> None:
        """Use the own payment up by money that pays no item of its currency (7, 8)."""
        customer = self.done.owner or self.done.suspected
        if not customer:
            raise Misfit(CashReason.PARTS_WRONG, line=self.line.id)
        row = Row(
            SETTLED, customer, self.line.currency, amount_minor, self.line.on, payment=OWN, reason=USED_TEXT[why],
            used_for=why,
        )  # fmt: skip
        self.done.rows.append(row)

    def money_out(self, parts: Sequence[Part]) -> None:
        """Plan a line that takes money: returns with their cost (13), and what is no customer's (14)."""
        if any(part.amount_minor >= 0 for part in parts):
            raise Misfit(CashReason.PARTS_WRONG, line=self.line.id)
        returned: int | None = None
        for part in parts:
            if part.kind == Kind.RETURN:
                returned = self._item(part)
                self._give_back(returned, -part.amount_minor)
            elif part.kind not in (Kind.CHARGE, Kind.NOT_CUSTOMER):
                raise Misfit(CashReason.PARTS_WRONG, line=self.line.id)
        for part in parts:
            if part.kind == Kind.CHARGE:
                customer = self.planner.items[returned].customer if returned is not None else part.customer
                if customer is None:
                    raise Misfit(CashReason.PARTS_WRONG, line=self.line.id)
                self.done.fees.append(Fee(customer, returned, -part.amount_minor))

    def _give_back(self, item: int, amount_minor: int) -> None:
        line, now = self.line, self.planner.items[item]
        standing = [
            one for one in self.planner.standing[item]
            if one.id not in self.taken and not self.planner.is_taken(one.id)
        ]  # fmt: skip
        fitting = [
            one for one in standing
            if one.kind == PAID and one.payment and one.amount_minor >= amount_minor and one.currency == line.currency
        ]  # fmt: skip
        if not fitting:
            raise Misfit(CashReason.NOTHING_PAID, number=now.number, amount_minor=amount_minor, currency=line.currency)
        paid = min(fitting, key=lambda one: (one.amount_minor != amount_minor, -one.on.toordinal(), -one.id))
        back = [paid]
        if paid.posted_by:
            back += [one for one in standing if one.kind == DISCOUNT and one.posted_by == paid.posted_by]
        for one in back:
            self.taken.add(one.id)
            self._rise(item, one.amount_minor)
            self.done.rows.append(_reversal(one, max(line.on, one.on), USED_TEXT[PAID_BACK]))
        on = max(line.on, paid.on)
        if kept := paid.amount_minor - amount_minor:
            self._fall(item, kept)
            self.done.rows.append(Row(PAID, paid.customer, paid.currency, kept, on, item, paid.payment))
        self.done.rows.append(
            Row(
                SETTLED, paid.customer, paid.currency, amount_minor, on, payment=paid.payment, reason=USED_TEXT[PAID_BACK],
                used_for=PAID_BACK,
            )
        )  # fmt: skip

    def _rise(self, item: int, amount_minor: int) -> None:
        self.left[item] = self.left.get(item, self.planner.left[item]) + amount_minor


def _reversal(one: Standing, on: date, reason: str) -> Row:
    return Row(
        one.kind, one.customer, one.currency, -one.amount_minor, on, one.item, one.payment or None, reverses=one.id, reason=reason
    )  # fmt: skip
