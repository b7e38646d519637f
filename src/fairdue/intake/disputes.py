"""Disputes that a list of open items names: a hold each, released when a list says that the item is no longer disputed."""

from __future__ import annotations

from collections.abc import Mapping

from fairdue.intake import queries
from fairdue.intake.rules import Plan
from fairdue.ledger import audit, bulk
from fairdue.ledger.models import Hold, HoldReason
from fairdue.people.actor import Actor
from fairdue.people.days import today_of


def write_disputes(actor: Actor, source_id: int, import_id: int, plan: Plan, new: Mapping[int, int]) -> None:
    """Hold what the list calls disputed and release what it calls undisputed or no longer lists.

    ``new``: disputed items booked just now, due item id to customer id. What a partial list does not name stays as it is,
    and holds that people set are never touched. The key carries the import, so that a second dispute is a second hold.
    """
    wanted = {**plan.disputed, **new}
    if not wanted and not plan.undisputed:
        return
    prefix = f"dispute:source:{source_id}:"
    standing = queries.disputed_items(source_id, prefix)
    today = today_of(actor)
    added = sorted(item for item in wanted if item not in standing)
    rows = [
        (actor.company_id, wanted[item], item, HoldReason.DISPUTE.value, "", today, "source", f"{prefix}{item}:{import_id}",
         "", actor.at)
        for item in added
    ]  # fmt: skip
    bulk.insert_rows(
        Hold,
        ("company_id", "customer_id", "due_item_id", "reason", "currency", "since", "note", "key", "release_reason", "recorded_at"),
        rows,
    )  # fmt: skip
    ended = sorted(item for item in standing if item in plan.undisputed)
    for start in range(0, len(ended), 5_000):
        part = [standing[item] for item in ended[start : start + 5_000]]
        Hold.objects.filter(pk__in=part).update(released_on=today, release_reason="no longer disputed in its source")
    if added or ended:
        leaves = [f"hold|{item}".encode() for item in added] + [f"release|{item}".encode() for item in ended]
        audit.record_bulk(actor, "import_disputes", f"import:{import_id}", leaves, held=len(added), released=len(ended))
