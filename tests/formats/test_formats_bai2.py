"""BAI2: records, continuations, funds, controls. See docs/algorithms/bank-files.md, rules 36 to 39."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import bank_files
import pytest
from samples import BANK_STATEMENTS

from fairdue.formats.bai2 import read_bai2
from fairdue.formats.bank.checks import checked
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Entry,
    Party,
    Statement,
    Status,
    Told,
    statements,
)
from fairdue.formats.errors import FormatError

SAMPLES = sorted(BANK_STATEMENTS.glob("bai2/moov/testdata/*.txt"))
AGREE = {"sample1.txt", "sample2.txt", "sample3.txt"}
"""Samples whose controls are right; those of the two others were not mended when their makers shortened them."""


def read(data: bytes) -> list[Statement]:
    return list(statements(checked(read_bai2(io.BytesIO(data)))))


def file(*lines: str, account: str = "03,77,EUR,010,0,,,015,500,,/", group: str = "02,A,B,1,261102,,EUR,2/") -> bytes:
    text = "\n".join(["01,B,A,261102,0600,1,,,2/", group, account, *lines])
    return f"{text}\n49,,/\n98,,,/\n99,,,/\n".encode()


def only(*lines: str, **more: str) -> Entry:
    (statement,) = read(file(*lines, **more))
    (entry,) = statement.entries
    return entry


def codes(statement: Statement) -> list[str]:
    return [finding.reason.code for finding in statement.end.findings]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples(path: Path) -> None:
    data = path.read_bytes()
    found = read(data)
    text = data.decode()
    assert len(found) == len(re.findall(r"(?:^|/\s+)03,", text, re.MULTILINE))
    assert sum(len(one.entries) for one in found) == len(re.findall(r"(?:^|/\s+)16,", text, re.MULTILINE))
    assert any("bank_control_differs" in codes(one) for one in found) == (path.name not in AGREE)
    kept = " ".join(
        value
        for one in found
        for record in (one.begin, one.end, *one.entries, *(part for entry in one.entries for part in entry.details))
        for _, value in record.fields
    )
    record_codes = {"01", "02", "03", "16", "49", "88", "98", "99"}
    assert set(re.findall(r"[\w.:-]+", text)) <= set(re.findall(r"[\w.:-]+", kept)) | record_codes


def test_samples_are_there() -> None:
    if not BANK_STATEMENTS.exists():
        pytest.skip("no samples here")
    assert len(SAMPLES) == 5


def test_a_made_file_agrees_with_its_controls() -> None:
    data = b"".join(bank_files.bai2(3))
    (statement,) = read(data)
    assert codes(statement) == []
    assert [one.amount_minor for one in statement.entries] == [100_00, 100_01, 100_02]
    wrong = data.replace(b"16,195,10001,", b"16,195,10003,")
    assert codes(read(wrong)[0]) == [*["bank_control_differs"] * 3, "bank_balance_differs", "bank_total_differs"]
    short = data.replace(b"88,Kunde 1 GmbH/\r\n", b"")
    assert codes(read(short)[0]) == ["bank_control_differs"] * 3


def test_a_transaction_in_full() -> None:
    told = only("16,475,500,V,261103,0900,BR1,4711,first line, with comma", "88,second / line/")
    assert (told.amount_minor, told.currency, told.code) == (-5_00, "EUR", "475")
    assert (told.booked_on, told.valued_on) == (date(2026, 11, 2), date(2026, 11, 3))
    assert (told.bank_reference, told.reference) == ("BR1", "4711")
    assert told.details[0].text == ("first line, with comma", "second / line")
    assert told.details[0].cheque == "4711"


@pytest.mark.parametrize(
    ("funds", "rest"), [("", ""), ("Z", ""), ("S", ",1,2,3"), ("D", ",2,0,300,1,200"), ("V", ",261103,"), ("D", ",")]
)
def test_funds_types_bring_their_values(funds: str, rest: str) -> None:
    told = only(f"16,195,500,{funds}{rest},BR1,C1,text/")
    assert (told.bank_reference, told.reference, told.details[0].text) == ("BR1", "C1", ("text",))


def test_values_may_go_on_in_a_continuation() -> None:
    told = only("16,195,500,S,1/", "88,2,3,BR1/", "88,C1,text/")
    assert (told.bank_reference, told.reference, told.details[0].text) == ("BR1", "C1", ("text",))


@pytest.mark.parametrize(
    ("code", "amount", "status"),
    [("195", 5_00, Status.BOOKED), ("925", 5_00, Status.BOOKED), ("495", -5_00, Status.BOOKED), ("965", -5_00, Status.BOOKED),
     ("721", 5_00, Status.INFORMATION), ("890", 5_00, Status.INFORMATION)],
)  # fmt: skip
def test_type_codes(code: str, amount: int, status: Status) -> None:
    told = only(f"16,{code},500,,B,C,t/")
    assert (told.amount_minor, told.status) == (amount, status)


def test_the_account_and_its_balances() -> None:
    (statement,) = read(file("16,195,500,,B,C,t/", account="03,77,,010,0,,,015,+500,,,040,-7,,/"))
    assert (statement.begin.account, statement.begin.told) == (Account("77", False, "EUR", "B"), Told.BOOKED)
    assert [one._replace(fields=()) for one in statement.end.balances] == [
        Balance(BalanceKind.OPENING, 0, "EUR", date(2026, 11, 2)),
        Balance(BalanceKind.CLOSING, 5_00, "EUR", date(2026, 11, 2)),
        Balance(BalanceKind.OPENING_AVAILABLE, -7, "EUR", date(2026, 11, 2)),
    ]
    assert codes(statement) == []


def test_an_interim_group_is_intraday_and_the_dollar_is_the_default() -> None:
    (statement,) = read(file("16,195,500,,B,C,t/", account="03,77,,010,0,,/", group="02,A,B,1,261102,,,3/"))
    assert (statement.begin.told, statement.begin.account.currency) == (Told.INTRADAY, "USD")
    assert statement.entries[0].status == Status.PENDING


def test_several_records_on_a_line() -> None:
    (statement,) = read(file("16,195,200,,B,C,a/ 16,195,300,,B,C,b/x /"))
    assert [one.details[0].text for one in statement.entries] == [("a",), ("b/x",)]


REFUSED = {
    "nothing": (b"", "holds no statement"),
    "no file record": (b"02,A,B,1,261102,,EUR,2/\n", "01 is missing"),
    "no group": (b"01,B,A,261102,0600,1,,,2/\n03,77,EUR/\n", "02 is missing"),
    "cut off in an account": (file("16,195,500,,B,C,t/").partition(b"49,")[0], "middle of a statement"),
    "cut off behind it": (file("16,195,500,,B,C,t/").partition(b"99,")[0], "middle of a statement"),
    "an account in an account": (file("03,78,EUR/"), "49 is missing"),
    "a transaction in no account": (b"01,B,A,261102,,1,,,2/\n02,A,B,1,261102,,EUR,2/\n16,195,1,,,,/\n", "cannot stand"),
    "no record": (b"hello/\n", "cannot stand"),
    "letters in an amount": (file("16,195,5x,,B,C,t/"), "no amount: 5x"),
    "no amount": (file("16,195,,,B,C,t/"), "16/2 is missing"),
    "no such day": (file(group="02,A,B,1,261131,,EUR,2/"), "no day: 261131"),
    "no such currency": (file(account="03,77,EUX/"), "no currency: EUX"),
    "no such funds": (file("16,195,5,Q,B,C,t/"), "cannot stand"),
    "a line without end": (b"01," + b"x" * 70_000, "cannot stand"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why(case: str) -> None:
    data, why = REFUSED[case]
    with pytest.raises(FormatError, match=why):
        read(data)


def test_counts_longer_than_any_file_count_nothing() -> None:
    endless = "9" * 5000
    (statement,) = read(file(account=f"03,77,EUR,010,0,,,015,500,,,100,500,{endless},/"))
    assert len(statement.end.balances) == 2
    with pytest.raises(FormatError):
        read(file(f"16,195,500,D,{endless},/"))


def test_the_other_side_in_lines_of_its_own() -> None:
    (detail,) = only("16,195,500,Z,B1,C1,RE-1, RE-2", "88,ORIG:Oak Inc", "88,ACCT:DE02 1203 0000", "88,ref: 7").details
    assert detail.debtor == Party("Oak Inc", "DE0212030000")
    assert detail.text == ("RE-1, RE-2", "ref: 7")
    assert ("88", "ORIG:Oak Inc") in detail.fields
    (out,) = only("16,475,500,Z,B1,C1,paid", "88,BENE:Elm Ltd", "88,BENE:Ash Ltd").details
    assert (out.debtor, out.creditor, out.text) == (None, Party("Elm Ltd"), ("paid", "BENE:Ash Ltd"))
