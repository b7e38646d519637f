"""What dunning puts into a snapshot: its notices with the state of their messages, and what persons decided."""

from __future__ import annotations

import pyarrow as pa

from fairdue.engine.snapshot import SnapshotSource

_WHOLE, _TEXT, _DAY = pa.int64(), pa.string(), pa.date32()

NOTICES = SnapshotSource(
    "dunning_notices",
    "SELECT n.id, n.customer_id, n.currency, n.stage_code, n.level, n.written_on, n.deadline_on,"
    " COALESCE(m.state, '') AS state, SUBSTR(CAST(m.handed_over_at AS TEXT), 1, 10) AS handed_over_on"
    " FROM dunning_notice n"
    " LEFT JOIN contact_outbox_message m ON m.company_id = n.company_id AND m.step_key = n.message_key"
    " WHERE n.company_id = :company_id AND n.recorded_at <= :known_at",
    pa.schema(
        {
            "id": _WHOLE,
            "customer_id": _WHOLE,
            "currency": _TEXT,
            "stage_code": _TEXT,
            "level": _WHOLE,
            "written_on": _DAY,
            "deadline_on": _DAY,
            "state": _TEXT,
            "handed_over_on": _DAY,
        }
    ),
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
    " SUBSTR(CAST(t.done_at AS TEXT), 1, 10) AS task_done_on FROM dunning_proposal p"
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
)
DECIDED_LINES = SnapshotSource(
    "dunning_decided_lines",
    "SELECT l.id, l.proposal_id, l.due_item_id FROM dunning_proposal_line l"
    f" JOIN dunning_proposal p ON p.id = l.proposal_id WHERE {_DECIDED}",
    pa.schema({"id": _WHOLE, "proposal_id": _WHOLE, "due_item_id": _WHOLE}),
)

SOURCES: tuple[SnapshotSource, ...] = (NOTICES, NOTICE_LINES, DECIDED, DECIDED_LINES)
"""Tables that a run's snapshot holds beside the ledger's."""
