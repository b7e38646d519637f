"""Fairdue's own answers: the files are read into its records, its matcher answers."""

from __future__ import annotations

import csv
import heapq
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from fairdue.cash.matching.budget import allowed
from fairdue.cash.matching.match import match
from fairdue.cash.matching.records import Advice, Advised, Alias, Book, Customer, Item, Line, Paid, Part
from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import Entry

HOME = "DE"
MILLION = 1_000_000


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Read a CSV file of the benchmark."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


class Ids:
    """Numbers for the names that the benchmark has, and back."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {}
        self.names: list[str] = []

    def __call__(self, name: str) -> int:
        if name not in self.of:
            self.of[name] = len(self.names)
            self.names.append(name)
        return self.of[name]


def _item(row: Mapping[str, str], customers: Ids, items: Ids) -> Item:
    amount, ppm = int(row["amount_minor"]), int(row["discount_ppm"] or 0)
    return Item(
        items(row["number"]), customers(row["customer"]), row["number"], row["currency"], amount, int(row["open_minor"]),
        date.fromisoformat(row["issued_on"]), date.fromisoformat(row["due_on"]), row["reference"],
        (amount * ppm + 500_000) // MILLION, date.fromisoformat(row["discount_until"]) if row["discount_until"] else None,
    )  # fmt: skip


def book(folder: Path, customers: Ids, items: Ids) -> Book:
    """Read the ledger."""
    advices: dict[str, list[dict[str, str]]] = {}
    for row in rows(folder / "advices.csv"):
        advices.setdefault(row["advice"], []).append(row)
    known = [
        Customer(customers(row["customer"]), (row["name"],), row["country"], row["group"], row["customer"])
        for row in rows(folder / "customers.csv")
    ]
    all_items = [_item(row, customers, items) for row in rows(folder / "items.csv")]
    currency = {item.number: item.currency for item in all_items}
    return Book(
        known, all_items,
        [
            Paid(
                date.fromisoformat(row["paid_on"]), row["payer_name"], row["payer_account"], customers(row["customer"]),
                items(row["item"]), int(row["amount_minor"]), row["currency"], row["end_to_end"],
            )
            for row in rows(folder / "history.csv")
        ],
        [Alias(row["name"], "", customers(row["customer"])) for row in rows(folder / "aliases.csv")],
        [
            Advice(
                at, number, customers(told[0]["customer"]), date.fromisoformat(told[0]["received_on"]), currency[told[0]["item"]],
                tuple(Advised(one["item"], int(one["amount_minor"])) for one in told),
            )
            for at, (number, told) in enumerate(sorted(advices.items()))
        ],
        HOME,
    )  # fmt: skip


def lines(folder: Path, ids: Ids) -> Iterator[Line]:
    """Read all bank files, in the order of days."""
    streams = [_file(folder / one["file"], ids) for one in rows(folder / "accounts.csv")]
    return heapq.merge(*streams, key=lambda line: line.on)


def _file(path: Path, ids: Ids) -> Iterator[Line]:
    with path.open("rb") as file:
        for part in read_bank_file(file, path.name):
            if isinstance(part, Entry):
                yield _entry(part, ids)


def _entry(entry: Entry, ids: Ids) -> Line:
    detail = entry.details[0]
    party = detail.debtor or detail.creditor
    exchange = detail.exchange
    structured = tuple(one.reference for one in detail.structured if one.reference)
    assert entry.booked_on is not None
    return Line(
        ids(entry.bank_reference), entry.booked_on, entry.amount_minor, entry.currency, party.name if party else "",
        party.account if party else "", "", "\n".join(detail.text), structured, detail.end_to_end or entry.reference, detail.mandate,
        exchange.instructed_minor if exchange else None, exchange.instructed_currency if exchange else "", entry.reversal,
        detail.return_code,
    )  # fmt: skip


def answer(folder: Path, path: Path, classes: Path | None = None, posting: frozenset[str] | None = None) -> None:
    """Write Fairdue's answers. ``classes`` gets the evidence class of each line; ``posting``: what posts, if not the proven classes."""
    customers, items, ids = Ids(), Ids(), Ids()
    known = book(folder, customers, items)
    with (
        path.open("w", encoding="utf-8", newline="") as out,
        (classes or Path("/dev/null")).open("w", encoding="utf-8", newline="") as by,
    ):
        table, second = csv.writer(out, lineterminator="\n"), csv.writer(by, lineterminator="\n")
        table.writerow(["line", "state", "probability_ppm", "item", "amount_minor", "kind"])
        second.writerow(["line", "evidence"])
        for one in match(known, lines(folder, ids), allowed({}) if posting is None else posting):
            line = ids.names[one.line]
            second.writerow([line, one.evidence_class])
            for part in one.parts:
                item = _told(part, customers, items)
                table.writerow([line, str(one.state), one.ppm, item, part.amount_minor, str(part.kind)])
            if not one.parts:
                table.writerow([line, str(one.state), one.ppm, "", 0, ""])


def _told(part: Part, customers: Ids, items: Ids) -> str:
    if part.item is not None:
        return items.names[part.item]
    charged = str(part.kind) in ("charge", "not_customer")
    return "" if charged or part.customer is None else f"@{customers.names[part.customer]}"
