"""The book as look-ups: built once for all lines; what is posted changes it (rules 1, 5 and 20)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from fairdue.cash.matching import names
from fairdue.cash.matching.folding import digits_of, folded, packed
from fairdue.cash.matching.records import Advice, Book, Customer, Item, Paid

Rows = int | list[int]


def rows_of(found: Rows | None) -> list[int]:
    """Give a look-up's answer as a list: one row is kept without one, for there are millions."""
    if found is None:
        return []
    return [found] if isinstance(found, int) else found


def _put(into: dict[str, Rows], key: str, row: int) -> None:
    held = into.get(key)
    if held is None:
        into[key] = row
    elif isinstance(held, int):
        if held != row:
            into[key] = [held, row]
    elif held[-1] != row:
        held.append(row)


class Index:
    """Everything a line is looked up in. A *row* is the place of an item in ``items``."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.items: list[Item] = list(book.items)
        self.open = [item.open_minor for item in self.items]
        self.row_of = {item.id: row for row, item in enumerate(self.items)}
        self.numbers: dict[str, Rows] = {}
        self.shorts: dict[str, Rows] = {}
        self.of_customer: defaultdict[int, list[int]] = defaultdict(list)
        self._number()
        self.customers: dict[int, Customer] = {one.id: one for one in book.customers}
        self.groups: defaultdict[str, list[int]] = defaultdict(list)
        self.names: defaultdict[str, set[int]] = defaultdict(set)
        self.wholes: defaultdict[str, set[int]] = defaultdict(set)
        self.accounts: defaultdict[str, set[int]] = defaultdict(set)
        self.alias_names: defaultdict[str, set[int]] = defaultdict(set)
        self.alias_accounts: defaultdict[str, set[int]] = defaultdict(set)
        self.paid_names: defaultdict[str, set[int]] = defaultdict(set)
        self.by_mark: dict[str, Paid] = {}
        self.by_item: defaultdict[int, list[Paid]] = defaultdict(list)
        self._keys: dict[str, tuple[str, ...]] = {}
        self._wholes: dict[str, tuple[str, ...]] = {}
        self._parties()
        self.advices: list[Advice] = list(book.advices)
        self.advice_numbers: dict[str, Rows] = {}
        self.advice_totals: defaultdict[tuple[int, str, int], list[int]] = defaultdict(list)
        self.advices_used: set[int] = set()
        self._advise()
        self.longest = max(
            (len(key) for known in (self.numbers, self.advice_numbers) for key in known), default=0
        )  # fmt: skip

    def _number(self) -> None:
        numbers, shorts = self.numbers, self.shorts
        for row, item in enumerate(self.items):
            pack = packed(item.number)
            _put(numbers, folded(pack), row)
            if item.reference:
                _put(numbers, folded(packed(item.reference)), row)
            if short := digits_of(pack):
                _put(shorts, short, row)
            self.of_customer[item.customer].append(row)

    def _parties(self) -> None:
        begins = []
        for one in self.book.customers:
            if one.group:
                self.groups[one.group].append(one.id)
            for name in one.names:
                for key in names.keys(name):
                    self.names[key].add(one.id)
                for key in names.wholes(name):
                    self.wholes[key].add(one.id)
                begins.append((names.whole(name), one.id))
            for account in one.accounts:
                self.accounts[account].add(one.id)
        begins.sort()
        self._begins = begins
        for alias in self.book.aliases:
            if alias.account:
                self.alias_accounts[alias.account].add(alias.customer)
            for key in names.told_keys(alias.name):
                self.alias_names[key].add(alias.customer)
        for paid in self.book.paid:
            self.learn(paid, name=True)

    def learn(self, paid: Paid, *, name: bool) -> None:
        """Remember a payment: its account, its mark and its item; its payer's name where that says whose it is."""
        if paid.account:
            self.accounts[paid.account].add(paid.customer)
        if paid.end_to_end:
            self.by_mark[packed(paid.end_to_end)] = paid
        if paid.item is not None:
            self.by_item[paid.item].append(paid)
        if name and paid.name:
            for key in self.told_keys(paid.name)[:1]:
                self.paid_names[key].add(paid.customer)

    def _advise(self) -> None:
        for at, advice in enumerate(self.advices):
            if advice.number:
                _put(self.advice_numbers, folded(packed(advice.number)), at)
            if advice.customer is not None:
                total = sum(line.amount_minor for line in advice.lines)
                self.advice_totals[advice.customer, advice.currency, total].append(at)

    def told_keys(self, name: str) -> tuple[str, ...]:
        """Give the keys of a payer's name; payers come back, so they are kept."""
        if name not in self._keys:
            self._keys[name] = names.told_keys(name)
        return self._keys[name]

    def told_wholes(self, name: str) -> tuple[str, ...]:
        """Give the ways in which a payer's name is written with its legal form."""
        if name not in self._wholes:
            self._wholes[name] = names.wholes(name)
        return self._wholes[name]

    def begins_with(self, name: str) -> set[int]:
        """Give the customers whose name begins so; none where the name is short or is no beginning."""
        told = names.whole(name)
        if len(told) < names.CUT_MIN:
            return set()
        found = set[int]()
        for at in range(bisect_left(self._begins, (told, -1)), len(self._begins)):
            whole, customer = self._begins[at]
            if not whole.startswith(told) or len(found) > 1:
                break
            found.add(customer)
        return found

    def group_of(self, customer: int) -> list[int]:
        """Give the customers of a customer's group, itself too."""
        one = self.customers.get(customer)
        return self.groups[one.group] if one is not None and one.group else [customer]

    def together(self, first: int, second: int) -> bool:
        """Say whether two customers are one or of one group."""
        return first == second or second in self.group_of(first)

    def payable(self, customers: Iterable[int], currency: str, until: date) -> list[int]:
        """Give the rows of customers that are open in a currency and were issued by a day, or up to the company's days early
        after it; closed ones are forgotten."""
        found = []
        until += timedelta(days=self.book.tolerances.early_days)
        for customer in customers:
            rows = self.of_customer.get(customer)
            if rows is None:
                continue
            live = [row for row in rows if self.open[row]]
            if len(live) < len(rows):
                self.of_customer[customer] = live
            items = self.items
            found += [row for row in live if items[row].currency == currency and items[row].issued_on <= until]
        return found
