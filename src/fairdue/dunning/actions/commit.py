"""Committing a run's decisions as proposals: in bulk, once per run, in one transaction.

1. A run that was committed before changes nothing (``run_key``).
2. Proposals of earlier runs on which nobody decided are superseded; what a person already wrote or signed on the same step
   is carried over to its new proposal.
3. A step that a person decided since the snapshot was taken is left out.
4. The gate is asked for every message; a proposal that it holds back is stored as blocked, with the gate's reasons.
5. One audit entry stands for the run, with the Merkle root of its proposals.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from fairdue.contact.facts import CompanyFacts, GateFacts, GatePolicy
from fairdue.contact.facts import Stage as GateMoment
from fairdue.contact.models import GateBlock, GateStage
from fairdue.contact.queries import cleared_countries, gate_facts
from fairdue.contact.rules import check
from fairdue.dunning.copies import Wanted, blocking_copies
from fairdue.dunning.gate import gate_policy, gate_step, third_party_blocks
from fairdue.dunning.models import PENDING_STATES, DunningRun, PolicyVersion, Proposal, ProposalLine, ProposalState
from fairdue.dunning.policy.shape import Policy
from fairdue.dunning.queries import policy_of
from fairdue.dunning.rows import values
from fairdue.dunning.run import Decisions
from fairdue.dunning.strategy import stage_of
from fairdue.kernel import chain
from fairdue.kernel.memory import no_collection
from fairdue.ledger import audit
from fairdue.ledger.bulk import insert_rows, reserve_ids
from fairdue.people.actor import Actor, Right
from fairdue.people.models import Company

Progress = Callable[[int, int], None]
PROGRESS_EVERY = 500
TASK_ACTIONS = frozenset({"call", "task"})

_CARRIED = (
    "step_key", "edited_text", "contact_id", "deadline_on", "first_release_by", "first_release_user_id", "waived_charges",
    "tone_overrides", "edited", "language", "state", "due_minor", "stage_changes", "action", "policy_version_id",
)  # fmt: skip
_PROPOSAL_FIELDS = (
    "id", "company_id", "run_key", "key", "step_key", "as_of", "customer_id", "currency", "policy_version_id",
    "stage_code", "level", "episode_on", "action", "document", "state", "open_minor", "held_minor", "credit_minor",
    "due_minor", "items", "days_overdue_max", "reasons", "blocks", "language", "contact_id", "deadline_on", "stage_changes", "edited_text",
    "edited",
    "note", "decided_by", "first_release_by", "first_release_user_id", "waived_charges", "tone_overrides", "recorded_at",
)  # fmt: skip
_LINE_FIELDS = ("company_id", "proposal_id", "due_item_id", "open_minor", "held_minor", "days_overdue")


class _Carried(NamedTuple):
    """What a person left on an earlier proposal of the same step."""

    edited_text: str = ""
    contact_id: int | None = None
    deadline_on: Any = None
    first_release_by: str = ""
    first_release_user_id: int | None = None
    waived_charges: str = ""
    tone_overrides: Any = None
    edited: bool = False
    language: str = ""
    state: str = ""
    due_minor: int = 0
    stage_changes: Any = None
    action: str = ""
    policy_version_id: int = 0

    def on(self, row: Mapping[str, Any]) -> _Carried:
        """Give what of it goes on with a new proposal of the step: a signature only for what was signed."""
        edited = self.edited or bool(self.edited_text) or self.deadline_on is not None
        edited = edited or (self.state == ProposalState.EDITED and not self.waived_charges)
        was = (self.due_minor, self.stage_changes or {}, self.action, self.policy_version_id)
        same = was == (row["due_minor"], changes_of(row), row["action"], row["policy_version_id"])
        signed = same and bool(self.first_release_by)
        found = self._replace(edited=edited)
        if not signed:
            found = found._replace(first_release_by="", first_release_user_id=None)
        return found if edited or signed else found._replace(contact_id=None, language="")


@transaction.atomic
def do_commit(actor: Actor, run_key: str, decisions: Decisions, *, progress: Progress | None = None) -> DunningRun:
    """Write a run's decisions as proposals and give its record; committing the same run again gives the first record."""
    actor.need(Right.RUN)
    Company.objects.select_for_update().get(pk=actor.company_id)
    known = DunningRun.objects.filter(company_id=actor.company_id, run_key=run_key).first()
    if known is not None:
        return known
    with no_collection():
        return _commit(actor, run_key, decisions, progress)


