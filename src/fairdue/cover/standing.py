"""From the measures to what people see and what a run writes: deadlines with their dates, insured amounts, published facts.

No clock, no database: the same measures and rates give the same answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from fairdue.cover.rules import AHEAD_DAYS, NO_BOUND, Kind, State, Tranche, act_by, insured
from fairdue.kernel.rounding import to_int
from fairdue.ledger.measures import Conversion

Results = Mapping[str, pa.Table]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deadline:
    """What one customer's invoices in one currency ask for by a day. ``act_by`` is the business day for the work."""

    customer_id: int
    policy_id: int
    currency: str
    kind: Kind
    day: date
    act_by: date
    at_risk_minor: int
    items: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is covered of one buyer under one policy, in the policy's currency.

    ``group_id`` is 0 for a customer with a limit of its own; ``customer_ids`` owe under the limit. ``covered_minor`` is open
    under cover before credits, ``uncovered_minor`` open and not covered; ``without_rate`` names currencies left out.
    """

    policy_id: int
    group_id: int
    customer_ids: tuple[int, ...]
    currency: str
    limit_minor: int
    covered_minor: int
    credit_minor: int
    filled_minor: int
    insured_minor: int
    uncovered_minor: int
    without_rate: tuple[str, ...]


def exchanged(rates: Conversion, amount_minor: int, currency: str, into: str) -> int | None:
    """Give an amount in another currency at the day's rates, rounded half up; None without a rate of either."""
    if currency == into:
        return amount_minor
    one, other = rates.exact(amount_minor, currency), rates.exact(1, into)
    return None if one is None or not other else to_int(Fraction(one) / Fraction(other))


def deadlines(
    results: Results, rates: Conversion, as_of: date, country: str | None, *, through: date | None = None
) -> list[Deadline]:
    """Give the deadlines by day, those of buyers under the policy's minimum left out; ``through`` None gives all."""
    table = results["cover_deadlines"]
    if through is not None:
        near = pc.less_equal(table.column("day"), pa.scalar(through, pa.date32()))
        table = table.filter(pc.or_(near, pc.equal(table.column("kind"), Kind.EXTENSION.value)))
    small = _under_minimum(results, rates)
    days: dict[date, date] = {}
    found = []
    for row in table.to_pylist():
        kind, day = Kind(row["kind"]), row["day"]
        if kind is not Kind.STOP and (row["customer_id"], row["policy_id"]) in small:
            continue
        if day not in days:
            days[day] = act_by(day, country)
        found.append(
            Deadline(
                row["customer_id"], row["policy_id"], row["currency"], kind, day, days[day], row["at_risk_minor"],
                row["items"],
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.day, one.customer_id, one.policy_id, one.kind, one.currency))


def _under_minimum(results: Results, rates: Conversion) -> set[tuple[int, int]]:
    """Give (customer, policy) pairs whose covered open amount is under the policy's minimum; an amount without rate counts as above."""
    sums: dict[tuple[int, int], int] = defaultdict(int)
    least: dict[tuple[int, int], int] = {}
    unknown = set()
    for row in _covered(results["cover_exposure"].to_pylist()):
        key = (row["customer_id"], row["policy_id"])
        amount = exchanged(rates, row["amount_minor"], row["currency"], row["policy_currency"])
        if amount is None:
            unknown.add(key)
        sums[key] += amount or 0
        least[key] = min(row["minimum_minor"], least.get(key, row["minimum_minor"]))
    return {key for key, amount in sums.items() if amount < least[key]} - unknown


def _covered(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row["state"] == State.COVERED.value]


def together(found: Iterable[Deadline], as_of: date) -> list[Deadline]:
    """Join deadlines of one customer, policy, currency and kind into one with the earliest day: what becomes a task.

    Kept are those missed or within the days ahead; a stop counts while it is to come, an extension always.
    """
    last = as_of + timedelta(days=AHEAD_DAYS)
    joined: dict[tuple[int, int, str, Kind], Deadline] = {}
    for one in found:
        if (one.day > last and one.kind is not Kind.EXTENSION) or (one.kind is Kind.STOP and one.day <= as_of):
            continue
        key = (one.customer_id, one.policy_id, one.currency, one.kind)
        before = joined.get(key)
        if before is None:
            joined[key] = one
        else:
            first = min(before, one, key=lambda each: each.day)
            joined[key] = replace(
                first, at_risk_minor=before.at_risk_minor + one.at_risk_minor, items=before.items + one.items
            )
    return list(joined.values())


