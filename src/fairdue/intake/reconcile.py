"""Ledger and source held against each other by customer and currency, with what explains a difference.

1. The source's side is a file: the one given, or the last complete list written, read again from its stored bytes with the
   mapping and answers of then. The ledger's side are the items of the source and those that no source brought.
2. Rows and items are paired as an import pairs them. Amounts are what remains on ``as_of``, in minor units, signed.
3. difference = ledger − source. It is the sum of four parts: what only the ledger has; what only the file has (negative);
   money that the ledger applied and the source still lists; the rest, which nothing here explains.
4. Who knows what the source was told (``told``) may say so; then each difference is also split by it: what the books were not told or
   have not answered, what they refused, what they booked and the source shows otherwise. A line ties when the first two are all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, cast

from django.db import connection
from django.utils.translation import gettext

from fairdue.intake import bring, queries
from fairdue.intake.actions import IntakeError, resolved
from fairdue.intake.matching import paired
from fairdue.intake.reading import Reading
from fairdue.intake.rows import ItemRow
from fairdue.ledger.models import Source

_LEDGER = """
SELECT i.id, i.supplements_id, COALESCE(b.source_key, ''), b.occurrence, c.number, c.name, c.number_key, i.currency,
  i.amount_minor, i.due_on, COALESCE(t.total, 0) + COALESCE(u.total, 0), COALESCE(t.own, 0) + COALESCE(u.own, 0)
FROM ledger_due_item i
JOIN ledger_due_item b ON b.id = COALESCE(i.supplements_id, i.id)
JOIN ledger_customer c ON c.id = i.customer_id
LEFT JOIN ({applied}) t ON t.item = i.id
LEFT JOIN ({used}) u ON u.item = i.id
WHERE i.company_id = %s AND (i.source_id = %s OR i.source_id IS NULL) AND i.effective_on <= %s
ORDER BY COALESCE(i.supplements_id, i.id), i.id
"""
_SUMS = """SELECT {side} AS item, SUM(amount_minor) AS total,
  SUM(CASE WHEN kind <> 'source_settlement' THEN amount_minor ELSE 0 END) AS own
FROM ledger_allocation WHERE company_id = %s AND {side} IS NOT NULL AND effective_on <= %s GROUP BY {side}"""


class Told(NamedTuple):
    """What the ledger did to an item by what the books said of it, in minor units that lower what is open.

    ``document`` is the same for an item that was booked here: ``booked``, ``waiting`` or ``refused``; empty for others.
    """

    booked_minor: int = 0
    waiting_minor: int = 0
    refused_minor: int = 0
    document: str = ""

    def plus(self, other: Told) -> Told:
        """Give the sum over an item and its supplements."""
        return Told(
            self.booked_minor + other.booked_minor, self.waiting_minor + other.waiting_minor,
            self.refused_minor + other.refused_minor, self.document or other.document,
        )  # fmt: skip


@dataclass(slots=True)
class Line:
    """One customer and currency. Amounts are minor units; the four parts add up to ``difference_minor``."""

    customer_number: str
    customer_name: str
    currency: str
    ledger_minor: int = 0
    source_minor: int = 0
    only_ledger_minor: int = 0
    only_file_minor: int = 0
    """What only the file has, negative where the file lists claims."""
    ledger_payment_minor: int = 0
    """Money that the ledger applied and the file still lists as open: negative for invoices."""
    unexplained_minor: int = 0
    waiting_minor: int = 0
    """Of the difference: what the books were not told or have not answered. Like the next two, across the four parts above."""
    refused_minor: int = 0
    booked_minor: int = 0
    """Of the difference: what the books say that they booked, and the source shows otherwise."""

    @property
    def difference_minor(self) -> int:
        """Ledger less source."""
        return self.ledger_minor - self.source_minor

    @property
    def ties(self) -> bool:
        """Tell whether the ledger is the source and what the books have not taken yet."""
        return self.difference_minor == self.waiting_minor + self.refused_minor


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All customers and currencies with something open on either side, and the totals by currency."""

    as_of: date
    file_name: str
    file_sha256: str
    lines: tuple[Line, ...]
    totals: tuple[Line, ...]
    refused: int
    """Rows of the file that could not be read and are therefore not in its amounts."""

    @property
    def agrees(self) -> bool:
        """Tell whether nothing differs anywhere and every row was read."""
        return not self.refused and all(line.ledger_minor == line.source_minor for line in self.lines)

    @property
    def ties(self) -> bool:
        """Tell whether every line ties and every row was read: ledger = source + what the books have not taken yet."""
        return not self.refused and all(line.ties for line in self.lines)

    def differing(self) -> list[Line]:
        """Give the lines with a difference, the largest first."""
        found = [line for line in self.lines if line.difference_minor]
        return sorted(found, key=lambda o: (-abs(o.difference_minor), o.customer_number, o.currency))


