"""MT940 and MT942: fields 61 and 86 in the dialects of real banks. See docs/algorithms/bank-files.md."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from samples import BANK_STATEMENTS

from fairdue.formats.bank.checks import checked
from fairdue.formats.bank.records import (
    Account,
    Detail,
    Entry,
    Exchange,
    Party,
    Statement,
    Status,
    Structured,
    Told,
    statements,
)
from fairdue.formats.errors import FormatError
from fairdue.formats.mt940 import read_mt940

WHOLE = {
    # File: statements in it, each with a field 25.
    "betterplace/sepa_mt9401.sta": 26,
    "betterplace/sepa_snippet.sta": 2,
    "betterplace/with_binary_character.sta": 2,
    "mBank/mt940.sta": 1,
    "mBank/mt942.sta": 1,
    "mBank/with_newline_in_tnr.sta": 1,
}
SNIPPETS = sorted(
    path
    for path in BANK_STATEMENTS.glob("mt940/**/*.sta")
    if f"{path.parent.name}/{path.name}" not in WHOLE and path.name != "mt940.sta"
)


def message(lines: str, *, opening: str = "C261101EUR0,00", closing: str = "62F:C261102EUR100,00") -> bytes:
    return (
        f":20:ST1\r\n:25:10020030/1234567\r\n:28C:5/1\r\n:60F:{opening}\r\n{lines.strip()}\r\n:{closing}\r\n-\r\n"
    ).encode()


def read(data: bytes) -> list[Statement]:
    return list(statements(checked(read_mt940(io.BytesIO(data)))))


def only(lines: str, **values: str) -> Entry:
    (statement,) = read(message(lines, **values))
    (entry,) = statement.entries
    return entry


def detail(field_86: str, mark: str = "C") -> Detail:
    (found,) = only(f":61:2611021102{mark}100,NTRFNONREF//B1\r\n:86:{field_86}").details
    return found


@pytest.mark.parametrize("name", WHOLE)
def test_samples_read_whole_and_their_balances_hold(name: str) -> None:
    path = BANK_STATEMENTS / "mt940" / name
    if not path.exists():
        pytest.skip("no samples here")
    text = path.read_bytes().decode("utf-8", "replace")
    found = read(path.read_bytes())
    assert len(found) == WHOLE[name] == text.count(":25:")
    assert sum(len(one.entries) for one in found) == text.count("\n:61:")
    wrong = [finding.reason.code for one in found for finding in one.end.findings]
    # Two of the samples were shortened by their makers.
    shortened = name.endswith(("sepa_snippet.sta", "with_newline_in_tnr.sta"))
    assert wrong == (["bank_balance_differs"] if shortened else [])


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.name)
def test_snippets_are_no_statements(path: Path) -> None:
    with pytest.raises(FormatError):
        read(path.read_bytes())


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_of_a_file_is_lost(name: str) -> None:
    """Every character that is no line end, tag or separator of subfields stands in some field."""
    path = BANK_STATEMENTS / "mt940" / name
    if not path.exists():
        pytest.skip("no samples here")
    kept: Counter[str] = Counter()
    for one in read(path.read_bytes()):
        records = [one.begin, one.end, *one.entries, *(part for entry in one.entries for part in entry.details)]
        for record in records:
            for _, value in record.fields:
                kept.update(value)
    text = path.read_bytes().decode("utf-8", "replace")
    whole = Counter(text)
    for letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        in_tags = sum(line[: line.find(":", 1)].count(letter) for line in text.splitlines() if line[:1] == ":")
        in_keys = whole[letter] - in_tags - kept[letter]
        # Subfield numbers (?20) are kept as paths, labels of free text (OD:, TYT.:) too.
        assert in_keys >= 0
        if "?" not in text and "TYT.:" not in text:
            assert in_keys == 0, letter


def test_a_line_in_full() -> None:
    entry = only(":61:2612311102RC100,50FMSCKUNDE 1//BANK9\r\nCARD\r\n:86:text", opening="C261101EUR200,50")
    assert (entry.amount_minor, entry.reversal, entry.currency) == (-100_50, True, "EUR")
    assert (entry.valued_on, entry.booked_on) == (date(2026, 12, 31), date(2026, 11, 2))
    assert (entry.reference, entry.bank_reference, entry.code) == ("KUNDE 1", "BANK9", "FMSC")
    assert entry.information == ("CARD",)
    assert entry.fields == (("61", "2612311102RC100,50FMSCKUNDE 1//BANK9"), ("61/9", "CARD"))


@pytest.mark.parametrize(
    ("mark", "sign", "reversal", "status"),
    [
        ("C", 1, False, Status.BOOKED),
        ("D", -1, False, Status.BOOKED),
        ("CR", 1, False, Status.BOOKED),
        ("DR", -1, False, Status.BOOKED),
        ("RC", -1, True, Status.BOOKED),
        ("RD", 1, True, Status.BOOKED),
        ("RDR", 1, True, Status.BOOKED),
        ("EC", 1, False, Status.PENDING),
    ],
)
def test_marks(mark: str, sign: int, reversal: bool, status: Status) -> None:
    entry = only(f":61:261102{mark}7,NTRFNONREF")
    assert (entry.amount_minor, entry.reversal, entry.status) == (sign * 7_00, reversal, status)


@pytest.mark.parametrize(
    ("valued", "booked", "day"),
    [
        ("261231", "0102", date(2027, 1, 2)),
        ("270102", "1231", date(2026, 12, 31)),
        ("240229", "0301", date(2024, 3, 1)),
    ],
)
def test_the_booking_day_takes_the_nearest_year(valued: str, booked: str, day: date) -> None:
    assert only(f":61:{valued}{booked}C1,NTRFNONREF").booked_on == day


def test_german_subfields_whose_keys_are_cut() -> None:
    told = detail(
        "166?00GUTSCHRIFT?109075?20EREF+E2E-1?21MREF+M1?22CRED+DE98ZZZ09999999999?23SVWZ+Rechnung RE-10\r\n"
        "0?240 vom 1.10. SV?25WZ ABWA+Tochter KG?30BYLADEM1001?31DE02120300000000202051?32Kunde GmbH?33und Co KG?34000"
    )
    assert (told.end_to_end, told.mandate) == ("E2E-1", "M1")
    assert told.text == ("Rechnung RE-1000 vom 1.10. SVWZ",)
    assert told.debtor == Party(
        "Kunde GmbH und Co KG", "DE02120300000000202051", "BYLADEM1001", ("DE98ZZZ09999999999",)
    )
    assert told.ultimate_debtor == Party("Tochter KG")
    assert ("86/34", "000") in told.fields


def test_german_subfields_without_keys_stay_apart() -> None:
    told = detail("051?00UEBERWEISUNG?20Rechnung 4711?21und 4712?31123?32MUELLER")
    assert told.text == ("Rechnung 4711", "und 4712")
    assert told.debtor == Party("MUELLER", "123")


def test_a_return_says_why() -> None:
    told = detail("159?00RETOURE?20EREF+E1?21MTLG:Konto erloschen?34902", "D")
    assert (told.return_code, told.return_text, told.end_to_end) == ("902", "Konto erloschen", "E1")


def test_who_is_on_the_other_side_follows_the_money() -> None:
    assert detail("166?32Kunde", "C").debtor == Party("Kunde")
    out = detail("116?32Lieferant", "D")
    assert (out.debtor, out.creditor) == (None, Party("Lieferant"))


@pytest.mark.parametrize(
    ("told", "exchange"),
    [
        ("USD120,50", Exchange(12_050, "USD")), ("JPY1500,00", Exchange(1_500, "JPY")), ("USD1,505", None), ("XYZ1,00", None),
        ("12,00", None), ("", None),
    ],
)  # fmt: skip
def test_the_amount_as_it_was_instructed(told: str, exchange: Exchange | None) -> None:
    assert detail(f"166?00GUTSCHRIFT?20SVWZ+Invoice 7 OAMT+{told}").exchange == exchange


def test_slash_codes() -> None:
    told = detail(
        "/TRTP/SEPA OVERBOEKING/IBAN/NL20INGB0001234567/BIC/INGBNL2A/NAME/Janssen \r\nBV/REMI/Factuur 2026/0815/EREF/E-9"
    )
    assert told.debtor == Party("Janssen BV", "NL20INGB0001234567", "INGBNL2A")
    assert (told.text, told.end_to_end) == (("Factuur 2026/0815",), "E-9")
    told = detail("/EREF/NOTPROVIDED/CNTP/NL20INGB0001234567/INGBNL2A/Janssen BV///REMI/USTD//Factuur 1/")
    assert (told.end_to_end, told.text) == ("", ("Factuur 1",))
    assert told.debtor == Party("Janssen BV", "NL20INGB0001234567", "INGBNL2A")
    told = detail("/REMI/STRD/CUR/1234567890123456/")
    assert told.structured == (Structured("1234567890123456", "CUR"),)


def test_labels_in_free_text() -> None:
    told = detail(
        "SEPA OVERBOEKING IBAN: NL20INGB0001234567 \r\nBIC: INGBNL2A NAAM: Janssen BV OMSCHRIJVING: Factuur 12"
    )
    assert told.debtor == Party("Janssen BV", "NL20INGB0001234567", "INGBNL2A")
    assert told.text == ("Factuur 12",)
    lone = detail("Bitte OD: beachten\r\nzweite Zeile")
    assert (lone.debtor, lone.text) == (None, ("Bitte OD: beachten", "zweite Zeile"))


def test_intraday_is_told_apart() -> None:
    data = (
        b":20:X\n:25:PL29114010810000267002001002\n:28C:1/1\n:34F:PLN0\n:13D:1701191815+0100\n"
        b":61:1701190119CN0,01NTRFNONREF//MB1\n:86:text\n:90D:0PLN0,00\n:90C:2PLN0,01\n-\x03"
    )
    (statement,) = read(data)
    assert (statement.begin.format, statement.begin.told) == ("mt942", Told.INTRADAY)
    assert statement.begin.account == Account("PL29114010810000267002001002", True, "PLN")
    assert statement.entries[0].status == Status.PENDING
    assert [finding.reason.code for finding in statement.end.findings] == ["bank_count_differs"]


def test_several_messages_in_swift_blocks() -> None:
    one = message(":61:261102C100,NTRFNONREF").decode().removesuffix("-\r\n")
    data = "".join(f"{{1:F01BANKDEFFAXXX0000000000}}{{2:I940X}}{{4:\r\n{one}-}}\r\n" for _ in range(2)).encode()
    found = read(data)
    assert [len(statement.entries) for statement in found] == [1, 1]
    assert found[0].begin.account == Account("1234567", False, "EUR", "10020030")
    assert (found[0].begin.number, found[0].begin.page) == ("5", "1")


def test_western_code_page() -> None:
    data = message(":61:261102C100,NTRFNONREF\r\n:86:Müller & Söhne").decode().encode("cp1252")
    assert read(data)[0].entries[0].details[0].text == ("Müller & Söhne",)


REFUSED = {
    "nothing": (b"", "holds no statement"),
    "no account": (b":20:X\r\n:61:261102C1,NTRFNONREF\r\n", ":25: is missing"),
    "no opening": (b":20:X\r\n:25:1\r\n:61:261102C1,NTRFNONREF\r\n", ":60F: is missing"),
    "cut off": (message(":61:261102C1,NTRFNONREF").partition(b":62F")[0], "ends in the middle"),
    "no amount": (message(":61:261102CXNTRF"), "cannot stand here"),
    "a point": (message(":61:261102C1.50NTRF", closing="62F:C261102EUR1.5x"), "no amount"),
    "half a cent": (message(":61:261102C1,505NTRF"), "more decimals than EUR"),
    "no such day": (message(":61:261131C1,NTRF"), "no day: 261131"),
    "no such booking day": (message(":61:2611021399C1,NTRF"), "no day: 1399"),
    "no such currency": (message("", opening="C261101EUX0,"), "no currency: EUX"),
    "a head in the middle": (message(":61:261102C1,NTRF\r\n:25:99"), "cannot stand here"),
    "an unknown field": (message(":99Z:x"), "cannot stand here"),
    "a line without end": (b":20:" + b"x" * 5000, "cannot stand here"),
    "a field without end": (message(":61:261102C1,NTRF\r\n:86:a" + "\r\nb" * 300), "cannot stand here"),
    "NUL": (message(":61:261102C1,NTRF\r\n:86:a\x00b"), "NUL cannot stand here"),
    "something else": (b"hello\n" * 30, "cannot stand here"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why(case: str) -> None:
    data, why = REFUSED[case]
    with pytest.raises(FormatError, match=why):
        read(data)
