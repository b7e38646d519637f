"""The flat tables for portfolio SQL give the same interest as the authority, to the minor unit."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.kernel.rounding import PPM, divide
from fairdue.law.interest import InterestRequest, accrue
from fairdue.law.portfolio import RateRow, rate_rows, simple_regimes
from fairdue.law.statutes import regimes

BY_REGIME: dict[str, list[RateRow]] = {}
for row in rate_rows():
    BY_REGIME.setdefault(row.regime, []).append(row)


def by_table(name: str, due_on: date, as_of: date, amount: int) -> int | None:
    """Interest as a join on the rows gives it; None where a day has no row."""
    first, end = due_on + timedelta(days=1), as_of + timedelta(days=1)
    rows = BY_REGIME[name]
    if rows[0].mode == "locked":
        found = [row for row in rows if row.from_on <= first < row.to_on]
        return None if not found else divide(amount * (end - first).days * found[0].rate_ppm, found[0].basis_days * PPM)
    parts = [((min(end, row.to_on) - max(first, row.from_on)).days, row) for row in rows]
    covered = [(days, row) for days, row in parts if days > 0]
    if sum(days for days, _ in covered) != (end - first).days:
        return None
    return divide(sum(amount * days * row.rate_ppm for days, row in covered), covered[0][1].basis_days * PPM)


def test_rows_do_not_overlap_and_have_one_basis() -> None:
    assert set(BY_REGIME) == set(simple_regimes())
    for rows in BY_REGIME.values():
        assert all(row.from_on < row.to_on for row in rows)
        assert all(a.to_on <= b.from_on for a, b in pairwise(rows))
        assert len({(row.mode, row.basis_days) for row in rows}) == 1


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(sorted(BY_REGIME)),
    due_on=st.dates(date(2003, 1, 1), date(2026, 11, 1)),
    days=st.integers(1, 1500),
    amount=st.integers(1, 10**10),
)
def test_table_equals_the_authority(name: str, due_on: date, days: int, amount: int) -> None:
    as_of = due_on + timedelta(days=days)
    result = accrue(InterestRequest(name, due_on, as_of, ((due_on, amount),), regimes()[name].currency))
    expected = by_table(name, due_on, as_of, amount)
    if expected is None:
        assert result.unknown_from is not None
    else:
        assert (result.amount_minor, result.unknown_from) == (expected, None)
