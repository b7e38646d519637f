"""Releasing a call or another task: it stands on a person's list then, with its reasons and its sheet."""

from __future__ import annotations

from datetime import date

from fairdue.contact.actions import do_task
from fairdue.contact.models import TaskKind
from fairdue.dunning.desk import Desk
from fairdue.dunning.judging import work_blocks
from fairdue.dunning.models import Proposal, ProposalState
from fairdue.dunning.policy.shape import Policy, Sender
from fairdue.dunning.strategy import stage_of
from fairdue.kernel.reasons import Reason, from_dict
from fairdue.ledger import audit
from fairdue.ledger.actions import do_set_effect
from fairdue.people.actor import Actor


def open_work(actor: Actor, desk: Desk, proposal: Proposal, policy: Policy, today: date) -> tuple[Reason, ...]:
    """Open the task of a released proposal, or give what the gate holds against a call or a third party. The step's key is the task's."""
    stage = stage_of(policy, proposal.stage_code, proposal.stage_changes)
    if blocks := work_blocks(desk, proposal, policy):
        return blocks
    owner = desk.customers[proposal.customer_id].account_owner_id if stage.sender is Sender.ACCOUNT_OWNER else None
    do_task(
        actor,
        customer_id=proposal.customer_id,
        kind=TaskKind.CALL if proposal.action == TaskKind.CALL else stage.task_kind or TaskKind.DECISION,
        key=proposal.step_key,
        due_on=today,
        reasons=[from_dict(reason) for reason in proposal.reasons],
        subject=f"proposal:{proposal.pk}",
        owner_id=owner,
    )
    for kind in stage.effects:
        do_set_effect(actor, customer_id=proposal.customer_id, kind=kind, since=today, cause=proposal.step_key)
    mark_released(actor, proposal, today)
    audit.record(actor, "release", f"proposal:{proposal.pk}", step=proposal.step_key, work=proposal.action)
    return ()


def mark_released(actor: Actor, proposal: Proposal, today: date) -> None:
    """Write down that a proposal was released, by whom and when."""
    proposal.state, proposal.decided_by, proposal.decided_on = ProposalState.RELEASED, actor.name, today
    proposal.blocks = []
    proposal.save(update_fields=["state", "decided_by", "decided_on", "blocks"])
