"""How many lines of a key count, whatever comes when. The worked cases stand in docs/algorithms/bank-entries.md."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fairdue.cash.rules import Delivery, Line, Place, announced_key, counting, key_of, lines_of, new_lines, place_of
from fairdue.formats.bank.records import Account, Begin, Detail, Entry, Party, Structured, Told

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "bank-entries.md"
CASES = yaml.safe_load(PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0])["counts"]


def key(letter: str) -> str:
    return "r" + letter if letter.startswith("#") else "c" + letter


def place(number: int) -> Place:
    return Place(str(number), "1", 2026) if number else Place()


def take_in(statements: list[tuple[Place, list[str]]]) -> Counter[str]:
    """Take statements in one after the other; give how many lines of each key count."""
    known: list[Delivery] = []
    standing: Counter[str] = Counter()
    for where, keys in statements:
        numbers = new_lines(keys, where, known, standing)
        for one, number in zip(keys, numbers, strict=True):
            if number:
                standing[one] += 1
                assert number == standing[one]
        known.append(Delivery(where, Counter(keys)))
    return standing


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_worked_cases(case: dict) -> None:
    told = [(place(one.get("n", 0)), [key(letter) for letter in one["lines"]]) for one in case["statements"]]
    assert take_in(told) == {key(letter): count for letter, count in case["count"].items()}


statements_st = st.lists(
    st.tuples(st.integers(0, 3).map(place), st.lists(st.sampled_from(["ca", "cb", "r#x", "r#y"]), max_size=5)),
    max_size=6,
)


@given(statements_st, st.randoms())
def test_order_and_repetition_change_nothing(statements: list[tuple[Place, list[str]]], chance: random.Random) -> None:
    once = take_in(statements)
    again = statements + chance.choices(statements, k=3) if statements else []
    chance.shuffle(again)
    assert take_in(again) == once
    assert once == counting(Delivery(where, Counter(keys)) for where, keys in statements)


@given(st.lists(st.sampled_from(["ca", "cb", "cc"]), min_size=1, max_size=12), st.randoms())
def test_a_numbered_day_split_into_pages_counts_the_same(lines: list[str], chance: random.Random) -> None:
    whole = take_in([(Place("7", "1", 2026), lines)])
    cut = sorted(chance.choices(range(len(lines) + 1), k=2))
    pages = [lines[: cut[0]], lines[cut[0] : cut[1]], lines[cut[1] :]]
    assert take_in([(Place("7", str(n), 2026), page) for n, page in enumerate(pages, 1)]) == whole


DETAIL = Detail(
    100_00, "EUR", end_to_end="E1", debtor=Party("Kunde GmbH", "DE1"), ultimate_debtor=Party("Tochter"),
    creditor=Party("Wir", "OWN"), text=("Rechnung 1",), structured=(Structured("RF1", "SCOR"),),
)  # fmt: skip
ENTRY = Entry(1, 9, 100_00, "EUR", booked_on=date(2026, 11, 2), valued_on=date(2026, 11, 3), details=(DETAIL,))


def only(entry: Entry) -> Line:
    (line,) = lines_of(entry, "OWN")
    return line


def test_an_entry_is_one_line_with_its_detail() -> None:
    line = only(ENTRY)
    assert (line.part, line.amount_minor, line.source_line) == (0, 100_00, 9)
    assert (line.name, line.account, line.ultimate) == ("Kunde GmbH", "DE1", "Tochter")
    assert (line.text, line.structured, line.end_to_end) == (("Rechnung 1",), ("RF1",), "E1")


def test_a_batch_is_its_parts_where_they_add_up() -> None:
    parts = (DETAIL._replace(amount_minor=60_00), DETAIL._replace(amount_minor=40_00))
    assert [(line.part, line.amount_minor) for line in lines_of(ENTRY._replace(details=parts))] == [
        (1, 60_00),
        (2, 40_00),
    ]
    short = (DETAIL._replace(amount_minor=60_00), DETAIL._replace(amount_minor=39_00))
    assert [(line.part, line.amount_minor) for line in lines_of(ENTRY._replace(details=short))] == [(0, 100_00)]
    unknown = (DETAIL._replace(amount_minor=None), DETAIL._replace(amount_minor=40_00))
    assert [(line.part, line.amount_minor) for line in lines_of(ENTRY._replace(details=unknown))] == [(0, 100_00)]
    foreign = (DETAIL._replace(amount_minor=60_00, currency="USD"), DETAIL._replace(amount_minor=40_00))
    assert [(line.part, line.amount_minor) for line in lines_of(ENTRY._replace(details=foreign))] == [(0, 100_00)]


def test_the_other_side_of_a_reversal_is_who_had_paid() -> None:
    back = ENTRY._replace(amount_minor=-100_00, reversal=True)
    assert only(back).name == "Kunde GmbH"
    swift = DETAIL._replace(debtor=None, ultimate_debtor=None, creditor=Party("Kunde GmbH", "DE1"))
    assert only(back._replace(details=(swift,))).name == "Kunde GmbH"


def test_a_reference_makes_the_key_else_all_that_is_said() -> None:
    line = only(ENTRY)
    spaced = line._replace(text=("Rech nung", " 1"), name="KUNDE gmbh")
    assert key_of(line)[0] == "c"
    assert key_of(spaced) == key_of(line)
    for other in (
        line._replace(amount_minor=100_01), line._replace(booked_on=date(2026, 11, 3)), line._replace(reversal=True),
        line._replace(currency="CHF"), line._replace(account="DE2"), line._replace(text=("Rechnung 2",)),
    ):  # fmt: skip
        assert key_of(other) != key_of(line)
    named = line._replace(bank_reference="B1")
    assert key_of(named)[0] == "r"
    assert key_of(named._replace(text=("anders",))) == key_of(named)
    assert key_of(named._replace(part=1)) != key_of(named)
    assert announced_key(line._replace(booked_on=None)) == announced_key(line)


def test_the_place_of_a_statement() -> None:
    begin = Begin("camt.053.001.08", Told.BOOKED, Account("1"), number="0007")
    assert place_of(begin, date(2026, 1, 2)) == Place("7", "1", 2026)
    assert not place_of(Begin("ofx", Told.BOOKED, Account("1")), date(2026, 1, 2))
    assert not place_of(Begin("mt942", Told.INTRADAY, Account("1"), number="7"), date(2026, 1, 2))
