"""What waits for a person, and what parts are called. No writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Prefetch, Q, QuerySet

from fairdue.cash.book import matched_lines, standing_decisions, undecided, with_day
from fairdue.cash.facts import newest_proposals
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import BankLine, Batch, Decision, LinePayment, Proposal
from fairdue.cash.plan import Misfit
from fairdue.cash.reasons import CashReason
from fairdue.ledger import queries as ledger_queries
from fairdue.ledger.models import Customer, DueItem, PaymentSuspect

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
        matched_lines(company_id).filter(pk=line_id).select_related("statement__account").first()
    )  # fmt: skip
    if line is None:
        if batch := Batch.objects.filter(company_id=company_id, total=line_id).first():
            first = (
                BankLine.objects.filter(statement=batch.statement_id, entry=batch.entry, part__gt=0)
                .order_by("pk")
                .first()
            )
            raise Misfit(CashReason.IN_PARTS, line=line_id, count=batch.parts_count, first=first.pk if first else 0)
        raise Misfit(CashReason.NO_LINE, line=line_id)
    proposal = newest_proposals(company_id).filter(line=line).first()
    return line, proposal, standing_decisions().filter(line=line).first()


def held(company_id: int, line_id: int) -> list[Customer]:
    """Give the customers whose the money of a line may be: it counts for each of them before a notice leaves. Two queries.

    The first suspect comes first; none where the line is decided, or its money was used up.
    """
    payment = (
        LinePayment.objects.filter(company_id=company_id, line_id=line_id, decision=None, payment__customer=None)
        .select_related("payment__suspected_customer")
        .first()
    )
    if payment is None or payment.payment.suspected_customer is None:
        return []
    rows = PaymentSuspect.objects.filter(company_id=company_id, payment_id=payment.payment_id).order_by("pk")
    return [payment.payment.suspected_customer, *(one.customer for one in rows.select_related("customer"))]


class Chosen(NamedTuple):
    """An item that a person named. ``paid_minor`` is what of it is settled."""

    item: int
    customer: int
    currency: str
    open_minor: int
    paid_minor: int = 0


class Told(NamedTuple):
    """What a person wrote of one item, unread: ``NUMBER``, ``NUMBER=AMOUNT``, ``NUMBER=AMOUNT@FALLS``, each also with ``:REST``."""

    number: str
    amount: str = ""
    falls: str = ""
    """By what the item falls, in its own currency where that is another than the line's."""
    rest: str = ""


def told_item(text: str) -> Told:
    """Take apart what a person wrote of an item."""
    number, _sign, money = text.strip().partition("=")
    money, _sign, rest = money.partition(":")
    amount, _sign, falls = money.partition("@")
    return Told(number.strip(), amount.strip(), falls.strip(), rest.strip())


def choose(company_id: int, told: str, today: date, *, back: bool = False) -> Chosen:
    """Find an open item by its document's number, or by ``#`` and its own; with ``back`` one that something was paid of.

    Raises Misfit where there is none or more than one.
    """
    rows = DueItem.objects.filter(company_id=company_id)
    if told.startswith("#"):
        rows = rows.filter(pk=int(told[1:])) if told[1:].isdecimal() and len(told) < 20 else rows.none()
    else:
        rows = rows.filter(document__number=told)
    chosen = _chosen(company_id, rows, today)
    live = [one for one in chosen if (one.paid_minor if back else one.open_minor)] or chosen
    if not live:
        raise Misfit(CashReason.NO_SUCH_ITEM, number=told[:80])
    if len(live) > 1:
        raise Misfit(CashReason.SEVERAL_ITEMS, number=told[:80], items=", ".join(f"#{one.item}" for one in live[:9]))
    return live[0]


