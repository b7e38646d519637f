"""From a file's bytes to typed rows: read the table, recognise its columns, type the cells, name each row's identity."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fairdue.formats.errors import Refusal
from fairdue.formats.fields import Kind
from fairdue.formats.headings import recognise
from fairdue.formats.headings.mapping import Mapping
from fairdue.formats.headings.questions import amount_styles, date_styles
from fairdue.formats.tables import Table, read_table
from fairdue.formats.values import keys
from fairdue.formats.values.records import Records, read_records
from fairdue.intake.rows import (
    CUSTOMER_KEY_MAX,
    KEY_MAX,
    ItemRow,
    PartyRow,
    PaymentRow,
    RefusedCells,
    item_key,
    shortened,
)
from fairdue.kernel.terms import due_dates
from fairdue.kernel.terms import parse as parse_terms

Row = ItemRow | PaymentRow | PartyRow


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as far as it can be read without the ledger. ``rows`` is empty while the mapping is not complete.

    ``decided``: how its columns write dates and decimals, as answers for the mended rows of this file.
    """

    name: str
    data: bytes
    sha256: str
    table: Table
    mapping: Mapping
    answers: dict[str, str]
    rows: tuple[Row, ...]
    refusals: tuple[Refusal, ...]
    records: Records | None
    decided: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What the table lists."""
        return self.mapping.kind.value

    @property
    def mended(self) -> bool:
        """Tell whether this is a refused-rows file of ours."""
        return self.table.guarded

    def refused_cells(self) -> list[RefusedCells]:
        """Say what the refused rows may have listed."""
        return [_refused_cells(self.table, self.mapping, one) for one in self.refusals]


def read_file(
    data: bytes,
    name: str,
    *,
    as_of: date,
    kind: str | None = None,
    remembered: MappingABC[str, Any] | None = None,
    answers: MappingABC[str, str] | None = None,
) -> Reading:
    """Read a file of any known shape. ``remembered`` is the stored mapping of its source; ``answers`` win over it.

    Raises FormatError where the file cannot be read at all. Rows that cannot be read are refusals, not errors.
    """
    stored = {kind or str(remembered["kind"]): remembered} if remembered else {}
    return read_known(data, name, as_of=as_of, kind=kind, remembered=stored, answers=answers)


def read_known(
    data: bytes,
    name: str,
    *,
    as_of: date,
    kind: str | None,
    remembered: MappingABC[str, MappingABC[str, Any]],
    answers: MappingABC[str, str] | None = None,
) -> Reading:
    """Read a file by what its source's files of each kind were read with (``remembered``, by kind)."""
    table = read_table(data, name)
    if kind is None and remembered:
        kind = next(iter(remembered)) if len(remembered) == 1 and _fits(table, remembered) else None
        kind = kind or recognise(table, answers=answers).kind.value
    stored = remembered.get(kind or "", {})
    known = Mapping.from_dict(stored) if stored.get("kind") else None
    # The mended rows are too few to prove again how the whole list wrote its dates and decimals.
    decided = dict(stored.get("decided", {})) if table.guarded else {}
    given = {**decided, **(known.answers if known else {}), **(answers or {})}
    mapping = recognise(table, Kind(kind) if kind else None, remembered=known, answers=given)
    sha256 = hashlib.sha256(data).hexdigest()
    if not mapping.complete:
        return Reading(name, data, sha256, table, mapping, given, (), tuple(table.refused), None)
    records = read_records(table, mapping, given)
    rows = tuple(_ROWS[mapping.kind](records, as_of))
    return Reading(
        name, data, sha256, table, mapping, given, rows, records.refusals, records, _decided(table, mapping, given)
    )


def _fits(table: Table, remembered: MappingABC[str, MappingABC[str, Any]]) -> bool:
    """Tell whether a file has all columns that its source's only remembered kind is read from."""
    columns = next(iter(remembered.values())).get("columns", {})
    return bool(columns) and all(table.position(match["heading"]) is not None for match in columns.values())


