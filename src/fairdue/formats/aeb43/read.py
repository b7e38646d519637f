"""Norma 43 as a stream of records. The zones are those of the banks' own booklet: 80 places a record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from stdnum import iban as iban_numbers
from stdnum.es import ccc

from fairdue.formats.aeb43.sepa import sepa
from fairdue.formats.bank.lines import cut, fields, lines
from fairdue.formats.bank.reasons import BankError, BankFinding
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Begin,
    Detail,
    End,
    Entry,
    Exchange,
    Fields,
    Finding,
    Part,
    Told,
    Totals,
)
from fairdue.formats.bank.values import compact_day, minor, numeric_currency
from fairdue.formats.errors import FormatError, shorten
from fairdue.kernel.reasons import because

WIDTH = 80
TEXTS_MAX = 99
"""Records of text behind a movement; the booklet has five."""
ZONES: dict[str, tuple[tuple[str, int], ...]] = {
    "00": (("bank", 4), ("date", 6), ("free_13", 68)),
    "11": (
        ("bank", 4), ("branch", 4), ("account", 10), ("from", 6), ("to", 6), ("sign", 1), ("balance", 14),
        ("currency", 3), ("mode", 1), ("holder", 26), ("client", 3),
    ),
    "22": (
        ("free_3", 4), ("branch", 4), ("booked", 6), ("valued", 6), ("common", 2), ("own", 3), ("sign", 1),
        ("amount", 14), ("document", 10), ("reference_1", 12), ("reference_2", 16),
    ),
    "23": (("order", 2), ("text_1", 38), ("text_2", 38)),
    "24": (("order", 2), ("currency", 3), ("amount", 14), ("free_22", 59)),
    "33": (
        ("bank", 4), ("branch", 4), ("account", 10), ("debits", 5), ("debit", 14), ("credits", 5), ("credit", 14),
        ("sign", 1), ("balance", 14), ("currency", 3), ("free_77", 4),
    ),
    "88": (("nines", 18), ("records", 6), ("free_27", 54)),
}  # fmt: skip
_BEHIND = {
    # Which records may stand behind which: at the beginning, in an account, behind its end, behind the file's.
    "": ("00", "11", "88"), "00": ("11",), "11": ("22", "33"), "22": ("22", "23", "24", "33"),
    "23": ("22", "23", "24", "33"), "24": ("22", "23", "24", "33"), "33": ("11", "88"), "88": ("00", "11"),
}  # fmt: skip
_NO_REFERENCE = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})
_REVERSALS = frozenset({"14", "98"})
"""Common concepts: returned and unpaid; cancelled and corrected."""


def read_aeb43(stream: BinaryIO) -> Iterator[Part]:
    """Give the statements of a Norma 43 file, one for each account.

    Memory does not grow with the file. Raises FormatError with the line where it is refused; what was given until then must be
    thrown away.
    """
    account: _Account | None = None
    last: End | None = None
    head: Fields = ()
    before, number, records, accounts = "", 0, 0, 0
    for number, text in lines(stream, WIDTH):
        code = text[:2]
        if code not in _BEHIND[before]:
            raise FormatError(BankError.RECORD, line=number, value=shorten(text.rstrip()))
        before = code
        zones = cut(text, code, ZONES[code])
        records += code not in ("00", "88")
        if code == "88":
            if last is not None:
                last = _file_end(last, zones, records, number)
            records = 0
        elif code == "00":
            head = fields(code, zones)
        elif code == "11":
            if last is not None:
                yield last
                last = None
            account = _Account(zones, number)
            accounts += 1
            yield account.begin(head)
            head = ()
        elif account is not None and code == "33":
            yield from account.flush()
            last = account.end(zones, number)
            account = None
        elif account is not None:
            yield from account.take(code, text, zones, number)
    if not accounts:
        raise FormatError(BankError.NO_STATEMENT, line=number)
    if before != "88" or last is None:
        raise FormatError(BankError.CUT_OFF, line=number)
    yield last


def _file_end(last: End, zones: dict[str, str], records: int, line: int) -> End:
    findings = last.findings
    told = _count(zones, "records", "88", line)
    if told is not None and told != records:
        findings = (*findings, Finding(because(BankFinding.RECORDS, told=told, counted=records), line))
    return replace(last, findings=findings, fields=(*last.fields, *fields("88", zones)))


class _Account:
    """One account: records 11 to 33."""

    def __init__(self, zones: dict[str, str], line: int) -> None:
        self.zones, self.line = zones, line
        self.currency = numeric_currency(zones.get("currency", ""), "11/currency", line)
        self.balance = _balance(BalanceKind.OPENING, "11", zones, zones.get("from", ""), self.currency, line)
        self.to_on = _day(zones.get("to", ""), "11/to", line)
        self.entry: Entry | None = None
        self.fields: list[tuple[str, str]] = []
        self.rows: list[str] = []
        self.exchange: Exchange | None = None
        self.ordinal = self.behind = 0

    @property
    def number(self) -> str:
        """Give bank, branch and account as they are written."""
        return "".join(self.zones.get(name, "") for name in ("bank", "branch", "account"))

    def begin(self, head: Fields) -> Begin:
        """Begin the statement."""
        told, (number, iban) = self.zones, _iban(self.number)
        account = Account(number, iban, self.currency, told.get("bank", ""), told.get("holder", "").strip())
        kept = {name: text for name, text in told.items() if name not in ("sign", "balance")}
        return Begin(
            "aeb43", Told.BOOKED, account, from_on=self.balance.on, to_on=self.to_on, line=self.line,
            fields=(*head, *fields("11", kept)),
        )  # fmt: skip

    def take(self, code: str, text: str, zones: dict[str, str], line: int) -> Iterator[Part]:
        """Take one record between 11 and 33; give the entry that it completes."""
        if code == "22":
            yield from self.flush()
            self.entry = self._entry(zones, line)
            return
        self.behind += 1
        if self.behind > TEXTS_MAX or (code == "24" and self.exchange is not None):
            raise FormatError(BankError.RECORD, line=line, value=shorten(text.rstrip()))
        self.fields.extend(fields(code, zones))
        if code == "23":
            self.rows.append(text[2:])
        else:
            currency = numeric_currency(zones.get("currency", ""), "24/currency", line)
            amount = _amount(zones.get("amount", ""), currency, "24/amount", line)
            self.exchange = Exchange(amount, currency)

    def _entry(self, zones: dict[str, str], line: int) -> Entry:
        self.ordinal += 1
        amount = _amount(zones.get("amount", ""), self.currency, "22/amount", line)
        common = zones.get("common", "")
        return Entry(
            self.ordinal, line, amount * _side(zones.get("sign", ""), "22/sign", line), self.currency,
            common in _REVERSALS, booked_on=_day(zones.get("booked", ""), "22/booked", line),
            valued_on=_day(zones.get("valued", ""), "22/valued", line), reference=_reference(zones, "document"),
            code=common, bank_code=zones.get("own", ""), fields=fields("22", zones),
        )  # fmt: skip

    def flush(self) -> Iterator[Entry]:
        """Give the entry that is open."""
        entry = self.entry
        if entry is None:
            return
        zones = {path.partition("/")[2]: text for path, text in entry.fields}
        second = _reference(zones, "reference_2")
        detail = Detail(
            None, self.currency, transaction=_reference(zones, "reference_1"),
            text=tuple(row[2:].rstrip() for row in self.rows if row[2:].strip()),
            information=(second,) if second else (), exchange=self.exchange, fields=tuple(self.fields),
        )  # fmt: skip
        told = sepa(self.rows, incoming=entry.amount_minor >= 0)
        if told is not None:
            detail = detail._replace(
                end_to_end="" if told.reference in _NO_REFERENCE else told.reference, mandate=told.mandate,
                debtor=told.debtor, creditor=told.creditor, ultimate_debtor=told.ultimate_debtor,
                purpose=told.purpose, text=told.text,
            )  # fmt: skip
        self.entry, self.exchange, self.behind = None, None, 0
        self.fields, self.rows = [], []
        yield entry._replace(details=(detail,))

    def end(self, zones: dict[str, str], line: int) -> End:
        """End the statement with record 33, which must be of the same account."""
        number = "".join(zones.get(name, "") for name in ("bank", "branch", "account"))
        if number != self.number:
            raise FormatError(BankError.RECORD, line=line, value=f"33 {shorten(number)}")
        currency = numeric_currency(zones.get("currency", ""), "33/currency", line)
        on = self.zones.get("to", "")
        balance = _balance(BalanceKind.CLOSING, "33", zones, on, currency, line)
        debit, credit = (
            _amount(zones[name], currency, f"33/{name}", line) if name in zones else None
            for name in ("debit", "credit")
        )
        totals = Totals(
            credits=_count(zones, "credits", "33", line), credit_minor=credit,
            debits=_count(zones, "debits", "33", line), debit_minor=debit,
        )  # fmt: skip
        kept = {name: text for name, text in zones.items() if name not in ("sign", "balance")}
        return End((self.balance, balance), totals, (), fields("33", kept))


def _balance(kind: BalanceKind, code: str, zones: dict[str, str], on: str, currency: str, line: int) -> Balance:
    amount = _amount(zones.get("balance", ""), currency, f"{code}/balance", line)
    kept: dict[str, str] = {name: zones[name] for name in ("sign", "balance") if name in zones}
    sign = _side(zones.get("sign", ""), f"{code}/sign", line)
    return Balance(kind, amount * sign, currency, _day(on, "11/to", line), fields(code, kept))


def _iban(number: str) -> tuple[str, bool]:
    """Give the IBAN of bank, branch and account, whose check digits are reckoned; anything else stays as it is."""
    if len(number) != 18 or not (number.isascii() and number.isdigit()):
        return number.replace(" ", ""), False
    open_ = f"{number[:8]}00{number[8:]}"
    whole = f"{number[:8]}{ccc.calc_check_digits(open_)}{number[8:]}"
    return f"ES{iban_numbers.calc_check_digits(f'ES00{whole}')}{whole}", True


def _reference(zones: dict[str, str], name: str) -> str:
    """Give a reference; zeros are none."""
    found = zones.get(name, "").strip()
    return found if found.strip("0 ") else ""


def _side(text: str, field: str, line: int) -> int:
    if text not in ("1", "2"):
        raise FormatError(BankError.SIDE, line=line, field=field, value=text)
    return -1 if text == "1" else 1


def _amount(text: str, currency: str, field: str, line: int) -> int:
    """Give an amount of twelve places and two decimals."""
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        raise FormatError(BankError.AMOUNT, line=line, field=field, value=shorten(text))
    return minor(f"{text[:12]}.{text[12:]}", currency, field, line)


def _count(zones: dict[str, str], name: str, code: str, line: int) -> int | None:
    text = zones.get(name, "").strip()
    if text and not (text.isascii() and text.isdigit()):
        raise FormatError(BankError.AMOUNT, line=line, field=f"{code}/{name}", value=shorten(text))
    return int(text) if text else None


def _day(text: str, field: str, line: int) -> date | None:
    """Give the day of ``YYMMDD``; zeros are none."""
    return compact_day(text, field, line) if text.strip("0 ") else None
