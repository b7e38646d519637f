"""OFX 1 and 2, as banks really write them. See docs/algorithms/bank-files.md, rules 32 to 35."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest
from samples import BANK_STATEMENTS

from fairdue.formats.bank.checks import checked
from fairdue.formats.bank.records import Account, Balance, BalanceKind, Entry, Party, Statement, statements
from fairdue.formats.errors import FormatError
from fairdue.formats.ofx import read_ofx

HEAD = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"
SAMPLES = sorted(path for path in BANK_STATEMENTS.glob("**/*.[oq]fx") if "csb43" not in path.parts)
NO_STATEMENT = {
    "account_listing_aggregation.ofx", "error_message.ofx", "fidelity-savings.ofx", "fidelity.ofx", "investment_401k.ofx",
    "investment_medium.ofx", "signon_fail.ofx", "signon_success.ofx", "signon_success_no_message.ofx", "td_ameritrade.ofx",
    "tiaacref.ofx", "vanguard.ofx", "vanguard401k.ofx",
}  # fmt: skip
BROKEN = {
    "bank_small.ofx": "middle of a statement",
    "date_missing.ofx": "DTPOSTED is missing",
    "decimal_error.ofx": r"no amount: \$120",
    "empty-tags-curdef-fitid-name.ofx": "CURDEF is missing",
    "test_ofx_wrong.ofx": "CURDEF is missing",
}


def read(data: bytes) -> list[Statement]:
    return list(statements(checked(read_ofx(io.BytesIO(data)))))


def sgml(entry: str = "", *, currency: str = "EUR", head: str = HEAD, more: str = "") -> bytes:
    return (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>{currency}<BANKACCTFROM><BANKID>100<ACCTID>77"
        f"</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261102{entry}</BANKTRANLIST>{more}</STMTRS></STMTTRNRS>"
        "</BANKMSGSRSV1></OFX>"
    ).encode()


def entry(amount: str = "12.34", more: str = "<FITID>F1", posted: str = "20261102") -> str:
    return f"\n<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{posted}<TRNAMT>{amount}{more}</STMTTRN>"


def only(told: str) -> Entry:
    (statement,) = read(sgml(told))
    (found,) = statement.entries
    return found


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_samples(path: Path) -> None:
    data = path.read_bytes()
    if path.name in NO_STATEMENT or path.name in BROKEN:
        with pytest.raises(FormatError, match=BROKEN.get(path.name, "holds no statement")):
            read(data)
        return
    found = read(data)
    assert sum(len(one.entries) for one in found) == len(re.findall(rb"<STMTTRN>", data, re.IGNORECASE))
    kept = {
        value
        for one in found
        for record in (one.begin, one.end, *one.end.balances, *one.entries)
        for _, value in record.fields
    }
    text = data.decode("utf-8", "replace") if b"\xa6" not in data else data.decode("cp1252")
    told = {value.strip() for value in re.findall(r">([^<>]+)", text) if value.strip()}
    unread = {value for value in told if "&" not in value and "\ufffd" not in value} - kept
    assert not unread


def test_samples_are_there() -> None:
    if not BANK_STATEMENTS.exists():
        pytest.skip("no samples here")
    assert len(SAMPLES) == 46


def test_a_line_in_full() -> None:
    told = only(
        entry(
            "-1.234,50",
            "<FITID>F1<CHECKNUM>88<REFNUM>R9<NAME>Kunde &amp; Co<BANKACCTTO><BANKID>B<ACCTID>9 9</BANKACCTTO><MEMO>Rechnung 7"
            "<DTAVAIL>20261103",
            "20261102120000.000[-5:EST]",
        )
    )
    assert (told.amount_minor, told.currency, told.code) == (-1_234_50, "EUR", "CREDIT")
    assert (told.booked_on, told.valued_on) == (date(2026, 11, 2), date(2026, 11, 3))
    assert (told.bank_reference, told.reference) == ("F1", "R9")
    (detail,) = told.details
    assert (detail.cheque, detail.text, detail.creditor) == ("88", ("Rechnung 7",), Party("Kunde & Co", "99", "B"))
    assert ("BANKACCTTO/ACCTID", "9 9") in told.fields


def test_sgml_and_xml_give_the_same() -> None:
    xml = (
        b"<?xml version='1.0'?><?OFX OFXHEADER='200' VERSION='211'?><OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1</TRNUID><STMTRS>"
        b"<CURDEF>EUR</CURDEF><BANKACCTFROM><BANKID>100</BANKID><ACCTID>77</ACCTID></BANKACCTFROM><BANKTRANLIST>"
        b"<DTSTART>20261101</DTSTART><DTEND>20261102</DTEND>\n<STMTTRN><TRNTYPE>CREDIT</TRNTYPE><DTPOSTED>20261102</DTPOSTED>"
        b"<TRNAMT>12.34</TRNAMT><FITID>F1</FITID><MEMO></MEMO><NAME/></STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS>"
        b"</BANKMSGSRSV1></OFX>"
    )
    (one,), (two,) = read(sgml(entry())), read(xml)
    assert (one.begin.format, two.begin.format) == ("ofx 102", "ofx 211")
    assert one.begin.account == two.begin.account == Account("77", False, "EUR", "100")
    assert (two.begin.from_on, two.begin.to_on) == (date(2026, 11, 1), date(2026, 11, 2))
    assert one.entries[0]._replace(line=0) == two.entries[0]._replace(line=0)


@pytest.mark.parametrize(
    ("written", "amount"),
    [("+ 12.34", 12_34), ("12,3", 12_30), ("-0.10", -10), ("1,234.50", 1_234_50), ("7", 7_00), ("5.000", 5_00)],
)
def test_amounts(written: str, amount: int) -> None:
    assert only(entry(written)).amount_minor == amount


def test_an_empty_tag_takes_nothing_of_the_next() -> None:
    told = only(entry(more="<FITID>F1<NAME><MEMO>Text"))
    assert told.details[0].text == ("Text",)
    assert told.details[0].debtor is None


def test_balances() -> None:
    more = "<LEDGERBAL><BALAMT>90.00<DTASOF>00000000</LEDGERBAL><AVAILBAL><BALAMT>80<DTASOF>20261102</AVAILBAL>"
    (statement,) = read(sgml(entry(), more=more))
    assert [one._replace(fields=()) for one in statement.end.balances] == [
        Balance(BalanceKind.CLOSING, 90_00, "EUR"),
        Balance(BalanceKind.CLOSING_AVAILABLE, 80_00, "EUR", date(2026, 11, 2)),
    ]
    assert [finding.reason.code for finding in statement.end.findings] == ["bank_no_balance"]


def test_the_currency_of_every_entry_stands_in_for_an_empty_one() -> None:
    told = entry(more="<CURRENCY><CURRATE>1.0<CURSYM>aud</CURRENCY>")
    (statement,) = read(sgml(told, currency=""))
    assert (statement.begin.account.currency, statement.entries[0].currency) == ("AUD", "AUD")


def test_encodings() -> None:
    for encoding in ("utf-8", "cp1252", "utf-16"):
        data = sgml(entry(more="<FITID>1<NAME>Müller")).decode().encode(encoding)
        assert read(data)[0].entries[0].details[0].debtor == Party("Müller")


REFUSED = {
    "nothing": (b"", "<OFX> is missing"),
    "document type": (b"<!DOCTYPE OFX [<!ENTITY a 'b'>]><OFX></OFX>", "document type"),
    "cut off": (sgml(entry()).partition(b"</BANKTRANLIST>")[0], "middle of a statement"),
    "nested without end": (b"<OFX>" + b"<A>" * 50 + b"</A>" * 50 + b"</OFX>", "nested more"),
    "letters in an amount": (sgml(entry("1e3")), "no amount: 1e3"),
    "half a cent": (sgml(entry("1.505")), "more decimals"),
    "no such day": (sgml(entry(posted="20261131")), "no day: 20261131"),
    "no such currency": (sgml(entry(), currency="EUX"), "no currency: EUX"),
    "NUL": (sgml(entry("\x00")), "NUL"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why(case: str) -> None:
    data, why = REFUSED[case]
    with pytest.raises(FormatError, match=why) as refused:
        read(data)
    assert refused.value.line >= 1
