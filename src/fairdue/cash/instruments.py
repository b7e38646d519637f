"""Instruments as they stand: state, covers, what is to be done. Set-based; no writes.

Numbers are those of docs/algorithms/instruments.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from fairdue.cash.instrument_rules import State, duty
from fairdue.cash.models import Instrument, InstrumentCover, InstrumentStep

NEVER = State("", False, date.min)


class Standing(NamedTuple):
    """An instrument as it stands; ``covered_minor`` counts while it covers."""

    instrument: Instrument
    state: State
    covered_minor: int
    duty: str


def standing_steps(ids: Iterable[int]) -> QuerySet[InstrumentStep]:
    """Give the steps of instruments that were not taken back, oldest first."""
    rows = InstrumentStep.objects.filter(instrument_id__in=list(ids), undone_by=None)
    return rows.exclude(kind=InstrumentStep.Kind.UNDONE).order_by("instrument_id", "id")


def states(ids: Collection[int]) -> dict[int, State]:
    """Give the state of each instrument; one whose receipt was taken back is left out. One query."""
    rows = standing_steps(ids).values_list("instrument_id", "kind", "recourse", "effective_on")
    return {pk: State(kind, recourse, on) for pk, kind, recourse, on in rows}


def standing(company_id: int, today: date, *, soon_days: int = 0, only: int | None = None) -> list[Standing]:
    """Give the instruments of a company by maturity, with what is to be done (14). Three queries."""
    rows = Instrument.objects.filter(company_id=company_id).select_related("customer")
    found = list((rows.filter(pk=only) if only is not None else rows).order_by("payable_on", "id"))
    ids = [one.pk for one in found]
    now, covers = states(ids), covered(company_id, ids)
    told = []
    for one in found:
        state = now.get(one.pk, NEVER)
        told.append(
            Standing(one, state, covers.get(one.pk, 0), duty(state, one.payable_on, one.grace_days, today, soon_days))
        )
    return told


def covered(company_id: int, ids: Collection[int]) -> dict[int, int]:
    """Give the sum of the covers of each instrument, whether they still cover or not. One query."""
    found: dict[int, int] = {}
    rows = InstrumentCover.objects.filter(company_id=company_id, instrument_id__in=list(ids))
    for pk, amount in rows.values_list("instrument_id", "amount_minor"):
        found[pk] = found.get(pk, 0) + amount
    return found


def covers_of_items(company_id: int, items: Collection[int], *, apart_from: int = 0) -> dict[int, int]:
    """Give what instruments cover of each item now, those of one instrument left out. Two queries."""
    rows = InstrumentCover.objects.filter(company_id=company_id, due_item_id__in=list(items))
    listed = list(rows.exclude(instrument_id=apart_from).values_list("instrument_id", "due_item_id", "amount_minor"))
    now = states({pk for pk, _, _ in listed})
    found: dict[int, int] = {}
    for pk, item, amount in listed:
        if now.get(pk, NEVER).covers:
            found[item] = found.get(item, 0) + amount
    return found
