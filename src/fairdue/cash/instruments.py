"""Instruments as they stand: state, covers, what is to be done. Set-based; no writes.

Numbers are those of docs/algorithms/instruments.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import QuerySet

from fairdue.cash.instrument_rules import AWAY, State, duty
from fairdue.cash.models import Instrument, InstrumentCover, InstrumentStep
from fairdue.cash.plan import Misfit
from fairdue.cash.reasons import InstrumentReason
from fairdue.kernel.money import typed_minor
from fairdue.ledger.models import DueItem

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


RUNGS = (("past", -1), ("week", 7), ("month", 30), ("two_months", 60), ("quarter", 90), ("half_year", 182))
"""Rungs of the ladder of maturities: days from today until which each reaches; beyond them is ``later``."""


class Rung(NamedTuple):
    """Instruments of a currency that still cover and are payable within a rung. Amounts are minor units."""

    currency: str
    rung: str
    number: int
    amount_minor: int
    covered_minor: int


def ladder(found: Iterable[Standing], today: date) -> list[Rung]:
    """Give what falls payable when, by currency: of instruments that still cover (21)."""
    sums: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in found:
        if one.state.covers:
            days = (one.instrument.payable_on - today).days
            place = next((at for at, (_, until) in enumerate(RUNGS) if days <= until), len(RUNGS))
            row = sums[one.instrument.currency, place]
            for at, value in enumerate((1, one.instrument.amount_minor, one.covered_minor)):
                row[at] += value
    names = [*(name for name, _ in RUNGS), "later"]
    return [Rung(currency, names[place], *sums[currency, place]) for currency, place in sorted(sums)]


class Contingent(NamedTuple):
    """What is open only because an instrument is not honoured yet (22). ``away``: given on with recourse, so that we answer for it."""

    currency: str
    kind: str
    away: bool
    number: int
    amount_minor: int


def contingent(found: Iterable[Standing]) -> list[Contingent]:
    """Give what instruments cover, by currency, kind and whether they were given on with recourse (22)."""
    sums: defaultdict[tuple[str, str, bool], list[int]] = defaultdict(lambda: [0, 0])
    for one in found:
        if one.state.covers:
            row = sums[one.instrument.currency, one.instrument.kind, one.state.kind in AWAY]
            row[0] += 1
            row[1] += one.instrument.amount_minor if one.state.kind in AWAY else one.covered_minor
    return [Contingent(*key, *sums[key]) for key in sorted(sums)]


def named_covers(company_id: int, texts: Iterable[str], currency: str) -> list[tuple[int, int]]:
    """Read ``INVOICE=AMOUNT`` or ``#ITEM=AMOUNT``; give (item, minor units). Raises Misfit for a name of no item or of several,
    MoneyError for an amount that is none."""
    found = []
    for text in texts:
        name, _sign, amount = text.rpartition("=")
        name = name.strip()
        rows = DueItem.objects.filter(company_id=company_id)
        own = name[:1] == "#" and name[1:].isascii() and name[1:].isdigit() and len(name) < 19
        rows = rows.filter(pk=int(name[1:])) if own else rows.filter(document__number=name)
        items = list(rows.values_list("pk", flat=True)[:2])
        if len(items) != 1:
            raise Misfit(InstrumentReason.NAMES, name=(name or text)[:60])
        found.append((items[0], typed_minor(amount.strip(), currency)))
    return found


def open_of_covers(company_id: int, ids: Collection[int]) -> Mapping[int, int]:
    """Give how much of what each instrument covered is open now: of each item its cover at most. Three queries."""
    from fairdue.cash.facts import items_now

    rows = InstrumentCover.objects.filter(company_id=company_id, instrument_id__in=list(ids))
    covers = list(rows.values_list("instrument_id", "due_item_id", "amount_minor"))
    items = items_now(company_id, [item for _, item, _ in covers], lock=False)
    found: defaultdict[int, int] = defaultdict(int)
    for pk, item, amount in covers:
        found[pk] += min(amount, max(items[item].open_minor, 0)) if item in items else 0
    return found
