"""Remittance advices as mails and tables write them."""

from __future__ import annotations

from datetime import date

import pytest
from tests.cash.books import ALL, book, hash_of, item, line, told

from fairdue.cash.matching.advices import read_advice
from fairdue.cash.matching.index import Index
from fairdue.cash.matching.match import match
from fairdue.cash.matching.written import written

ITEMS = (
    item("RE-00012345", 119000), item("RE-00012346", 20000), item("RE-00012350", 30500), item("GS-00000007", -900),
)  # fmt: skip
GERMAN = """Sehr geehrte Damen und Herren,
wir haben heute überwiesen (Avis Nr. 4711-26):

Rechnung RE-00012345 vom 01.04.2026      1.190,00 EUR
Rechnung RE-00012346 vom 02.04.2026        200,00 EUR
Gutschrift GS-00000007                       9,00 EUR
Gesamtbetrag                             1.381,00 EUR
Telefon 0761 1234
"""
COLUMNS = """Invoice\tDate\tGross\tDiscount\tNet
RE-00012345\t2026-04-01\t1,190.00\t23.80\t1,166.20
RE-00012346\t2026-04-02\t200.00\t4.00\t196.00
Total\t\t1,390.00\t27.80\t1,362.20
"""


def read(text, **more):
    return read_advice(
        Index(book(*ITEMS)), text, advice_id=1, customer=1, currency="EUR", received_on=date(2026, 5, 18), **more
    )  # fmt: skip


def test_a_mail_with_a_credit_note_and_its_total():
    found = read(GERMAN)
    assert found.advice is not None
    assert [(one.number, one.amount_minor) for one in found.advice.lines] == [
        ("RE-00012345", 119000), ("RE-00012346", 20000), ("GS-00000007", -900),
    ]  # fmt: skip
    assert (found.agrees, found.advice.number, found.unread) == (True, "4711-26", ())


def test_the_column_that_adds_up_to_a_total_is_taken():
    found = read(COLUMNS)
    assert [one.amount_minor for one in found.advice.lines] == [116620, 19600]
    assert found.agrees


def test_without_a_total_the_open_amount_is_taken_and_it_is_said():
    found = read("RE-00012345 1.190,00 Skonto 23,80\nRE-00012399 77,00")
    assert [one.amount_minor for one in found.advice.lines] == [119000]
    assert (found.agrees, found.unread) == (False, ("RE-00012399 77,00",))


@pytest.mark.parametrize("text", ["", "Vielen Dank", "RE-00012345", "1.190,00 EUR", "\x00" * 50])
def test_what_is_no_advice_gives_none(text):
    assert read(text).advice is None


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1.234,50", "EUR", [123450]), ("1,234.50", "USD", [123450]), ("1 234,50", "NOK", [123450]), ("1'234.50", "CHF", [123450]),
        ("(12.00)", "USD", [-1200]), ("12,00-", "EUR", [-1200]), ("vom 01.04.2026", "EUR", []), ("12.345", "EUR", []),
        ("12,345", "JPY", [12345]), ("9" * 40 + ",00", "EUR", []), ("A12,00", "EUR", []),
    ],
)  # fmt: skip
def test_amounts_as_they_are_written(text, currency, minor):
    assert [one.amount_minor for one in written(text, currency)] == minor


def test_the_advice_ties_to_its_money():
    advice = read(GERMAN).advice
    [answer] = match(
        book(*ITEMS, advices=(advice,)), [line(138100, "lt. Avis 4711-26", name="Müller Pumpen GmbH")], ALL
    )
    assert told(answer) == [
        (hash_of("RE-00012345"), 119000),
        (hash_of("RE-00012346"), 20000),
        (hash_of("GS-00000007"), -900),
    ]
