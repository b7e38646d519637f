"""OFX statements as records. Element names are those of OFX 1.0.2 to 2.3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from fairdue.formats.bank.reasons import BankError
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
    Part,
    Party,
    Status,
    Told,
)
from fairdue.formats.bank.values import compact_day, is_iban, minor
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.ofx.elements import BYTES_MAX, Element, elements

STATEMENTS = {"STMTTRNRS": "STMTRS", "CCSTMTTRNRS": "CCSTMTRS"}
"""Answers that hold a statement of an account, or of a credit card."""
_AMOUNT = re.compile(r"([+-]?)\s*([\d.,' ]*\d)")
_BALANCES = {"LEDGERBAL": BalanceKind.CLOSING, "AVAILBAL": BalanceKind.CLOSING_AVAILABLE}


def read_ofx(stream: BinaryIO) -> Iterator[Part]:
    """Give the statements of an OFX or QFX file.

    The whole file is read into memory, at most 64 MB. Raises FormatError with the line where it is refused; what was given
    until then must be thrown away.
    """
    root, header = elements(stream.read(BYTES_MAX + 1))
    version = header.get("VERSION", "")
    signon = next((kid for kid in root.kids if kid.name == "SIGNONMSGSRSV1"), None)
    said = (*header.items(), *(signon.leaves("SIGNONMSGSRSV1") if signon else ()))
    several = 0
    for message in root.kids:
        for answer in message.kids:
            statement = answer.child(STATEMENTS[answer.name]) if answer.name in STATEMENTS else None
            if statement is not None:
                several += 1
                around = tuple(
                    one for kid in answer.kids if kid is not statement for one in _leaves_of(kid, answer.name)
                )
                yield from _statement(statement, f"ofx {version}".strip(), (*said, *around))
    if not several:
        raise FormatError(BankError.NO_STATEMENT, line=root.line)


def _leaves_of(element: Element, path: str) -> Iterator[tuple[str, str]]:
    here = f"{path}/{element.name}"
    if element.text:
        yield here, element.text
    yield from element.leaves(here)


def _statement(statement: Element, name: str, said: Fields) -> Iterator[Part]:
    lists = [kid for kid in statement.kids if kid.name == "BANKTRANLIST"]
    rows = [row for one in lists for row in one.kids if row.name == "STMTTRN"]
    currency = statement.leaf("CURDEF").upper() or _common_currency(rows)
    if not currency:
        raise FormatError(BankError.MISSING, line=statement.line, field="CURDEF")
    account = statement.child("BANKACCTFROM") or statement.child("CCACCTFROM")
    if account is None or not account.leaf("ACCTID"):
        raise FormatError(BankError.MISSING, line=statement.line, field="ACCTID")
    number = account.leaf("ACCTID").replace(" ", "")
    before: list[tuple[str, str]] = []
    after: list[tuple[str, str]] = []
    balances = []
    for kid in statement.kids:
        if kid.name in _BALANCES and kid.leaf("BALAMT"):
            balances.append(_balance(kid, currency))
        elif kid in lists:
            before += [one for inner in kid.kids if inner.name != "STMTTRN" for one in _leaves_of(inner, kid.name)]
        else:
            (after if lists and kid.line > lists[0].line else before).extend(_leaves_of(kid, statement.name))
    yield Begin(
        name, Told.BOOKED, Account(number, is_iban(number), currency, account.leaf("BANKID").strip()),
        from_on=_day_or_none(lists, "DTSTART"), to_on=_day_or_none(lists[::-1], "DTEND"), line=statement.line,
        fields=(*said, *before),
    )  # fmt: skip
    for ordinal, row in enumerate(rows, start=1):
        yield _entry(row, ordinal, currency)
    yield End(tuple(balances), fields=tuple(after))


def _common_currency(rows: list[Element]) -> str:
    """Give the currency that every entry names, where the statement itself names none."""
    named = {own.leaf("CURSYM").upper() if (own := row.child("CURRENCY")) else "" for row in rows}
    return named.pop() if len(named) == 1 else ""


def _day_or_none(lists: list[Element], name: str) -> date | None:
    """Give a day of the list's own span; some banks write it in an order of their own, and nothing depends on it."""
    text = lists[0].leaf(name) if lists else ""
    try:
        return compact_day(text[:8], name, 0) if text else None
    except FormatError:
        return None


