"""BAI2 as a stream of statements. Codes are those of the Cash Management Balance Reporting Specifications, version 2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, NamedTuple

from fairdue.formats.bai2.records import Record, records
from fairdue.formats.bank.reasons import BankError, BankFinding
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Begin,
    Detail,
    End,
    Entry,
    Finding,
    Part,
    Party,
    Status,
    Told,
    Totals,
)
from fairdue.formats.bank.values import compact_day, count_of, is_iban
from fairdue.formats.errors import FormatError, shorten
from fairdue.kernel.money import MINOR_MAX, exponents, plain
from fairdue.kernel.reasons import because

DEFAULT_CURRENCY = "USD"
"""Where neither account nor group names one (the specification's default)."""
INTERIM = frozenset({"1", "3"})
"""As-of-date modifiers of what may still change."""
CHEQUE_PAID = "475"
_AMOUNT = re.compile(r"[+-]?\d{1,18}")
_BALANCES = {
    "010": BalanceKind.OPENING, "015": BalanceKind.CLOSING, "030": BalanceKind.INTERIM,
    "040": BalanceKind.OPENING_AVAILABLE, "045": BalanceKind.CLOSING_AVAILABLE, "060": BalanceKind.INTERIM_AVAILABLE,
}  # fmt: skip
_PARTY_LABELS = {
    "ORIG": "name", "ORIGINATOR": "name", "ORIG NAME": "name", "ORIG CO NAME": "name", "ORDERING CUSTOMER": "name",
    "BENE": "name", "BENEFICIARY": "name", "ACCT": "account", "ORIG ACCT": "account", "BENE ACCT": "account",
    "ORIG BANK": "bank", "BENE BANK": "bank",
}  # fmt: skip
"""What banks of the United States write before the other side in a line of its own (record 88)."""
_CREDITS, _DEBITS = "100", "400"


class _Amount(NamedTuple):
    """An amount with its type code, count of items and funds, as summaries and transactions have it."""

    code: str
    amount_minor: int | None
    items: str
    fields: tuple[str, ...]


def read_bai2(stream: BinaryIO) -> Iterator[Part]:
    """Give the statement of each account of a BAI2 file.

    Memory does not grow with the file. Raises FormatError with the line where it is refused; what was given until then must be
    thrown away.
    """
    yield from _Reader().read(stream)


class _Reader:
    """One file: group after group, account after account. An end is held back until the controls behind it were seen."""

    def __init__(self) -> None:
        self.file: list[tuple[str, str]] = []
        self.group: list[tuple[str, str]] = []
        self.as_of: date | None = None
        self.currency, self.told = DEFAULT_CURRENCY, Told.BOOKED
        self.ordinal = 0
        self.account_currency = ""
        self.open = False
        self.waiting: End | None = None
        self.balances: list[Balance] = []
        self.totals = Totals()
        self.sums = {"account": 0, "group": 0, "file": 0}
        self.counts = {"account": 0, "group": 0, "file": 0}
        self.held = {"group": 0, "file": 0}

    def read(self, stream: BinaryIO) -> Iterator[Part]:
        begun = ended = False
        last = 0
        for record in records(stream):
            last = record.line
            for level in self.counts:
                self.counts[level] += record.physical
            if record.code == "01":
                self._file(record)
                begun = True
            elif not begun:
                raise FormatError(BankError.MISSING, line=record.line, field="01")
            elif record.code == "02":
                self._group(record)
            elif record.code == "03":
                yield from self._release()
                yield self._account(record)
            elif not self.open and record.code in ("16", "49"):
                raise FormatError(BankError.RECORD, line=record.line, value=f"{record.code},{shorten(record.texts[0])}")
            elif record.code == "16":
                yield self._transaction(record)
            else:
                self._control(record)
                ended = ended or record.code == "99"
        if self.open or (begun and not ended):
            raise FormatError(BankError.CUT_OFF, line=last)
        if not begun:
            raise FormatError(BankError.NO_STATEMENT)
        yield from self._release()

    def _release(self) -> Iterator[Part]:
        if self.open:
            raise FormatError(BankError.MISSING, field="49")
        if self.waiting is not None:
            yield self.waiting
            self.waiting = None

    def _file(self, record: Record) -> None:
        self.file = _named("01", _values(record))
        self.sums["file"] = self.held["file"] = 0
        self.counts["file"] = record.physical

    def _group(self, record: Record) -> None:
        values = _values(record)
        self.group = _named("02", values)
        receiver_to_modifier = [*values, *[""] * 7][:7]
        _, _, _, day, _, currency, modifier = receiver_to_modifier
        self.as_of = compact_day(day, "02/4", record.line)
        self.currency = currency.strip() or DEFAULT_CURRENCY
        self.told = Told.INTRADAY if modifier.strip() in INTERIM else Told.BOOKED
        self.sums["group"] = self.held["group"] = 0
        self.counts["group"] = record.physical

    def _account(self, record: Record) -> Begin:
        values = _values(record)
        if self.as_of is None:
            raise FormatError(BankError.MISSING, line=record.line, field="02")
        number, currency = values[0].strip(), (values[1].strip() if len(values) > 1 else "")
        if not number:
            raise FormatError(BankError.MISSING, line=record.line, field="03/1")
        self.account_currency = currency or self.currency
        if self.account_currency not in exponents():
            raise FormatError(BankError.CURRENCY, line=record.line, field="03/2", value=shorten(self.account_currency))
        self.open, self.ordinal, self.balances, self.totals = True, 0, [], Totals()
        self.sums["account"], self.counts["account"] = 0, record.physical
        for one in _amounts(values[2:], record.line):
            self._summary(one)
        bank = next((value for name, value in self.group if name == "02/2"), "")
        return Begin(
            "bai2", self.told, Account(number, is_iban(number), self.account_currency, bank), from_on=self.as_of,
            to_on=self.as_of, line=record.line, fields=(*self.file, *self.group, *_named("03", values)),
        )  # fmt: skip

    def _summary(self, one: _Amount) -> None:
        self.sums["account"] += one.amount_minor or 0
        if one.amount_minor is None:
            return
        count = count_of(one.items)
        if one.code in _BALANCES:
            fields = tuple((f"03/{one.code}", value) for value in one.fields if value)
            self.balances.append(
                Balance(_BALANCES[one.code], one.amount_minor, self.account_currency, self.as_of, fields)
            )
        elif one.code == _CREDITS:
            self.totals = self.totals._replace(credits=count, credit_minor=one.amount_minor)
        elif one.code == _DEBITS:
            self.totals = self.totals._replace(debits=count, debit_minor=one.amount_minor)

    def _transaction(self, record: Record) -> Entry:
        head = record.texts[0].split(",")
        more = list(record.texts[1:])
        while more and len(head) < _fixed(head, record.line):
            # The values were not complete: what follows continues them.
            head += more.pop(0).split(",")
        fixed = _fixed(head, record.line)
        values, text = head[:fixed], ",".join(head[fixed:])
        values += [""] * (fixed - len(values))
        amount = _number(values[1], "16/2", record.line)
        if amount is None:
            raise FormatError(BankError.MISSING, line=record.line, field="16/2")
        self.sums["account"] += amount
        code = values[0].strip()
        sign, status = _side(code)
        if status == Status.BOOKED and self.told == Told.INTRADAY:
            status = Status.PENDING
        self.ordinal += 1
        funds = values[2].strip().upper()
        valued = (
            compact_day(values[3].strip(), "16/4", record.line) if funds == "V" and values[3].strip() else self.as_of
        )
        party, lines = _party([line.strip() for line in (text, *more) if line.strip()])
        customer = values[-1].strip()
        detail = Detail(
            None, self.account_currency, cheque=customer if code == CHEQUE_PAID else "", text=tuple(lines),
            debtor=party if sign > 0 else None, creditor=None if sign > 0 else party,
            fields=tuple(("16/text" if place == 0 else "88", line) for place, line in enumerate((text, *more)) if line.strip()),
        )  # fmt: skip
        return Entry(
            self.ordinal, record.line, sign * amount, self.account_currency, False, status, self.as_of, valued,
            values[-2].strip(), customer, code, details=(detail,), fields=tuple(_named("16", values)),
        )  # fmt: skip

    def _control(self, record: Record) -> None:
        """Hold a control record against what was read: its sum and its counts."""
        values = [*(value.strip() for value in _values(record)), "", ""]
        total = _number(values[0], f"{record.code}/1", record.line)
        if record.code == "49":
            self.open = False
            level, inside, count = "account", None, values[1]
            self.waiting = End(tuple(self.balances), self.totals)
        elif record.code == "98":
            level, inside, count = "group", values[1], values[2]
        else:
            level, inside, count = "file", values[1], values[2]
        findings = []
        if total is not None and total != self.sums[level]:
            told, counted = (
                plain(value, self.account_currency or DEFAULT_CURRENCY) for value in (total, self.sums[level])
            )
            findings.append(
                Finding(because(BankFinding.CONTROL, record=record.code, told=told, counted=counted), record.line)
            )
        for said, found in ((count, self.counts[level]), (inside or "", self.held.get(level, 0))):
            if said.isascii() and said.isdigit() and count_of(said) != found:
                reason = because(BankFinding.CONTROL, record=record.code, told=said, counted=found)
                findings.append(Finding(reason, record.line))
        upper = {"account": "group", "group": "file"}.get(level)
        if upper is not None:
            self.sums[upper] += self.sums[level]
            self.held[upper] += 1
        if self.waiting is not None:
            self.waiting = End(
                self.waiting.balances, self.waiting.totals, (*self.waiting.findings, *findings),
                (*self.waiting.fields, *_named(record.code, _values(record))),
            )  # fmt: skip


def _party(lines: list[str]) -> tuple[Party | None, list[str]]:
    """Give the other side where lines of their own name it by a label (39), and the lines that are left."""
    told: dict[str, str] = {}
    left = []
    for line in lines:
        label, found, value = line.partition(":")
        slot = _PARTY_LABELS.get(label.strip().upper(), "") if found else ""
        if slot and value.strip() and slot not in told:
            told[slot] = value.strip()
        else:
            left.append(line)
    party = Party(told.get("name", ""), "".join(told.get("account", "").split()), told.get("bank", ""))
    return party if told else None, left


def _values(record: Record) -> list[str]:
    """Give the values of a record and its continuations, in order."""
    return [value for text in record.texts for value in text.split(",")]


def _named(code: str, values: list[str]) -> list[tuple[str, str]]:
    return [(f"{code}/{place}", value) for place, value in enumerate(values, start=1) if value.strip()]


def _fixed(values: list[str], line: int) -> int:
    """Give how many values of a transaction stand before its text: code, amount, funds with their parts, two references."""
    funds = values[2].strip().upper() if len(values) > 2 else ""
    return 3 + _funds(funds, values[3] if len(values) > 3 else "", "16/3", line) + 2


def _funds(kind: str, first: str, field: str, line: int) -> int:
    """Give how many values follow a funds type."""
    if kind in ("", "Z", "0", "1", "2"):
        return 0
    if kind == "S":
        return 3
    if kind == "V":
        return 2
    if kind == "D":
        count = first.strip()
        if not count:
            return 1
        if (days := count_of(count)) is not None and days <= 1000:
            return 1 + 2 * days
    raise FormatError(BankError.RECORD, line=line, value=f"{field} {shorten(kind)}")


def _amounts(values: list[str], line: int) -> Iterator[_Amount]:
    """Give the amounts of an account's summary: code, amount, count, funds with their parts, again and again."""
    at = 0
    while at < len(values):
        group = values[at : at + 4]
        code, amount, count, funds = (*(value.strip() for value in group), "", "", "", "")[:4]
        size = 4 + _funds(funds.upper(), values[at + 4] if at + 4 < len(values) else "", f"03/{code}", line)
        if code or amount:
            yield _Amount(code, _number(amount, f"03/{code}", line), count, tuple(values[at : at + size]))
        at += size


def _number(text: str, field: str, line: int) -> int | None:
    """Read an amount, which is in minor units already; None where there is none."""
    text = text.strip()
    if not text:
        return None
    if not _AMOUNT.fullmatch(text) or not text.isascii() or abs(int(text)) > MINOR_MAX:
        raise FormatError(BankError.AMOUNT, line=line, field=field, value=shorten(text))
    return int(text)


def _side(code: str) -> tuple[int, Status]:
    """Give the sign of a transaction's type code: credits 100 to 399 and 920 to 959, debits 400 to 699 and 960 to 999; others inform."""
    number = int(code) if code.isascii() and code.isdigit() and len(code) == 3 else 0
    if 100 <= number <= 399 or 920 <= number <= 959:
        return 1, Status.BOOKED
    if 400 <= number <= 699 or 960 <= number <= 999:
        return -1, Status.BOOKED
    return 1, Status.INFORMATION
