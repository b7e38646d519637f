"""What to do with claims whose dispatcher is gone: look at the target, return what had not left, ask about the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from fairdue.contact import settle
from fairdue.contact.blobs import BlobError
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.contact.parcels import parcel_of
from fairdue.contact.presence import is_gone
from fairdue.contact.transports import NotHandedOver, Transport
from fairdue.people.actor import Actor


def recover(
    actor: Actor, company_id: int, at: datetime, transports: Mapping[str, Transport], folder: Path
) -> dict[str, int]:
    """Settle every claim of a company whose owner is known to be gone or whose lease has run out; gives counts by end.

    1. A target that can be looked at: found whole, it is handed over; not found, it is queued again (a file is written
       whole or not at all, so doing it again leaves one file).
    2. Else, not yet marked: nothing irrevocable had begun; it is queued again.
    3. Else it is uncertain, and a person is asked.

    Two dispatchers may recover at once: what the other one has settled meanwhile is left to it.
    """
    counts: dict[str, int] = {}
    claims = OutboxMessage.objects.filter(company_id=company_id, state=MessageState.CLAIMED).order_by("id")
    for message in claims.select_related("company"):
        lease_over = message.lease_until is not None and message.lease_until < at
        transport = transports.get(message.channel)
        if transport is None or not (lease_over or is_gone(folder, message.claimed_by)):
            continue
        if end := _settle(actor, message, transport):
            counts[end] = counts.get(end, 0) + 1
    return counts


def _settle(actor: Actor, message: OutboxMessage, transport: Transport) -> str:
    """Settle one claim and say how it ended; empty where another dispatcher was first."""
    owner = message.claimed_by
    if transport.repeatable:
        if evidence := _look(message, transport):
            try:
                settle.handed_over(actor, message, owner, evidence)
            except settle.ClaimLostError:
                return ""
            return "found"
        settle.returned(actor, message, owner)
        return "returned"
    if message.handing_at is None:
        settle.returned(actor, message, owner)
        return "returned"
    settle.uncertain(actor, message, owner, "process ended")
    return "uncertain"


def _look(message: OutboxMessage, transport: Transport) -> dict[str, object] | None:
    """Look at the target; what cannot be built any more is not there, and the next attempt says why."""
    try:
        return transport.find(parcel_of(message, message.company, message.created_at))
    except (BlobError, NotHandedOver):
        return None