def _balance(element: Element, currency: str) -> Balance:
    text = element.leaf("DTASOF")
    empty = not text.strip("0")
    on = None if empty else compact_day(text[:8], f"{element.name}/DTASOF", element.line)
    amount = _amount(element.leaf("BALAMT"), currency, f"{element.name}/BALAMT", element.line)
    return Balance(_BALANCES[element.name], amount, currency, on, tuple(element.leaves(element.name)))


def _amount(text: str, currency: str, field: str, line: int) -> int:
    """Read ``-12.34``, ``+ 12,34`` or ``1.234,56``: of two marks the last is the decimal one; one alone always is (OFX 3.2.9)."""
    found = _AMOUNT.fullmatch(text.strip())
    if not text:
        raise FormatError(BankError.MISSING, line=line, field=field)
    if found is None:
        raise FormatError(BankError.AMOUNT, line=line, field=field, value=shorten(text))
    digits = found[2].replace(" ", "").replace("'", "")
    mark = max(".,", key=digits.rfind)
    digits = digits.replace("," if mark == "." else ".", "")
    amount = minor(digits, currency, field, line, mark)
    return -amount if found[1] == "-" else amount


def _entry(row: Element, ordinal: int, currency: str) -> Entry:
    own = row.child("CURRENCY")
    origin = row.child("ORIGCURRENCY")
    if own is not None and own.leaf("CURSYM"):
        currency = own.leaf("CURSYM").upper()
    amount = _amount(row.leaf("TRNAMT"), currency, "TRNAMT", row.line)
    posted = row.leaf("DTPOSTED")
    if not posted:
        raise FormatError(BankError.MISSING, line=row.line, field="DTPOSTED")
    available = row.leaf("DTAVAIL")
    payee = row.child("PAYEE")
    name = row.leaf("NAME") or row.leaf("EXTDNAME") or (payee.leaf("NAME") if payee is not None else "")
    account = row.child("BANKACCTTO") or row.child("CCACCTTO")
    address = tuple(
        value
        for path, value in (payee.leaves() if payee is not None else ())
        if path.startswith(("ADDR", "CITY", "POSTAL"))
    )
    party = Party(
        name, account.leaf("ACCTID").replace(" ", "") if account is not None else "",
        account.leaf("BANKID") if account is not None else "", (), address,
        payee.leaf("COUNTRY") if payee is not None else "",
    )  # fmt: skip
    memo = row.leaf("MEMO")
    incoming = amount >= 0
    told = party if name or party.account else None
    exchange = Exchange(None, origin.leaf("CURSYM"), origin.leaf("CURRATE")) if origin is not None else None
    detail = Detail(
        None, currency, cheque=row.leaf("CHECKNUM") or row.leaf("CHKNUM"), debtor=told if incoming else None,
        creditor=None if incoming else told, text=(memo,) if memo else (),
    )  # fmt: skip
    return Entry(
        ordinal, row.line, amount, currency, row.leaf("CORRECTACTION").upper() == "DELETE", Status.BOOKED,
        compact_day(posted[:8], "DTPOSTED", row.line),
        compact_day(available[:8], "DTAVAIL", row.line) if available.strip("0") else None, row.leaf("FITID"),
        row.leaf("REFNUM"), row.leaf("TRNTYPE").upper(), row.leaf("SIC"), exchange=exchange, details=(detail,),
        fields=tuple(row.leaves()),
    )  # fmt: skip
