"""Lines of the worklist for invoices that the customer rejected or is silent about (``docs/algorithms/worklist.md``, 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from fairdue.contact.models import Task, TaskKind
from fairdue.cycle.rules import Candidate
from fairdue.cycle.summary import base_minor
from fairdue.dunning.models import Notice
from fairdue.dunning.reasons import ReceiptReason
from fairdue.dunning.receipt import DOCUMENT, Receipt
from fairdue.dunning.receipts import standings
from fairdue.kernel.reasons import because
from fairdue.ledger.measures import Conversion
from fairdue.ledger.queries import OpenItem, open_items
from fairdue.people.days import day_in

LOOKED_BACK_DAYS = 180
"""Questions and answers older than half a year make no line: an invoice so old is chased, not asked about."""
DOCUMENTS_NAMED = 3
LINES = {Receipt.REJECTED: "receipt_rejected", Receipt.SILENT: "receipt_silent"}
_REASONS = {Receipt.REJECTED: ReceiptReason.REJECTED, Receipt.SILENT: ReceiptReason.SILENT}


def is_silence(kind: str, key: str) -> bool:
    """Say whether a task waits for an answer that nobody gave, as a stage of the policy makes it beside its message."""
    return kind == TaskKind.ANSWER and key.endswith(f"/{TaskKind.ANSWER.value}")


class Line(NamedTuple):
    """A line with what it stands on; ``task_ids`` are the open tasks that it takes over."""

    candidate: Candidate
    reasons: list[dict[str, Any]]
    task_ids: tuple[int, ...]


class _Group(NamedTuple):
    items: list[OpenItem]
    since: list[date]


def lines(company_id: int, as_of: date, rates: Conversion) -> tuple[list[Line], set[int]]:
    """Give the lines by customer, state and currency, and the open tasks that wait for an answer to a question which is not out yet,
    is answered, or asks about something settled: they ask for nothing. Four queries; one where nothing is asked.
    """
    since = as_of - timedelta(days=LOOKED_BACK_DAYS)
    found = standings(company_id, as_of, since=since)
    if not found:
        return [], set()
    opened, finished = _tasks(company_id, since)
    waiting = {customer_id for customer_id, state in opened if state is Receipt.SILENT}
    customers = sorted(waiting | {one.customer_id for one in found.values() if one.state in LINES})
    groups: dict[tuple[int, Receipt, str], _Group] = defaultdict(lambda: _Group([], []))
    for item in open_items(company_id, as_of, customer_ids=customers):
        one = found.get(item.due_item_id)
        if one is not None and item.open_minor > 0:
            waiting -= {one.customer_id} if one.state in {Receipt.HANDED_OVER, Receipt.SILENT} else set()
            group = groups[one.customer_id, one.state, item.currency]
            group.items.append(item)
            group.since.append(one.on)
    made = []
    for (customer_id, state, currency), group in sorted(groups.items()):
        if state in LINES and finished.get((customer_id, state), date.min) < min(group.since):
            tasks = tuple(opened.get((customer_id, state), ()))
            made.append(_line(customer_id, state, currency, group, as_of, rates, tasks))
    return made, {pk for customer_id in waiting for pk in opened[customer_id, Receipt.SILENT]}


def _line(
    customer_id: int,
    state: Receipt,
    currency: str,
    group: _Group,
    as_of: date,
    rates: Conversion,
    tasks: tuple[int, ...],
) -> Line:
    amount = sum(item.open_minor for item in group.items)
    numbers = list(dict.fromkeys(item.document_number for item in group.items))
    shown = ", ".join(numbers[:DOCUMENTS_NAMED]) + (" …" if len(numbers) > DOCUMENTS_NAMED else "")
    reason = because(_REASONS[state], on=min(group.since).isoformat(), documents=shown, items=len(numbers))
    candidate = Candidate(
        key=f"{LINES[state]}:{customer_id}:{currency}", customer_id=customer_id, action=LINES[state], channel="task",
        currency=currency, amount_minor=amount, base_minor=base_minor(rates, amount, currency),
        days_overdue=max(0, *(item.days_overdue(as_of) for item in group.items)), reason_codes=(), is_task=True,
    )  # fmt: skip
    return Line(candidate, [reason.as_dict()], tasks)


Tasks = Mapping[tuple[int, Receipt], list[int]]


def _tasks(company_id: int, since: date) -> tuple[Tasks, Mapping[tuple[int, Receipt], date]]:
    """Give the open tasks about a silence or a rejection, and the day on which a person finished the last one. Two queries."""
    opened: dict[tuple[int, Receipt], list[int]] = defaultdict(list)
    finished: dict[tuple[int, Receipt], date] = {}
    notices = Notice.objects.filter(company_id=company_id, document=DOCUMENT, written_on__gte=since)
    questions = {f"{key}/{TaskKind.ANSWER.value}" for key in notices.values_list("step_key", flat=True)}
    rows = Task.objects.filter(company_id=company_id, kind=TaskKind.ANSWER, customer__isnull=False, due_on__gte=since)
    for pk, customer_id, key, reasons, done_at, zone in rows.order_by("pk").values_list(
        "pk", "customer_id", "key", "reasons", "done_at", "company__time_zone"
    ):
        rejected = any(reason.get("code") == "answer_wrong" for reason in reasons)
        state = Receipt.SILENT if key in questions else Receipt.REJECTED if rejected else None
        if state is None or customer_id is None:
            continue
        if done_at is None:
            opened[customer_id, state].append(pk)
        else:
            finished[customer_id, state] = max(day_in(zone, done_at), finished.get((customer_id, state), date.min))
    return opened, finished