def _commit(actor: Actor, run_key: str, decisions: Decisions, progress: Progress | None) -> DunningRun:
    carried = _carried(actor.company_id, decisions)
    superseded = _supersede(actor.company_id, decisions)
    decided = _decided_since(actor.company_id, decisions)
    rows = [row for row in decisions.proposals.to_pylist() if row["step_key"] not in decided]
    kept = {row["step_key"]: carried[row["step_key"]].on(row) for row in rows if row["step_key"] in carried}
    for row in rows:
        if (left := kept.get(row["step_key"])) is not None:
            row["contact_id"], row["language"] = left.contact_id or row["contact_id"], left.language or row["language"]
    lines = _lines(decisions)
    blocks = _ask_gate(actor, run_key, rows, decisions, lines, progress)
    ids = list(reserve_ids(Proposal, len(rows)))
    made = [
        _stored(actor, run_key, decisions, row, row_id, blocks.get(row["step_key"], []), kept.get(row["step_key"]))
        for row, row_id in zip(rows, ids, strict=True)
    ]
    insert_rows(Proposal, _PROPOSAL_FIELDS, made)
    by_key = {row["step_key"]: row_id for row, row_id in zip(rows, ids, strict=True)}
    numbers = dict(enumerate(decisions.proposals.column("step_key").to_pylist()))
    stored = [
        (actor.company_id, by_key[key], *line)
        for number, key in numbers.items()
        if key in by_key
        for line in lines.get(number, ())
    ]
    insert_rows(ProposalLine, _LINE_FIELDS, stored)
    _record_blocks(actor, run_key, rows, blocks)
    return _recorded(actor, run_key, decisions, rows, len(stored), superseded, len(blocks))


def _waiting(company_id: int, decisions: Decisions) -> QuerySet[Proposal]:
    """Give the proposals of earlier runs that this run takes the place of."""
    waiting = Q(state__in=PENDING_STATES) | Q(state=ProposalState.POSTPONED, postponed_until__lte=decisions.as_of)
    return Proposal.objects.filter(waiting, company_id=company_id)


def _carried(company_id: int, decisions: Decisions) -> dict[str, _Carried]:
    touched = Q(edited=True) | Q(state=ProposalState.EDITED) | ~Q(edited_text="") | ~Q(first_release_by="")
    touched |= ~Q(waived_charges="") | Q(deadline_on__isnull=False)
    found = _waiting(company_id, decisions).filter(touched)
    return {row[0]: _Carried(*row[1:]) for row in found.order_by("id").values_list(*_CARRIED)}


def _supersede(company_id: int, decisions: Decisions) -> int:
    return _waiting(company_id, decisions).update(state=ProposalState.SUPERSEDED)


def _decided_since(company_id: int, decisions: Decisions) -> frozenset[str]:
    """Give the steps on which a person decided on the run's day or later: the snapshot may not know it."""
    states = (ProposalState.RELEASED, ProposalState.DROPPED, ProposalState.POSTPONED)
    rows = Proposal.objects.filter(company_id=company_id, state__in=states, decided_on__gte=decisions.as_of)
    return frozenset(rows.values_list("step_key", flat=True))


def _lines(decisions: Decisions) -> dict[int, list[tuple[int, int, int, int]]]:
    names = ("proposal_no", "due_item_id", "open_minor", "held_minor", "days_overdue")
    found: dict[int, list[tuple[int, int, int, int]]] = {}
    for row in zip(*(values(decisions.lines.column(name)) for name in names), strict=True):
        found.setdefault(row[0], []).append(row[1:])
    return found


def _ask_gate(
    actor: Actor,
    run_key: str,
    rows: list[dict[str, Any]],
    decisions: Decisions,
    lines: dict[int, list[tuple[int, int, int, int]]],
    progress: Progress | None,
) -> dict[str, list[dict[str, object]]]:
    """Ask the gate for every message, and for every task through which a third party acts; give the blocks by step key."""
    policies = _policies(row["policy_version_id"] for row in rows)
    others = {row["step_key"] for row in rows if _by_other(row, policies)}
    messages = [row for row in rows if row["action"] not in TASK_ACTIONS or row["step_key"] in others]
    if not messages:
        return {}
    cleared = cleared_countries(actor.company_id, decisions.as_of) if others else frozenset()
    facts = gate_facts(actor.company_id, {row["customer_id"] for row in messages}, actor.at)
    numbers = {key: number for number, key in enumerate(decisions.proposals.column("step_key").to_pylist())}
    missing = _missing_copies(actor.company_id, messages, policies, lines, numbers)
    gates: dict[tuple[int, str, str], GatePolicy] = {}
    found: dict[str, list[dict[str, object]]] = {}
    for done, row in enumerate(messages):
        if progress and done % PROGRESS_EVERY == 0:
            progress(done, len(messages))
        policy = policies[row["policy_version_id"]]
        stage = stage_of(policy, row["stage_code"], changes_of(row))
        known = (row["policy_version_id"], stage.code, stage.release)
        gate = gates.get(known)
        if gate is None:
            gate = gates[known] = gate_policy(policy, stage)
        customer = facts.get(row["customer_id"]) or _unknown(row["customer_id"], actor)
        step = gate_step(
            stage,
            step_key=row["step_key"],
            run_key=run_key,
            channel=row["action"],
            currency=row["currency"],
            contact_id=row["contact_id"],
            language=row["language"],
            items=[line[:3] for line in lines.get(numbers[row["step_key"]], ())],
            cleared=customer.place.country in cleared,
            missing_copies=missing.get(row["step_key"], ()),
        )
        if row["action"] in TASK_ACTIONS:
            blocks = third_party_blocks(step, customer, gate)
        else:
            blocks = check(step, customer, gate, GateMoment.PROPOSAL).blocks
        if blocks:
            found[row["step_key"]] = [reason.as_dict() for reason in blocks]
    return found