@dataclass(slots=True)
class _Item:
    """A ledger item with its supplements, as matching needs it. ``own_minor``: what the ledger itself applied."""

    occurrence: int
    number: str
    name: str
    customer_key: str
    currency: str
    sign: int
    due_ordinal: int
    amount_minor: int
    open_minor: int
    own_minor: int
    told: Told | None


@dataclass(slots=True)
class _Book:
    """Lines under construction, by customer key and currency."""

    lines: dict[tuple[str, str], Line] = field(default_factory=dict)

    def line(self, customer_key: str, number: str, name: str, currency: str) -> Line:
        """Give the line of a customer and currency."""
        found = self.lines.get((customer_key, currency))
        if found is None:
            found = self.lines[(customer_key, currency)] = Line(number or name, name, currency)
        return found


def reconcile(
    source: Source,
    reading: Reading | None = None,
    as_of: date | None = None,
    told: Callable[[date], Mapping[int, Told]] | None = None,
) -> Reconciliation:
    """Compare the ledger with a source on a day; by default with its last complete list, on that list's day.

    ``told`` gives for a day, by due item, what the books said of what the ledger did.

    Raises IntakeError where there is no such list, or the file is no list of open items; BlobError where the stored file
    is gone.
    """
    if reading is None:
        last = queries.last_complete(source.pk)
        if last is None:
            raise IntakeError(
                gettext("There is no full list of open items from source %(source)s yet; name a file.")
                % {"source": source.code}
            )
        reading, as_of = bring.reread(last), as_of or last.as_of
    if as_of is None:
        raise IntakeError(gettext("Name the day for which the file speaks."))
    if reading.kind != "open_items" or not reading.mapping.complete:
        raise IntakeError(gettext("%(file)s is no readable list of open items.") % {"file": reading.name})
    rows = resolved(source.company_id, cast("Sequence[ItemRow]", reading.rows))
    lines = _compare(rows, _ledger(source, as_of, told(as_of) if told else None))
    return Reconciliation(as_of, reading.name, reading.sha256, tuple(lines), _totals(lines), len(reading.refusals))


def _ledger(source: Source, as_of: date, told: Mapping[int, Told] | None) -> dict[str, list[_Item]]:
    """Give the ledger's items by source key. One query."""
    day: Any = as_of if connection.vendor == "postgresql" else as_of.isoformat()
    sql = _LEDGER.format(applied=_SUMS.format(side="due_item_id"), used=_SUMS.format(side="credit_item_id"))
    company = source.company_id
    found: dict[str, list[_Item]] = {}
    by_base: dict[int, _Item] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [company, day, company, day, company, source.pk, day])
        for (
            item_id,
            base,
            key,
            occurrence,
            number,
            name,
            customer,
            currency,
            amount,
            due,
            applied,
            own,
        ) in cursor.fetchall():
            rest = abs(amount) - int(applied)
            said = None if told is None else told.get(item_id, Told())
            item = by_base.get(base or item_id)
            if item is None:
                due_on = date.fromisoformat(due) if isinstance(due, str) else due
                sign = -1 if amount < 0 else 1
                item = by_base[item_id] = _Item(
                    occurrence, number, name, customer, currency, sign, due_on.toordinal(), abs(amount), rest, int(own), said
                )  # fmt: skip
                found.setdefault(key, []).append(item)
            else:
                item.amount_minor += abs(amount)
                item.open_minor += rest
                item.own_minor += int(own)
                item.told = item.told.plus(said) if item.told is not None and said is not None else None
    return found


