"""What credit puts into a snapshot beside the ledger: what is known of buyers from outside. The tables' shapes, by name.

The tables of statements, events and figures have no rows before the room stores any.
"""

from __future__ import annotations

import pyarrow as pa

_WHOLE, _TEXT, _DAY, _FLAG = pa.int64(), pa.string(), pa.date32(), pa.bool_()

SHAPES: dict[str, pa.Schema] = {
    "credit_statements": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "period_end": _DAY, "months": _WHOLE, "currency": _TEXT, "consolidated": _FLAG,
         "filed_on": _DAY, "known_on": _DAY}
    ),
    "credit_statement_lines": pa.schema({"id": _WHOLE, "statement_id": _WHOLE, "code": _TEXT, "amount_minor": _WHOLE}),
    "credit_events": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "kind": _TEXT, "happened_on": _DAY, "known_on": _DAY, "ended_on": _DAY,
         "amount_minor": _WHOLE, "currency": _TEXT, "share_ppm": _WHOLE, "count": _WHOLE, "other_id": _WHOLE}
    ),
    "credit_figures": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "subject": _TEXT, "kind": _TEXT, "as_of": _DAY, "known_on": _DAY, "value_micro": _WHOLE}
    ),
    "credit_orders": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "ordered_on": _DAY, "currency": _TEXT, "amount_minor": _WHOLE, "ship_to": _TEXT,
         "secured": _FLAG, "delivered_on": _DAY, "cancelled_on": _DAY, "invoiced_minor": _WHOLE}
    ),
}  # fmt: skip
"""Columns by table. Days are calendar days; ``known_on`` is the day from which on the house knew it: nothing is read before it."""

OTHERS: dict[str, pa.Schema] = {
    "dunning_notices": pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "handed_over_on": _DAY}),
    "dunning_notice_lines": pa.schema({"id": _WHOLE, "notice_id": _WHOLE, "due_item_id": _WHOLE}),
    "dunning_decided": pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "action": _TEXT, "task_done_on": _DAY}),
    "dunning_decided_lines": pa.schema({"id": _WHOLE, "proposal_id": _WHOLE, "due_item_id": _WHOLE}),
}
"""Tables that other rooms put into a run's snapshot: of their columns those that indicators read."""
