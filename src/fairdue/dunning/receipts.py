"""Where the receipt of due items stands in the ledger as it is now: one statement for one customer, some, or a whole company.

The run works the same out of its snapshot (``signals_reader.receipts``); the rule is ``receipt.py``.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db import connection

from fairdue.dunning.account import StepState
from fairdue.dunning.facts_reader import MESSAGE_STATES
from fairdue.dunning.receipt import DOCUMENT, Answered, Asked, Receipt, states
from fairdue.people.days import day_in

_ASKED_AND_ANSWERED = """
SELECT 0 AS part, l.id AS place, n.customer_id, l.due_item_id, COALESCE(m.state, '') AS word,
    CAST(n.written_on AS TEXT) AS written_on, CAST(m.handed_over_at AS TEXT) AS at, '' AS items, c.time_zone
FROM dunning_notice n JOIN people_company c ON c.id = n.company_id JOIN dunning_notice_line l ON l.notice_id = n.id
LEFT JOIN contact_outbox_message m ON m.company_id = n.company_id AND m.step_key = n.message_key
WHERE n.company_id = %(company)s AND n.document = %(document)s AND n.written_on >= %(since)s AND n.written_on <= %(today)s
    {asked}
UNION ALL
SELECT 1, a.id, a.customer_id, 0, a.kind, '', CAST(a.at AS TEXT), CAST(a.due_item_ids AS TEXT), c.time_zone
FROM contact_portal_answer a JOIN people_company c ON c.id = a.company_id WHERE a.company_id = %(company)s AND a.at >= %(since)s {answered}
ORDER BY 1, 2
"""
EVER = date(1900, 1, 1)


class Standing(NamedTuple):
    """Where a due item stands, and since which day: asked, answered, or when the silence began to count."""

    customer_id: int
    state: Receipt
    on: date


def standings(
    company_id: int, today: date, *, customer_ids: Sequence[int] | None = None, since: date = EVER
) -> dict[int, Standing]:
    """Give the standing of every due item that was asked about or answered from ``since`` on, by due item id. One query."""
    asked: dict[int, list[Asked]] = defaultdict(list)
    answered: dict[int, list[Answered]] = defaultdict(list)
    for part, _place, customer_id, item_id, word, written, at, items, zone in _rows(
        company_id, today, customer_ids, since
    ):
        if part:
            answered[customer_id].append(Answered(word, tuple(json.loads(items or "[]")), _day(at, zone)))
        else:
            state = MESSAGE_STATES.get(word, StepState.FAILED)
            handed = state is StepState.DONE and at
            asked[customer_id].append(Asked(item_id, state, _day(at, zone) if handed else date.fromisoformat(written)))
    found: dict[int, Standing] = {}
    for customer_id in sorted(asked.keys() | answered.keys()):
        told = states(asked[customer_id], answered[customer_id], today)
        for item_id, stands in told.items():
            on_day = _since(item_id, stands, asked[customer_id], answered[customer_id], today)
            found[item_id] = Standing(customer_id, stands, on_day)
    return found


def _day(moment: str, zone: str) -> date:
    """Give the company's day of a moment as the database writes it: in UTC, down to the minute."""
    return day_in(zone, datetime.fromisoformat(moment[: len("2026-03-02 09:00")]).replace(tzinfo=UTC))


def _rows(company_id: int, today: date, customer_ids: Sequence[int] | None, since: date) -> list[tuple[Any, ...]]:
    only = "" if customer_ids is None else f"IN ({', '.join(str(int(one)) for one in customer_ids) or '0'})"
    text = _ASKED_AND_ANSWERED.format(
        asked=only and f"AND n.customer_id {only}", answered=only and f"AND a.customer_id {only}"
    )
    values: dict[str, str | int] = {
        "company": company_id,
        "document": DOCUMENT,
        "since": since.isoformat(),
        "today": today.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return list(cursor.fetchall())


def _since(item_id: int, state: Receipt, asked: list[Asked], answered: list[Answered], today: date) -> date:
    """Give the day of the newest answer that speaks of an item, else of the first hand-over, else of the writing."""
    if state in {Receipt.RECEIVED, Receipt.ACCEPTED, Receipt.REJECTED}:
        spoken = [one.on for one in answered if one.on <= today and item_id in (one.due_item_ids or (item_id,))]
        return max(spoken)
    mine = [one for one in asked if one.due_item_id == item_id]
    handed = [one.on for one in mine if one.state is StepState.DONE]
    return min(handed or [one.on for one in mine])
