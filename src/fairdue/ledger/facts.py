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
        # customer:ID. The insurer's next deadline that still asks for an act (notify, claim, stop shipping); 0: none.
        FactKind("cover_deadline", "day_ordinal", "cover"),
        # due_item:ID. The last day to which the due date may be moved, promised or planned without the insurer; 0: no bound.
        FactKind("cover_max_extension_until", "day_ordinal", "cover"),
        # customer:ID. 1: any extension, promise or plan needs the insurer's consent first, and there is none in force.
        FactKind("cover_consent_needed", "flag", "cover"),
        # company:ID, version import:NUMBER. 1: the file waits for a person, or is being written; 0: no longer.
        FactKind("import_waiting", "flag", "intake"),
        FactKind("import_running", "flag", "intake"),
        # company:ID, version bank_file:NUMBER. 1: a bank file's lines are not matched yet; 0: they are.
        FactKind("bank_file_waiting", "flag", "cash"),
        FactKind("payment_index", "points", "ledger"),
        FactKind("days_beyond_terms", "days_e2", "ledger"),
    )
}
