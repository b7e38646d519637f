"""The order of the worklist. Pure. ``docs/algorithms/worklist.md`` states it with an example.

1. What a customer said, or what may have gone wrong with a message, comes first: an unread reply, an answer, an invoice rejected, a
   message of which nobody knows whether it left, a bounce. Until it is read, everything else to this customer may be wrong.
2. Then deadlines: the insurer's, and bills and cheques to be presented or answered: they do not wait, and missing one loses the
   cover or the recourse. Those that can still be kept come first.
3. Then broken promises, bills refused or forgotten among them; then calls, and invoices of whose receipt nothing was heard; then
   letters and e-mails to be released; then internal checks and other tasks.
4. Within a class by the amount at stake in the company's currency, the largest first; an amount without a rate comes last.
5. Then by days overdue, the longest first; then by customer and by key, so that the order is total.
"""

from __future__ import annotations

from dataclasses import dataclass

LISTEN, DEADLINES, PROMISES, CALLS, WRITE, OTHER = range(6)
_TASK_CLASS = {
    "reply": LISTEN, "answer": LISTEN, "uncertain": LISTEN, "bounce": LISTEN, "delivery": LISTEN, "cover": DEADLINES,
    "call": CALLS, "receipt_rejected": LISTEN, "receipt_silent": CALLS, "instrument_matures": DEADLINES,
    "instrument_unanswered": DEADLINES, "instrument_late": PROMISES, "instrument_dishonoured": PROMISES,
}  # fmt: skip
BROKEN_PROMISE = "dunning.promise_broken"
MISSED = frozenset({"cover.notify_missed", "cover.claim_missed"})
"""Deadlines that have passed: a late report may still save the cover, but what can be kept in time goes before."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible line of the worklist. ``base_minor`` is the amount at stake in the company's currency, None: no rate."""

    key: str
    customer_id: int
    action: str
    channel: str
    currency: str
    amount_minor: int
    base_minor: int | None
    days_overdue: int
    reason_codes: tuple[str, ...]
    is_task: bool


def class_of(candidate: Candidate) -> int:
    """Give the class of a line: what comes first."""
    if candidate.is_task:
        return _TASK_CLASS.get(candidate.action, OTHER)
    if BROKEN_PROMISE in candidate.reason_codes:
        return PROMISES
    return {"call": CALLS, "task": OTHER}.get(candidate.channel, WRITE)


def ranked(candidates: list[Candidate]) -> list[Candidate]:
    """Give the candidates in the order in which they should be worked."""
    return sorted(
        candidates,
        key=lambda c: (
            class_of(c),
            not MISSED.isdisjoint(c.reason_codes),
            c.base_minor is None,
            -(c.base_minor or 0),
            -c.days_overdue,
            c.customer_id,
            c.key,
        ),
    )
