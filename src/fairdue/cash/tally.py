"""How many lines and how much money stand where. No writes."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Abs, Coalesce

from fairdue.cash.book import standing_decisions, undecided
from fairdue.cash.models import BankLine, Decision, Proposal

NOT_PROPOSED = ""


class Tally(NamedTuple):
    """Lines of one state and currency; ``value_minor`` adds amounts without their sign."""

    state: str
    """A proposal's state, or empty for lines that were never proposed."""
    currency: str
    lines: int
    value_minor: int


def with_newest(rows: QuerySet[BankLine]) -> QuerySet[Any]:
    """Give lines with their newest proposal: its number, and its state, empty where there is none."""
    newest = Proposal.objects.filter(line=OuterRef("pk")).order_by("-number")
    return rows.annotate(
        newest_id=Subquery(newest.values("pk")[:1]), newest_state=Coalesce(Subquery(newest.values("state")[:1]), Value(NOT_PROPOSED))
    )  # fmt: skip


def of_queue(company_id: int) -> list[Tally]:
    """Count the lines that are not decided, by the state of their newest proposal and by currency. One query."""
    rows = (
        with_newest(undecided(company_id))
        .values("newest_state", "currency")
        .annotate(lines=Count("pk"), value=Sum(Abs("amount_minor")))
        .order_by("newest_state", "currency")
    )
    return [Tally(row["newest_state"], row["currency"], row["lines"], int(row["value"])) for row in rows]


def newest_decision(company_id: int) -> int:
    """Give the number of the company's newest decision, 0 for none. One query."""
    return Decision.objects.filter(company_id=company_id).aggregate(last=Max("pk"))["last"] or 0


def posted_since(company_id: int, after: int) -> list[Tally]:
    """Count the lines that posted by evidence with a decision of a higher number than ``after`` and stand, by currency. One query."""
    rows = (
        standing_decisions()
        .filter(company_id=company_id, how=Decision.How.AUTOMATIC, pk__gt=after)
        .values("line__currency")
        .annotate(lines=Count("pk"), value=Sum(Abs("line__amount_minor")))
        .order_by("line__currency")
    )
    return [Tally(Proposal.State.POSTED, row["line__currency"], row["lines"], int(row["value"])) for row in rows]
