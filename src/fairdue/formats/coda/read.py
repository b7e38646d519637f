"""CODA as a stream of records.

1. A movement (record 21) whose detail number is zero is an entry; those behind it with its sequence number are its parts.
2. A part of type 8 or 9 breaks its transaction down into gross amount and charges; any other part is a transaction of its own.
3. Information (31 to 33) belongs to the movement before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import BinaryIO

from fairdue.formats.bank.lines import cut, fields, lines
from fairdue.formats.bank.reasons import BankError, BankFinding
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Begin,
    Charge,
    Detail,
    End,
    Entry,
    Exchange,
    Finding,
    Part,
    Party,
    Told,
    Totals,
)
from fairdue.formats.bank.values import compact_day, is_iban, minor
from fairdue.formats.coda.words import Said, information, movement
from fairdue.formats.coda.zones import COMMUNICATION, WIDTH, ZONES
from fairdue.formats.errors import FormatError, shorten
from fairdue.kernel.reasons import because

RECORDS_MAX = 1_000_000
"""Records of one entry, its parts and their information together."""
_BELGIAN = re.compile(r"(\d{12}) ([A-Z]{3})?")
_NO_CHARGE = frozenset({"000", "050", "055", "068", "100"})
"""Categories of a part that are no charge: the net amount, capital, the countervalue, the gross amount."""
_GROSS = "100"
_CORRECTIONS = frozenset({"49", "99"})
_NO_REFERENCE = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"})


def read_coda(stream: BinaryIO) -> Iterator[Part]:
    """Give the statements of a CODA file of version 2.

    Memory does not grow with the file. Raises FormatError with the line where it is refused; what was given until then must be
    thrown away.
    """
    statement: _Statement | None = None
    last: End | None = None
    number, more = 0, False
    for number, text in lines(stream, WIDTH):
        code = text[:2] if text[0] in "23" else text[0]
        if code not in ZONES or (statement is None) != (code == "0"):
            raise FormatError(BankError.RECORD, line=number, value=shorten(text.rstrip()))
        zones = cut(text, code, ZONES[code])
        if code == "0":
            if last is not None:
                yield last
                last = None
            statement = _Statement(zones, number)
        elif statement is not None and code == "9":
            yield from statement.flush()
            last = statement.end(zones, number)
            statement, more = None, zones.get("more") == "1"
        elif statement is not None:
            yield from statement.take(code, text, zones, number)
    if statement is not None:
        raise FormatError(BankError.CUT_OFF, line=number)
    if last is None:
        raise FormatError(BankError.NO_STATEMENT)
    if more:
        # A bank may send each statement as a file of its own, and say this of all but the last.
        last = replace(last, findings=(*last.findings, Finding(because(BankFinding.MORE), number)))
    yield last


class _Move:
    """A movement that is open: an entry's own, or a part of it."""

    def __init__(self, text: str, zones: dict[str, str], line: int, currency: str) -> None:
        self.line, self.currency = line, currency
        self.code = zones.get("code", "")
        self.amount = _amount(text[31], text[32:47], "21", currency, line)
        self.structured = text[61] == "1"
        self.zones = zones
        self.behind: dict[str, str] = {}
        self.fields = list(fields("21", zones))
        self.words = [text[slice(*COMMUNICATION["21"])]]
        self.notes: list[tuple[bool, list[str]]] = []
        self.charges: list[Charge] = []
        self.gross: int | None = None
        self.exchange: Exchange | None = None

    def take(self, code: str, text: str, zones: dict[str, str], line: int) -> None:
        """Take a record that belongs to this movement."""
        words = text[slice(*COMMUNICATION[code])]
        self.fields.extend(fields(code, zones))
        if code in ("22", "23"):
            if self.notes or (code == "22" and len(self.words) > 1) or code in self.behind:
                raise FormatError(BankError.RECORD, line=line, value=shorten(text.rstrip()))
            # Where record 22 is left out the text of 23 stands at its place all the same.
            self.words += [" " * 53] * (code == "23" and len(self.words) == 1) + [words]
            self.behind[code] = code
            self.behind |= {f"{code}/{name}": value for name, value in zones.items()}
        elif code == "31":
            self.notes.append((text[39] == "1", [words]))
        elif self.notes:
            self.notes[-1][1].append(words)
        else:
            raise FormatError(BankError.RECORD, line=line, value=shorten(text.rstrip()))

    def said(self) -> Said:
        """Give what the communication says."""
        return movement(self.structured, "".join(self.words).ljust(149), self.line)

    def break_down(self, part: _Move) -> None:
        """Take a part of type 8 or 9: the gross amount, or a charge."""
        exchange = part.said().exchange
        self.exchange = self.exchange or exchange
        category = part.code[5:8]
        if category == _GROSS:
            self.gross = part.amount
        if category in _NO_CHARGE or not category:
            self.fields.extend(part.fields)
        else:
            self.charges.append(Charge(part.amount, self.currency, True, category, tuple(part.fields)))

    @property
    def breaks_down(self) -> bool:
        return self.code[:1] in ("8", "9")

    def reversal(self, said: Said) -> bool:
        """Say whether this takes back an earlier booking."""
        r_type = self.behind.get("22/r_type", "").strip("0") or said.r_type
        return bool(r_type) or self.code[3:5] in _CORRECTIONS

    def detail(self, *, own_fields: bool, amount: int | None) -> Detail:
        """Make the transaction that this movement is."""
        said, get = self.said(), self.behind.get
        notes, party, ultimate_creditor, ultimate_debtor = _notes(self.notes)
        found = Party(
            _name(get("23/name", "").strip(), party.name), _account(get("23/account", "")), get("22/bic", "").strip(),
            party.identifiers, party.address,
        )  # fmt: skip
        counterparty = found if any(found) else None
        incoming = (self.amount >= 0) != self.reversal(said)
        debtor, creditor = (counterparty, None) if incoming else (None, counterparty)
        if said.creditor:
            creditor = (creditor or Party())._replace(identifiers=(said.creditor, *found.identifiers * (not incoming)))
        reference = get("22/customer_reference", "").strip()
        kept = self.fields if own_fields else [one for one in self.fields if not one[0].startswith("21/")]
        return Detail(
            self.gross if self.gross is not None else amount, self.currency,
            end_to_end="" if reference in _NO_REFERENCE else reference, mandate=said.mandate,
            transaction=said.transaction, bank_reference=self.zones.get("bank_reference", "").strip() if own_fields else "",
            debtor=debtor, ultimate_debtor=ultimate_debtor, creditor=creditor, ultimate_creditor=ultimate_creditor,
            text=said.text, structured=said.structured, purpose=get("22/purpose", "").strip(),
            return_code=get("22/reason", "").strip() or said.reason, information=(*said.information, *notes),
            charges=tuple(self.charges), exchange=self.exchange or said.exchange, fields=tuple(kept),
        )  # fmt: skip


