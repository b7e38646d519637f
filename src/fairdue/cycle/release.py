"""Releasing from an entrance: the proposals leave for the outbox, and what was said is sealed and anchored at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from fairdue.cycle.line import anchor
from fairdue.cycle.models import Run
from fairdue.dunning.actions import Outcome, do_release
from fairdue.ledger import audit
from fairdue.people.actor import Actor


def release(
    actor: Actor, proposal_ids: Sequence[int], today: date, *, progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Release proposals as ``dunning.do_release`` does, then seal. Entrances call this one.

    A release that fails half-way has committed its earlier batches: they are sealed all the same.
    """
    try:
        return do_release(actor, proposal_ids, today, progress=progress)
    finally:
        seal(actor)


def seal(actor: Actor) -> None:
    """Chain what is committed to the audit log, and write the head beside the latest run, outside the database.

    An entry that waits for the next run's seal could be removed until then without a trace.
    """
    run = Run.objects.filter(company_id=actor.company_id).order_by("-id").first()
    if run is None:
        audit.seal(actor.company_id)
    else:
        anchor(actor, run)
