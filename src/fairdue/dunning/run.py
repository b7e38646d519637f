"""The dunning of a run: from a snapshot to decisions in columns. No clock, no ORM: the same snapshot, the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from fairdue.dunning.account import Account
from fairdue.dunning.facts_reader import Book, Customer, read_book
from fairdue.dunning.policy.shape import Policy, Stage
from fairdue.dunning.reasons import DunningReason
from fairdue.dunning.rules import Proposed
from fairdue.dunning.signals_reader import wanted_facts
from fairdue.dunning.strategy import Plan, Planner, decide_planned, stage_changes
from fairdue.engine.snapshot import Snapshot
from fairdue.kernel import reasons as kernel_reasons
from fairdue.kernel.memory import no_collection
from fairdue.kernel.reasons import Reason, because

PROGRESS_EVERY = 500


class PolicyInForce(NamedTuple):
    """A policy as a run follows it: the row of its version and what that says."""

    version_id: int
    policy: Policy


PROPOSALS = pa.schema(
    {
        "customer_id": pa.int64(),
        "currency": pa.string(),
        "step_key": pa.string(),
        "policy_version_id": pa.int64(),
        "stage_code": pa.string(),
        "level": pa.int64(),
        "episode_on": pa.date32(),
        "action": pa.string(),
        "document": pa.string(),
        "open_minor": pa.int64(),
        "held_minor": pa.int64(),
        "credit_minor": pa.int64(),
        "due_minor": pa.int64(),
        "items": pa.int64(),
        "days_overdue_max": pa.int64(),
        "reasons": pa.string(),
        "language": pa.string(),
        "contact_id": pa.int64(),
        "stage_changes": pa.string(),
    }
)
LINES = pa.schema(
    {
        "proposal_no": pa.int64(),
        "due_item_id": pa.int64(),
        "open_minor": pa.int64(),
        "held_minor": pa.int64(),
        "days_overdue": pa.int64(),
    }
)
WAITING = pa.schema({"customer_id": pa.int64(), "currency": pa.string(), "reasons": pa.string()})


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a run decided: proposals, their lines (by the proposal's row number), and accounts where nothing is due and why."""

    as_of: date
    proposals: pa.Table
    lines: pa.Table
    waiting: pa.Table

    def sha256(self) -> str:
        """Give a hash over all rows: equal decisions, equal hash, on any machine."""
        digest = hashlib.sha256(self.as_of.isoformat().encode())
        for table in (self.proposals, self.lines, self.waiting):
            for name in table.column_names:
                digest.update(repr((name, table.column(name).to_pylist())).encode())
        return digest.hexdigest()


def propose(
    snapshot: Snapshot,
    company_id: int,
    policies: Mapping[str, PolicyInForce],
    today: date,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Decisions:
    """Decide every account of a snapshot. ``policies`` are by code; ``""`` is the company's default policy.

    Raises ValueError when the snapshot is another company's or there is no default policy.
    """
    if snapshot.manifest.company_id != company_id:
        raise ValueError(f"the snapshot is of company {snapshot.manifest.company_id}, not {company_id}")
    if "" not in policies:
        raise ValueError("the company has no default policy; adopt one with “fairdue policy adopt”")
    with no_collection():
        book = read_book(snapshot, today, wanted_facts(force.policy for force in policies.values()))
        language = snapshot.table("company").column("language").to_pylist()[0]
        return decide_book(book, policies, today, language, progress)


def decide_book(
    book: Book,
    policies: Mapping[str, PolicyInForce],
    today: date,
    company_language: str,
    progress: Callable[[int, int], None] | None = None,
) -> Decisions:
    """Decide every account of ``book`` and collect the decisions in columns."""
    proposals: list[tuple[Any, ...]] = []
    lines: list[tuple[int, int, int, int, int]] = []
    waiting: list[tuple[int, str, str]] = []
    planner = Planner({code: force.policy for code, force in policies.items()}, today)
    for number, account in enumerate(book.accounts()):
        if progress and number % PROGRESS_EVERY == 0:
            progress(number, len(book.customers))
        customer = book.customers[account.customer_id]
        plan = plan_of(planner, policies, account, customer, book)
        decision = decide_planned(account, plan, today)
        for proposed in (decision.message, decision.task):
            if proposed is None:
                continue
            for item in proposed.items:
                late = (today - item.due_on).days
                lines.append((len(proposals), item.due_item_id, item.open_minor, item.held_minor, late))
            proposals.append(_row(account, customer, policies[plan.code], proposed, book, company_language))
        if decision.reasons and decision.message is None:
            waiting.append((account.customer_id, account.currency, kernel_reasons.dump(decision.reasons)))
    return Decisions(today, _table(proposals, PROPOSALS), _table(lines, LINES), _table(waiting, WAITING))


def plan_of(
    planner: Planner, policies: Mapping[str, PolicyInForce], account: Account, customer: Customer, book: Book
) -> Plan:
    """Give the plan of an account: the customer's own policy, else the company's default, with the branches taken."""
    code = customer.policy_code if customer.policy_code in policies else ""
    return planner.plan(code, account, book.signals_of(account))


def _row(
    account: Account, customer: Customer, force: PolicyInForce, proposed: Proposed, book: Book, company_language: str
) -> tuple[Any, ...]:
    stage = proposed.stage
    action, contact_id, language = route(stage, force.policy, customer, book, company_language)
    reasons: tuple[Reason, ...] = proposed.reasons
    if not action:
        action = stage.channels[0]
        reasons = (*reasons, because(DunningReason.NO_RECIPIENT, stage=stage.code))
    return (
        account.customer_id, account.currency, proposed.step_key, force.version_id, stage.code, proposed.level,
        account.overdue_since, action, stage.document, proposed.open_minor, proposed.held_minor, proposed.credit_minor,
        proposed.asked_minor, len(proposed.items), proposed.days_overdue_max, kernel_reasons.dump(reasons), language,
        contact_id, _dumped(stage_changes(force.policy, stage)),
    )  # fmt: skip


def _dumped(changes: Mapping[str, Any]) -> str:
    return json.dumps(changes, sort_keys=True) if changes else ""


def route(
    stage: Stage, policy: Policy, customer: Customer, book: Book, company_language: str
) -> tuple[str, int | None, str]:
    """Give action, contact and language: the first of the stage's channels that reaches somebody of the right purpose.

    An empty action means that no channel does. The language is the contact's, else the customer's, else the company's.
    """
    order = tuple((policy.gate or {}).get("purposes") or ("payables", "counterpart"))
    fitting = [one for one in book.recipients.get(customer.customer_id, ()) if one.purpose in order]
    fitting.sort(key=lambda one: (order.index(one.purpose), one.contact_id))
    first = fitting[0] if fitting else None
    language = (first.language if first else "") or customer.language or company_language
    if not stage.is_message:
        return stage.action.value, first.contact_id if first else None, language
    for channel in stage.channels:
        if channel == "email":
            reached = next((one for one in fitting if one.email), None)
            if reached is not None:
                return channel, reached.contact_id, reached.language or customer.language or company_language
        elif channel == "file" or customer.address_complete:
            return channel, first.contact_id if first else None, language
    return "", first.contact_id if first else None, language


def _table(rows: list[Any], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