def standings(results: Results, rates: Conversion, as_of: date) -> list[Standing]:
    """Give every buyer that has a limit in force or owes something under cover, by policy and buyer."""
    rows = results["cover_exposure"].to_pylist()
    credit_of = _credits(rows)
    now = {
        row["customer_id"]: row for row in results["cover_buyers"].to_pylist()
        if row["shipped_on"] == as_of and row["limit_id"] and row["policy_currency"]
    }  # fmt: skip
    parts: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    loose: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["state"] == State.COVERED.value:
            parts[_buyer(row)].append(row)
        elif row["state"] != "credit":
            loose[row["customer_id"]].append(row)
    limits = {_buyer(row): row for row in now.values()}
    members: dict[tuple[int, int, int], set[int]] = defaultdict(set)
    for row in [*now.values(), *_covered(rows)]:
        members[_buyer(row)].add(row["customer_id"])
    found = []
    for key in sorted({*parts, *limits}):
        found.append(_standing(key, parts[key], limits.get(key), sorted(members[key]), loose, credit_of, rates))
    return found


def _buyer(row: Row) -> tuple[int, int, int]:
    """Give policy, group and customer of a row; the customer is 0 where the limit is a group's."""
    return row["policy_id"], row["group_id"], 0 if row["group_id"] else row["customer_id"]


def _credits(rows: list[Row]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in rows:
        if row["state"] == "credit":
            found[row["customer_id"]].append((row["amount_minor"], row["currency"]))
    return found


def _standing(
    key: tuple[int, int, int],
    parts: list[Row],
    now: Row | None,
    members: list[int],
    loose: dict[int, list[Row]],
    credit_of: dict[int, list[tuple[int, str]]],
    rates: Conversion,
) -> Standing:
    """Fill one buyer's limits. What a customer has loose or in credit is counted once, with the first buyer that names it."""
    currency = parts[0]["policy_currency"] if parts else now["policy_currency"] if now else ""
    missing: set[str] = set()

    def here(amount: int, of: str) -> int:
        converted = exchanged(rates, amount, of, currency)
        if converted is None:
            missing.add(of)
        return converted or 0

    order = sorted(parts, key=lambda row: (row["first_shipped_on"], row["limit_id"], row["currency"]))
    tranches = [
        Tranche(row["limit_minor"], row["share_ppm"], here(row["amount_minor"], row["currency"])) for row in order
    ]
    credit = sum(here(*one) for member in members for one in credit_of.pop(member, []))
    uncovered = sum(here(row["amount_minor"], row["currency"]) for member in members for row in loose.pop(member, []))
    filled = insured(tranches, credit)
    return Standing(
        policy_id=key[0], group_id=key[1], customer_ids=tuple(members), currency=currency,
        limit_minor=now["limit_minor"] if now else 0, covered_minor=sum(one.open_minor for one in tranches),
        credit_minor=credit, filled_minor=filled.filled_minor, insured_minor=filled.insured_minor,
        uncovered_minor=uncovered, without_rate=tuple(sorted(missing)),
    )  # fmt: skip


def next_deadlines(found: Iterable[Deadline], as_of: date) -> dict[int, Deadline]:
    """Give each customer's next deadline on or after ``as_of``."""
    coming: dict[int, Deadline] = {}
    for one in found:
        if one.day >= as_of and one.kind is not Kind.EXTENSION:
            known = coming.get(one.customer_id)
            if known is None or one.day < known.day:
                coming[one.customer_id] = one
    return coming


def bounds(results: Results) -> dict[int, int]:
    """Give the last day to extend of every open invoice as an ordinal, 0 where nothing bounds it."""
    table = results["cover_items"]
    ids, days = table.column("due_item_id").to_pylist(), table.column("extend_until").to_pylist()
    return {one: day.toordinal() if day else NO_BOUND for one, day in zip(ids, days, strict=True)}


@dataclass(frozen=True, slots=True)
class Asked:
    """The consent a customer's policy asks for: more is open without a consent than the policy allows."""

    customer_id: int
    policy_id: int
    currency: str
    open_minor: int
    above_minor: int


def consents_needed(results: Results, rates: Conversion, as_of: date) -> list[Asked]:
    """Give the customers for whom any plan or extension needs the insurer's consent, and none is in force."""
    above = {
        row["customer_id"]: row for row in results["cover_buyers"].to_pylist()
        if row["shipped_on"] == as_of and row["consent_above_minor"] is not None
    }  # fmt: skip
    sums: dict[int, int] = defaultdict(int)
    for row in _covered(results["cover_exposure"].to_pylist()):
        now = above.get(row["customer_id"])
        if now is not None:
            sums[row["customer_id"]] += (
                exchanged(rates, row["asked_minor"], row["currency"], now["policy_currency"]) or 0
            )
    return [
        Asked(customer, above[customer]["policy_id"], above[customer]["policy_currency"], amount, limit)
        for customer, amount in sorted(sums.items())
        if amount > (limit := above[customer]["consent_above_minor"])
    ]


def stops(found: Iterable[Deadline], as_of: date) -> dict[tuple[int, int], tuple[date, dict[str, int]]]:
    """Give (customer, policy) pairs that must not be shipped to: since when, and the amounts by currency."""
    standing: dict[tuple[int, int], tuple[date, dict[str, int]]] = {}
    for one in found:
        if one.kind is Kind.STOP and one.day <= as_of:
            _, amounts = standing.setdefault((one.customer_id, one.policy_id), (one.day, {}))
            amounts[one.currency] = one.at_risk_minor
    return standing