class _Statement:
    """One statement: records 0 to 9."""

    def __init__(self, head: dict[str, str], line: int) -> None:
        if head.get("version") != "2" or head.get("application") != "05":
            value = head.get("version", "?") if head.get("application") == "05" else head.get("application", "?")
            raise FormatError(BankError.VERSION, line=line, field="CODA", value=value)
        self.head, self.line = head, line
        self.currency = self.sequence = ""
        self.balances: list[Balance] = []
        self.fields: list[tuple[str, str]] = []
        self.entry: _Move | None = None
        self.parts: list[_Move] = []
        self.last: _Move | None = None
        self.records = self.inside = self.ordinal = 0

    def take(self, code: str, text: str, zones: dict[str, str], line: int) -> Iterator[Part]:
        """Take one record; give what it completes."""
        if code != "4":
            self.records += 1
        closed = len(self.balances) > 1
        if (code == "1") == bool(self.balances) or (closed and code != "4"):
            raise FormatError(BankError.RECORD, line=line, value=shorten(text.rstrip()))
        if code == "1":
            yield self._begin(zones, line)
        elif code == "21" and text[6:10] == "0000":
            yield from self.flush()
            self.sequence, self.inside = text[2:6], 1
            self.entry = self.last = _Move(text, zones, line, self.currency)
        elif code[0] in "23":
            self._inside(code, text, zones, line)
        elif code == "8":
            yield from self.flush()
            self._balance(BalanceKind.CLOSING, "8", zones, line)
        else:
            self.fields.extend(fields("4", zones))
            if len(self.fields) > RECORDS_MAX:
                raise FormatError(BankError.RECORD, line=line, value=f"> {RECORDS_MAX}")

    def _inside(self, code: str, text: str, zones: dict[str, str], line: int) -> None:
        """Take a record of the entry that is open."""
        self.inside += 1
        if self.last is None or text[2:6] != self.sequence or self.inside > RECORDS_MAX:
            raise FormatError(BankError.RECORD, line=line, value=shorten(text.rstrip()))
        if code == "21":
            self.last = _Move(text, zones, line, self.currency)
            self.parts.append(self.last)
        else:
            self.last.take(code, text, zones, line)

    def _begin(self, zones: dict[str, str], line: int) -> Begin:
        structure, whole = zones.get("structure", "0"), zones.get("account", "").ljust(37)
        number, self.currency = whole[:34].strip(), whole[34:]
        bank = self.head.get("bic", "").strip() or self.head.get("bank", "").strip("0")
        if structure == "0":
            number, self.currency = whole[:12].strip(), whole[13:16]
        if not number:
            raise FormatError(BankError.MISSING, line=line, field="1/account")
        balance: dict[str, str] = {name: zones.pop(name) for name in ("sign", "balance", "date") if name in zones}
        self._balance(BalanceKind.OPENING, "1", balance, line)
        account = Account(number, is_iban(number), self.currency, bank, zones.get("holder", "").strip())
        created = _day(self.head.get("creation_date", ""), "0/creation_date", self.line)
        return Begin(
            "coda.2", Told.BOOKED, account, self.head.get("file_reference", "").strip(),
            zones.get("number") or zones.get("paper_number", ""), created_at=created.isoformat() if created else "",
            line=self.line, fields=(*fields("0", self.head), *fields("1", zones)),
        )  # fmt: skip

    def _balance(self, kind: BalanceKind, code: str, zones: dict[str, str], line: int) -> None:
        amount = _amount(zones.get("sign", ""), zones.get("balance", ""), code, self.currency, line)
        on = _day(zones.get("date", ""), f"{code}/date", line)
        self.balances.append(Balance(kind, amount, self.currency, on, fields(code, zones)))

    def flush(self) -> Iterator[Entry]:
        """Give the entry that is open."""
        main = self.entry
        if main is None:
            return
        transactions: list[_Move] = []
        for part in self.parts:
            if part.breaks_down:
                (transactions[-1] if transactions else main).break_down(part)
            else:
                transactions.append(part)
        said, zones = main.said(), main.zones
        self.ordinal += 1
        if transactions:
            details = tuple(one.detail(own_fields=True, amount=one.amount) for one in transactions)
            notes, kept = (*said.text, *said.information, *_notes(main.notes)[0]), tuple(main.fields)
        else:
            details = (main.detail(own_fields=False, amount=None),)
            notes, kept = (), tuple(one for one in main.fields if one[0].startswith("21/"))
        batch = main.behind.get("22/customer_reference", "").strip() if transactions else ""
        yield Entry(
            self.ordinal, main.line, main.amount, self.currency, main.reversal(said),
            booked_on=_day(zones.get("entry_date", ""), "21/entry_date", main.line),
            valued_on=_day(zones.get("value_date", ""), "21/value_date", main.line),
            bank_reference=zones.get("bank_reference", "").strip(), code=main.code,
            batch_reference="" if batch in _NO_REFERENCE else batch, information=notes,
            charges=tuple(main.charges) if transactions else (), details=details, fields=kept,
        )  # fmt: skip
        self.entry = self.last = None
        self.parts = []

    def end(self, zones: dict[str, str], line: int) -> End:
        """End the statement with record 9."""
        if len(self.balances) < 2:
            raise FormatError(BankError.MISSING, line=line, field="record 8" if self.balances else "record 1")
        findings: tuple[Finding, ...] = ()
        told = zones.get("records", "")
        if told.isascii() and told.isdigit() and int(told) != self.records:
            reason = because(BankFinding.RECORDS, told=int(told), counted=self.records)
            findings = (Finding(reason, line),)
        debit, credit = (
            minor(_dotted(zones[name]), self.currency, f"9/{name}", line) if name in zones else None
            for name in ("debit", "credit")
        )
        totals = Totals(debit_minor=debit, credit_minor=credit)
        return End(tuple(self.balances), totals, findings, (*self.fields, *fields("9", zones)))