def _chosen(company_id: int, rows: QuerySet[DueItem], today: date) -> list[Chosen]:
    found = list(rows.order_by("pk").values_list("pk", "customer_id", "currency", "amount_minor"))
    opened = ledger_queries.open_amounts(company_id, today, due_item_ids=[one[0] for one in found])
    return [
        Chosen(pk, owner, currency, opened.get(pk, 0), amount - opened.get(pk, 0)) for pk, owner, currency, amount in found
    ]  # fmt: skip


def part_of(
    chosen: Chosen, amount_minor: int | None, rest_minor: int, difference: str, *, currency: str = "", falls_minor: int | None = None
) -> Part:  # fmt: skip
    """Give the part for an item of a line in ``currency``, of which ``rest_minor`` is left (16).

    Money in: a credit note is used up whole, an invoice is paid by what is told or by what is left; an item in another currency
    falls by ``falls_minor``, by all that is open where nothing is told. Money out: it goes back from the item.
    """
    if rest_minor < 0:
        back = min(-rest_minor, max(chosen.paid_minor, 0) or -rest_minor) if amount_minor is None else abs(amount_minor)
        return Part(chosen.item, chosen.customer, -back, Kind.RETURN)
    if chosen.open_minor < 0:
        return Part(
            chosen.item, chosen.customer, chosen.open_minor if amount_minor is None else -abs(amount_minor), Kind.CREDIT
        )
    if currency and chosen.currency != currency:
        paid = rest_minor if amount_minor is None else amount_minor
        falls = chosen.open_minor if falls_minor is None else falls_minor
        missing = max(0, chosen.open_minor - falls) if difference else 0
        return Part(chosen.item, chosen.customer, paid, Kind.PAYMENT, difference, missing, "", falls)
    paid = min(chosen.open_minor, rest_minor) if amount_minor is None else amount_minor
    missing = max(0, chosen.open_minor - paid) if difference else 0
    return Part(chosen.item, chosen.customer, paid, Kind.PAYMENT, difference, missing)


FOUND_MAX = 12
LOOKED_AT = 400
"""Items looked at for one search, the latest due first; those found are what of them is open, or was paid."""


class Found(NamedTuple):
    """An item that a search found."""

    chosen: Chosen
    number: str
    customer: str
    customer_number: str
    due_on: date


def find(company_id: int, words: str, today: date, *, back: bool = False, customer: int | None = None) -> list[Found]:
    """Find open items by a document's number, or the name or number of a customer; without words those of ``customer``.

    With ``back`` items that something was paid of. Two queries.
    """
    rows = DueItem.objects.filter(company_id=company_id).select_related("document", "customer")
    if words:
        named = Q(document__number__icontains=words) | Q(customer__name__icontains=words) | Q(customer__number=words)
        rows = rows.filter(named)
    elif customer is not None:
        rows = rows.filter(customer_id=customer)
    else:
        return []
    looked = list(rows.order_by("-due_on", "-pk")[:LOOKED_AT])
    opened = ledger_queries.open_amounts(company_id, today, due_item_ids=[item.pk for item in looked])
    found = []
    for item in looked:
        left = opened.get(item.pk, 0)
        chosen = Chosen(item.pk, item.customer_id, item.currency, left, item.amount_minor - left)
        if chosen.paid_minor > 0 if back else left:
            found.append(Found(chosen, item.document.number, item.customer.name, item.customer.number, item.due_on))
    return sorted(found, key=lambda one: (one.due_on, one.chosen.item))[:FOUND_MAX]


def items_told(company_id: int, ids: Sequence[int], today: date) -> dict[int, Found]:
    """Give items by number with what is open of them. Two queries."""
    rows = list(DueItem.objects.filter(company_id=company_id, pk__in=ids).select_related("document", "customer"))
    opened = ledger_queries.open_amounts(company_id, today, due_item_ids=[item.pk for item in rows])
    return {
        item.pk: Found(
            Chosen(item.pk, item.customer_id, item.currency, opened.get(item.pk, 0), item.amount_minor - opened.get(item.pk, 0)),
            item.document.number, item.customer.name, item.customer.number, item.due_on,
        )
        for item in rows
    }  # fmt: skip
