"""Taking back charges that never were owed: the item turned out not to have been late, or the letter had no reason.

Sentence 37 of ``docs/algorithms/dunning.md``. Run before each snapshot; asking twice changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from fairdue.dunning.models import NoticeLine
from fairdue.ledger.actions import do_withdraw_charge
from fairdue.ledger.models import Allocation, AllocationKind, Charge, ChargeKind, DueDateChange, DueItem
from fairdue.ledger.queries import withdrawn_charges
from fairdue.people.actor import Actor, Right

NEVER_LATE = gettext_noop("The item was not late: paid, credited or put off in time.")
NO_REASON = gettext_noop("Nothing in the letter was overdue: paid, credited or put off in time.")


@dataclass(slots=True)
class _Item:
    """An item with what is known of it now: the due date agreed, and what fell with its day and whether a credit did it."""

    amount_minor: int
    due_on: date
    fallen: list[tuple[date, bool, int]] = field(default_factory=list)

    def was_late(self, on: date, paid_until: date) -> bool:
        """Say whether it was past due on a day and not settled by ``paid_until``; credits count whatever their day."""
        settled = sum(minor for day, credit, minor in self.fallen if credit or day <= paid_until)
        return self.due_on < on and settled < self.amount_minor


@transaction.atomic
def do_withdraw_unfounded(actor: Actor) -> list[int]:
    """Take back interest, compensation and fees on items that were not overdue after all; give the charges' ids.

    Compensation and interest need an item that was open beyond its due date; a fee needs an overdue item in its letter on that day.
    Only charges are judged whose item was paid, credited or put off in the books after they were written.
    """
    actor.need(Right.RUN)
    since = Q(due_item_id=OuterRef("due_item_id"), recorded_at__gt=OuterRef("recorded_at"))
    doubtful = Charge.objects.filter(company_id=actor.company_id, due_item__isnull=False).filter(
        Exists(Allocation.objects.filter(since)) | Exists(DueDateChange.objects.filter(since))
    )
    charges = list(doubtful.order_by("id"))
    gone = withdrawn_charges([charge.pk for charge in charges])
    charges = [charge for charge in charges if charge.pk not in gone]
    if not charges:
        return []
    told = _told(actor.company_id, {charge.notice_key for charge in charges if charge.kind == ChargeKind.FEE} - {""})
    wanted = {charge.due_item_id for charge in charges if charge.due_item_id} | {
        pk for keys in told.values() for pk in keys
    }
    items = _items(wanted)
    found = []
    for charge in charges:
        if reason := _unfounded(charge, items, told):
            do_withdraw_charge(actor, charge.pk, reason=reason)
            found.append(charge.pk)
    return found


def _unfounded(charge: Charge, items: dict[int, _Item], told: dict[str, set[int]]) -> str:
    own = items[charge.due_item_id or 0]
    on = charge.effective_on
    if charge.kind != ChargeKind.FEE:
        return "" if own.was_late(on, own.due_on) else NEVER_LATE
    asked = [items[pk] for pk in told.get(charge.notice_key, ())] or [own]
    before = date.fromordinal(on.toordinal() - 1)
    return "" if any(item.was_late(on, before) for item in asked) else NO_REASON


def _told(company_id: int, keys: Collection[str]) -> dict[str, set[int]]:
    """Give the items of the letters behind step keys."""
    found: dict[str, set[int]] = defaultdict(set)
    rows = NoticeLine.objects.filter(company_id=company_id, notice__step_key__in=keys, open_minor__gt=0)
    for key, item in rows.values_list("notice__step_key", "due_item_id"):
        found[key].add(item)
    return found


def _items(wanted: Collection[int]) -> dict[int, _Item]:
    ids = list(wanted)
    found = {
        row[0]: _Item(row[1], row[2])
        for row in DueItem.objects.filter(pk__in=ids).values_list("id", "amount_minor", "due_on")
    }
    changes = DueDateChange.objects.filter(due_item_id__in=ids).order_by("recorded_at", "id")
    for item, due_on in changes.values_list("due_item_id", "due_on"):
        found[item].due_on = due_on
    rows = Allocation.objects.filter(due_item_id__in=ids, reverses__isnull=True, reversed_by__isnull=True)
    for item, on, kind, minor in rows.values_list("due_item_id", "effective_on", "kind", "amount_minor"):
        if item is not None:
            found[item].fallen.append((on, kind == AllocationKind.CREDIT, minor))
    return found
