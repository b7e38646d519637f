"""Files of closed and open invoices to what a prediction needs. The numbers are those of docs/algorithms/payment-prediction.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from fairdue.formats.errors import FormatError, Refusal
from fairdue.formats.fields import Kind
from fairdue.formats.headings import recognise
from fairdue.formats.reasons import FileReason
from fairdue.formats.tables import Table, cell_text, read_table
from fairdue.formats.values.records import read_records
from fairdue.outlook.lags import Ints
from fairdue.outlook.predict import NOT_KNOWN, Asked, History

ANY_CURRENCY = {"currency": "EUR"}
"""Where a file names no currency its amounts are compared with each other alone: any will do."""


@dataclass(frozen=True, slots=True)
class Invoices:
    """Invoices of a file: the table as it was, the row in it of each, and what is known. ``settled``: None where it is open."""

    table: Table
    rows: list[int]
    customers: list[str]
    groups: list[str]
    kinds: list[str]
    due: list[date]
    amounts_minor: list[int]
    settled: list[date | None]
    refusals: tuple[Refusal, ...]


def read_invoices(
    data: bytes, name: str, *, closed: bool, group: str = "", kind: str = "", answers: Mapping[str, str] | None = None
) -> Invoices:
    """Read a table of closed or of open items; ``group`` and ``kind`` are headings of columns, if there are such.

    Raises FormatError where the table cannot be read or a column that is needed is not found. Rows that cannot be read are refusals.
    """
    table = read_table(data, name)
    wanted = Kind.CLOSED_ITEMS if closed else Kind.OPEN_ITEMS
    given = {**ANY_CURRENCY, **(answers or {})}
    mapping = recognise(table, wanted, answers=given)
    needed = ("customer_number", "due_on", *(("settled_on",) if closed else ()))
    for field in needed:
        if field not in mapping.columns:
            raise FormatError(FileReason.NO_COLUMN, field=field).in_file(name)
    records = read_records(table, mapping, given)
    due = records.columns["due_on"]
    settled = records.columns["settled_on"] if closed else [None] * records.count
    return Invoices(
        table, records.rows, [str(one) for one in records.columns["customer_key"]], _named(table, group, records.rows, name),
        _named(table, kind, records.rows, name), due, [int(one) for one in records.columns["amount_minor"]], settled, records.refusals,
    )  # fmt: skip


def _named(table: Table, heading: str, rows: Sequence[int], name: str) -> list[str]:
    if not heading:
        return [""] * len(rows)
    place = table.position(heading)
    if place is None:
        raise FormatError(FileReason.NO_COLUMN, field=heading).in_file(name)
    return [cell_text(table.columns[place][row]).strip() for row in rows]


class Codes:
    """Texts as whole numbers, one numbering over several files; the empty text may have a number of its own."""

    def __init__(self, empty: int | None = None) -> None:
        self._known: dict[str, int] = {} if empty is None else {"": empty}
        self._next = 0

    def of(self, texts: Sequence[str]) -> Ints:
        """Give the number of each text."""
        return np.array([self._one(text) for text in texts], dtype=np.int64)

    def _one(self, text: str) -> int:
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._next
            self._next += 1
        return found


class Numbering:
    """The codes of customers, groups and kinds that a history and the items asked share."""

    def __init__(self) -> None:
        self.customers, self.groups, self.kinds = Codes(), Codes(-1), Codes()


def ordinals(days: Sequence[date]) -> Ints:
    """Give days as ordinals."""
    return np.array([day.toordinal() for day in days], dtype=np.int64)


def history_of(invoices: Invoices, numbering: Numbering, *, known_on: date | None = None) -> History:
    """Give what is known of invoices on a day (2); without a day all that the file says. Unpaid invoices count once they are due."""
    last = known_on.toordinal() if known_on else max((day.toordinal() for day in invoices.settled if day), default=0)
    due = ordinals(invoices.due)
    paid = np.array([day.toordinal() if day else last + 1 for day in invoices.settled], dtype=np.int64)
    settled = paid <= last
    known = (due <= last) if known_on else (settled | (due <= last))
    lag = np.where(settled, paid, last) - due
    customers, groups, kinds = (
        codes.of(texts) for codes, texts in (
            (numbering.customers, invoices.customers), (numbering.groups, invoices.groups), (numbering.kinds, invoices.kinds)
        )
    )  # fmt: skip
    amounts = np.array(invoices.amounts_minor, dtype=np.int64)
    return History(
        customers[known], groups[known], kinds[known], due[known], amounts[known], lag[known], settled[known]
    )


def asked_of(invoices: Invoices, numbering: Numbering, *, unpaid_on: date | None = None) -> Asked:
    """Give the items to predict; with ``unpaid_on`` they are known to be unpaid through that day (10)."""
    due = ordinals(invoices.due)
    through = np.full(len(due), NOT_KNOWN) if unpaid_on is None else np.maximum(unpaid_on.toordinal() - due, NOT_KNOWN)
    return Asked(
        numbering.customers.of(invoices.customers), numbering.groups.of(invoices.groups), numbering.kinds.of(invoices.kinds), due,
        np.array(invoices.amounts_minor, dtype=np.int64), through,
    )  # fmt: skip
