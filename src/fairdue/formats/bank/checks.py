"""What a statement says about itself, held against its entries. Differences become findings, in words, never errors.

1. The opening balance and all booked entries give the closing balance.
2. Where every detail of an entry has an amount in the entry's currency, they add up to the entry; charges that the entry says are taken
   off already, or that the details say are, may stand between them.
3. Counts and sums that the file tells are right.
4. An entry in another currency than the account's is told, and left out of (1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fairdue.formats.bank.reasons import BankFinding
from fairdue.formats.bank.records import BalanceKind, Begin, End, Entry, Finding, Part, Status, Told
from fairdue.kernel.money import plain
from fairdue.kernel.reasons import because

FINDINGS_MAX = 50
"""Findings of single entries that are kept of one statement; the rest is counted in none, the sums still are."""


def checked(parts: Iterable[Part]) -> Iterator[Part]:
    """Pass a stream on, with what does not add up added to the end of each statement."""
    watch = _Watch()
    for part in parts:
        if isinstance(part, Entry):
            watch.entry(part)
            yield part
        elif isinstance(part, Begin):
            watch = _Watch(part)
            yield part
        else:
            yield replace(part, findings=(*part.findings, *watch.end(part)))


class _Watch:
    """The running sums of one statement."""

    def __init__(self, begin: Begin | None = None) -> None:
        self.begin = begin
        self.currency = begin.account.currency if begin else ""
        self.sums: dict[str, int] = {}
        self.count = self.credits = self.debits = self.credit_minor = self.debit_minor = 0
        self.findings: list[Finding] = []

    def entry(self, entry: Entry) -> None:
        self.count += 1
        amount = entry.amount_minor
        if amount >= 0:
            self.credits += 1
            self.credit_minor += amount
        else:
            self.debits += 1
            self.debit_minor -= amount
        if entry.status == Status.BOOKED:
            self.sums[entry.currency] = self.sums.get(entry.currency, 0) + amount
        if self.currency and entry.currency != self.currency:
            self._tell(
                BankFinding.CURRENCY, entry.line, ordinal=entry.ordinal, other=entry.currency, currency=self.currency
            )
        if len(entry.details) == 1 and entry.details[0].amount_minor == amount:
            return
        if entry.details:
            self._details(entry)

    def _details(self, entry: Entry) -> None:
        total = 0
        between = sum(abs(charge.amount_minor) for charge in entry.charges if charge.currency == entry.currency)
        for detail in entry.details:
            if detail.amount_minor is None or detail.currency != entry.currency:
                return
            total += detail.amount_minor
            between += sum(abs(charge.amount_minor) for charge in detail.charges if charge.currency == entry.currency)
        if abs(total - entry.amount_minor) > between:
            self._tell(
                BankFinding.DETAILS, entry.line, ordinal=entry.ordinal, counted=_money(total, entry.currency),
                told=_money(entry.amount_minor, entry.currency),
            )  # fmt: skip

    def _tell(self, code: BankFinding, line: int, **values: str | int) -> None:
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(because(code, **values), line))

    def end(self, end: End) -> list[Finding]:
        """Give what is to be said at the end."""
        self._balances(end)
        totals = end.totals
        pairs = (
            (totals.entries, self.count),
            (totals.credits, self.credits),
            (totals.debits, self.debits),
        )
        for told, counted in pairs:
            if told is not None and told != counted:
                self._last(BankFinding.COUNT, told=told, counted=counted)
        sums = (
            (totals.net_minor, self.credit_minor - self.debit_minor),
            (totals.credit_minor, self.credit_minor),
            (totals.debit_minor, self.debit_minor),
        )
        currency = self._currency(end)
        for told, counted in sums:
            if told is not None and told != counted and currency:
                self._last(BankFinding.TOTAL, told=_money(told, currency), counted=_money(counted, currency))
        return self.findings

    def _balances(self, end: End) -> None:
        if self.begin is None or self.begin.told != Told.BOOKED:
            return
        opening = [balance for balance in end.balances if balance.kind == BalanceKind.OPENING]
        closing = [balance for balance in end.balances if balance.kind == BalanceKind.CLOSING]
        if not opening or not closing:
            self._last(BankFinding.NO_BALANCE)
            return
        first, last = opening[0], closing[-1]
        counted = first.amount_minor + self.sums.get(first.currency, 0)
        if first.currency != last.currency or counted != last.amount_minor:
            self._last(
                BankFinding.BALANCE, counted=_money(counted, first.currency),
                told=_money(last.amount_minor, last.currency),
            )  # fmt: skip

    def _currency(self, end: End) -> str:
        return self.currency or next((balance.currency for balance in end.balances), "") or next(iter(self.sums), "")

    def _last(self, code: BankFinding, **values: str | int) -> None:
        self.findings.append(Finding(because(code, **values)))


def _money(amount_minor: int, currency: str) -> str:
    return f"{plain(amount_minor, currency)} {currency}"
