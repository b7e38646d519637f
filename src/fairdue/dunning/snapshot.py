"""What dunning puts into a snapshot: its notices with the state of their messages, and what persons decided."""

from __future__ import annotations

import pyarrow as pa

from fairdue.engine.snapshot import SnapshotSource

_WHOLE, _TEXT, _DAY = pa.int64(), pa.string(), pa.date32()

NOTICES = SnapshotSource(
    "dunning_notices",
    "SELECT n.id, n.customer_id, n.currency, n.stage_code, n.document, n.level, n.written_on, n.deadline_on,"
    " COALESCE(m.state, '') AS state, CAST(m.handed_over_at AS TEXT) AS handed_over_on"
    " FROM dunning_notice n"
    " LEFT JOIN contact_outbox_message m ON m.company_id = n.company_id AND m.step_key = n.message_key"
    " WHERE n.company_id = :company_id AND n.recorded_at <= :known_at",
    pa.schema(
        {
            "id": _WHOLE,
            "customer_id": _WHOLE,
            "currency": _TEXT,
            "stage_code": _TEXT,
            "document": _TEXT,
            "level": _WHOLE,
            "written_on": _DAY,
            "deadline_on": _DAY,
            "state": _TEXT,
            "handed_over_on": _DAY,
        }
    ),
    moments=("handed_over_on",),
)
NOTICE_LINES = SnapshotSource(
    "dunning_notice_lines",
    "SELECT l.id, l.notice_id, l.due_item_id FROM dunning_notice_line l"
    " JOIN dunning_notice n ON n.id = l.notice_id WHERE l.company_id = :company_id AND n.recorded_at <= :known_at",
    pa.schema({"id": _WHOLE, "notice_id": _WHOLE, "due_item_id": _WHOLE}),
)
_DECIDED = (
    "p.company_id = :company_id AND p.recorded_at <= :known_at AND (p.state IN ('dropped', 'postponed')"
    " OR (p.state = 'released' AND p.action IN ('call', 'task')))"
)
DECIDED = SnapshotSource(
    "dunning_decided",
    "SELECT p.id, p.customer_id, p.currency, p.stage_code, p.level, p.action, p.state, p.decided_on, p.postponed_until,"
    " CAST(t.done_at AS TEXT) AS task_done_on FROM dunning_proposal p"
    " LEFT JOIN contact_task t ON t.company_id = p.company_id AND t.key = p.step_key"
    f" WHERE {_DECIDED}",
    pa.schema(
        {
            "id": _WHOLE,
            "customer_id": _WHOLE,
            "currency": _TEXT,
            "stage_code": _TEXT,
            "level": _WHOLE,
            "action": _TEXT,
            "state": _TEXT,
            "decided_on": _DAY,
            "postponed_until": _DAY,
            "task_done_on": _DAY,
        }
    ),
    moments=("task_done_on",),
)
DECIDED_LINES = SnapshotSource(
    "dunning_decided_lines",
    "SELECT l.id, l.proposal_id, l.due_item_id FROM dunning_proposal_line l"
    f" JOIN dunning_proposal p ON p.id = l.proposal_id WHERE {_DECIDED}",
    pa.schema({"id": _WHOLE, "proposal_id": _WHOLE, "due_item_id": _WHOLE}),
)

_HANDED = "m.company_id = :company_id AND m.state = 'handed_over' AND m.handed_over_at <= :known_at"
CONTACTED = SnapshotSource(
    "dunning_contacted",
    "SELECT m.id, m.customer_id, CAST(m.handed_over_at AS TEXT) AS handed_over_on"
    f" FROM contact_outbox_message m WHERE {_HANDED} AND m.kind IN ('notice', 'statement', 'receipt')",
    pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "handed_over_on": _DAY}),
    moments=("handed_over_on",),
)
SIGNS = SnapshotSource(
    "dunning_signs",
    "SELECT e.id, e.customer_id, e.kind, CAST(e.at AS TEXT) AS happened_on"
    " FROM contact_timeline_event e WHERE e.company_id = :company_id AND e.at <= :known_at"
    " AND e.kind IN ('call', 'reply', 'answer') AND e.code <> 'reply_out_of_office'",
    pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "kind": _TEXT, "happened_on": _DAY}),
    moments=("happened_on",),
)
ANSWERS = SnapshotSource(
    "dunning_answers",
    "SELECT a.id, a.customer_id, a.kind, CAST(a.due_item_ids AS TEXT) AS due_item_ids,"
    " CAST(a.at AS TEXT) AS answered_on"
    " FROM contact_portal_answer a WHERE a.company_id = :company_id AND a.at <= :known_at",
    pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "kind": _TEXT, "due_item_ids": _TEXT, "answered_on": _DAY}),
    moments=("answered_on",),
)

SOURCES: tuple[SnapshotSource, ...] = (
    NOTICES, NOTICE_LINES, DECIDED, DECIDED_LINES, CONTACTED, SIGNS, ANSWERS,
)  # fmt: skip
"""Tables that a run's snapshot holds beside the ledger's."""
