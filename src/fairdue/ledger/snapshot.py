"""What the ledger puts into a snapshot. Rows recorded after ``known_at`` stay out; ``as_of`` is left to the measures.

No column says who a person is or how to reach one: rows refer by id, and of an address or a mailbox a run only asks whether there
is one. So a snapshot may be kept as long as its run, and nothing in it has to be erased (docs/algorithms/personal-data.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

import pyarrow as pa

from fairdue.engine import snapshot
from fairdue.engine.snapshot import Manifest, Progress, SnapshotSource

_TYPES = {"i": pa.int64(), "t": pa.string(), "d": pa.date32(), "b": pa.bool_(), "json": pa.string()}

EXPRESSIONS = {
    "_ADDRESSED": "(x.country <> '' AND x.city <> '' AND (x.street <> '' OR x.postal_code <> ''))",
}
"""Expressions that need spaces, by the name that a column list calls them by."""


def _source(name: str, table: str, columns: str, where: str, joins: str = "") -> SnapshotSource:
    """Build a source from a column list such as ``id:i due_on:d code:t=g.code``: name, type and, after =, its expression."""
    fields, expressions = [], []
    for column in columns.split():
        label, _, expression = column.partition("=")
        field, _, kind = label.partition(":")
        fields.append(pa.field(field, _TYPES[kind]))
        value = EXPRESSIONS.get(expression, expression) or (
            f"CAST(x.{field} AS TEXT)" if kind == "json" else f"x.{field}"
        )
        expressions.append(f"{value} AS {field}")
    select = f"SELECT {', '.join(expressions)} FROM {table} x {joins} WHERE {where}"
    return SnapshotSource(name, select, pa.schema(fields))


_OURS = "x.company_id = :company_id"
_KNOWN = f"{_OURS} AND x.recorded_at <= :known_at"

CUSTOMERS = _source(
    "customers",
    "ledger_customer",
    "id:i group_id:i group_code:t=COALESCE(g.code,'') address_complete:b=_ADDRESSED country:t language:t time_zone:t"
    " natural_person:t public_body:t size:t key_account:b account_owner_id:i policy_code:t",
    _OURS,
    "LEFT JOIN ledger_customer_group g ON g.id = x.group_id",
)
CONTACTS = _source(
    "contacts",
    "ledger_contact",
    "id:i customer_id:i purpose:t language:t channel:t has_email:b=(x.email<>'') time_zone:t consent:t consent_on:d"
    " bounced_on:d active:b",
    _OURS,
)
DOCUMENTS = _source(
    "documents",
    "ledger_document",
    "id:i customer_id:i kind:t number:t issued_on:d delivered_on:d currency:t total_minor:i terms:t"
    " source_id:i effective_on:d",
    _KNOWN,
)
DUE_ITEMS = _source(
    "due_items",
    "ledger_due_item",
    "id:i customer_id:i document_id:i seq:i currency:t amount_minor:i due_on:d discount_until:d discount_minor:i"
    " payment_reference:t supplements_id:i effective_on:d",
    _KNOWN,
)
DUE_DATE_CHANGES = _source(
    "due_date_changes", "ledger_due_date_change", "id:i due_item_id:i due_on:d effective_on:d", _KNOWN
)
PAYMENTS = _source(
    "payments",
    "ledger_payment",
    "id:i customer_id:i suspected_customer_id:i currency:t amount_minor:i effective_on:d",
    _KNOWN,
)
ALLOCATIONS = _source(
    "allocations",
    "ledger_allocation",
    "id:i customer_id:i kind:t due_item_id:i charge_id:i payment_id:i credit_item_id:i currency:t amount_minor:i"
    " reverses_id:i effective_on:d",
    _KNOWN,
)
CHARGES = _source(
    "charges",
    "ledger_charge",
    "id:i customer_id:i due_item_id:i kind:t currency:t amount_minor:i period_from:d period_to:d notice_key:t"
    " effective_on:d",
    _KNOWN,
)
HOLDS = _source(
    "holds",
    "ledger_hold",
    "id:i customer_id:i document_id:i due_item_id:i reason:t amount_minor:i currency:t since:d until:d owner_id:i"
    " released_on:d",
    _KNOWN,
)
EFFECTS = _source("effects", "ledger_effect", "id:i customer_id:i kind:t since:d until:d cause:t", _KNOWN)
FACTS = _source(
    "facts",
    "ledger_fact",
    "id:i subject:t kind:t as_of:d value:i unit:t valid_until:d source_version:t reasons:json",
    f"{_KNOWN} AND x.as_of <= :as_of",
)
EXCHANGE_RATES = _source(
    "exchange_rates",
    "ledger_exchange_rate",
    "id:i currency:t quoted_on:d per_euro_micro:i",
    "x.quoted_on > :month_before AND x.quoted_on <= :as_of",
)
ACCEPTED_TERMS = _source(
    "accepted_terms",
    "ledger_accepted_terms",
    "id:i customer_id:i version:t language:t accepted_on:d valid_from:d"
    " governing_law:t payment_terms:t interest_rate_ppm:i retention_of_title:b",
    _KNOWN,
)
COMPANY = _source(
    "company",
    "people_company",
    "id:i code:t name:t country:t subdivision:t currency:t language:t time_zone:t size:t",
    "x.id = :company_id",
)

SOURCES: tuple[SnapshotSource, ...] = (
    COMPANY,
    CUSTOMERS,
    CONTACTS,
    DOCUMENTS,
    DUE_ITEMS,
    DUE_DATE_CHANGES,
    PAYMENTS,
    ALLOCATIONS,
    CHARGES,
    HOLDS,
    EFFECTS,
    FACTS,
    EXCHANGE_RATES,
    ACCEPTED_TERMS,
)
"""All tables of the ledger that measures and rules read."""


def take(
    company_id: int,
    as_of: date,
    known_at: datetime,
    folder: Path,
    *,
    more: Sequence[SnapshotSource] = (),
    versions: Mapping[str, str] | None = None,
    place: str = "default",
    zone: tzinfo = UTC,
    progress: Progress | None = None,
) -> Manifest:
    """Take a snapshot of the ledger, and of ``more`` sources of other rooms, from a Django alias or a database URL.

    On PostgreSQL the session is scoped to the company, so that row-level security shows its rows and no others. Moments
    have their day in ``zone``, the company's.
    """
    return snapshot.take(
        place,
        [*SOURCES, *more],
        company_id=company_id,
        as_of=as_of,
        known_at=known_at,
        folder=folder,
        versions=versions or {},
        session={"fairdue.companies": str(company_id), "timezone": "UTC"},
        zone=zone,
        progress=progress,
    )
