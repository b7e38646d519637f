"""Advices as they stand, read set-based; no writes. Numbers are those of docs/algorithms/remittance-advices.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from fairdue.cash.matching import records
from fairdue.cash.matching.folding import folded, packed
from fairdue.cash.models import Advice, AdviceLine, Decision
from fairdue.kernel import chain

GIVEN_DAYS = 800
"""So old advices are given to the matcher (15)."""
SAME_DAYS, OPEN_DAYS = 10, 60
"""An advice that says the same within so many days is the same one; so is one that follows an open one within so many (14)."""


def standing(company_id: int) -> QuerySet[Advice]:
    """Give the advices that are not withdrawn."""
    return Advice.objects.filter(company_id=company_id, withdrawal=None)


def ties(company_id: int) -> QuerySet[Decision]:
    """Give the standing decisions that were made as proposed with an advice (16)."""
    return Decision.objects.filter(company_id=company_id, undoing=None, agreed=True, proposal__advice__isnull=False)


def tied(company_id: int, advice_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Give the line that each tied advice is tied to. One query."""
    rows = ties(company_id)
    if advice_ids is not None:
        rows = rows.filter(proposal__advice_id__in=list(advice_ids))
    return {
        advice: line for advice, line in rows.order_by("pk").values_list("proposal__advice_id", "line_id") if advice
    }


def given(company_id: int, today: date) -> list[records.Advice]:
    """Give the open advices to the matcher (15). Two queries."""
    used = ties(company_id).values("proposal__advice_id")
    since = today - timedelta(days=GIVEN_DAYS)
    rows = standing(company_id).filter(repeats=None, received_on__gte=since).exclude(pk__in=used).order_by("pk")
    found = list(rows.values_list("pk", "number", "customer_id", "received_on", "currency", "sure"))
    lines: defaultdict[int, list[records.Advised]] = defaultdict(list)
    listed = AdviceLine.objects.filter(advice__in=rows.order_by().values("pk"), amount_minor__isnull=False).exclude(
        amount_minor=0
    )
    for advice, number, amount in listed.order_by("advice_id", "place").values_list(
        "advice_id", "number", "amount_minor"
    ):
        lines[advice].append(records.Advised(number, amount or 0))
    return [
        records.Advice(pk, number, customer, on, currency, tuple(lines[pk]), sure)
        for pk, number, customer, on, currency, sure in found
        if lines[pk]
    ]


def content_key(advice: records.Advice) -> str:
    """Give the hash of what an advice says: currency, numbers and amounts, in whatever order (14)."""
    told = sorted([folded(packed(one.number)), one.amount_minor] for one in advice.lines)
    return chain.digest("fairdue cash advice v1", chain.canonical([advice.currency, told]))[:40]


def same_advice(company_id: int, key: str, number: str, on: date) -> Advice | None:
    """Give the advice that one repeats (14). Two queries."""
    rows = standing(company_id).filter(content_key=key, repeats=None, received_on__gte=on - timedelta(days=OPEN_DAYS))
    if number:
        rows = rows.filter(number__in=("", number))
    found = list(rows.filter(received_on__lte=on + timedelta(days=SAME_DAYS)).order_by("pk"))
    used = tied(company_id, [one.pk for one in found]) if found else {}
    return next((one for one in found if one.pk not in used or abs((on - one.received_on).days) <= SAME_DAYS), None)


class Listed(NamedTuple):
    """An advice with what became of it."""

    advice: Advice
    lines: int
    unread: int
    line: int | None
    """The bank line that it is tied to."""

    @property
    def state(self) -> str:
        """``open``, ``tied``, ``repeats`` or ``withdrawn``."""
        if hasattr(self.advice, "withdrawal"):
            return "withdrawn"
        if self.advice.repeats_id is not None:
            return "repeats"
        return "open" if self.line is None else "tied"


def listed(company_id: int, *, number: int = 50, advice_id: int | None = None) -> list[Listed]:
    """Give the newest advices, or one of them. Two queries."""
    rows = Advice.objects.filter(company_id=company_id).select_related("customer", "withdrawal", "mail")
    if advice_id is not None:
        rows = rows.filter(pk=advice_id)
    counted = rows.annotate(
        count=Count("lines", filter=Q(lines__amount_minor__isnull=False)),
        unread=Count("lines", filter=Q(lines__amount_minor__isnull=True)),
    )
    found = list(counted.order_by("-pk")[:number])
    by = tied(company_id, [one.pk for one in found])
    return [Listed(one, one.count, one.unread, by.get(one.pk)) for one in found]
