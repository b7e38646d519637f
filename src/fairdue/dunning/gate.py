"""What a policy asks of contact's gate, and a proposal as the step the gate judges. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fairdue.contact.facts import ClaimItem, GateFacts, GatePolicy, Step
from fairdue.contact.facts import Stage as GateMoment
from fairdue.contact.notes import GateNotes
from fairdue.contact.rules import legal_clock
from fairdue.dunning.policy.shape import Policy, Release, Stage
from fairdue.kernel.reasons import Reason

CHASES = "notice"
RECEIPT = "receipt"
NO_NOTES = GateNotes()
WORK = "task"
"""A task leaves nothing; the gate is asked of it only where somebody else is to act."""


def gate_policy(policy: Policy, stage: Stage) -> GatePolicy:
    """Give the gate's policy for one stage: the policy's ``gate`` section, its caps, the stage's minimum and release."""
    stored = dict(policy.gate or {})
    stored["minimum_by_currency"] = dict(stage.minimum_minor or {})
    stored["daily_cap"] = policy.daily_cap
    stored["dry_run"] = policy.dry_run
    stored["two_person_release"] = stage.release is Release.TWO_PERSON
    return GatePolicy.from_dict(stored)


def message_kind(stage: Stage) -> str:
    """Give the kind of message: asking for receipt chases nobody, everything else does."""
    return RECEIPT if stage.document == "receipt_confirmation" else CHASES


def gate_step(
    stage: Stage,
    *,
    step_key: str,
    run_key: str,
    channel: str,
    currency: str,
    contact_id: int | None,
    language: str,
    items: Iterable[tuple[int, int, int]],
    edited_text: str = "",
    cleared: bool = False,
    missing_copies: tuple[tuple[str, str], ...] = (),
    notes: GateNotes = NO_NOTES,
    missing_content: tuple[Reason, ...] = (),
) -> Step:
    """Give the step that the gate judges; ``items`` are (due item, open minor, held minor).

    ``cleared`` says that a person has confirmed that a third party may act in the customer's country.
    """
    return Step(
        step_key=step_key,
        channel=channel,
        currency=currency,
        kind=message_kind(stage),
        run_key=run_key,
        contact_id=contact_id,
        language=language,
        items=tuple(ClaimItem(*item) for item in items),
        edited_text=edited_text,
        legal_stage=stage.legal_stage,
        missing_copies=missing_copies,
        third_party=stage.third_party,
        third_party_cleared=stage.third_party and cleared,
        grants=notes.grants,
        grants_until=notes.grants_until,
        law_doubts=notes.law_doubts,
        missing_content=missing_content,
        tone_overrides=frozenset((one.category, one.found) for one in notes.tone_overrides),
    )


def work_step(step: Step, facts: GateFacts) -> tuple[Step, GateFacts]:
    """Give step and facts as the gate judges a task through which somebody else is to act: nothing of it counts as contact."""
    return replace(step, kind=WORK, channel=WORK), replace(facts, history=())


def third_party_blocks(step: Step, facts: GateFacts, policy: GatePolicy) -> tuple[Reason, ...]:
    """Give what the customer's country holds against a task through which somebody else is to act."""
    return tuple(legal_clock(*work_step(step, facts), policy, GateMoment.PROPOSAL))
