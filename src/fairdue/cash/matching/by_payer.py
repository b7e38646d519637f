"""Lines that name nothing: an advice, or the payer's open items (rules 13 to 15); and nobody's money (rule 17)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fairdue.cash.matching import differences
from fairdue.cash.matching.classes import Evidence
from fairdue.cash.matching.draft import Draft, Share, on_account
from fairdue.cash.matching.folding import folded, packed
from fairdue.cash.matching.index import Index, rows_of
from fairdue.cash.matching.mentions import Named
from fairdue.cash.matching.payer import Strength, Who, strongest
from fairdue.cash.matching.reasons import MatchReason
from fairdue.cash.matching.records import Advice, Kind, Line, Part
from fairdue.cash.matching.sums import Found, sets_of
from fairdue.kernel.reasons import Reason, because

ADVICE_DAYS = 60
"""An advice counts for money that comes up to so many days after it."""
ADVICE_AHEAD = 5
"""And up to so many days before it."""
WEAK = Strength.NAME_CUT


class Fit(NamedTuple):
    """What of a customer's items fits the amount: sets of rows, the best first; two or more are a tie."""

    sets: tuple[tuple[int, ...], ...]
    evidence: Evidence
    reasons: tuple[Reason, ...] = ()


def by_advice(index: Index, line: Line, told: Named, payers: dict[int, Who]) -> Draft | None:
    """Take an advice that is named, or that has this total and comes from the payer."""
    for at in told.advices:
        found = _from_advice(index, line, at, payers)
        if found is not None:
            return found
    fitting = []
    for customer in payers:
        for at in index.advice_totals.get((customer, line.currency, line.amount_minor), ()):
            days = (line.on - index.advices[at].received_on).days
            if at not in index.advices_used and -ADVICE_AHEAD <= days <= ADVICE_DAYS:
                fitting.append(at)
    return _from_advice(index, line, fitting[0], payers) if len(fitting) == 1 else None


def _from_advice(index: Index, line: Line, at: int, payers: dict[int, Who]) -> Draft | None:
    advice = index.advices[at]
    if at in index.advices_used or sum(one.amount_minor for one in advice.lines) != line.amount_minor:
        return None
    rows = _advised(index, advice, line)
    if rows is None or (payers and advice.customer is not None and not _known(index, advice.customer, payers)):
        return None
    shares = []
    for row, told in zip(rows, advice.lines, strict=True):
        item, opened = index.items[row], index.open[row]
        kind = Kind.PAYMENT if told.amount_minor > 0 else Kind.CREDIT
        part = Part(item.id, item.customer, told.amount_minor, kind, "", abs(opened - told.amount_minor))
        shares.append(Share(row, part, told.amount_minor))
    reasons = [because(MatchReason.ADVICE, number=advice.number or f"#{advice.id}", advice=advice.id)]
    reasons += [payers[one].reason for one in sorted(payers) if one == advice.customer]
    reasons += [] if advice.sure else [because(MatchReason.ADVICE_UNSURE)]
    return Draft(Evidence.ADVICE if advice.sure else Evidence.ADVICE_UNSURE, shares, reasons, at)


def _known(index: Index, customer: int, payers: dict[int, Who]) -> bool:
    return any(index.together(customer, one) for one in payers)


def _advised(index: Index, advice: Advice, line: Line) -> list[int] | None:
    """Give the rows of an advice's lines; None where one is not found open with at least its amount."""
    found = []
    for told in advice.lines:
        rows = [
            row for row in rows_of(index.numbers.get(folded(packed(told.number))))
            if index.items[row].currency == line.currency and row not in found
            and (advice.customer is None or index.together(index.items[row].customer, advice.customer))
            and (0 < told.amount_minor <= index.open[row] or index.open[row] <= told.amount_minor < 0)
        ]  # fmt: skip
        if len(rows) != 1:
            return None
        found.append(rows[0])
    return found


def by_payer(index: Index, line: Line, payers: dict[int, Who]) -> tuple[Draft | None, list[tuple[Part, ...]]]:
    """Find what the payer's open items say. Gives the best explanation, or none with the tied ones."""
    for step, customers in enumerate(strongest(payers)):
        fits = [(customer, fit) for customer in customers if (fit := _fit(index, line, [customer])).sets]
        if not fits:
            fits = [
                (customer, fit) for customer in customers
                if len(group := index.group_of(customer)) > 1 and (fit := _fit(index, line, group)).sets
            ]  # fmt: skip
        ways = {rows: (customer, fit) for customer, fit in fits for rows in fit.sets}
        if len(ways) > 1:
            return None, [tuple(_part(index, row) for row in rows) for rows in sorted(ways)]
        for rows, (customer, fit) in ways.items():
            found = _explained(index, line, payers, customers, customer, rows, fit)
            if (
                step and payers[customer].strength < Strength.ALIAS
            ):  # Someone the line points to more strongly has nothing.
                found.evidence = Evidence.PAYER_SHARED
            return found, []
    return None, []


