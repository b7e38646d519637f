"""What posting needs to know of the ledger as it stands, for the lines of one portion; a handful of queries. No writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce

from fairdue.cash.book import matched_lines, undecided, with_day, zone_of_company
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import BankLine, Decision, LinePayment, Posting, Proposal
from fairdue.cash.plan import DISCOUNT, PAID, ItemNow, LineNow, Money, Planner, Standing
from fairdue.ledger import queries as ledger_queries
from fairdue.ledger.models import Allocation, DueItem
from fairdue.people.days import day_in


class Of(NamedTuple):
    """A line that is to be decided: what posting needs of it, and what its payment tells of it."""

    said: LineNow
    name: str
    account: str
    reference: str


def newest_proposals(company_id: int) -> QuerySet[Proposal]:
    """Give the proposal that counts of each line (3)."""
    return _newest().filter(company_id=company_id)


def posted_of_line() -> QuerySet[Proposal]:
    """Give the proposal of the outer line that counts, where it is to be posted.

    The outer query knows the company: named here too, SQLite would walk all of the company's proposals for every line.
    """
    return _newest().filter(line=OuterRef("pk"), state=Proposal.State.POSTED)


def _newest() -> QuerySet[Proposal]:
    later = Proposal.objects.filter(line=OuterRef("line"), number__gt=OuterRef("number"))
    return Proposal.objects.filter(~Exists(later))


def lines_to_decide(company_id: int, line_ids: Sequence[int]) -> dict[int, Of]:
    """Give those of the lines that are not decided, by number. Two queries."""
    rows = with_day(undecided(company_id).filter(pk__in=line_ids))
    found, zone = {}, zone_of_company(company_id)
    for pk, on, made, amount, currency, name, account, structured, text in rows.values_list(
        "id",
        "on",
        "statement__file__recorded_at",
        "amount_minor",
        "currency",
        "name",
        "account_number",
        "structured",
        "text",
    ):
        said = LineNow(pk, on or day_in(zone, made), amount, currency)
        found[pk] = Of(said, name, account, " ".join((structured or text).split()))
    return found


def planner(company_id: int, line_ids: Sequence[int], parts: Iterable[Part], *, lock: bool = True) -> Planner:
    """Give a planner for lines and all the parts that they may have; the items are locked in the order of their numbers."""
    parts = list(parts)
    wanted = {part.item for part in parts if part.item is not None}
    back = {part.item for part in parts if part.kind == Kind.RETURN and part.item is not None}
    standing = _standing(company_id, back)
    return Planner(items_now(company_id, wanted, lock=lock), own_money(company_id, line_ids), standing)


def items_now(company_id: int, ids: Collection[int], *, lock: bool) -> dict[int, ItemNow]:
    """Give items as they stand of all that is recorded, whatever its day. Two queries."""
    if not ids:
        return {}
    listed = sorted(ids)
    rows = DueItem.objects.filter(company_id=company_id, pk__in=listed).order_by("pk")
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    found = list(rows.values_list("pk", "customer_id", "currency", "effective_on", "document__number"))
    opened = ledger_queries.open_amounts(company_id, date.max, due_item_ids=listed)
    return {
        pk: ItemNow(customer, currency, opened.get(pk, 0), on, number) for pk, customer, currency, on, number in found
    }


def own_money(company_id: int, line_ids: Sequence[int]) -> dict[int, Money]:
    """Give the own payments of lines (6). One query."""
    rows = LinePayment.objects.filter(company_id=company_id, line_id__in=line_ids, decision=None)
    used = (
        Allocation.objects.filter(payment=OuterRef("payment_id")).order_by().values("payment").annotate(used=Sum("amount_minor"))
    )  # fmt: skip
    values = rows.annotate(used=Coalesce(used.values("used"), 0)).values_list(
        "line_id",
        "payment_id",
        "payment__amount_minor",
        "used",
        "payment__customer_id",
        "payment__suspected_customer_id",
    )
    return {
        line: Money(payment, amount - taken, customer or suspected or 0)
        for line, payment, amount, taken, customer, suspected in values
    }


def _standing(company_id: int, items: Collection[int]) -> list[Standing]:
    if not items:
        return []
    rows = list(
        Allocation.objects.filter(
            company_id=company_id,
            due_item_id__in=list(items),
            kind__in=(PAID, DISCOUNT),
            reverses=None,
            reversed_by=None,
        )
        .order_by("id")
        .values_list(
            "id", "kind", "due_item_id", "payment_id", "customer_id", "amount_minor", "currency", "effective_on"
        )
    )
    by = dict(
        Posting.objects.filter(allocation_id__in=[row[0] for row in rows]).values_list("allocation_id", "decision_id")
    )
    return [
        Standing(pk, kind, item or 0, payment or 0, customer, amount, currency, on, by.get(pk, 0))
        for pk, kind, item, payment, customer, amount, currency, on in rows
    ]


def decision_numbers(line_ids: Sequence[int]) -> dict[int, int]:
    """Give the highest number of a decision of each line, standing or not; lines without one are left out. One query."""
    rows = Decision.objects.filter(line_id__in=line_ids).order_by().values_list("line_id")
    return dict(rows.annotate(last=Max("number")))


def line_of(company_id: int, line_id: int) -> BankLine | None:
    """Give a line of the company that is matched."""
    return matched_lines(company_id).filter(pk=line_id).first()
