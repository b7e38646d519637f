"""The worked cases of docs/algorithms/cover.md."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fairdue.cover.rules import Insured, Invoice, Limit, State, Terms, Tranche, act_by, insured, judge, stop_from

PAGE = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "cover.md"
TERMS = Terms(1, 1, 1, date(2025, 1, 1), None, None, 60, 30, 180, 60)
LIMIT = Limit(1, 1, True, date(2025, 1, 1), None, 1)


def rows(mark: str) -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8").split(f"<!-- {mark} -->")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()[2:]]


@pytest.mark.parametrize("row", rows("dates"), ids=lambda row: row[0])
def test_dates(row):
    first, agreed, extend, notify, act, claim, stop = (date.fromisoformat(cell) for cell in row[1:])
    issued = first - timedelta(days=30)
    invoice = Invoice(1, issued, issued, first, agreed, 100)
    found = judge(invoice, [invoice], [LIMIT], [TERMS], [], first)
    assert (found.state, found.extend_until, found.notify_by, found.claim_by) == (State.COVERED, extend, notify, claim)
    assert act_by(notify, "DE") == act
    assert stop_from([invoice], TERMS.stop_days) == stop


def minor(text: str) -> int:
    return int(Decimal(text) * 100)


@pytest.mark.parametrize("row", rows("insured"), ids=lambda row: row[0])
def test_insured_amounts(row):
    share = int(row[3].split()[0]) * 10_000
    tranches = [
        Tranche(minor(limit), share, minor(opened))
        for limit, _, opened in (part.partition(":") for part in row[1].split(","))
    ]
    assert insured(tranches, minor(row[2])) == Insured(minor(row[4]), minor(row[5]))


def test_every_case_of_the_page_is_read():
    assert (len(rows("dates")), len(rows("insured"))) == (4, 6)
