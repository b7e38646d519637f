"""Write a list of buyer limits: good rows go in, the others come back. The same list twice changes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import transaction

from fairdue.cover.actions.entering import LimitValues, same_limit
from fairdue.cover.models import BuyerLimit, CoverPolicy
from fairdue.cover.row_reasons import RowReason
from fairdue.cover.rows import LimitFile, LimitRow, read_limits
from fairdue.formats.errors import Refusal, refusal
from fairdue.ledger import audit
from fairdue.ledger.bulk import insert_rows
from fairdue.ledger.models import Customer, CustomerGroup
from fairdue.people.actor import Actor, Right


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a list: rows written, rows known before, rows refused."""

    file: LimitFile
    new: int
    known: int
    refused: tuple[Refusal, ...]


_FIELDS = (
    "company_id", "policy_id", "customer_id", "group_id", "effect_on", "until", "limit_minor", "share_ppm", "reference",
    "conditions", "recorded_by", "recorded_at",
)  # fmt: skip


@transaction.atomic
def do_import_limits(actor: Actor, policy_id: int, data: bytes, name: str) -> Imported:
    """Read and write a list of limits of a policy, in one transaction with one audit entry. Raises FormatError for an unreadable file."""
    actor.need(Right.IMPORT)
    policy = CoverPolicy.objects.get(pk=policy_id, company_id=actor.company_id)
    file = read_limits(data, name, policy.currency)
    customers = dict(Customer.objects.filter(company_id=actor.company_id).values_list("number_key", "pk"))
    groups = dict(CustomerGroup.objects.filter(company_id=actor.company_id).values_list("code", "pk"))
    last = {
        (one.customer_id, one.group_id, one.effect_on): one
        for one in BuyerLimit.objects.filter(policy=policy).order_by("id")
    }
    refused, rows, seen = list(file.refused), [], dict[tuple[object, ...], LimitValues]()
    known = 0
    for row in file.rows:
        values = _values(row, customers, groups)
        if values is None:
            value = row.customer_key or row.group_code
            refused.append(refusal(RowReason.UNKNOWN_BUYER, line=row.line, field="customer", value=value, row=row.row))
            continue
        key = (values.customer_id, values.group_id, values.effect_on)
        stored = last.get(key)
        if (seen[key] == values) if key in seen else (stored is not None and same_limit(stored, values)):
            known += 1
            continue
        seen[key] = values
        rows.append(
            (
                actor.company_id, policy.pk, values.customer_id, values.group_id, values.effect_on, values.until,
                values.limit_minor, values.share_ppm, values.reference, values.conditions, actor.name, actor.at,
            )
        )  # fmt: skip
    insert_rows(BuyerLimit, _FIELDS, rows)
    audit.record_bulk(
        actor, "import_cover_limits", f"cover_policy:{policy.pk}", (repr(row[2:8]).encode() for row in rows),
        file=hashlib.sha256(data).hexdigest(), new=len(rows), known=known, refused=len(refused),
    )  # fmt: skip
    return Imported(file, len(rows), known, tuple(sorted(refused, key=lambda one: one.line)))


def _values(row: LimitRow, customers: dict[str, int], groups: dict[str, int]) -> LimitValues | None:
    """Tie a row to its customer or group; None where the ledger does not know it."""
    customer = customers.get(row.customer_key) if row.customer_key else None
    group = groups.get(row.group_code) if row.group_code else None
    if customer is None and group is None:
        return None
    return LimitValues(
        effect_on=row.effect_on, limit_minor=row.limit_minor, customer_id=customer, group_id=group, until=row.until,
        share_ppm=row.share_ppm, reference=row.reference, conditions=row.conditions,
    )  # fmt: skip
