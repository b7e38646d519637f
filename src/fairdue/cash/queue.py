"""What waits for a person, and what parts are called. No writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Prefetch

from fairdue.cash.book import standing_decisions, undecided, with_day
from fairdue.cash.facts import newest_proposals
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import BankLine, Decision, Proposal
from fairdue.cash.plan import Misfit
from fairdue.cash.reasons import CashReason
from fairdue.ledger import queries as ledger_queries
from fairdue.ledger.models import Customer, DueItem

SHOWN = 50


class Waiting(NamedTuple):
    """A line that is not decided, with the proposal that counts; None where it was never proposed."""

    line: BankLine
    on: date | None
    proposal: Proposal | None


def queue(company_id: int, *, number: int = SHOWN, after: int = 0) -> list[Waiting]:
    """Give lines that are not decided, by number from ``after`` on. Two queries."""
    newest = Prefetch("proposals", queryset=newest_proposals(company_id), to_attr="newest")
    rows = with_day(undecided(company_id).filter(pk__gt=after)).order_by("pk").prefetch_related(newest)[:number]
    return [Waiting(line, line.on, line.newest[0] if line.newest else None) for line in rows]


class Named(NamedTuple):
    """A part with what a person calls it by."""

    part: Part
    number: str
    customer: str
    currency: str
    """Of the item; empty without one."""


def named(company_id: int, explanations: Iterable[Sequence[Part]]) -> list[list[Named]]:
    """Name the parts of explanations. Two queries."""
    listed = [list(parts) for parts in explanations]
    items = {part.item for parts in listed for part in parts if part.item is not None}
    rows = DueItem.objects.filter(company_id=company_id, pk__in=items)
    numbers = {
        pk: (number, currency, customer)
        for pk, number, currency, customer in rows.values_list("pk", "document__number", "currency", "customer_id")
    }
    owners = {part.customer for parts in listed for part in parts} | {owner for _, _, owner in numbers.values()}
    customers = Customer.objects.filter(company_id=company_id, pk__in=[one for one in owners if one is not None])
    names = dict(customers.values_list("pk", "name"))

    def name(part: Part) -> Named:
        number, currency, owner = numbers.get(part.item or 0, ("", "", None))
        return Named(part, number, names.get(owner or part.customer or 0, ""), currency)

    return [[name(part) for part in parts] for parts in listed]


def line_with_all(company_id: int, line_id: int) -> tuple[BankLine, Proposal | None, Decision | None]:
    """Give a counted line with the proposal and the decision that count. Raises Misfit. Three queries."""
    line = (
        BankLine.objects.filter(company_id=company_id, occurrence__gt=0, pk=line_id).select_related("statement__account").first()
    )  # fmt: skip
    if line is None:
        raise Misfit(CashReason.NO_LINE, line=line_id)
    proposal = newest_proposals(company_id).filter(line=line).first()
    return line, proposal, standing_decisions().filter(line=line).first()


class Chosen(NamedTuple):
    """An item that a person named."""

    item: int
    customer: int
    currency: str
    open_minor: int


def choose(company_id: int, told: str, today: date) -> Chosen:
    """Find an open item by its document's number, or by ``#`` and its own. Raises Misfit where there is none or more than one."""
    rows = DueItem.objects.filter(company_id=company_id)
    if told.startswith("#"):
        rows = rows.filter(pk=int(told[1:])) if told[1:].isdigit() else rows.none()
    else:
        rows = rows.filter(document__number=told)
    found = list(rows.order_by("pk").values_list("pk", "customer_id", "currency"))
    opened = ledger_queries.open_amounts(company_id, today, due_item_ids=[pk for pk, _, _ in found])
    chosen = [Chosen(pk, owner, currency, opened.get(pk, 0)) for pk, owner, currency in found]
    live = [one for one in chosen if one.open_minor] or chosen
    if not live:
        raise Misfit(CashReason.NO_SUCH_ITEM, number=told[:80])
    if len(live) > 1:
        raise Misfit(CashReason.SEVERAL_ITEMS, number=told[:80], items=", ".join(f"#{one.item}" for one in live[:9]))
    return live[0]


def part_of(chosen: Chosen, amount_minor: int | None, rest_minor: int, difference: str) -> Part:
    """Give the part for an item: a credit note is used up whole, an invoice is paid by what is told or by what is left of the line."""
    if chosen.open_minor < 0:
        return Part(
            chosen.item, chosen.customer, chosen.open_minor if amount_minor is None else -abs(amount_minor), Kind.CREDIT
        )
    paid = min(chosen.open_minor, rest_minor) if amount_minor is None else amount_minor
    missing = max(0, chosen.open_minor - paid) if difference else 0
    return Part(chosen.item, chosen.customer, paid, Kind.PAYMENT, difference, missing)
