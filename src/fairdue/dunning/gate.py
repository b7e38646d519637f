"""What a policy asks of contact's gate, and a proposal as the step the gate judges. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from fairdue.contact.facts import ClaimItem, GatePolicy, Step
from fairdue.dunning.policy.shape import Policy, Release, Stage

CHASES = "notice"
RECEIPT = "receipt"


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
) -> Step:
    """Give the step that the gate judges; ``items`` are (due item, open minor, held minor)."""
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
    )