def _decided(table: Table, mapping: Mapping, given: MappingABC[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for heading, style in date_styles(table, mapping.kind, mapping.columns, given).items():
        if style.order and not style.doubt:
            found[f"date_order:{heading}"] = style.order.value
    for heading, amounts in amount_styles(table, mapping.kind, mapping.columns, given).items():
        if amounts.decimal and not amounts.doubt:
            found[f"decimal:{heading}"] = amounts.decimal
    return found


def _refused_cells(table: Table, mapping: Mapping, one: Refusal) -> RefusedCells:
    texts = table.row_text(one.row) if one.row >= 0 else one.cells
    document = ""
    match = mapping.columns.get("document_number")
    if one.row >= 0 and match is not None and one.field != "document_number":
        column = table.position(match.heading)
        cell = table.columns[column][one.row] if column is not None else ""
        text = keys.key_text(cell, drop_zero_fraction=True) or ""
        document = keys.identity(text) if text.strip() else ""
    return RefusedCells(document, frozenset(keys.identity(t.strip().removesuffix(".0")) for t in texts if t.strip()))


def _column(records: Records, name: str, default: Any = None) -> list[Any]:
    return records.columns.get(name) or [default] * records.count


_ITEM_COLUMNS = (
    "customer_number", "customer_key", "customer_name", "document_number", "document_key", "issued_on", "posted_on",
    "baseline_on", "due_on", "settled_on", "amount_minor", "open_minor", "currency", "terms", "reference", "country",
    "line_item", "fiscal_year", "company_code", "email", "document_kind",
)  # fmt: skip


def item_rows(records: Records, as_of: date) -> list[ItemRow]:
    """Give listed maturities; a missing issue or due date is filled from what the row has, see ``_dates``.

    The identity of a row without a document number is its content as the file gives it: nothing that depends on ``as_of``.
    """
    columns = [_column(records, name) for name in _ITEM_COLUMNS]
    flags: list[Any] = _column(records, "disputed")
    disputed = [bool(flag) for flag in flags] if "disputed" in records.columns else flags
    if "is_open" in records.columns:
        # A row that the file itself calls closed is settled by the file's day at the latest.
        place, states = _ITEM_COLUMNS.index("settled_on"), records.columns["is_open"]
        columns[place] = [
            as_of if s is False and day is None else day for s, day in zip(states, columns[place], strict=True)
        ]
    parted = any(name in records.columns for name in ("line_item", "fiscal_year", "company_code"))
    by_name: dict[str, str] = {}
    made = []
    for (line, flag, number, customer_key, name, document, document_key, issued, posted, baseline, due, settled, amount,
         open_, currency, terms, reference, country, item, year, code, email, kind) in zip(
        records.lines, disputed, *columns, strict=True
    ):  # fmt: skip
        given, stated = issued, due
        if issued is None or due is None:
            issued, due = _dates(issued or posted or baseline, baseline, due, settled, terms, amount, currency, as_of)
        key = customer_key or by_name.get(name)
        if key is None:
            key = by_name[name] = shortened(keys.identity(name or ""), CUSTOMER_KEY_MAX)
        elif len(key) > CUSTOMER_KEY_MAX:
            key = shortened(key, CUSTOMER_KEY_MAX)
        part = "/".join([str(text) for text in (code, year, item) if text]) if parted else ""
        content = "" if document_key else f"{given or ''}|{stated or ''}|{currency}|{amount}"
        made.append(
            ItemRow(
                line, item_key(key, document_key or "", part, content), number or "", key, name or "", document or "",
                issued, due, currency, open_, amount, settled, terms or "", reference or "", country or "", flag,
                email or "", kind or "",
            )
        )  # fmt: skip
    return made


def _dates(
    issued: date | None, baseline: date | None, due: date | None, settled: date | None, terms: str | None,
    total_minor: int, currency: str, as_of: date,
) -> tuple[date, date]:  # fmt: skip
    """Give issue and due date: the issue date, else posting or baseline date, else the due date or the file's day if earlier;

    the due date, else what the terms say from the issue date, else the baseline or issue date itself (payable at once).
    """
    if issued is None:
        issued = min(due or as_of, settled or as_of, as_of)
    if due is None and terms:
        due = _due_by_terms(terms, issued, total_minor, currency)
    return issued, due or baseline or issued


def _due_by_terms(text: str, issued: date, total_minor: int, currency: str) -> date | None:
    try:
        instalments = due_dates(parse_terms(text), issued, None, abs(total_minor), currency)
    except ValueError:
        return None
    return instalments[0].due_on if len(instalments) == 1 else None


def payment_rows(records: Records, as_of: date) -> list[PaymentRow]:
    """Give receipts of money; a row without a number of its own is known by its content."""
    names = (
        "customer_number", "customer_key", "customer_name", "paid_on", "currency", "amount_minor", "document_number",
        "document_key", "payment_number", "reference", "text",
    )  # fmt: skip
    made = []
    for line, *cells in zip(records.lines, *(_column(records, name) for name in names), strict=True):
        number, customer_key, payer, paid_on, currency, amount, document, document_key, own, reference, text = cells
        key = shortened(customer_key or "", CUSTOMER_KEY_MAX)
        content = f"{key}|{paid_on}|{currency}|{amount}|{document or reference or ''}"
        made.append(
            PaymentRow(
                line=line, key=shortened(own or content, KEY_MAX), customer_number=number or "", customer_key=key,
                paid_on=paid_on, currency=currency, amount_minor=amount, document_number=document or "",
                reference=reference or text or document or "", payer=payer or "", document_key=document_key or "",
            )
        )  # fmt: skip
    return made


def party_rows(records: Records, as_of: date) -> list[PartyRow]:
    """Give customers or contacts with the fields that the file fills."""
    skipped = {"customer_number", "customer_key"}
    names = [name for name in records.columns if name not in skipped]
    numbers, known = _column(records, "customer_number", ""), _column(records, "customer_key", "")
    return [
        PartyRow(
            records.lines[n], str(numbers[n] or known[n]), shortened(str(known[n] or ""), CUSTOMER_KEY_MAX),
            {name: str(records.columns[name][n]) for name in names if records.columns[name][n] not in (None, "")},
        )
        for n in range(records.count)
    ]  # fmt: skip


_ROWS: dict[Kind, Callable[[Records, date], Sequence[Row]]] = {
    Kind.OPEN_ITEMS: item_rows,
    Kind.CLOSED_ITEMS: item_rows,
    Kind.PAYMENTS: payment_rows,
    Kind.CUSTOMERS: party_rows,
    Kind.CONTACTS: party_rows,
}
