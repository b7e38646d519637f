"""The gate's checks on how things stand between us and the customer: holds, replies, internal checks, imports, cover. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from fairdue.contact.claimed import CHASES, WRITTEN_IN_ANSWER, at_most, claimed_by_currency
from fairdue.contact.facts import ClaimItem, CoverFacts, GateFacts, GatePolicy, ItemState, Stage, Step
from fairdue.contact.reasons import GateReason
from fairdue.kernel.reasons import Reason, because

NEEDS_CONSENT = frozenset({"extension", "plan", "promise"})
"""What the insurer may have to agree to; a deadline in a notice gives nothing away."""


def imports(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block dunning of a company while a file of its items or payments is not in the ledger: it may say what was paid."""
    if step.kind != CHASES or not policy.hold_while_importing:
        return
    for one in facts.imports_open:
        code = GateReason.IMPORT_RUNNING if one.running else GateReason.IMPORT_WAITING
        code = GateReason.BANK_FILE_WAITING if one.bank else code
        yield because(code, number=one.number, as_of=one.as_of.isoformat())


def holds(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block when the customer is held, when nothing is left, and at sending when a hold came after the text was made."""
    if step.kind in WRITTEN_IN_ANSWER:
        return
    if facts.customer_holds:
        yield because(GateReason.CUSTOMER_HELD, hold_reasons=", ".join(facts.customer_holds))
        return
    if step.kind != CHASES or facts.items is None:
        return
    if stage is Stage.SENDING:
        yield from at_most([reason for item in step.items if (reason := _held_since(step, item, facts.items))])
    elif step.items and all(claimed <= 0 for claimed in claimed_by_currency(step, facts).values()):
        yield because(GateReason.NOTHING_LEFT)


def _held_since(step: Step, item: ClaimItem, now: Mapping[int, ItemState]) -> Reason | None:
    state = now.get(item.due_item_id)
    if state is None or state.open_minor <= 0 or state.held_minor <= item.held_minor:
        return None
    return because(
        GateReason.ITEM_HELD,
        document=state.document or f"#{item.due_item_id}",
        held_minor=state.held_minor,
        open_minor=state.open_minor,
        currency=state.currency or step.currency,
        hold_reasons=", ".join(state.hold_reasons),
    )


def reply(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block while a reply is not read, and at sending when one came after the text was made and nobody looked since."""
    if step.kind in WRITTEN_IN_ANSWER:
        return
    if facts.replies_unread:
        yield because(GateReason.REPLY_UNREAD, count=facts.replies_unread)
    elif stage is Stage.SENDING and step.written_at and facts.replied_at and facts.replied_at > step.written_at:
        yield because(GateReason.REPLY_SINCE, replied_on=facts.replied_at.date().isoformat())


def internal_check(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block, where the policy asks for it, a notice while an internal check is open. A finding holds by its own hold."""
    if policy.internal_check == "hold" and step.kind == CHASES and facts.checks_open:
        yield because(GateReason.INTERNAL_CHECK, count=facts.checks_open)


def cover(step: Step, facts: GateFacts, policy: GatePolicy, stage: Stage) -> Iterator[Reason]:
    """Block a text that gives the customer more time than the cover allows, or what needs the insurer's consent."""
    if step.grants and step.grants_until is not None:
        items = [item.due_item_id for item in step.items]
        yield from cover_blocks(facts.cover, step.grants, step.grants_until, items)


def cover_blocks(cover: CoverFacts, grants: str, until: date, items: Iterable[int]) -> Iterator[Reason]:
    """Say why a plan, extension, promise or wait for due items until a day would cost the cover; nothing where it would not.

    ``wait`` is a new deadline in a notice or a step put off: the duties of the cover go on, so only their day counts.
    """
    if cover.deadline_on is not None and until > cover.deadline_on:
        yield because(GateReason.COVER_DEADLINE, until=until.isoformat(), deadline_on=cover.deadline_on.isoformat())
    if grants not in NEEDS_CONSENT:
        return
    bound = min((cover.extension_until[one] for one in items if one in cover.extension_until), default=None)
    if bound is not None and until > bound:
        yield because(GateReason.COVER_EXTENSION, until=until.isoformat(), extension_until=bound.isoformat())
    if cover.consent_needed:
        yield because(GateReason.COVER_CONSENT, until=until.isoformat())
