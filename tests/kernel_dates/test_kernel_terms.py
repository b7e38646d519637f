"""Payment terms: the examples of docs/algorithms/payment-terms.md and what must hold for all terms."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.kernel.calendars import is_business_day
from fairdue.kernel.daycount import month_end
from fairdue.kernel.money import MoneyError
from fairdue.kernel.terms import (
    Base,
    DeliveryNeeded,
    Discount,
    Kind,
    Milestone,
    Place,
    Shift,
    Terms,
    TermsError,
    canonical,
    due_date,
    due_dates,
    net,
    parse,
)

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "payment-terms.md"
ANY_DAY = st.dates(date(2000, 1, 1), date(2050, 12, 31))


def examples() -> list[list[str]]:
    rows = [line.strip("|\n").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    cells = [[cell.strip() for cell in row] for row in rows]
    return [row for row in cells if len(row) == 6 and re.fullmatch(r"\d{4}-\d{2}-\d{2}", row[2])]


@pytest.mark.parametrize("row", examples(), ids=lambda row: f"{row[0]} {row[2]}")
def test_examples_of_the_page(row: list[str]) -> None:
    text, written, issued, delivered, due, until = row
    terms = parse(text)
    assert canonical(terms) == written
    assert parse(written) == terms
    delivered_on = date.fromisoformat(delivered) if delivered else None
    (instalment,) = due_dates(terms, date.fromisoformat(issued), delivered_on, 100_000, "EUR")
    assert instalment.due_on == date.fromisoformat(due)
    assert instalment.discount_until == (date.fromisoformat(until) if until else None)


def test_there_are_examples() -> None:
    assert len(examples()) == 32


def test_milestones_of_the_page() -> None:
    terms = parse(
        "Milestones: 30% [advance] Prepayment | 60% [delivery] Net 30 from delivery | 10% [warranty] Net 12 months"
    )
    found = due_dates(terms, date(2026, 1, 31), date(2026, 3, 1), 100_001, "EUR")
    assert [i.amount_minor for i in found] == [30_000, 60_001, 10_000]
    assert [i.due_on for i in found] == [date(2026, 1, 31), date(2026, 3, 31), date(2027, 1, 31)]
    assert [i.seq for i in found] == [1, 2, 3]


@pytest.mark.parametrize(
    "text",
    ["", "30", "soon", "Net 30 EOM", "net 30 days end of month", "Net 99999", "2/10", "120/10 Net 30", "x" * 30_000],
)
def test_refused_texts(text: str) -> None:
    with pytest.raises(TermsError):
        parse(text)


def test_two_readings_are_both_named() -> None:
    with pytest.raises(TermsError, match=r"EOM\+30.*30 days, EOM"):
        parse("Net 30 EOM")


def test_discount_amounts() -> None:
    (found,) = due_dates(parse("2/10 Net 30"), date(2026, 1, 1), None, 99_975, "EUR")
    assert found.discount_minor == 2_000
    (late,) = due_dates(parse("2/40 Net 30"), date(2026, 1, 1), None, 99_975, "EUR")
    assert late.discount_until == late.due_on


def test_delivery_is_asked_for_and_currency_checked() -> None:
    with pytest.raises(DeliveryNeeded):
        due_dates(parse("货到付款"), date(2026, 1, 1), None, 1, "EUR")
    with pytest.raises(MoneyError):
        due_dates(net(30), date(2026, 1, 1), None, 1, "XXQ")


@pytest.mark.parametrize(
    "make",
    [
        lambda: net(-1),
        lambda: net(4000),
        lambda: Terms(Kind.NET, days_after=5),
        lambda: Terms(Kind.NET, days_of_month=(0,)),
        lambda: Terms(Kind.NET, days_of_month=(25, 10)),
        lambda: Terms(Kind.MILESTONES),
        lambda: Terms(Kind.MILESTONES, milestones=(Milestone(500_000, "a", net(1)),)),
        lambda: Terms(Kind.NET, milestones=(Milestone(1_000_000, "a", net(1)),)),
        lambda: Discount(0, 10),
    ],
)
def test_terms_that_contradict_themselves(make: object) -> None:
    with pytest.raises(TermsError):
        make()  # type: ignore[operator]


small = st.integers(0, 400)
discounts = st.none() | st.builds(Discount, st.integers(1, 9_999).map(lambda n: n * 100), st.integers(0, 90))
shifts = st.sampled_from(list(Shift))
bases = st.sampled_from(list(Base))


@st.composite
def net_terms(draw: st.DrawFn) -> Terms:
    eom = draw(st.booleans())
    days = tuple(sorted(draw(st.sets(st.integers(1, 31), max_size=3))))
    return Terms(
        Kind.NET,
        days=draw(small),
        months=draw(st.integers(0, 24)),
        end_of_month=eom,
        days_after=draw(small) if eom else 0,
        days_of_month=days,
        base=draw(bases),
        discount=draw(discounts),
        shift=draw(shifts),
    )


plain_terms = (
    net_terms()
    | st.builds(Terms, st.sampled_from([Kind.IMMEDIATE, Kind.PREPAYMENT]), discount=discounts, shift=shifts)
    | st.builds(Terms, st.just(Kind.LETTER_OF_CREDIT), days=small)
)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    if draw(st.booleans()):
        return draw(plain_terms)
    cuts = sorted(draw(st.sets(st.integers(1, 999), max_size=4)))
    shares = [b - a for a, b in zip([0, *cuts], [*cuts, 1000], strict=True)]
    labels = st.text(alphabet="abcXYZ äö预付 -", max_size=8).map(str.strip)
    return Terms(
        Kind.MILESTONES, milestones=tuple(Milestone(share * 1000, draw(labels), draw(plain_terms)) for share in shares)
    )


@settings(deadline=None)
@given(terms=any_terms())
def test_canonical_text_reads_back(terms: Terms) -> None:
    assert parse(canonical(terms)) == terms


@settings(deadline=None)
@given(terms=any_terms(), issued=ANY_DAY, total=st.integers(-(10**12), 10**12))
def test_amounts_sum_and_dates_never_precede(terms: Terms, issued: date, total: int) -> None:
    found = due_dates(terms, issued, issued, total, "EUR")
    assert sum(instalment.amount_minor for instalment in found) == total
    assert [instalment.seq for instalment in found] == list(range(1, len(found) + 1))
    for instalment in found:
        assert instalment.due_on >= issued - timedelta(days=5)
        assert abs(instalment.discount_minor) <= abs(instalment.amount_minor)
        assert instalment.discount_until is None or instalment.discount_until <= instalment.due_on


@settings(deadline=None)
@given(issued=ANY_DAY, days=small)
def test_end_of_month_variants(issued: date, days: int) -> None:
    then_end = due_date(Terms(Kind.NET, days=days, end_of_month=True), issued)
    assert then_end == month_end(issued + timedelta(days=days))
    end_plus = due_date(Terms(Kind.NET, end_of_month=True, days_after=days), issued)
    assert end_plus == month_end(issued) + timedelta(days=days)


@settings(deadline=None)
@given(issued=ANY_DAY, days=st.sets(st.integers(1, 31), min_size=1, max_size=3))
def test_next_day_of_month_is_the_first_after(issued: date, days: set[int]) -> None:
    due = due_date(Terms(Kind.NET, days_of_month=tuple(sorted(days))), issued)
    on = issued + timedelta(days=1)
    while not any(on.day == min(day, month_end(on).day) for day in days):
        on += timedelta(days=1)
    assert due == on


@settings(deadline=None)
@given(terms=net_terms(), issued=ANY_DAY)
def test_a_later_invoice_never_falls_due_earlier(terms: Terms, issued: date) -> None:
    later = issued + timedelta(days=1)
    assert due_date(terms, issued, issued) <= due_date(terms, later, later)


@settings(deadline=None)
@given(issued=st.dates(date(2020, 1, 1), date(2026, 12, 31)), shift=st.sampled_from([Shift.FOLLOWING, Shift.PRECEDING]))
def test_a_shifted_date_is_a_business_day(issued: date, shift: Shift) -> None:
    due = due_date(Terms(Kind.NET, days=30, shift=shift), issued, None, Place("DE", "BY"))
    assert is_business_day(due, "DE", "BY")
