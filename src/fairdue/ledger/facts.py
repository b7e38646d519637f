"""The kinds of published facts, each with the one room that writes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact: its code, its unit, and the room that alone may publish it."""

    code: str
    unit: str
    writer: str


KINDS = {
    kind.code: kind
    for kind in (
        FactKind("bank_data_through", "day_ordinal", "ledger"),
        FactKind("grade", "rank", "credit"),
        FactKind("score", "points", "credit"),
        FactKind("pd", "ppm", "credit"),
        FactKind("probability_late", "ppm", "outlook"),
        FactKind("expected_date", "day_ordinal", "outlook"),
        FactKind("warning_level", "level", "outlook"),
        FactKind("cover_deadline", "day_ordinal", "cover"),
        FactKind("payment_index", "points", "ledger"),
        FactKind("days_beyond_terms", "days_e2", "ledger"),
    )
}