def _missing_copies(
    company_id: int,
    rows: list[dict[str, Any]],
    policies: dict[int, Policy],
    lines: dict[int, list[tuple[int, int, int, int]]],
    numbers: dict[str, int],
) -> dict[str, tuple[tuple[str, str], ...]]:
    wanted = {
        row["step_key"]: Wanted(
            row["customer_id"],
            policies[row["policy_version_id"]].by_code[row["stage_code"]],
            tuple(item for item, opened, held, _ in lines.get(numbers[row["step_key"]], ()) if opened > held),
        )
        for row in rows
    }
    return blocking_copies(company_id, wanted)


def changes_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what branches changed of a decided row's stage."""
    found: dict[str, Any] = json.loads(row["stage_changes"]) if row["stage_changes"] else {}
    return found


def _by_other(row: dict[str, Any], policies: dict[int, Policy]) -> bool:
    return policies[row["policy_version_id"]].by_code[row["stage_code"]].third_party


def _unknown(customer_id: int, actor: Actor) -> GateFacts:
    return GateFacts(customer_id, actor.at, CompanyFacts())


def _policies(version_ids: Iterable[int]) -> dict[int, Policy]:
    return {version.pk: policy_of(version) for version in PolicyVersion.objects.filter(pk__in=set(version_ids))}


def _stored(
    actor: Actor,
    run_key: str,
    decisions: Decisions,
    row: dict[str, Any],
    row_id: int,
    blocks: list[dict[str, object]],
    carried: _Carried | None,
) -> tuple[Any, ...]:
    kept = carried or _Carried()
    state = ProposalState.EDITED if kept.edited or kept.waived_charges else ProposalState.PROPOSED
    if blocks:
        state = ProposalState.BLOCKED
    return (
        row_id, actor.company_id, run_key, f"{run_key}/{row['step_key']}", row["step_key"], decisions.as_of,
        row["customer_id"], row["currency"], row["policy_version_id"], row["stage_code"], row["level"],
        row["episode_on"], row["action"], row["document"], state.value, row["open_minor"], row["held_minor"],
        row["credit_minor"], row["due_minor"], row["items"], row["days_overdue_max"], json.loads(row["reasons"]), blocks,
        row["language"], row["contact_id"], kept.deadline_on, changes_of(row), kept.edited_text, kept.edited, "", "",
        kept.first_release_by, kept.first_release_user_id, kept.waived_charges, kept.tone_overrides, actor.at,
    )  # fmt: skip


def _record_blocks(
    actor: Actor, run_key: str, rows: list[dict[str, Any]], blocks: dict[str, list[dict[str, object]]]
) -> None:
    stored = [
        (actor.company_id, row["customer_id"], row["step_key"], run_key, actor.at, GateStage.PROPOSAL.value, found)
        for row in rows
        if (found := blocks.get(row["step_key"]))
    ]
    insert_rows(GateBlock, ("company_id", "customer_id", "step_key", "run_key", "at", "stage", "reasons"), stored)


def _recorded(
    actor: Actor,
    run_key: str,
    decisions: Decisions,
    rows: list[dict[str, Any]],
    lines: int,
    superseded: int,
    blocked: int,
) -> DunningRun:
    columns = ("step_key", "action", "policy_version_id", "level", "open_minor", "held_minor", "due_minor", "items")
    leaves = [chain.canonical([row[name] for name in columns]) for row in rows]
    entry = audit.record_bulk(
        actor, "propose", f"run:{run_key}", leaves, as_of=decisions.as_of.isoformat(), proposals=len(rows),
        lines=lines, superseded=superseded, blocked=blocked,
    )  # fmt: skip
    return DunningRun.objects.create(
        company_id=actor.company_id, run_key=run_key, as_of=decisions.as_of, proposals=len(rows), lines=lines,
        superseded=superseded, blocked=blocked, decisions_root=entry.detail["merkle_root"], recorded_at=actor.at,
    )  # fmt: skip
