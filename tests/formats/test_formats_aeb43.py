"""Norma 43: nothing of a file is lost, its sums are checked, what is refused. See docs/algorithms/bank-files.md."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date
from itertools import pairwise

import bank_files
import pytest

from fairdue.formats.aeb43 import read_aeb43
from fairdue.formats.bank.checks import checked
from fairdue.formats.bank.records import (
    Account,
    Balance,
    BalanceKind,
    Detail,
    Entry,
    Exchange,
    Party,
    Statement,
    Told,
    statements,
)
from fairdue.formats.bank.values import numeric_currency
from fairdue.formats.errors import FormatError
from fairdue.kernel.money import exponents

STARTS = {
    # Where the zones of each record begin, from the booklet's tables, places counted from 1.
    "00": (3, 7, 13),
    "11": (3, 7, 11, 21, 27, 33, 34, 48, 51, 52, 78),
    "22": (3, 7, 11, 17, 23, 25, 28, 29, 43, 53, 65),
    "23": (3, 5, 43),
    "24": (3, 5, 8, 22),
    "33": (3, 7, 11, 21, 26, 40, 45, 59, 60, 74, 77),
    "88": (3, 21, 27),
}


def record(code: str, *at: tuple[int, str]) -> str:
    """Make a record: texts at their places, counted from 1."""
    row = list(code.ljust(80))
    for place, text in at:
        row[place - 1 : place - 1 + len(text)] = text
    assert len(row) == 80
    return "".join(row) + "\r\n"


def movement(amount: str = "10000", sign: str = "2", common: str = "02", own: str = "123", **refs: str) -> str:
    return record("22", (7, "0345"), (11, "261103261102"), (23, common + own + sign + amount.rjust(14, "0")),
                  (43, refs.get("document", "0000000000")), (53, refs.get("first", "000000000000")),
                  (65, refs.get("second", "")))  # fmt: skip


def account(*records: str, opening: str = "2" + "0" * 14, closing: str = "2" + "10000".rjust(14, "0"),
            out: tuple[int, int] = (0, 0), into: tuple[int, int] = (1, 10000), currency: str = "978") -> str:  # fmt: skip
    key = "210004180200051332"
    return (
        record("11", (3, key), (21, "261101261130"), (33, opening), (48, currency + "3"), (52, "ACME SL"))
        + "".join(records)
        + record("33", (3, key), (21, f"{out[0]:05d}{out[1]:014d}{into[0]:05d}{into[1]:014d}"),
                 (59, closing), (74, currency))
    )  # fmt: skip


def file(*accounts: str, count: int = 0, encoding: str = "cp1252") -> bytes:
    text = "".join(accounts)
    rows = count or text.count("\n") - text.startswith("00")
    return (text + record("88", (3, "9" * 18), (21, f"{rows:06d}"))).encode(encoding)


def read(data: bytes) -> list[Statement]:
    return list(statements(checked(read_aeb43(io.BytesIO(data)))))


def only(*records: str) -> Entry:
    (statement,) = read(file(account(*records)))
    (entry,) = statement.entries
    return entry


def found_in(statement: Statement) -> list[str]:
    return [finding.reason.code for finding in statement.end.findings]


def test_nothing_of_a_file_is_lost() -> None:
    head = record("00", (3, "2100261103"), (13, "libre"))
    rows = [
        movement(document="DOC1234567", first="REF123456789", second="ABCDEFGHIJKLMNOP").replace("22    ", "222100"),
        record("23", (3, "01"), (5, "a" * 38), (43, "b" * 38)),
        record("24", (3, "01"), (5, "84000000000012345"), (22, "c" * 59)),
        record("23", (3, "02"), (5, " indented")),
    ]
    data = file(head, account(*rows), account(movement()))
    kept: Counter[str] = Counter()
    for one in read(data):
        for found in [one.begin, one.end, *one.end.balances, *one.entries, *(e.details[0] for e in one.entries)]:
            kept.update(f"{path.partition('/')[0]} {value.strip()}" for path, value in found.fields)
    whole: Counter[str] = Counter()
    for row in data.decode("ascii").splitlines():
        places = [*STARTS[row[:2]], 81]
        texts = [row[start - 1 : end - 1].strip() for start, end in pairwise(places)]
        whole.update(f"{row[:2]} {text}" for text in texts if text)
    assert kept == whole


def test_a_statement_in_full() -> None:
    (statement,) = read(file(account(movement())))
    begin = statement.begin
    # The IBAN of the standard's own example, from bank, branch and account without check digits.
    assert begin.account == Account("ES9121000418450200051332", True, "EUR", "2100", "ACME SL")
    assert (begin.format, begin.told, begin.line) == ("aeb43", Told.BOOKED, 1)
    assert (begin.from_on, begin.to_on) == (date(2026, 11, 1), date(2026, 11, 30))
    assert [one._replace(fields=()) for one in statement.end.balances] == [
        Balance(BalanceKind.OPENING, 0, "EUR", date(2026, 11, 1)),
        Balance(BalanceKind.CLOSING, 100_00, "EUR", date(2026, 11, 30)),
    ]
    assert found_in(statement) == []


def test_an_entry_in_full() -> None:
    found = only(
        movement(document="0000012345", first="000000000777", second="FRA 2026/10"),
        record("23", (3, "01"), (5, "TRANSFERENCIA DE"), (43, "CLIENTE SA")),
        record("23", (3, "02"), (5, "FACTURA 2026/10")),
        record("24", (3, "01"), (5, "84000000000012345")),
    )
    assert (found.ordinal, found.line, found.amount_minor, found.currency) == (1, 2, 100_00, "EUR")
    assert (found.booked_on, found.valued_on) == (date(2026, 11, 3), date(2026, 11, 2))
    assert (found.code, found.bank_code, found.reference, found.reversal) == ("02", "123", "0000012345", False)
    assert [one._replace(fields=()) for one in found.details] == [
        Detail(
            None,
            "EUR",
            transaction="000000000777",
            text=("TRANSFERENCIA DE".ljust(38) + "CLIENTE SA", "FACTURA 2026/10"),
            information=("FRA 2026/10",),
            exchange=Exchange(123_45, "USD"),
        )
    ]


def texts(*rows: str) -> list[str]:
    return [record("23", (3, f"{order:02d}"), (5, row)) for order, row in enumerate(rows, start=1)]


TRANSFER = (
    "CLIENTE LARGO DE NOMBRE Y APELLIDOS SOCIEDAD LIMITADA".ljust(66) + "B12345678",
    "E2E-77".ljust(35) + "MATRIZ SA",
    "SUPP    " + "PAGO DE LA FACTURA".ljust(63) + "RE-20",
    "26-77",
    "gracias",
)


def test_a_sepa_transfer() -> None:
    (found,) = only(movement(common="04"), *texts(*TRANSFER)).details
    assert found.debtor == Party(TRANSFER[0][:53], identifiers=("B12345678",))
    assert (found.ultimate_debtor, found.creditor) == (Party("MATRIZ SA"), None)
    assert (found.end_to_end, found.purpose) == ("E2E-77", "SUPP")
    # The number runs from one record into the next.
    assert found.text == ("PAGO DE LA FACTURA".ljust(63) + "RE-2026-77", "gracias")


@pytest.mark.parametrize(
    "rows",
    [TRANSFER[:4], (*TRANSFER[:2], "TRANSFERENCIA DE", *TRANSFER[3:]), (*TRANSFER[:2], "de marzo", *TRANSFER[3:])],
)
def test_texts_that_are_not_laid_out_so_stay_lines(rows: tuple[str, ...]) -> None:
    (found,) = only(movement(common="04"), *texts(*rows)).details
    assert (found.debtor, found.text) == (None, tuple(rows))


def test_a_returned_sepa_debit() -> None:
    rows = texts(
        "CORE" + "ACME SL",
        "ES12000B12345678".ljust(35) + "MANDATO-1",
        "        RE 2026-77",
        "",
        "REC-9".ljust(35) + "CLIENTE SA",
    )
    data = file(
        account(
            movement(sign="1", common="14"), *rows, closing="1" + "10000".rjust(14, "0"), out=(1, 10000), into=(0, 0)
        )
    )
    (statement,) = read(data)
    (found,) = statement.entries[0].details
    assert (found.creditor, found.debtor) == (Party("ACME SL", identifiers=("ES12000B12345678",)), Party("CLIENTE SA"))
    assert (found.mandate, found.end_to_end, found.text) == ("MANDATO-1", "REC-9", ("RE 2026-77",))


def test_zeros_are_no_reference() -> None:
    found = only(movement(second="0000000000000000"))
    assert (found.reference, found.details[0].transaction, found.details[0].information) == ("", "", ())


@pytest.mark.parametrize(("common", "reversal"), [("14", True), ("98", True), ("03", False)])
def test_returned_and_corrected_bookings_are_reversals(common: str, reversal: bool) -> None:
    data = file(
        account(movement(sign="1", common=common), closing="1" + "10000".rjust(14, "0"), out=(1, 10000), into=(0, 0))
    )
    (statement,) = read(data)
    assert (statement.entries[0].amount_minor, statement.entries[0].reversal) == (-100_00, reversal)
    assert statement.end.balances[1].amount_minor == -100_00
    assert found_in(statement) == []


def test_what_does_not_add_up_is_said() -> None:
    (statement,) = read(file(account(movement(), closing="2" + "10001".rjust(14, "0"), into=(2, 10001))))
    assert found_in(statement) == ["bank_balance_differs", "bank_count_differs", "bank_total_differs"]
    first, second = read(file(account(movement()), account(movement()), count=7))
    assert found_in(first) == []
    assert found_in(second) == ["bank_records_differ"]
    assert dict(second.end.findings[0].reason.values) == {"told": 7, "counted": 6}


def test_accounts_and_files_follow_one_another() -> None:
    data = file(account(movement()), account(movement(), currency="840")) + file(account(movement()))
    found = read(data)
    assert [one.begin.account.currency for one in found] == ["EUR", "USD", "EUR"]
    assert [found_in(one) for one in found] == [[], [], []]
    assert [one.entries[0].line for one in found] == [2, 5, 9]


def test_an_account_in_yen_has_no_cents() -> None:
    (statement,) = read(file(account(movement(), currency="392")))
    assert statement.entries[0].amount_minor == 100
    with pytest.raises(FormatError, match="more decimals than JPY"):
        read(file(account(movement("10050"), currency="392")))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp850", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = record("23", (3, "01"), (5, "MUÑOZ E HIJOS, CAMPAÑA AÑO"), (43, "Peñíscola, Avinyó, façana"))
    (statement,) = read(file(account(movement(), text), encoding=encoding))
    assert statement.entries[0].details[0].text == (
        "MUÑOZ E HIJOS, CAMPAÑA AÑO".ljust(38) + "Peñíscola, Avinyó, façana",
    )


def test_short_lines_are_filled() -> None:
    data = b"\n".join(row.rstrip() for row in file(account(movement())).split(b"\r\n"))
    assert data != file(account(movement()))
    assert [one.entries for one in read(data)] == [one.entries for one in read(file(account(movement())))]


def test_a_long_file_is_streamed() -> None:
    (statement,) = read(b"".join(bank_files.aeb43(5_000)))
    assert found_in(statement) == []
    assert len(statement.entries) == 5_000


def test_every_currency_has_its_number() -> None:
    found = {}
    for number in range(1000):
        try:
            found[numeric_currency(f"{number:03d}", "", 1)] = number
        except FormatError:
            continue
    assert set(found) == set(exponents()) - {"ANG"}
    assert (found["EUR"], found["USD"], found["CNY"], found["CHF"]) == (978, 840, 156, 756)


REFUSED = {
    "nothing": (b"", "holds no statement"),
    "no account": (file("", count=1), "holds no statement"),
    "no end of the file": (account(movement()).encode(), "ends in the middle"),
    "no end of the account": (account(movement())[:160].encode(), "ends in the middle"),
    "begins in the middle": (movement().encode(), "cannot stand here"),
    "text without a movement": (file(account(record("23", (3, "01")))), "cannot stand here"),
    "an unknown record": (file(account(movement(), record("25"))), "25 cannot stand here"),
    "an account in an account": (file(account(account(movement()))), "cannot stand here"),
    "the end of another account": (
        file(account(movement()).replace("33210004180200051332", "33210004180200051333")), "33 210004180200051333 cannot"
    ),
    "two conversions": (
        file(account(movement(), *[record("24", (3, "01"), (5, "84000000000012345"))] * 2)), "cannot stand here"
    ),
    "texts without end": (file(account(movement(), *[record("23", (3, "01"))] * 100)), "cannot stand here"),
    "letters in an amount": (file(account(movement("1e4"))), "22/amount is no amount: 000000000001e4"),
    "other digits in an amount": (file(account(movement("1²4"))), "22/amount is no amount"),
    "no side": (file(account(movement(sign="3"))), "neither credit nor debit: 3"),
    "no such day": (file(account(movement().replace("261103", "261131"))), "no day: 261131"),
    "no such currency": (file(account(movement(), currency="123")), "no currency: 123"),
    "pesetas": (file(account(movement(), currency="724")), "no currency: 724"),
    "letters in a count": (file(account(movement())).replace(b"000003", b"00000x"), "88/records is no amount"),
    "too wide": (file(account(movement().replace("\r\n", "xyz\r\n"))), "xyz cannot stand here"),
    "NUL": (file(account(movement())).replace(b"ACME", b"AC\x00E"), "NUL cannot"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_says_why_and_where(case: str) -> None:
    data, why = REFUSED[case]
    with pytest.raises(FormatError, match=why) as refused:
        read(data)
    assert refused.value.line >= 1 or not data
    assert refused.value.remedy
