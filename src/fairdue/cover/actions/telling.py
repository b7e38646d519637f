"""Record what was told to the insurer, and what it agreed to. A consent counts at once, not only after the next run."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext

from fairdue.contact.actions.tasks import event
from fairdue.contact.models import EventKind, Task
from fairdue.cover.actions.entering import CoverError
from fairdue.cover.models import CoverRecord, RecordKind
from fairdue.cover.reasons import CoverReason
from fairdue.kernel.reasons import because
from fairdue.ledger import audit, insured
from fairdue.ledger.actions import do_publish_facts
from fairdue.ledger.models import Customer, DueItem
from fairdue.ledger.queries import open_amounts
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of

SOURCE = "cover 1"
"""The version that published facts name."""
ENDS = {RecordKind.NOTIFIED: ("notify",), RecordKind.CLAIMED: ("claim", "notify"), RecordKind.CONSENT: ("extension",)}
"""Kinds of tasks that a record about the whole buyer ends at once; the next run judges the others."""


TOLD = {
    RecordKind.NOTIFIED: CoverReason.NOTIFIED,
    RecordKind.CLAIMED: CoverReason.CLAIMED,
    RecordKind.CONSENT: CoverReason.CONSENT,
}
"""What the timeline says."""


@transaction.atomic
def do_record(
    actor: Actor,
    *,
    customer_id: int,
    kind: str,
    on: date,
    reference: str,
    until: date | None = None,
    due_item_id: int | None = None,
    note: str = "",
) -> CoverRecord:
    """Record a report, a claim or a consent, of one invoice or of the whole buyer. The same record again changes nothing.

    Raises CoverError without the insurer's reference, for a day to come, and for a consent without a last day.
    """
    actor.need(Right.HOLD)
    customer = Customer.objects.select_for_update().get(pk=customer_id, company_id=actor.company_id)
    _check(actor, kind, on, reference, until)
    if due_item_id is not None and not DueItem.objects.filter(pk=due_item_id, customer_id=customer_id).exists():
        raise CoverError(gettext("The customer has no such invoice."))
    same = {
        "company_id": actor.company_id, "customer_id": customer.pk, "due_item_id": due_item_id, "kind": kind, "on": on,
        "until": until, "reference": reference.strip()[:120],
    }  # fmt: skip
    if (known := CoverRecord.objects.filter(**same).order_by("-id").first()) is not None:
        return known
    made = CoverRecord.objects.create(note=note[:500], recorded_by=actor.name, recorded_at=actor.at, **same)
    audit.record(
        actor, "cover_record", f"cover_record:{made.pk}", kind=kind, customer=customer.pk, item=due_item_id,
        on=on.isoformat(), until=until.isoformat() if until else None, reference=made.reference,
    )  # fmt: skip
    told = because(TOLD[RecordKind(kind)], reference=made.reference, until=until.isoformat() if until else None)
    event(actor, customer.pk, EventKind.NOTE, told, subject=f"cover_record:{made.pk}", text=note)
    if kind == RecordKind.CONSENT and until is not None:
        _publish_consent(actor, customer.pk, due_item_id, until)
    if due_item_id is None:
        _end_tasks(actor, customer.pk, kind, made)
    return made


def _check(actor: Actor, kind: str, on: date, reference: str, until: date | None) -> None:
    if kind not in RecordKind.values:
        raise CoverError(gettext("There is no record %(kind)s.") % {"kind": kind})
    if not reference.strip():
        raise CoverError(gettext("Give the insurer's reference; it is what counts later."))
    if on > today_of(actor):
        raise CoverError(gettext("The day lies ahead; record it when it has happened."))
    if (kind == RecordKind.CONSENT) != (until is not None):
        raise CoverError(gettext("A consent has a last day, and only a consent has one."))
    if until is not None and until < on:
        raise CoverError(gettext("The last day lies before the first."))


def _publish_consent(actor: Actor, customer_id: int, due_item_id: int | None, until: date) -> None:
    """Move the published last days of what is bounded now; a later bound stays."""
    today = today_of(actor)
    items = [due_item_id] if due_item_id else list(open_amounts(actor.company_id, today, customer_ids=[customer_id]))
    moved = {
        f"due_item:{item}": until.toordinal()
        for item, last in insured.last_days(actor.company_id, items, today).items()
        if until > last
    }
    do_publish_facts(actor, room="cover", kind=insured.LAST_DAY, as_of=today, values=moved, source_version=SOURCE)
    if due_item_id is None and until >= today and insured.consent_needed(actor.company_id, [customer_id], today):
        do_publish_facts(
            actor, room="cover", kind=insured.CONSENT, as_of=today, values={f"customer:{customer_id}": 0},
            source_version=SOURCE, valid_until=until,
        )  # fmt: skip


def _end_tasks(actor: Actor, customer_id: int, kind: str, made: CoverRecord) -> None:
    """End the tasks that asked for this. What the record does not reach opens a new one with the next run."""
    waiting = Task.objects.filter(
        company_id=actor.company_id, customer_id=customer_id, key__startswith="cover/", done_at__isnull=True
    )
    for task in waiting.order_by("id"):
        if task.key.split("/")[2] in ENDS[RecordKind(kind)]:
            task.done_at, task.done_by, task.outcome = actor.at, actor.name, f"{kind} {made.reference}"[:500]
            task.save(update_fields=["done_at", "done_by", "outcome"])
            audit.record(actor, "finish_task", f"task:{task.pk}", outcome=task.outcome)