def _compare(rows: Iterable[ItemRow], ledger: dict[str, list[_Item]]) -> list[Line]:
    book = _Book()
    groups: dict[str, list[ItemRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    for key, listed in groups.items():
        held = ledger.get(key, [])
        pairs = paired(listed, held)
        for row, item in pairs:
            _pair(book, row, item)
        met = {id(item) for _, item in pairs}
        for item in held:
            if id(item) not in met:
                _only_ledger(book, item)
    for key, items in ledger.items():
        if key not in groups:
            for item in items:
                _only_ledger(book, item)
    lines = [line for line in book.lines.values() if line.ledger_minor or line.source_minor or line.difference_minor]
    return sorted(lines, key=lambda line: (line.customer_number, line.currency, line.customer_name))


def _pair(book: _Book, row: ItemRow, item: _Item | None) -> None:
    if item is not None and (item.currency, item.customer_key) != (row.currency, row.customer_key):
        # The import refuses such a row; here both sides stand by themselves.
        _only_ledger(book, item)
        item = None
    line = book.line(row.customer_key, row.customer_number, row.customer_name, row.currency)
    line.source_minor += row.open_minor
    if item is None:
        line.only_file_minor -= row.open_minor
        return
    ours = item.sign * item.open_minor
    difference = ours - row.open_minor
    line.ledger_minor += ours
    lower = difference * item.sign < 0
    if item.told is None:
        paid = item.sign * min(abs(difference), item.own_minor) if lower and item.own_minor > 0 else 0
    else:
        parts = _split(-difference * item.sign, item.told)
        paid = item.sign * sum(parts)
        line.waiting_minor -= item.sign * parts[0]
        line.refused_minor -= item.sign * parts[1]
        line.booked_minor -= item.sign * parts[2]
    line.ledger_payment_minor -= paid
    line.unexplained_minor += difference + paid


def _split(missing_minor: int, told: Told) -> tuple[int, int, int]:
    """Part what the source does not have: first what waits, then what was refused, then what was booked; never more than there is."""
    parts = []
    for wanted in (told.waiting_minor, told.refused_minor, told.booked_minor):
        part = max(min(wanted, missing_minor), 0) if missing_minor > 0 else min(max(wanted, missing_minor), 0)
        parts.append(part)
        missing_minor -= part
    return parts[0], parts[1], parts[2]


def _only_ledger(book: _Book, item: _Item) -> None:
    if item.open_minor:
        line = book.line(item.customer_key, item.number, item.name, item.currency)
        if item.told is not None and item.told.document:
            part = f"{item.told.document}_minor"
            setattr(line, part, getattr(line, part) + item.sign * item.open_minor)
        line.ledger_minor += item.sign * item.open_minor
        line.only_ledger_minor += item.sign * item.open_minor


def _totals(lines: Iterable[Line]) -> tuple[Line, ...]:
    totals: dict[str, Line] = {}
    for line in lines:
        total = totals.setdefault(line.currency, Line("", "", line.currency))
        for name in _AMOUNTS:
            setattr(total, name, getattr(total, name) + getattr(line, name))
    return tuple(totals[currency] for currency in sorted(totals))


_AMOUNTS = (
    "ledger_minor", "source_minor", "only_ledger_minor", "only_file_minor", "ledger_payment_minor", "unexplained_minor",
    "waiting_minor", "refused_minor", "booked_minor",
)  # fmt: skip
