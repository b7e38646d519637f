"""Limitation dates with what interrupts them, and maximum terms."""

from datetime import date

import pytest

from fairdue.law.limitation import Event, EventKind, limitation
from fairdue.law.parties import DealFacts, PartyFacts, Size, judge
from fairdue.law.terms import TermVerdict, check_term

DUE = date(2024, 5, 10)
E = EventKind


@pytest.mark.parametrize(
    ("code", "events", "last_on"),
    [
        ("DE", (), date(2027, 12, 31)),
        ("DE", (Event(E.DEMAND, date(2025, 1, 1)),), date(2027, 12, 31)),
        ("DE", (Event(E.PART_PAYMENT, date(2025, 6, 7)),), date(2028, 6, 7)),
        ("DE", (Event(E.PART_PAYMENT, date(2024, 6, 7)),), date(2027, 12, 31)),
        ("AT", (), date(2027, 5, 10)),
        ("FR", (Event(E.ACKNOWLEDGEMENT, date(2025, 1, 2)),), date(2030, 1, 2)),
        ("IT", (Event(E.DEMAND, date(2025, 1, 2)),), date(2035, 1, 2)),
        ("PL", (), date(2026, 12, 31)),
        ("PL", (Event(E.ACKNOWLEDGEMENT, date(2025, 2, 3)),), date(2027, 12, 31)),
        ("GR", (), date(2029, 12, 31)),
        ("CZ", (Event(E.ACKNOWLEDGEMENT, date(2025, 1, 2)),), date(2035, 1, 2)),
        ("CN", (Event(E.DEMAND, date(2025, 1, 2)), Event(E.DEMAND, date(2026, 1, 2))), date(2029, 1, 2)),
        ("CO", (Event(E.DEMAND, date(2025, 1, 2)), Event(E.DEMAND, date(2026, 1, 2))), date(2035, 1, 2)),
        ("JP", (Event(E.DEMAND, date(2029, 5, 1)),), date(2029, 11, 1)),
        ("US-NY", (), date(2028, 5, 10)),
        ("GB", (Event(E.PART_PAYMENT, date(2031, 1, 1)),), date(2030, 5, 10)),
        ("BE", (Event(E.DEMAND, date(2026, 1, 2)),), date(2034, 5, 10)),
    ],
)
def test_limitation_dates(code: str, events: tuple[Event, ...], last_on: date) -> None:
    assert limitation(code, DUE, events).last_on == last_on


def test_suit_stops_the_period() -> None:
    found = limitation("DE", DUE, (Event(E.SUIT, date(2027, 12, 1)),))
    assert (found.last_on, found.stopped) == (None, True)


def test_suit_after_the_end_comes_too_late() -> None:
    found = limitation("DE", DUE, (Event(E.SUIT, date(2028, 1, 1)),))
    assert (found.last_on, found.stopped) == (date(2027, 12, 31), False)
    assert "law.limitation_too_late" in [reason.code for reason in found.reasons]


@pytest.mark.parametrize("code", ["LV", "SA", "ZZ"])
def test_unknown_limitation(code: str) -> None:
    found = limitation(code, DUE)
    assert found.last_on is None
    assert [reason.code for reason in found.reasons] == ["law.limitation_unknown"]


def test_a_leap_day_ends_on_28_february() -> None:
    assert limitation("AT", date(2024, 2, 29)).last_on == date(2027, 2, 28)


ANY = PartyFacts("FR")
SME, LARGE = PartyFacts("NL", size=Size.SMALL), PartyFacts("NL", size=Size.LARGE, public_body=False)


@pytest.mark.parametrize(
    ("code", "seller", "buyer", "days", "verdict", "most"),
    [
        ("FR", ANY, ANY, 60, TermVerdict.WITHIN, 60),
        ("FR", ANY, ANY, 61, TermVerdict.TOO_LONG, 60),
        ("DE", ANY, ANY, 61, TermVerdict.NEEDS_EXPRESS, 60),
        ("FI", ANY, ANY, 45, TermVerdict.NEEDS_EXPRESS, 30),
        ("NL", SME, LARGE, 31, TermVerdict.TOO_LONG, 30),
        ("NL", SME, SME, 31, TermVerdict.WITHIN, 60),
        ("NL", ANY, ANY, 31, TermVerdict.WITHIN, 60),
        ("IN", PartyFacts("IN", size=Size.MICRO), ANY, 46, TermVerdict.TOO_LONG, 45),
        ("IN", PartyFacts("IN"), ANY, 46, TermVerdict.UNKNOWN, None),
        ("US-NY", ANY, ANY, 120, TermVerdict.UNKNOWN, None),
        ("IL", ANY, ANY, 120, TermVerdict.UNKNOWN, None),
    ],
)
def test_terms(
    code: str, seller: PartyFacts, buyer: PartyFacts, days: int, verdict: TermVerdict, most: int | None
) -> None:
    ruling = check_term(code, seller, buyer, days)
    assert (ruling.verdict, ruling.max_days) == (verdict, most)


def test_french_end_of_month_and_express_terms() -> None:
    assert check_term("FR", ANY, ANY, 46, end_of_month=True).verdict is TermVerdict.TOO_LONG
    assert check_term("DE", ANY, ANY, 90, express=True).verdict is TermVerdict.WITHIN
    assert check_term("ES", ANY, ANY, 90, express=True).verdict is TermVerdict.TOO_LONG


def test_chinese_large_buyers_only_since_june_2025() -> None:
    seller = PartyFacts("CN", size=Size.SMALL, size_declared=True)
    large = PartyFacts("CN", size=Size.LARGE, public_body=False)
    assert check_term("CN", seller, large, 90, date(2025, 6, 1)).verdict is TermVerdict.TOO_LONG
    assert check_term("CN", seller, large, 90, date(2025, 5, 31)).verdict is TermVerdict.UNKNOWN
    assert check_term("JP", ANY, ANY, 61, deal=DealFacts(subcontract=True)).verdict is TermVerdict.TOO_LONG


@pytest.mark.parametrize(("public", "verdict"), [(False, True), (True, False), (None, None)])
def test_a_large_buyer_of_whom_nobody_knows_whether_it_is_public_is_not_taken_for_private(public, verdict):
    buyer = PartyFacts("NL", size=Size.LARGE, public_body=public)
    assert judge("buyer_large & seller_sme", SME, buyer, DealFacts())[0] is verdict
