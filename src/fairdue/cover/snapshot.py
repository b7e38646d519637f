"""What cover puts into a snapshot: terms, limits with their buyers, and what was told to the insurer."""

from __future__ import annotations

import pyarrow as pa

from fairdue.engine.snapshot import SnapshotSource

_WHOLE, _TEXT, _DAY = pa.int64(), pa.string(), pa.date32()

TERMS = SnapshotSource(
    "cover_terms",
    "SELECT t.id, t.policy_id, p.currency, t.version, t.valid_from, t.valid_to, t.insured_share_ppm,"
    " t.max_liability_minor, t.minimum_minor, t.max_terms_days, t.max_extension_days, t.notify_days, t.claim_days,"
    " t.stop_days, t.consent_above_minor, t.consent_beyond_days FROM cover_terms t"
    " JOIN cover_policy p ON p.id = t.policy_id WHERE t.company_id = :company_id AND t.recorded_at <= :known_at",
    pa.schema(
        {
            "id": _WHOLE,
            "policy_id": _WHOLE,
            "currency": _TEXT,
            "version": _WHOLE,
            "valid_from": _DAY,
            "valid_to": _DAY,
            "insured_share_ppm": _WHOLE,
            "max_liability_minor": _WHOLE,
            "minimum_minor": _WHOLE,
            "max_terms_days": _WHOLE,
            "max_extension_days": _WHOLE,
            "notify_days": _WHOLE,
            "claim_days": _WHOLE,
            "stop_days": _WHOLE,
            "consent_above_minor": _WHOLE,
            "consent_beyond_days": _WHOLE,
        }
    ),
)
LIMITS = SnapshotSource(
    "cover_limits",
    "SELECT l.id, l.policy_id, l.customer_id, l.group_id, l.effect_on, l.until, l.limit_minor, l.share_ppm,"
    " l.max_extension_days"
    " FROM cover_buyer_limit l WHERE l.company_id = :company_id AND l.recorded_at <= :known_at",
    pa.schema(
        {
            "id": _WHOLE,
            "policy_id": _WHOLE,
            "customer_id": _WHOLE,
            "group_id": _WHOLE,
            "effect_on": _DAY,
            "until": _DAY,
            "limit_minor": _WHOLE,
            "share_ppm": _WHOLE,
            "max_extension_days": _WHOLE,
        }
    ),
)
RECORDS = SnapshotSource(
    "cover_records",
    "SELECT r.id, r.customer_id, r.due_item_id, r.kind, r.on_day, r.until FROM cover_record r"
    " WHERE r.company_id = :company_id AND r.recorded_at <= :known_at",
    pa.schema(
        {"id": _WHOLE, "customer_id": _WHOLE, "due_item_id": _WHOLE, "kind": _TEXT, "on_day": _DAY, "until": _DAY}
    ),
)

SOURCES: tuple[SnapshotSource, ...] = (TERMS, LIMITS, RECORDS)
"""Tables that a run's snapshot holds beside the ledger's."""
