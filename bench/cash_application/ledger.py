"""The seller's ledger: customers, items with numbers by branch and day, history; written as it is made, sorted month by month."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from random import Random
from typing import IO, NamedTuple

from bench.cash_application.names import CITIES, company, plain
from bench.cash_application.references import KINDS, iban

FIRST = date(2025, 6, 2)
"""The first day of the ledger."""


class Country(NamedTuple):
    """Where customers are: how many in a thousand, their currency, our branch, our accounts, and the structured reference on invoices."""

    weight: int
    currency: str
    branch: int
    accounts: tuple[str, ...]
    reference: str = ""


EUR = ("DE-CAMT", "NL-MT940", "AT-CSV")
COUNTRIES = {
    "DE": Country(250, "EUR", 0, EUR, "SCOR"), "FR": Country(130, "EUR", 1, EUR, "SCOR"), "BE": Country(60, "EUR", 2, EUR, "BBA"),
    "FI": Country(50, "EUR", 2, EUR, "FIK"), "NO": Country(60, "NOK", 3, ("NO-CAMT",), "KID"),
    "SE": Country(60, "SEK", 3, ("SE-CAMT",), "OCR"),

    "CH": Country(80, "CHF", 4, ("CH-CAMT",), "QRR"), "PL": Country(90, "PLN", 4, ("PL-MT940",)), "US": Country(90, "USD", 5, ("US-BAI2",)),
    "IN": Country(30, "USD", 5, ("US-BAI2",)), "CN": Country(50, "CNY", 6, ("CN-CSV",)), "JP": Country(30, "JPY", 6, ("JP-MT940",)),
    "GR": Country(20, "EUR", 1, EUR),
}  # fmt: skip
BRANCHES = 7
ACCOUNT_DIGITS = {"DE": 18, "FR": 23, "BE": 12, "FI": 14, "NO": 11, "SE": 20, "CH": 17, "PL": 24, "GR": 23}
"""How long account numbers are; no bank has the number 9999."""


class Customer(NamedTuple):
    """Who owes. ``account`` is the one of ours that is paid to."""

    id: str
    name: str
    latin: str
    country: str
    group: str
    iban: str
    account: str

    @property
    def currency(self) -> str:
        return COUNTRIES[self.country].currency


class Item(NamedTuple):
    """One invoice or credit note; a credit note's amounts are negative."""

    number: str
    customer: str
    kind: str
    reference: str
    issued_on: date
    due_on: date
    currency: str
    amount_minor: int
    open_minor: int
    discount_ppm: int
    discount_until: str


class Sorted:
    """A CSV file whose rows come in any order: kept by month beside it, sorted month by month in the end."""

    def __init__(self, path: Path, heading: str) -> None:
        self.path, self.heading = path, heading
        self.parts: dict[str, IO[str]] = {}

    def add(self, on: date, row: tuple[object, ...]) -> None:
        key = on.isoformat()[:7]
        if key not in self.parts:
            self.parts[key] = self.path.with_suffix(f".{key}").open("w+", encoding="utf-8", newline="")
        csv.writer(self.parts[key], lineterminator="\n").writerow([on.isoformat(), *row])

    def close(self) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as out:
            out.write(self.heading + "\n")
            for _, part in sorted(self.parts.items()):
                part.seek(0)
                out.writelines(sorted(part))
                part.close()
                Path(part.name).unlink()


