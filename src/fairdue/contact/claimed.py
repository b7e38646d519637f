"""What a step claims, and from whom: what the gate's checks read from the facts together. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fairdue.contact.facts import ContactFacts, GateFacts, Place, Step
from fairdue.contact.reasons import GateReason
from fairdue.kernel.reasons import Reason, because

REASONS_PER_CHECK_MAX = 10
"""Items named one by one in a block; the others are counted, so that a customer of 500 items stays readable."""
CHASES = "notice"
WRITTEN_IN_ANSWER = frozenset({"answer", "thank_you", "confirmation"})
"""Kinds that answer the customer: they are no contact that the budget counts, and no hold on chasing stops them."""
DISTURBS = frozenset({"email", "call"})
"""Channels to which a country's hours and days apply, whatever the policy says: they ring or ping."""
PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Claimed:
    """A due item as the step claims it now: open, less what is held. Minor units."""

    document: str
    currency: str
    open_minor: int
    claimed_minor: int


def contact_of(step: Step, facts: GateFacts) -> ContactFacts | None:
    """Give the contact that the step names."""
    return next((one for one in facts.contacts if one.contact_id == step.contact_id), None)


def place_of(step: Step, facts: GateFacts) -> Place:
    """Give the recipient's place: the contact's own, else the customer's."""
    contact = contact_of(step, facts)
    return contact.place if contact else facts.place


def claimed_items(step: Step, facts: GateFacts) -> list[Claimed]:
    """Give the step's items as they stand: live where they were read, else as the step says."""
    found = []
    for item in step.items:
        state = (facts.items or {}).get(item.due_item_id)
        currency = (state.currency if state else "") or step.currency
        open_minor = state.open_minor if state else item.open_minor
        held_minor = max(item.held_minor, state.held_minor if state else 0) if open_minor > 0 else 0
        document = (state.document if state else "") or item.document or f"#{item.due_item_id}"
        found.append(Claimed(document, currency, open_minor, open_minor - held_minor))
    return found


def claimed_by_currency(step: Step, facts: GateFacts) -> dict[str, int]:
    """Give what may be claimed of the step's items, by currency: open less held, credit notes taken off.

    A message may carry the letters of two currencies; they never add up. The step's own currency is always there.
    """
    totals = {step.currency: 0}
    for item in claimed_items(step, facts):
        totals[item.currency] = totals.get(item.currency, 0) + item.claimed_minor
    return totals


def at_most(found: list[Reason]) -> Iterator[Reason]:
    """Give the first reasons of a check and count the rest."""
    yield from found[:REASONS_PER_CHECK_MAX]
    if len(found) > REASONS_PER_CHECK_MAX:
        yield because(GateReason.MORE_ITEMS, count=len(found) - REASONS_PER_CHECK_MAX)
