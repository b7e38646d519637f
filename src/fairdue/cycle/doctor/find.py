"""Find what stands in the way: the measures over the book, the twins, and the money behind each finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pyarrow as pa

from fairdue.cycle.doctor.read import CUSTOMER_COLUMNS, Book, read
from fairdue.cycle.doctor.rules import Party, Twins, twins
from fairdue.engine.duck import connect
from fairdue.engine.measures import hand_in, load, run
from fairdue.formats.values.codes import email_of
from fairdue.kernel.memory import no_collection
from fairdue.kernel.reasons import Reason
from fairdue.ledger.rates import Converted, DayRates, rates_on

CHECKS = (
    "bank_stale", "contact_missing", "email_missing", "email_unusable", "address_missing", "country_missing", "language_missing",
    "terms_missing", "registration_missing", "credit_unapplied", "duplicate",
)  # fmt: skip
"""Every check, in the order in which it is shown: what stops everything first."""
EVERY = ""
"""The finding that stands for all customers with any."""
_SQL = "fairdue.cycle.sql"


class Amounts(NamedTuple):
    """Open, overdue and unapplied minor units of one currency."""

    currency: str
    open_minor: int
    overdue_minor: int
    unapplied_minor: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer as the lists show it: its own amounts by currency, and its overdue amount in the company's currency."""

    customer_id: int
    number: str
    name: str
    country: str
    amounts: tuple[Amounts, ...]
    base: Amounts


@dataclass(frozen=True)
class Findings:
    """What a check of one company on one day found. ``customers[check]`` are ids, the most overdue first; 0 is an unknown payer."""

    as_of: date
    currency: str
    checked: int
    customers: Mapping[str, tuple[int, ...]]
    blocked: Mapping[str, tuple[Amounts, ...]]
    """By check (and ``EVERY``) and currency."""
    base: Mapping[str, Amounts]
    """By check, in the company's currency: each currency's sum converted at the day's rate."""
    without_rate: tuple[str, ...]
    twins: tuple[Twins, ...]
    bank: Reason | None
    purposes: tuple[str, ...]
    """The purposes of contacts that the policy writes to; empty: all."""
    _standings: Mapping[int, tuple[str, str, str]]
    _money: Mapping[int, tuple[Amounts, ...]]
    _rates: DayRates

    @property
    def affected(self) -> int:
        """Count the customers with any finding, each once."""
        return len({one for ids in self.customers.values() for one in ids if one})

    def standing(self, customer_id: int) -> Standing:
        """Give a customer with what it owes."""
        number, name, country = self._standings.get(customer_id, ("", "", ""))
        amounts = self._money.get(customer_id, ())
        return Standing(customer_id, number, name, country, amounts, _in_base(amounts, self.currency, self._rates)[0])


@no_collection()
def examine(company_id: int, currency: str, as_of: date) -> Findings:
    """Check the records of a company; ``currency`` is the company's. Five queries and one pass in DuckDB."""
    book, rates = read(company_id, as_of), rates_on(as_of)
    columns = dict(zip(CUSTOMER_COLUMNS, zip(*book.customers, strict=True), strict=True)) if book.customers else {}
    pairs = tuple(twins(_parties(book)))
    money = _money_table(book)
    with connect({}) as con:
        hand_in(con, data_customers=_customer_table(columns), data_contacts=_contact_table(book), data_money=money)
        gaps = run(con, load(_SQL, "data_gaps"))
        found = _by_check(gaps)
        found["duplicate"] = [one for pair in pairs for one in pair.customer_ids]
        if book.bank is not None:
            found["bank_stale"] = sorted({row[0] for row in book.money if row[0] and row[3]})
        hand_in(con, data_found=_found_table(found))
        blocked = _blocked(run(con, load(_SQL, "data_blocked")))
    by_customer: dict[int, list[Amounts]] = {}
    for customer_id, code, open_minor, overdue_minor, unapplied_minor, _no_terms in book.money:
        by_customer.setdefault(customer_id, []).append(Amounts(code, open_minor, overdue_minor, unapplied_minor))
    amounts = {one: tuple(some) for one, some in by_customer.items()}
    base = {check: _in_base(some, currency, rates) for check, some in blocked.items()}
    worst = _worst_first(amounts, currency, rates)
    return Findings(
        as_of, currency, len(book.customers),
        {check: tuple(sorted(found.get(check, ()), key=lambda one: worst.get(one, (0, 0, one)))) for check in CHECKS},
        blocked, {check: total for check, (total, _) in base.items()},
        tuple(sorted({code for _, without in base.values() for code in without})),
        _ordered(pairs, worst), book.bank, book.purposes, {row[0]: (row[1], row[2], row[4]) for row in book.customers}, amounts, rates,
    )  # fmt: skip


