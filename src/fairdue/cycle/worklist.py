"""Write a run's worklist: its proposals and the open tasks, ranked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from fairdue.contact.models import Task
from fairdue.cycle.instrument_lines import lines as instrument_lines
from fairdue.cycle.models import Run, WorklistRow
from fairdue.cycle.receipts import Line, is_silence, lines
from fairdue.cycle.rules import Candidate, ranked
from fairdue.cycle.summary import base_minor
from fairdue.dunning.models import PENDING_STATES, Proposal
from fairdue.ledger.bulk import insert_rows
from fairdue.ledger.measures import Conversion
from fairdue.ledger.models import Customer

_FIELDS = (
    "company_id", "run_id", "rank", "customer_id", "action", "channel", "currency", "amount_minor", "base_minor",
    "days_overdue", "reasons", "due_on", "owner_id", "owner_role", "proposal_id", "task_id",
)  # fmt: skip


class _Source(NamedTuple):
    reasons: list[dict[str, Any]]
    due_on: date
    owner_id: int | None
    proposal_id: int | None
    task_id: int | None


def write_worklist(run: Run, rates: Conversion, overdue: dict[int, tuple[int, int]]) -> int:
    """Replace the run's worklist; give the number of rows. ``overdue`` is (base minor, days) per customer, for tasks that name no
    amount at risk of their own.
    """
    owners = dict(Customer.objects.filter(company_id=run.company_id).values_list("pk", "account_owner_id"))
    candidates: list[Candidate] = []
    sources: dict[str, _Source] = {}
    receipts, moot = lines(run.company_id, run.as_of, rates)
    taken = moot | {task_id for line in receipts for task_id in line.task_ids}
    tasks = _tasks(run, rates, overdue, owners, rates.currency, taken)
    told = [*receipts, *instrument_lines(run.company_id, run.as_of, rates)]
    for found, source in [*_proposals(run, rates, owners), *_told(run, told, owners), *tasks]:
        candidates.append(found)
        sources[found.key] = source
    WorklistRow.objects.filter(run=run).delete()
    rows = [
        (
            run.company_id, run.pk, rank, c.customer_id, c.action, c.channel, c.currency, c.amount_minor, c.base_minor,
            c.days_overdue, sources[c.key].reasons, sources[c.key].due_on, sources[c.key].owner_id, "",
            sources[c.key].proposal_id, sources[c.key].task_id,
        )
        for rank, c in enumerate(ranked(candidates), start=1)
    ]  # fmt: skip
    insert_rows(WorklistRow, _FIELDS, rows)
    return len(rows)


def _proposals(run: Run, rates: Conversion, owners: Mapping[int, int | None]) -> list[tuple[Candidate, _Source]]:
    columns = (
        "pk", "customer_id", "stage_code", "action", "currency", "due_minor", "days_overdue_max", "reasons", "blocks", "state",
    )  # fmt: skip
    made = []
    pending = Proposal.objects.filter(company_id=run.company_id, run_key=run.key, state__in=PENDING_STATES)
    for pk, customer, stage, action, currency, amount, days, reasons, blocks, _state in pending.values_list(*columns):
        candidate = Candidate(
            key=f"proposal:{pk}", customer_id=customer, action=stage, channel=action, currency=currency,
            amount_minor=amount, base_minor=base_minor(rates, amount, currency), days_overdue=days,
            reason_codes=tuple(reason["code"] for reason in reasons), is_task=False,
        )  # fmt: skip
        made.append((candidate, _Source([*reasons, *blocks], run.as_of, owners.get(customer), pk, None)))
    return made


def _told(run: Run, found: list[Line], owners: Mapping[int, int | None]) -> list[tuple[Candidate, _Source]]:
    return [
        (
            line.candidate,
            _Source(
                line.reasons, run.as_of, owners.get(line.candidate.customer_id), None, next(iter(line.task_ids), None)
            ),
        )
        for line in found
    ]


def _tasks(
    run: Run,
    rates: Conversion,
    overdue: dict[int, tuple[int, int]],
    owners: Mapping[int, int | None],
    currency: str,
    taken: set[int],
) -> list[tuple[Candidate, _Source]]:
    made = []
    # Tasks of the house itself, such as a mail server that is down, have no customer and stand with the tasks only.
    waiting = Task.objects.filter(
        company_id=run.company_id, done_at__isnull=True, due_on__lte=run.as_of, customer__isnull=False
    )
    for pk, customer, kind, due_on, owner, reasons, key in waiting.order_by("pk").values_list(
        "pk", "customer_id", "kind", "due_on", "owner_id", "reasons", "key"
    ):
        if pk in taken:
            continue
        amount, days = overdue.get(customer, (0, 0))
        at_risk = _at_risk(reasons)
        named, stake = at_risk or (currency if amount else "", amount)
        action = "receipt_silent" if is_silence(kind, key) else kind
        candidate = Candidate(
            key=f"task:{pk}", customer_id=customer, action=action, channel="task", currency=named, amount_minor=stake,
            base_minor=base_minor(rates, stake, named) if at_risk else amount, days_overdue=days,
            reason_codes=tuple(reason["code"] for reason in reasons), is_task=True,
        )  # fmt: skip
        made.append((candidate, _Source(reasons, due_on, owner or owners.get(customer), None, pk)))
    return made


def _at_risk(reasons: list[dict[str, Any]]) -> tuple[str, int] | None:
    """Give currency and amount of the first reason that names an amount at risk: such a task is about that, not all that is owed."""
    for reason in reasons:
        values = reason.get("values", {})
        if "at_risk_minor" in values and "currency" in values:
            return values["currency"], values["at_risk_minor"]
    return None