def _explained(
    index: Index, line: Line, payers: dict[int, Who], customers: list[int], customer: int, rows: Sequence[int], fit: Fit
) -> Draft:  # fmt: skip
    evidence = fit.evidence
    if payers[customer].strength <= WEAK:
        evidence = Evidence.PAYER_WEAK
    elif len(customers) > 1 and payers[customer].strength <= Strength.NAME:
        evidence = Evidence.PAYER_SHARED
    told = [payers[customer].reason]
    if any(index.items[row].customer != customer for row in rows):
        told.append(because(MatchReason.GROUP))
    if len(customers) > 1:
        told.append(because(MatchReason.NAMESAKES, count=len(customers)))
    shares = [Share(row, _part(index, row), index.open[row]) for row in rows]
    if evidence == Evidence.PAYER_DISCOUNT or fit.evidence == Evidence.PAYER_DISCOUNT:
        shares = _discounted(index, line, rows[0])
    return Draft(evidence, shares, [*told, *fit.reasons])


def _part(index: Index, row: int) -> Part:
    item, opened = index.items[row], index.open[row]
    return Part(item.id, item.customer, opened, Kind.PAYMENT if opened > 0 else Kind.CREDIT)


def _fit(index: Index, line: Line, customers: list[int]) -> Fit:
    """Say what of some customers' items fits the amount."""
    rows = index.payable(customers, line.currency, line.on)
    amount = line.amount_minor
    debts = [row for row in rows if index.open[row] > 0]
    single = [row for row in debts if index.open[row] == amount]
    if single:
        return Fit(tuple((row,) for row in single), Evidence.PAYER_ITEM, (because(MatchReason.ONLY_ITEM),))
    if len(rows) > 1 and sum(index.open[row] for row in rows) == amount and len(rows) > len(debts):
        return Fit((tuple(rows),), Evidence.PAYER_SUM, (because(MatchReason.BALANCE, items=len(rows)),))
    found = sets_of([index.open[row] for row in debts], amount)
    if found.sets:
        sets = tuple(tuple(debts[at] for at in one) for one in found.sets)
        return Fit(sets, Evidence.PAYER_SUM if found.tight else Evidence.PAYER_LOOSE, _sums(found, len(debts)))
    limits = index.book.tolerances
    less = [
        row for row in debts
        if (named := differences.discount(index.items[row], index.open[row], amount, line, limits)) is not None
        and named.difference != "discount_unearned"
    ]  # fmt: skip
    return Fit(tuple((row,) for row in less), Evidence.PAYER_DISCOUNT, (because(MatchReason.DISCOUNT),))


def _sums(found: Found, count: int) -> tuple[Reason, ...]:
    size = len(found.sets[0])
    if size == count:
        return (because(MatchReason.BALANCE, items=size),)
    told = because(MatchReason.ONLY_SUM, count=count, items=size)
    return (told,) if found.tight else (told, because(MatchReason.LOOSE, tried=found.tried))


def _discounted(index: Index, line: Line, row: int) -> list[Share]:
    item, opened = index.items[row], index.open[row]
    named = differences.discount(item, opened, line.amount_minor, line, index.book.tolerances)
    name = named.difference if named else ""
    missing = opened - line.amount_minor
    return [Share(row, Part(item.id, item.customer, line.amount_minor, Kind.PAYMENT, name, missing), opened)]


def only_payer(line: Line, payers: dict[int, Who]) -> Draft | None:
    """Put the money on the account of the only customer known: a person looks at it."""
    best = strongest(payers)
    if not best or len(best[0]) != 1:
        return None
    customer = best[0][0]
    told = [payers[customer].reason, because(MatchReason.NO_SUM)]
    return Draft(Evidence.PAYER_ONLY, [on_account(customer, line.amount_minor)], told)


def nobody(line: Line, *, payer: bool) -> Draft | None:
    """Tell money that is no customer's by its words (17); ``payer`` says that the name is a customer's: then it waits."""
    said = differences.says("not_customer", f"{line.name} {line.text}")
    if not said:
        return None
    part = Part(None, None, line.amount_minor, Kind.NOT_CUSTOMER)
    return Draft(
        Evidence.NOBODY_BY_NAME if payer else Evidence.NOBODY,
        [Share(None, part)],
        [because(MatchReason.NOBODY, said=said)],
    )
