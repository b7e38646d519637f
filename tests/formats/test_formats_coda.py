"""CODA: nothing of a file is lost, batches and their parts, references, what is refused. See docs/algorithms/bank-files.md."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import bank_files
import pytest
from samples import BANK_STATEMENTS

from fairdue.formats.bank.checks import checked
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Charge,
    Detail,
    Entry,
    Exchange,
    Party,
    Statement,
    Structured,
    Told,
    statements,
)
from fairdue.formats.coda import read_coda
from fairdue.formats.errors import FormatError

FOLDER = BANK_STATEMENTS / "coda" / "pycoda" / "coda" / "tests"
WHOLE = {
    # File: entries of each statement, and what is said about it. Bank extracts often say that another one follows.
    "Coda_foreign_account.txt": ([2], []),
    "Coda_v2_3_faulty_globalisation.txt": ([11], ["bank_more_follows"]),
    "Coda_v2_3_faulty_globalisation_2.txt": ([2], []),
    "Coda_v2_3_globalisation.txt": ([4], ["bank_more_follows"]),
    # Its maker took four lines out.
    "Coda_v2_3_globalisation_2.txt": ([4], ["bank_records_differ", "bank_more_follows"]),
    "Coda_v2_3_multi_statements.txt": ([17, 11], ["bank_more_follows"]),
    "Coda_v2_3_single_statement.txt": ([17], ["bank_more_follows"]),
}
STARTS = {
    # Where the zones of each record begin, from the standard's tables, places counted from 1.
    "0": (2, 6, 12, 15, 17, 18, 25, 35, 61, 72, 83, 84, 89, 105, 121, 128),
    "1": (2, 3, 6, 43, 44, 59, 65, 91, 126),
    "21": (3, 7, 11, 32, 33, 48, 54, 62, 63, 116, 122, 125, 126, 127, 128),
    "22": (3, 7, 11, 64, 99, 110, 113, 114, 118, 122, 126, 127, 128),
    "23": (3, 7, 11, 45, 48, 83, 126, 127, 128),
    "31": (3, 7, 11, 32, 40, 41, 114, 126, 127, 128),
    "32": (3, 7, 11, 116, 126, 127, 128),
    "33": (3, 7, 11, 101, 126, 127, 128),
    "4": (2, 3, 7, 11, 33, 113, 128),
    "8": (2, 5, 42, 43, 58, 64, 128),
    "9": (2, 17, 23, 38, 53, 128),
}


def record(code: str, *at: tuple[int, str]) -> str:
    """Make a record: texts at their places, counted from 1."""
    row = list(code.ljust(128))
    for place, text in at:
        row[place - 1 : place - 1 + len(text)] = text
    assert len(row) == 128
    return "".join(row) + "\r\n"


HEAD = record("0", (2, "0000"), (6, "031126"), (12, "300"), (15, "05"), (25, "F7"), (35, "ACME"), (61, "KREDBEBB"),
              (128, "2"))  # fmt: skip


def movement(
    amount: str = "100000", sign: str = "0", code: str = "00150000", text: str = "", *, number: int = 1, part: int = 0
) -> str:
    return record("21", (3, f"{number:04d}{part:04d}"), (11, f"B{number}"), (32, sign + amount.rjust(15, "0")),
                  (48, "021126"), (54, code), (62, text or "0"), (116, "031126"), (122, "2010"), (126, "000"))  # fmt: skip


def more(code: str, *at: tuple[int, str], number: int = 1, part: int = 0) -> str:
    return record(code, (3, f"{number:04d}{part:04d}"), *at)


def file(
    *records: str, closing: str = "0000000000100000", debit: int = 0, credit: int = 100000, head: str = HEAD
) -> bytes:
    rows = [
        record("1", (2, "2"), (3, "201"), (6, "BE68539007547034"), (40, "EUR"), (43, "0000000000000000"), (59, "021126"),
               (65, "ACME NV"), (91, "zicht"), (126, "007")),
        *records,
        record("8", (2, "201"), (5, "BE68539007547034"), (39, "EUR"), (42, closing), (58, "031126"), (128, "0")),
    ]  # fmt: skip
    last = record("9", (17, f"{len(rows):06d}{debit:015d}{credit:015d}"), (128, "2"))
    return (head + "".join(rows) + last).encode("cp1252")


def read(data: bytes) -> list[Statement]:
    return list(statements(checked(read_coda(io.BytesIO(data)))))


def only(*records: str, **values: str | int) -> Entry:
    (statement,) = read(file(*records, **values))  # type: ignore[arg-type]
    (entry,) = statement.entries
    return entry


def detail(*records: str) -> Detail:
    (found,) = only(*records).details
    return found


def found_in(statement: Statement) -> list[str]:
    return [finding.reason.code for finding in statement.end.findings]


def kept(statement: Statement) -> Counter[str]:
    """Every value that the records keep, each once."""
    records = [statement.begin, statement.end, *statement.end.balances, *statement.entries]
    for one in statement.entries:
        records += [*one.charges, *one.details]
        for part in one.details:
            records += [*part.charges, *part.structured]
    values: Counter[str] = Counter()
    for found in records:
        values.update(f"{path.partition('/')[0]} {value.strip()}" for path, value in found.fields)
    return values


def zones(data: bytes) -> Counter[str]:
    """Every zone of a file that is not empty, cut by the table above."""
    values: Counter[str] = Counter()
    for row in data.decode("ascii").splitlines():
        code = row[:2] if row[0] in "23" else row[0]
        places = [*STARTS[code], 129]
        texts = [row[start - 1 : end - 1].strip() for start, end in pairwise(places)]
        values.update(f"{code} {text}" for text in texts if text)
    return values


@pytest.mark.parametrize("name", WHOLE)
def test_samples_read_whole_and_nothing_is_lost(name: str) -> None:
    path: Path = FOLDER / name
    if not path.exists():
        pytest.skip("no samples here")
    found = read(path.read_bytes())
    entries, findings = WHOLE[name]
    assert [len(one.entries) for one in found] == entries
    # Opening and closing balance and the turnovers of record 9 agree with the entries, or a finding would say so.
    assert [code for one in found for code in found_in(one)] == findings
    together: Counter[str] = Counter()
    for one in found:
        together.update(kept(one))
    assert together == zones(path.read_bytes())


def test_every_zone_of_every_record_is_kept() -> None:
    """A file with a letter at every place that no rule reads loses none of them."""
    filled = [
        more("22", (11, "c" * 53 + "r" * 35 + "b" * 11 + "fff1RRRRCCCCPPPP1x1")),
        more("23", (11, "a" * 34 + "EUR" + "n" * 35 + "t" * 43 + "0x1")),
        more("31", (11, "i" * 21 + "00150000" + "0" + "m" * 73 + "f" * 12 + "1x1"), part=1),
        more("32", (11, "u" * 105 + "f" * 10 + "1x1"), part=1),
        more("33", (11, "v" * 90 + "f" * 25 + "0x0"), part=1),
    ]
    data = file(movement(text="0" + "z" * 53), *filled)
    (statement,) = read(data)
    assert kept(statement) == zones(data)
    free = record("4", (3, "00010000"), (33, "hello"), (128, "0"))
    data = data.replace(b"\r\n9 ", b"\r\n" + free.encode() + b"9 ")
    (statement,) = read(data)
    assert kept(statement) == zones(data)
    assert ("4/text", "hello") in statement.end.fields


def test_a_statement_in_full() -> None:
    (statement,) = read(file(movement()))
    begin = statement.begin
    assert begin.account == Account("BE68539007547034", True, "EUR", "KREDBEBB", "ACME NV")
    assert (begin.format, begin.told, begin.number, begin.identification) == ("coda.2", Told.BOOKED, "007", "F7")
    assert (begin.created_at, begin.line) == ("2026-11-03", 1)
    assert [one._replace(fields=()) for one in statement.end.balances] == [
        Balance(BalanceKind.OPENING, 0, "EUR", date(2026, 11, 2)),
        Balance(BalanceKind.CLOSING, 100_00, "EUR", date(2026, 11, 3)),
    ]
    assert found_in(statement) == []


def test_an_entry_in_full() -> None:
    found = only(
        movement(text="0RE 10"),
        more("22", (11, "0815 danke"), (64, "E2E-1"), (99, "BYLADEM1001"), (122, "SUPP")),
        more("23", (11, "DE02120300000000202051"), (45, "EUR"), (48, "Kunde"), (83, " Ende")),
        more("31", (32, "00150000"), (40, "1001Kunde und Sohn"), part=1),
        more("32", (11, "Weg 1"), (46, "10115 Berlin"), (81, "ID9"), part=1),
        more("31", (32, "00150000"), (40, "1009Enkel"), part=2),
        more("31", (32, "00150000"), (40, "0notiz"), part=3),
    )
    assert (found.ordinal, found.line, found.amount_minor, found.currency) == (1, 3, 100_00, "EUR")
    assert (found.booked_on, found.valued_on) == (date(2026, 11, 3), date(2026, 11, 2))
    assert (found.bank_reference, found.code, found.reversal) == ("B1", "00150000", False)
    (part,) = found.details
    assert part.debtor == Party(
        "Kunde und Sohn", "DE02120300000000202051", "BYLADEM1001", ("ID9",), ("Weg 1", "10115 Berlin")
    )
    assert (part.creditor, part.ultimate_debtor) == (None, Party("Enkel"))
    assert (part.end_to_end, part.purpose, part.information) == ("E2E-1", "SUPP", ("notiz",))
    # The text runs on over the ends of its zones.
    assert part.text == ("RE 10".ljust(53) + "0815 danke".ljust(53) + " Ende",)


@pytest.mark.parametrize(
    ("text", "structured"),
    [
        ("1101090933755493", (Structured("090933755493", "BBA"),)),
        ("1102090933755493", (Structured("090933755493", "BBA"),)),
        ("1100RF18539007547034", (Structured("RF18539007547034", "SCOR"),)),
        ("1101000000000000", ()),
    ],
)
def test_references(text: str, structured: tuple[Structured, ...]) -> None:
    found = detail(movement(text=text))
    assert (found.structured, found.text) == (structured, ())


def test_a_returned_direct_debit() -> None:
    words = "1127" + "021126" + "112" + "BE69ZZZ050D000000008".ljust(35) + "MANDATE-1"
    data = file(
        movement(sign="1", code="00505000", text=words[:54]),
        more("22", (11, "E-1".ljust(29) + "RE 10"), (113, "2MD06")),
        more("23", (11, "BE68539007547034"), (48, "Klant"), (83, "".ljust(38) + "2AC04")),
        closing="1000000000100000", debit=100000, credit=0,
    )  # fmt: skip
    (statement,) = read(data)
    (found,) = statement.entries
    (part,) = found.details
    assert (found.amount_minor, found.reversal) == (-100_00, True)
    # It goes back to the debtor: the party stays what it was when the money came.
    assert part.debtor == Party("Klant", "BE68539007547034")
    assert part.creditor == Party(identifiers=("BE69ZZZ050D000000008",))
    assert (part.mandate, part.text, part.return_code) == ("MANDATE-1", ("RE 10",), "MD06")
    assert found_in(statement) == []


def test_a_batch_and_its_parts() -> None:
    batch = (
        movement(code="10150000", text="0remise"),
        more("22", (64, "BATCH-1")),
        movement("60000", code="50150000", text="1101090933755493", part=1),
        more("23", (48, "Een"), part=1),
        movement("40000", code="50150000", text="0RE 2", part=2),
    )
    (statement,) = read(file(*batch))
    (found,) = statement.entries
    assert (found.amount_minor, found.batch_reference, found.information) == (100_00, "BATCH-1", ("remise",))
    assert [one.amount_minor for one in found.details] == [60_00, 40_00]
    assert found.details[0].debtor == Party("Een")
    assert found.details[0].structured == (Structured("090933755493", "BBA"),)
    assert found.details[1].text == ("RE 2",)
    assert found_in(statement) == []
    (statement,) = read(file(*batch[:4]))
    assert found_in(statement) == ["bank_details_differ"]


def test_one_payment_with_its_charges() -> None:
    gross = "1105" + "000000000110000" + "000000000120000" + "000109090909" + "USD"
    (statement,) = read(
        file(
            movement(code="30150000"),
            more("23", (48, "Buyer Inc")),
            movement("110000", code="80150100", text=gross, part=1),
            movement("10000", sign="1", code="80137013", part=2),
        )
    )
    (found,) = statement.entries
    (part,) = found.details
    assert (found.amount_minor, part.amount_minor, part.debtor) == (100_00, 110_00, Party("Buyer Inc"))
    assert [one._replace(fields=()) for one in part.charges] == [Charge(-10_00, "EUR", True, "013")]
    assert part.exchange == Exchange(120_00, "USD", "1.09090909")
    assert found_in(statement) == []


def test_what_does_not_add_up_is_said() -> None:
    (statement,) = read(file(movement(), closing="0000000000100010", credit=99990))
    assert found_in(statement) == ["bank_balance_differs", "bank_total_differs"]
    (statement,) = read(file(movement()).replace(b"000003000000000000000", b"000004000000000000000"))
    assert found_in(statement) == ["bank_records_differ"]


def test_statements_follow_one_another() -> None:
    first, second = read(file(movement())[:-3] + b"1\r\n" + file(movement()))
    assert [one.line for one in (*first.entries, *second.entries)] == [3, 8]
    assert found_in(first) == found_in(second) == []


def test_a_long_file_is_streamed() -> None:
    (statement,) = read(b"".join(bank_files.coda(12_000)))
    assert found_in(statement) == []
    assert len(statement.entries) == 12_000
    assert statement.entries[-1].details[0].structured == (Structured("090933755493", "BBA"),)


def test_an_old_account_number() -> None:
    data = file(movement()).replace(
        b"12201BE68539007547034                  EUR", b"10201539007547034 EUR0BE".ljust(42)
    )
    (statement,) = read(data)
    assert statement.begin.account == Account("539007547034", False, "EUR", "KREDBEBB", "ACME NV")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850"])
def test_encodings(encoding: str) -> None:
    row = movement(text="0Société générale à Liège, façade").encode(encoding)
    data = file(movement()).replace(movement().encode(), row)
    (statement,) = read(data)
    assert statement.entries[0].details[0].text == ("Société générale à Liège, façade",)


REFUSED = {
    "another version": (file(movement(), head=HEAD.replace("2\r\n", "1\r\n")), "Version 1 of CODA"),
    "no CODA": (file(movement(), head=HEAD.replace("30005", "30007")), "Version 07 of CODA"),
    "cut off": (file(movement())[:-260], "ends in the middle"),
    "nothing": (b"", "holds no statement"),
    "begins in the middle": (movement().encode(), "cannot stand here"),
    "no old balance": (HEAD.encode() + movement().encode(), "cannot stand here"),
    "no new balance": (HEAD.encode() + file().splitlines(keepends=True)[1] + record("9").encode(), "record 8 is missing"),
    "a movement behind the new balance": (file(movement()).replace(b"\r\n9 ", b"\r\n" + movement().encode() + b"9 "), "cannot"),
    "an unknown record": (file(movement() + "7\r\n"), "7 cannot stand here"),
    "information of another movement": (file(movement(), more("31", number=2, part=1)), "cannot stand here"),
    "information without a beginning": (file(movement(), more("32", part=1)), "cannot stand here"),
    "no amount": (file(movement("1e5")), "21/amount is no amount"),
    "half a cent": (file(movement("100005")), "more decimals than EUR"),
    "no side": (file(movement(sign="2")), "neither credit nor debit: 2"),
    "no such day": (file(movement().replace("031126", "310226")), "no day: 310226"),
    "no such currency": (file(movement()).replace(b"EUR", b"EUX"), "no currency: EUX"),
    "too wide": (file(movement().replace("\r\n", "xyz\r\n")), "xyz cannot stand here"),
    "NUL": (file(movement()).replace(b"zicht", b"zi\x00ht"), "NUL cannot"),
    "a line without end": (file(movement()) + b"9" * 5000, "> 4096 cannot"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why_and_where(case: str) -> None:
    data, why = REFUSED[case]
    with pytest.raises(FormatError, match=why) as refused:
        read(data)
    assert refused.value.line >= 1 or not data
    assert refused.value.remedy


def test_the_faulty_sample_says_its_version() -> None:
    path = FOLDER / "Coda_faulty_version.txt"
    if not path.exists():
        pytest.skip("no samples here")
    with pytest.raises(FormatError, match="Version 5 of CODA"):
        read(path.read_bytes())
