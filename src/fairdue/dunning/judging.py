"""The gate asked at release, on the live balances that the letter is written from."""

from __future__ import annotations

from dataclasses import replace

from fairdue.contact.facts import Stage as GateMoment
from fairdue.contact.notes import GateNotes
from fairdue.contact.queries import cleared_countries
from fairdue.contact.rules import GateResult, check
from fairdue.dunning.desk import Desk
from fairdue.dunning.draft import Draft
from fairdue.dunning.gate import gate_policy, gate_step, third_party_blocks
from fairdue.dunning.models import Proposal
from fairdue.dunning.overrides import overrides_of
from fairdue.dunning.policy.shape import Policy, Stage
from fairdue.dunning.reasons import ReleaseReason
from fairdue.dunning.strategy import stage_of
from fairdue.kernel.reasons import Reason

LAW_DOUBTS = frozenset({ReleaseReason.INTEREST_UNKNOWN.code})
"""Notes of a draft that say that law or its data are not certain."""


NEEDED_CONTENT = frozenset({"deadline", "how_to_pay"})
"""What a formal demand must state where the law asks for it: without it the customer cannot do what is demanded."""


def missing_content(draft: Draft) -> tuple[Reason, ...]:
    """Give the notes of a draft on content that the law asks for, that it lacks, and without which it may not leave."""
    absent = [note for note in draft.notes if note.code == ReleaseReason.CONTENT_ABSENT.code]
    return tuple(note for note in absent if NEEDED_CONTENT & set(str(dict(note.values)["content"]).split(",")))


def notes_of(draft: Draft) -> GateNotes:
    """Give what a letter carries for the gate: the time it gives, the law it doubts, the findings a person let pass."""
    instalments, deadline_on = draft.facts.instalments, draft.facts.deadline
    grants, until = ("wait", deadline_on) if deadline_on else ("", None)
    if instalments:
        grants, until = "plan", max(one.due_on for one in instalments)
    doubts = (*(note for note in draft.notes if note.code in LAW_DOUBTS), *draft.doubts)
    return GateNotes(grants, until, doubts, overrides_of(draft.proposal))


def judged(desk: Desk, draft: Draft, policy: Policy) -> GateResult:
    """Ask the gate about a draft; its warnings are those that the draft's own notes do not say already."""
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
        cleared=is_cleared(desk, draft.stage, proposal.customer_id),
        missing_copies=draft.copies.blocking,
        notes=notes_of(draft),
        missing_content=missing_content(draft),
    )
    gate = replace(gate_policy(policy, draft.stage), two_person_release=False)
    found = check(step, desk.gates[proposal.customer_id], gate, GateMoment.PROPOSAL)
    return replace(found, warnings=tuple(one for one in found.warnings if one not in draft.notes))


def is_cleared(desk: Desk, stage: Stage, customer_id: int) -> bool:
    """Say whether a person has confirmed that a third party may act in the customer's country; asked only where one does."""
    if not stage.third_party:
        return False
    return desk.gates[customer_id].place.country in cleared_countries(desk.company.pk, desk.today)


def work_blocks(desk: Desk, proposal: Proposal, policy: Policy) -> tuple[Reason, ...]:
    """Give what the gate holds against a call (budget, holds, old bank data …) or against work of a third party."""
    stage = stage_of(policy, proposal.stage_code, proposal.stage_changes)
    call = proposal.action == "call"
    if not call and not stage.third_party:
        return ()
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
        cleared=is_cleared(desk, stage, proposal.customer_id),
    )
    facts, gate = desk.gates[proposal.customer_id], gate_policy(policy, stage)
    return check(step, facts, gate, GateMoment.PROPOSAL).blocks if call else third_party_blocks(step, facts, gate)