class Books:
    """Everything that the ledger's files will say."""

    def __init__(self, rng: Random, folder: Path, items: int, days: int) -> None:
        self.rng, self.count, self.customers = rng, 0, 0
        self.slots = max(200, 16 * items // (BRANCHES * days))
        self.taken: dict[tuple[int, int], int] = {}
        self.names: set[str] = set()
        self.items = Sorted(
            folder / "items.csv",
            "issued_on,number,customer,kind,reference,due_on,currency,amount_minor,open_minor,discount_ppm,discount_until",
        )
        self.past = Sorted(
            folder / "history.csv", "paid_on,payer_name,payer_account,customer,item,amount_minor,currency,end_to_end"
        )
        self.files = {name: (folder / name).open("w", encoding="utf-8", newline="") for name in _HEADINGS}
        self.writers = {name: csv.writer(file, lineterminator="\n") for name, file in self.files.items()}
        for name, heading in _HEADINGS.items():
            self.files[name].write(heading + "\n")

    def close(self) -> None:
        self.items.close()
        self.past.close()
        for file in self.files.values():
            file.close()

    def country(self, of: tuple[str, ...] = ()) -> str:
        names = of or tuple(COUNTRIES)
        return self.rng.choices(names, [COUNTRIES[name].weight for name in names])[0]

    def account_number(self, country: str) -> str:
        size = ACCOUNT_DIGITS.get(country, 14)
        return iban(country, f"9999{self.rng.randrange(10 ** (size - 4)):0{size - 4}d}")

    def customer(self, country: str, group: str = "", like: Customer | None = None) -> Customer:
        """Make a customer; ``like`` gives a namesake, else no other has the name."""
        name, latin = company(self.rng, country) if like is None else (like.name, like.latin)
        while like is None and latin.upper() in self.names:
            name, latin = company(self.rng, country)
            if self.rng.random() < 0.2:
                city = self.rng.choice(CITIES[country].split())
                number = self.rng.randrange(2, 9999)
                name, latin = f"{name} {city} {number}", f"{latin} {plain(city)} {number}"
        self.names.add(latin.upper())
        self.customers += 1
        account = self.rng.choice(COUNTRIES[country].accounts) if like is None else like.account
        one = Customer(f"C{self.customers:06d}", name, latin, country, group, self.account_number(country), account)
        city = self.rng.choice(CITIES[country].split())
        self.writers["customers.csv"].writerow([one.id, name, country, city, group, one.currency])
        return one

    def amount(self) -> int:
        top = 10 ** self.rng.choice((4, 4, 5, 5, 5, 6, 6))
        return self.rng.randrange(top * 6 // 10, top * 4)

    def item(
        self, customer: Customer, issued: date, amount: int, *, kind: str = "invoice", paid: bool = False, currency: str = "",
        discount: tuple[int, int] = (0, 0),
    ) -> Item:  # fmt: skip
        """Make an item: its number follows the day, as its branch writes it. ``discount`` is ppm and days."""
        branch, day = COUNTRIES[customer.country].branch, (issued - FIRST).days
        at = self.taken.get((branch, day), 0)
        if at >= self.slots:
            raise RuntimeError(f"branch {branch}: no number left on {issued}")
        self.taken[branch, day] = at + 1
        place = day * self.slots + at + 1
        number = _number(branch, place, issued.year % 100)
        how = COUNTRIES[customer.country].reference
        reference = KINDS[how](f"{branch + 1}{place:08d}") if how and kind == "invoice" else ""
        one = Item(
            number, customer.id, kind, reference, issued, issued + timedelta(30), currency or customer.currency, amount,
            0 if paid else amount, discount[0], (issued + timedelta(discount[1])).isoformat() if discount[0] else "",
        )  # fmt: skip
        self.items.add(
            issued,
            (number, one.customer, kind, reference, one.due_on, one.currency, amount, one.open_minor, *one[-2:]),
        )
        self.count += 1
        return one

    def clear_items(self, owners: list[Customer], on: date) -> list[Item]:
        """Make items whose every choice has another sum, one for each owner as often as it is named."""
        while True:
            amounts = [self.amount() for _ in owners]
            sums = [sum(some) for size in range(1, len(owners) + 1) for some in combinations(amounts, size)]
            if len(set(sums)) == len(sums):
                break
        return [
            self.item(owner, on - timedelta(self.rng.randrange(15, 75)), amount)
            for owner, amount in zip(owners, amounts, strict=True)
        ]

    def earlier(self, customer: Customer, on: date, name: str, account: str, times: int = 2) -> None:
        """Write payments that came before, of items that are closed; ``on`` is today."""
        for _ in range(times):
            paid = on - timedelta(self.rng.randrange(60, 150))
            amount = self.amount()
            item = self.item(customer, max(FIRST, paid - timedelta(31)), amount, paid=True)
            self.past.add(paid, (name, account, customer.id, item.number, amount, item.currency, ""))


_HEADINGS = {
    "customers.csv": "customer,name,country,city,group,currency",
    "aliases.csv": "name,customer,confirmed_on",
    "advices.csv": "advice,received_on,customer,item,amount_minor",
}


def _number(branch: int, place: int, year: int) -> str:
    return (
        f"RE-{place:08d}", f"F{year}{place:08d}", str(4_000_000_000 + place), f"{place:08d}", f"FV/{place:08d}/{year}",
        f"INV{place:08d}", f"SI-{place:08d}",
    )[branch]  # fmt: skip
