"""The gate asked at release, on the live balances that the letter is written from."""

from __future__ import annotations

from dataclasses import replace

from fairdue.contact.facts import Stage as GateMoment
from fairdue.contact.rules import check
from fairdue.dunning.desk import Desk
from fairdue.dunning.draft import Draft
from fairdue.dunning.gate import gate_policy, gate_step
from fairdue.dunning.models import Proposal
from fairdue.dunning.policy.shape import Policy
from fairdue.kernel.reasons import Reason


def blocks_of(desk: Desk, draft: Draft, policy: Policy) -> tuple[Reason, ...]:
    """Give what the gate holds against a draft; empty where it may leave."""
    proposal = draft.proposal
    step = gate_step(
        draft.stage,
        step_key=proposal.step_key,
        run_key=proposal.run_key,
        channel=proposal.action,
        currency=proposal.currency,
        contact_id=proposal.contact_id,
        language=draft.facts.language,
        items=draft.claim_items,
        edited_text=proposal.edited_text,
    )
    gate = replace(gate_policy(policy, draft.stage), two_person_release=False)
    return check(step, desk.gates[proposal.customer_id], gate, GateMoment.PROPOSAL).blocks


def call_blocks(desk: Desk, proposal: Proposal, policy: Policy) -> tuple[Reason, ...]:
    """Give what the gate holds against a call: budget, holds, old bank data, money in transit."""
    stage = policy.by_code[proposal.stage_code]
    items = [(line.due_item_id, line.open_minor, line.held_minor) for line in proposal.lines.all()]
    step = gate_step(
        stage,
        step_key=proposal.step_key,
        run_key=proposal.run_key,
        channel="call",
        currency=proposal.currency,
        contact_id=proposal.contact_id,
        language=proposal.language,
        items=items,
    )
    return check(step, desk.gates[proposal.customer_id], gate_policy(policy, stage), GateMoment.PROPOSAL).blocks
