"""How many lines and how much money stand where. No writes."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Count, Max, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Abs, Coalesce

from fairdue.cash.book import standing_decisions, undecided
from fairdue.cash.models import Decision, Proposal

NOT_PROPOSED = ""


class Tally(NamedTuple):
    """Lines of one state and currency; ``value_minor`` adds amounts without their sign."""

    state: str
    """A proposal's state, or empty for lines that were never proposed."""
    currency: str
    lines: int
    value_minor: int


def of_queue(company_id: int) -> list[Tally]:
    """Count the lines that are not decided, by the state of their newest proposal and by currency. One query."""
    newest = Proposal.objects.filter(line=OuterRef("pk")).order_by("-number").values("state")[:1]
    rows = (
        undecided(company_id)
        .annotate(state=Coalesce(Subquery(newest), Value(NOT_PROPOSED)))
        .values("state", "currency")
        .annotate(lines=Count("pk"), value=Sum(Abs("amount_minor")))
        .order_by("state", "currency")
    )
    return [Tally(row["state"], row["currency"], row["lines"], int(row["value"])) for row in rows]


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
