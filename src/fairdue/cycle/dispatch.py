"""The end of the line: what the policy lets go by itself is released, and the outbox is handed over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fairdue.contact.actions import do_open_posting_tasks
from fairdue.contact.dispatch import Clock, dispatch
from fairdue.contact.transports import configured
from fairdue.cycle.line import Watch, anchor, finish
from fairdue.cycle.models import Run
from fairdue.dunning.actions import do_release
from fairdue.dunning.actions.balance_plan import do_ask_by_plan
from fairdue.dunning.actions.balance_reminder import do_remind_by_plan
from fairdue.dunning.models import Proposal, ProposalState
from fairdue.dunning.policy import Release
from fairdue.dunning.queries import policy_of
from fairdue.dunning.strategy import stage_of
from fairdue.people.actor import Actor
from fairdue.people.days import today_of
from fairdue.personal.actions import do_open_due_task

AHEAD_OR_BEHIND_DAYS = 1
"""How far a run's day may be from today for its steps to leave by rule: time zones and a run resumed after midnight."""


def send_out(
    actor: Actor,
    run: Run,
    watch: Watch | None = None,
    transports: list[Any] | None = None,
    clock: Clock | None = None,
) -> dict[str, Any]:
    """Release by rule, hand over, and record the stage; give what was done. Safe to repeat after a kill.

    A proposal is released by rule when its stage's ``release`` is ``automatic``; everything else waits for a person, and
    so does all of a run for another day than today: a look at the past never writes to a customer by itself.
    An entrance gives its ``clock``: a line may take an hour, and what leaves is judged at the moment it leaves.
    """
    if clock is not None:
        actor = replace(actor, at=clock())
    watch = watch or Watch()
    ids = by_rule(run) if abs((today_of(actor) - run.as_of).days) <= AHEAD_OR_BEHIND_DAYS else []
    outcomes = do_release(actor, ids, today_of(actor), progress=lambda done, of: watch.report("release", done, of))
    watch.checkpoint("released by rule")
    asked: dict[str, int] = {}
    reminded: dict[str, int] = {}
    if abs((today_of(actor) - run.as_of).days) <= AHEAD_OR_BEHIND_DAYS:
        reminded = do_remind_by_plan(actor, today_of(actor))
        asked = do_ask_by_plan(actor, today_of(actor), progress=lambda done, of: watch.report("release", done, of))
    watch.checkpoint("balances asked")
    summary = dispatch(
        actor.company_id, actor.at, configured() if transports is None else transports, actor=actor, clock=clock,
        progress=lambda done, of: watch.report("dispatch", done, of), checkpoint=watch.checkpoint,
    )  # fmt: skip
    do_open_posting_tasks(actor, today_of(actor))
    do_open_due_task(actor, today_of(actor))
    watch.checkpoint("dispatched")
    anchor(actor, run)
    if run.stage != Run.Stage.DISPATCH:
        run.stage = Run.Stage.DISPATCH
        run.save(update_fields=["stage"])
    finish(actor, run)
    released = sum(1 for outcome in outcomes if outcome.state == "released")
    balances = {"balances_asked": asked.get("sent", 0), "balances_reminded": reminded.get("sent", 0)}
    return {"released_by_rule": released, **balances, **summary.as_dict()}


def by_rule(run: Run) -> list[int]:
    """Give the proposals of a run that the policy lets go by itself, by number."""
    ready = (ProposalState.PROPOSED, ProposalState.EDITED)
    found = Proposal.objects.filter(company_id=run.company_id, run_key=run.key, state__in=ready)
    chosen = []
    for proposal in found.select_related("policy_version").order_by("pk"):
        policy = policy_of(proposal.policy_version)
        if proposal.stage_code not in policy.by_code:
            continue
        if stage_of(policy, proposal.stage_code, proposal.stage_changes).release is Release.AUTOMATIC:
            chosen.append(proposal.pk)
    return chosen