def _parties(book: Book) -> Iterable[Party]:
    domains: dict[int, set[str]] = {}
    for customer_id, _purpose, email, *_ in book.contacts:
        if "@" in email:
            domains.setdefault(customer_id, set()).add(email.rpartition("@")[2].casefold())
    none: set[str] = set()
    for row in book.customers:
        yield Party(
            customer_id=row[0], name=row[2], legal_name=row[3], country=row[4], city=row[7], registration_no=row[8],
            vat_no=row[9], group_id=row[11], domains=tuple(sorted(domains.get(row[0], none))),
        )  # fmt: skip


def _flags(values: Iterable[object]) -> pa.Array:
    return pa.array([1 if value else 0 for value in values], pa.int64())


def _customer_table(columns: Mapping[str, tuple[object, ...]]) -> pa.Table:
    get = {name: columns.get(name, ()) for name in CUSTOMER_COLUMNS}
    addressed = zip(get["street"], get["city"], strict=True)
    registered = zip(get["registration_no"], get["natural_person"], strict=True)
    return pa.table(
        {
            "customer_id": pa.array(get["id"], pa.int64()),
            "addressed": _flags(street and city for street, city in addressed),
            "country": _flags(get["country"]),
            "language": _flags(get["language"]),
            "terms": _flags(get["terms"]),
            "registered": _flags(number or person == "yes" for number, person in registered),
        }
    )


def _contact_table(book: Book) -> pa.Table:
    rows = [row for row in book.contacts if not book.purposes or row[1] in book.purposes]
    good = {email for email in {row[2] for row in rows} if email and email_of(email)}
    return pa.table(
        {
            "customer_id": pa.array([row[0] for row in rows], pa.int64()),
            "email": _flags(row[2] for row in rows),
            "usable": _flags(row[2] in good and row[4] != "refused" and not row[5] for row in rows),
            "language": _flags(row[3] for row in rows),
        }
    )


def _money_table(book: Book) -> pa.Table:
    names = ("customer_id", "currency", "open_minor", "overdue_minor", "unapplied_minor", "no_terms_minor")
    columns = list(zip(*book.money, strict=True)) or [()] * len(names)
    kinds = [pa.string() if name == "currency" else pa.int64() for name in names]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    return pa.table(dict(zip(names, arrays, strict=True)))


def _found_table(found: Mapping[str, Iterable[int]]) -> pa.Table:
    rows = [(check, one) for check, ids in found.items() for one in ids]
    return pa.table(
        {
            "gap": pa.array([row[0] for row in rows], pa.string()),
            "customer_id": pa.array([row[1] for row in rows], pa.int64()),
        }
    )


def _by_check(gaps: pa.Table) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for check, customer_id in zip(gaps["gap"].to_pylist(), gaps["customer_id"].to_pylist(), strict=True):
        found.setdefault(check, []).append(customer_id)
    return found


def _blocked(table: pa.Table) -> dict[str, tuple[Amounts, ...]]:
    found: dict[str, list[Amounts]] = {}
    for row in table.to_pylist():
        amounts = Amounts(row["currency"], row["open_minor"], row["overdue_minor"], row["unapplied_minor"])
        found.setdefault(row["gap"], []).append(amounts)
    return {check: tuple(amounts) for check, amounts in found.items()}


def _in_base(amounts: Iterable[Amounts], currency: str, rates: DayRates) -> tuple[Amounts, set[str]]:
    """Sum amounts in one currency, each converted once; and the currencies that had no rate."""
    sums, without = [0, 0, 0], set()
    for one in amounts:
        parts = (one.open_minor, one.overdue_minor, one.unapplied_minor)
        for place, part in enumerate(parts):
            if one.currency == currency or not part:
                sums[place] += part
                continue
            converted = rates.convert(part, one.currency, currency)
            if isinstance(converted, Converted):
                sums[place] += converted.amount_minor
            else:
                without.add(one.currency)
    return Amounts(currency, *sums), without


def _worst_first(
    money: Mapping[int, tuple[Amounts, ...]], currency: str, rates: DayRates
) -> dict[int, tuple[int, int, int]]:
    """Give what orders customers: the most overdue first, then the most open, then by id."""
    order = {}
    for customer_id, amounts in money.items():
        plain = len(amounts) == 1 and amounts[0].currency == currency
        base = amounts[0] if plain else _in_base(amounts, currency, rates)[0]
        order[customer_id] = (-base.overdue_minor, -base.open_minor, customer_id)
    return order


def _ordered(pairs: Iterable[Twins], worst: Mapping[int, tuple[int, int, int]]) -> tuple[Twins, ...]:
    """Put the sets with the most overdue first."""
    nothing = (0, 0, 0)

    def key(one: Twins) -> tuple[int, int, int]:
        some = [worst.get(customer_id, nothing) for customer_id in one.customer_ids]
        return sum(found[0] for found in some), sum(found[1] for found in some), one.customer_ids[0]

    return tuple(sorted(pairs, key=key))
