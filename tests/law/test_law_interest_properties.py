"""Late interest against a slow day-by-day reference, and the identities it must keep."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from law_reference import slow_interest

from fairdue.kernel.daycount import DayCount
from fairdue.kernel.rounding import to_int
from fairdue.law.accrual import Balances
from fairdue.law.contract_rate import ContractRate
from fairdue.law.interest import InterestRequest, accrue, accrue_many
from fairdue.law.portfolio import simple_regimes
from fairdue.law.statutes import Claim, regimes

CHECKED = [
    "DE_BGB288",
    "AT_UGB456",
    "FR_L441_10",
    "BE_L2002",
    "FI_KORKOLAKI4A",
    "SE_RANTELAG6",
    "DK_RENTELOV5",
    "HU_PTK6_155",
    "PL_UTZ",
    "RO_OG13_2011",
    "BG_PMS426",
    "EE_VOS113",
    "NO_FRL3",
    "TR_TTK1530",
    "GB_LPCDA1998",
    "CZ_NV351",
    "JP_CC404",
    "CN_SPC_SALES",
    "CN_SME_REG",
    "CH_OR104",
    "US_TX_LEGAL",
    "NL_6_119a",
    "IN_MSMED16",
    "US_PROMPT_PAYMENT",
    "ZA_PRIA55",
]
SPECIAL = {"NL_6_119a", "IN_MSMED16", "US_PROMPT_PAYMENT", "ZA_PRIA55"}
LOCKED = {"GB_LPCDA1998", "CZ_NV351", "JP_CC404", "CN_SPC_SALES"}
ADDITIVE = [name for name in CHECKED if name not in SPECIAL | LOCKED | {"US_TX_LEGAL"}]

dues = st.dates(date(2013, 1, 1), date(2026, 11, 1))
spans = st.integers(0, 1500)
principals = st.integers(0, 10**9)


@st.composite
def balances_of(draw: st.DrawFn, due_on: date) -> Balances:
    """A balance before the due date and up to three payments around and after it."""
    amount = draw(principals)
    steps = [(due_on - timedelta(days=30), amount)]
    on = due_on - timedelta(days=5)
    for _ in range(draw(st.integers(0, 3))):
        on += timedelta(days=draw(st.integers(1, 200)))
        amount = draw(st.integers(0, amount))
        steps.append((on, amount))
    return tuple(steps)


@pytest.mark.parametrize("name", CHECKED)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_equals_the_day_by_day_reference(name: str, data: st.DataObject) -> None:
    due_on = data.draw(dues)
    as_of = due_on + timedelta(days=data.draw(spans))
    balances = data.draw(balances_of(due_on))
    result = accrue(InterestRequest(name, due_on, as_of, balances, "EUR"))
    slow, unknown = slow_interest(name, due_on, as_of, balances)
    assert result.exact == slow
    assert result.unknown_from == unknown
    expected = to_int(slow)
    assert result.amount_minor == (0 if expected < regimes()[name].minimum_minor else expected)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_simple_interest_adds_up_over_any_split(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(ADDITIVE))
    due_on = data.draw(st.dates(date(2017, 1, 1), date(2024, 1, 1)))
    balances = data.draw(balances_of(due_on))
    middle = due_on + timedelta(days=data.draw(st.integers(0, 400)))
    end = middle + timedelta(days=data.draw(st.integers(0, 400)))
    whole = accrue(InterestRequest(name, due_on, end, balances, "EUR"))
    first = accrue(InterestRequest(name, due_on, middle, balances, "EUR"))
    second = accrue(InterestRequest(name, middle, end, balances, "EUR"))
    if whole.unknown_from is None and second.unknown_from is None:
        assert whole.exact == first.exact + second.exact


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_grows_with_time_and_never_falls(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(CHECKED))
    due_on = data.draw(dues)
    balances = data.draw(balances_of(due_on))
    early = due_on + timedelta(days=data.draw(spans))
    late = early + timedelta(days=data.draw(spans))
    one = accrue(InterestRequest(name, due_on, early, balances, "EUR"))
    two = accrue(InterestRequest(name, due_on, late, balances, "EUR"))
    assert 0 <= one.amount_minor <= two.amount_minor
    if one.unknown_from is not None:
        assert two.unknown_from == one.unknown_from
        assert two.amount_minor == one.amount_minor


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_earlier_payment_never_costs_more(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(CHECKED))
    due_on = data.draw(st.dates(date(2020, 8, 1), date(2024, 1, 1)))
    amount = data.draw(st.integers(1, 10**9))
    left = data.draw(st.integers(0, amount))
    early, later = sorted(due_on + timedelta(days=data.draw(st.integers(1, 300))) for _ in range(2))
    as_of = later + timedelta(days=30)
    opened = (due_on - timedelta(days=9), amount)
    first = accrue(InterestRequest(name, due_on, as_of, (opened, (early, left)), "EUR"))
    second = accrue(InterestRequest(name, due_on, as_of, (opened, (later, left)), "EUR"))
    assert first.exact <= second.exact


@settings(max_examples=50, deadline=None)
@given(due_on=dues, days=spans, name=st.sampled_from(CHECKED))
def test_no_principal_no_interest_and_no_unknown(due_on: date, days: int, name: str) -> None:
    result = accrue(InterestRequest(name, due_on, due_on + timedelta(days=days), ((due_on, 0),), "EUR"))
    assert (result.amount_minor, result.segments, result.unknown_from) == (0, (), None)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_lines_of_a_table_add_up(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(CHECKED))
    due_on = data.draw(dues)
    balances = data.draw(balances_of(due_on))
    result = accrue(InterestRequest(name, due_on, due_on + timedelta(days=data.draw(spans)), balances, "EUR"))
    shown = result.shown_minor()
    assert sum(shown) == result.amount_minor
    assert len(shown) == len(result.segments)
    days = [(segment.from_on, segment.to_on) for segment in result.segments]
    assert all(low <= high for low, high in days)
    assert all(a[1] < b[0] for a, b in pairwise(days))


@settings(max_examples=60, deadline=None)
@given(
    due_on=dues,
    days=st.integers(1, 1200),
    amount=principals,
    rate=st.integers(0, 400_000),
    count=st.sampled_from(list(DayCount)),
)
def test_an_agreed_rate_follows_its_day_count(due_on: date, days: int, amount: int, rate: int, count: DayCount) -> None:
    from fairdue.kernel.daycount import year_fraction

    as_of = due_on + timedelta(days=days)
    contract = ContractRate(rate, day_count=count)
    result = accrue(InterestRequest("DE_BGB288", due_on, as_of, ((due_on, amount),), "EUR", contract=contract))
    one = timedelta(days=1)
    assert result.exact == amount * Fraction(rate, 10**6) * year_fraction(due_on + one, as_of + one, count)


def test_many_equal_one_by_one() -> None:
    requests = [
        InterestRequest(name, date(2025, 3, 31), date(2026, 5, 31), ((date(2025, 3, 1), 1_000_01),), "EUR")
        for name in CHECKED
    ]
    assert accrue_many(requests) == [accrue(request) for request in requests]


def test_every_simple_regime_is_a_right() -> None:
    assert all(regimes()[name].claim is Claim.RIGHT for name in simple_regimes())


def test_a_negative_balance_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        accrue(InterestRequest("DE_BGB288", date(2026, 1, 1), date(2026, 2, 1), ((date(2026, 1, 1), -1),), "EUR"))


def test_balances_out_of_order_are_refused() -> None:
    balances = ((date(2026, 1, 5), 10), (date(2026, 1, 1), 5))
    with pytest.raises(ValueError, match="in order of time"):
        accrue(InterestRequest("DE_BGB288", date(2026, 1, 1), date(2026, 2, 1), balances, "EUR"))
