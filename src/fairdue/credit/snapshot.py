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
    "credit_limits": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "kind": _TEXT, "currency": _TEXT, "amount_minor": _WHOLE, "grade": _TEXT,
         "valid_from": _DAY, "until": _DAY, "approved_on": _DAY}
    ),
}  # fmt: skip
"""Columns by table. Days are calendar days; ``known_on`` is the day from which on the house knew it: nothing is read before it.

``credit_limits`` are those that enough approved and none refused; ``approved_on`` is the day of the last approval that it needed.
"""

OTHERS: dict[str, pa.Schema] = {
    "dunning_notices": pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "handed_over_on": _DAY}),
    "dunning_notice_lines": pa.schema({"id": _WHOLE, "notice_id": _WHOLE, "due_item_id": _WHOLE}),
    "dunning_decided": pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "action": _TEXT, "task_done_on": _DAY}),
    "dunning_decided_lines": pa.schema({"id": _WHOLE, "proposal_id": _WHOLE, "due_item_id": _WHOLE}),
    "dunning_contacted": pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "handed_over_on": _DAY}),
    "dunning_signs": pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "kind": _TEXT, "happened_on": _DAY}),
    "dunning_answers": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "kind": _TEXT, "due_item_ids": _TEXT, "answered_on": _DAY}
    ),
    "dunning_balances": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "handed_over_on": _DAY, "answered_on": _DAY, "closed_on": _DAY}
    ),
    "contact_bounces": pa.schema({"id": _WHOLE, "customer_id": _WHOLE, "happened_on": _DAY}),
    "contact_mails": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "received_on": _DAY, "outcome": _TEXT, "read_on": _DAY}
    ),
    "cash_returns": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "line_id": _WHOLE, "code": _TEXT, "returned_on": _DAY}
    ),
    "cash_payers": pa.schema({"id": _WHOLE, "payment_id": _WHOLE, "payer": _TEXT}),
    "cash_instruments": pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "kind": _TEXT, "currency": _TEXT, "amount_minor": _WHOLE,
         "matures_on": _DAY, "payable_on": _DAY}
    ),
    "cash_instrument_steps": pa.schema(
        {"id": _WHOLE, "instrument_id": _WHOLE, "kind": _TEXT, "undoes_id": _WHOLE, "payment_id": _WHOLE, "effective_on": _DAY}
    ),
    "cover_terms": pa.schema(
        {"id": _WHOLE, "policy_id": _WHOLE, "currency": _TEXT, "version": _WHOLE, "valid_from": _DAY, "valid_to": _DAY,
         "insured_share_ppm": _WHOLE}
    ),
    "cover_limits": pa.schema(
        {"id": _WHOLE, "policy_id": _WHOLE, "customer_id": _WHOLE, "group_id": _WHOLE, "effect_on": _DAY, "until": _DAY,
         "limit_minor": _WHOLE, "share_ppm": _WHOLE}
    ),
}  # fmt: skip
"""Tables that other rooms put into a run's snapshot: of their columns those that indicators read.

``dunning_balances``: balance confirmations with the hand-over of their message, their first answer and their closing.
``contact_bounces``: what came back for good. ``contact_mails``: mail that came in, with what a person found in it (empty: nothing yet).
``cash_returns``: payments taken back by a bank's line, one row for each allocation reversed, with the bank's code of the reason.
``cash_payers``: whose account a payment came from: ``own``, ``group``, ``other``, empty where the bank does not say.
"""