def _notes(notes: list[tuple[bool, list[str]]]) -> tuple[tuple[str, ...], Party, Party | None, Party | None]:
    """Give the texts of information records, the other party, and the ultimate creditor and debtor."""
    texts: list[str] = []
    party, creditor, debtor = Party(), None, None
    for structured, words in notes:
        told = information(structured, "".join(words))
        texts.extend(told.information)
        party = told.party or party
        creditor, debtor = told.ultimate_creditor or creditor, told.ultimate_debtor or debtor
    return tuple(texts), party, creditor, debtor


def _name(short: str, long: str) -> str:
    """Give a party's name: the longer one where it is the same name."""
    return long if long.startswith(short) else short


def _account(zone: str) -> str:
    found = _BELGIAN.fullmatch(zone)
    return found[1] if found else zone.replace(" ", "")


def _dotted(text: str) -> str:
    return f"{text[:12]}.{text[12:]}"


def _amount(sign: str, text: str, code: str, currency: str, line: int) -> int:
    """Give a signed amount of twelve places and three decimals."""
    if sign not in ("0", "1"):
        raise FormatError(BankError.SIDE, line=line, field=f"{code}/sign", value=sign)
    if len(text) != 15 or not (text.isascii() and text.isdigit()):
        raise FormatError(BankError.AMOUNT, line=line, field=f"{code}/amount", value=shorten(text))
    amount = minor(_dotted(text), currency, f"{code}/amount", line)
    return -amount if sign == "1" else amount


def _day(text: str, field: str, line: int) -> date | None:
    """Give the day of ``DDMMYY``; zeros are none."""
    if not text.strip("0 "):
        return None
    try:
        return compact_day(text[4:] + text[2:4] + text[:2], field, line)
    except FormatError:
        raise FormatError(BankError.DAY, line=line, field=field, value=shorten(text)) from None
