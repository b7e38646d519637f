"""A line parted by a person on the page: items with amounts, what becomes of their rest, and whose the remainder is.

The form comes back whole with every button, so that it works without a script; typed text is kept as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from fairdue.cash import queue
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import BankLine
from fairdue.cash.plan import Misfit
from fairdue.cash.queue import Found
from fairdue.cash.reasons import CashReason
from fairdue.kernel.money import MoneyError
from fairdue.ledger.actions import LedgerError
from fairdue.ledger.models import Customer
from fairdue.wording import words

ROWS_MAX = 100
WORDS_MAX = 100
TYPED_MAX = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the split with what was typed."""

    found: Found
    paid: str
    falls: str
    rest: str
    foreign: bool
    is_new: bool = False

    @property
    def credit(self) -> bool:
        """Say whether it is a credit note."""
        return self.found.chosen.open_minor < 0


@dataclass(frozen=True, slots=True)
class Split:
    """The split as it stands: its rows, what was searched for and found, and what of the line is left."""

    rows: tuple[Row, ...] = ()
    words: str = ""
    found: tuple[Found, ...] = ()
    customers: tuple[tuple[str, str], ...] = ()
    """Customers that were found: number and name."""
    left_minor: int | None = None
    """None where an amount cannot be read."""
    asked: bool = False


def read(form: QueryDict, line: BankLine, today: date) -> Split:
    """Read the form of a split; ``add``, ``drop`` and ``words`` are worked in. Rows of other companies are left out."""
    ids = [int(one) for one in form.getlist("item")[:ROWS_MAX] if one.isdecimal() and len(one) < 19]
    dropped, added = form.get("drop", ""), form.get("add", "")
    ids = [one for one in dict.fromkeys(ids) if str(one) != dropped]
    new = int(added) if added.isdecimal() and len(added) < 19 else 0
    if new and new not in ids and len(ids) < ROWS_MAX:
        ids.append(new)
    items = queue.items_told(line.company_id, ids, today)
    rows: list[Row] = []
    for pk in ids:
        if pk in items:
            typed = {name: form.get(f"{name}-{pk}", "").strip()[:TYPED_MAX] for name in ("paid", "falls", "rest")}
            rows.append(_row(items[pk], typed, line, rows, fresh=pk == new and f"paid-{pk}" not in form))
    return _searched(Split(tuple(rows), form.get("words", "").strip()[:WORDS_MAX], asked=True), line, today)


def fresh(line: BankLine, customer: int | None, today: date) -> Split:
    """Give an empty split that lists the open items of the customer who may have paid."""
    return _searched(Split(), line, today, customer)


def _row(found: Found, typed: Mapping[str, str], line: BankLine, before: list[Row], *, fresh: bool) -> Row:
    foreign = found.chosen.currency != line.currency
    paid, falls = typed["paid"], typed["falls"]
    if fresh:
        left = _left(before, line)
        part = queue.part_of(
            found.chosen, None, line.amount_minor if left is None else left, "", currency=line.currency
        )
        paid = words.amount(abs(part.amount_minor), line.currency)
        falls = words.amount(found.chosen.open_minor, found.chosen.currency) if foreign else ""
    return Row(found, paid, falls, typed["rest"], foreign, fresh)


def _searched(split: Split, line: BankLine, today: date, customer: int | None = None) -> Split:
    back = line.amount_minor < 0
    taken = {row.found.chosen.item for row in split.rows}
    found = queue.find(line.company_id, split.words, today, back=back, customer=customer)
    customers: list[tuple[str, str]] = []
    if split.words and not back:
        rows = Customer.objects.filter(company_id=line.company_id, name__icontains=split.words)
        customers = list(rows.order_by("name", "pk").values_list("number", "name")[:5])
    return Split(
        split.rows, split.words, tuple(one for one in found if one.chosen.item not in taken), tuple(customers),
        _left(split.rows, line), split.asked,
    )  # fmt: skip


def _left(rows: tuple[Row, ...] | list[Row], line: BankLine) -> int | None:
    with suppress(MoneyError, Misfit):
        return line.amount_minor - sum(part.amount_minor for part in _parts(rows, line))
    return None


def _parts(rows: tuple[Row, ...] | list[Row], line: BankLine) -> Iterator[Part]:
    left = line.amount_minor
    for row in rows:
        paid = words.typed_amount(row.paid, line.currency) if row.paid else None
        falls = words.typed_amount(row.falls, row.found.chosen.currency) if row.falls and row.foreign else None
        part = queue.part_of(row.found.chosen, paid, left, row.rest, currency=line.currency, falls_minor=falls)
        left -= part.amount_minor
        yield part


def parts_asked(split: Split, line: BankLine, asked: Mapping[str, object], today: date) -> list[Part]:
    """Give the parts that a form asks for: its rows, the items written as a list, and what is left of the line.

    Raises Misfit, MoneyError, LedgerError.
    """
    parts = list(_parts(split.rows, line))
    left = line.amount_minor - sum(part.amount_minor for part in parts)
    for told in asked["items"]:  # type: ignore[attr-defined]
        one = queue.choose(line.company_id, told.number, today, back=line.amount_minor < 0)
        paid = words.typed_amount(told.amount, line.currency) if told.amount else None
        falls = words.typed_amount(told.falls, one.currency) if told.falls else None
        part = queue.part_of(one, paid, left, told.rest, currency=line.currency, falls_minor=falls)
        left -= part.amount_minor
        parts.append(part)
    if left:
        parts += _remainder(line, left, asked, parts)
    return parts


def _remainder(line: BankLine, left: int, asked: Mapping[str, object], parts: list[Part]) -> list[Part]:
    if asked["rest"] == "nobody":
        if not asked["reason"]:
            raise Misfit(CashReason.NEEDS_REASON)
        return [Part(None, None, left, Kind.NOT_CUSTOMER)]
    if asked["rest"] == "charge" and left < 0:
        return [Part(None, next((part.customer for part in parts), None), left, Kind.CHARGE)]
    if not asked["customer"]:
        return []
    rows = Customer.objects.filter(company_id=line.company_id, number=asked["customer"])
    owner = rows.values_list("pk", flat=True).first()
    if owner is None:
        raise LedgerError(_("There is no customer %(number)s.") % {"number": asked["customer"]})
    return [Part(None, owner, left, Kind.ON_ACCOUNT)]
