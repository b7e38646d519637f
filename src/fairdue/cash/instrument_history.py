"""All that is known of one instrument: its steps, covers, holds, money and cost. A handful of queries; no writes.

Numbers are those of docs/algorithms/instruments.md.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from fairdue.cash.facts import items_now
from fairdue.cash.instrument_rules import last_day
from fairdue.cash.instruments import Standing, standing
from fairdue.cash.models import InstrumentCover, InstrumentStep
from fairdue.ledger.models import Allocation, Hold


class StepTold(NamedTuple):
    """A step, whether it was taken back, and what its money paid (minor units)."""

    step: InstrumentStep
    undone: bool
    paid_minor: int


class CoverTold(NamedTuple):
    """A covered part of an item: what is open of the item now, and until when it is held; None where it is not."""

    item: int
    document: str
    due_on: date
    amount_minor: int
    open_minor: int
    held_until: date | None


class History(NamedTuple):
    """An instrument with all that became of it; steps oldest first. ``last_on`` is the last day of an answer (5)."""

    standing: Standing
    last_on: date
    steps: list[StepTold]
    covers: list[CoverTold]

    @property
    def state_label(self) -> str:
        """Give its state in words, "" where its receipt was taken back."""
        kind = self.standing.state.kind
        return str(InstrumentStep.Kind(kind).label) if kind else ""


def history(company_id: int, instrument_id: int, today: date) -> History | None:
    """Give an instrument of a company as it stands on a day, None where there is none."""
    found = standing(company_id, today, only=instrument_id)
    if not found:
        return None
    kept = found[0].instrument
    steps = list(InstrumentStep.objects.filter(company_id=company_id, instrument=kept).order_by("pk"))
    gone = {one.undoes_id for one in steps}
    made = [pk for one in steps for pk in one.allocations]
    paid = dict(Allocation.objects.filter(company_id=company_id, pk__in=made).values_list("pk", "amount_minor"))
    told = [StepTold(one, one.pk in gone, sum(paid.get(pk, 0) for pk in one.allocations)) for one in steps]
    return History(found[0], last_day(kept.payable_on, kept.grace_days), told, _covers(company_id, kept.pk, today))


def _covers(company_id: int, instrument_id: int, today: date) -> list[CoverTold]:
    rows = InstrumentCover.objects.filter(company_id=company_id, instrument_id=instrument_id).order_by("pk")
    covers = list(
        rows.values_list("pk", "due_item_id", "due_item__document__number", "due_item__due_on", "amount_minor")
    )
    items = items_now(company_id, [item for _, item, *_ in covers], lock=False)
    held: dict[int, date | None] = {}
    holds = Hold.objects.filter(
        company_id=company_id, due_item_id__in=list(items), key__startswith="instrument:", released_on=None
    )
    for key, until in holds.values_list("key", "until"):
        if until is None or until >= today:
            held[int(key.split(":")[1])] = until
    return [
        CoverTold(item, number, due_on, amount, items[item].open_minor, held.get(pk))
        for pk, item, number, due_on, amount in covers
    ]
