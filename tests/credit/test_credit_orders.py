"""The order check: outcomes, reasons, and alternatives that really pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairdue.credit.limit_rules import ladders
from fairdue.credit.order_rules import Buyer, Check, Exposure, Gate, Order, OrderPolicy, Outcome, decide

POLICY = OrderPolicy()
GOOD = Buyer(Exposure(open_items=600_00), limit=1_000_00, grade="B")


def codes(decided) -> list[str]:
    return [one.code for one in decided.reasons]


def test_within_the_limit_it_is_released() -> None:
    decided = decide(GOOD, Order(400_00, "EUR", 30), POLICY)
    assert (decided.outcome, decided.reasons, decided.alternatives, decided.free) == (Outcome.RELEASE, (), (), 400_00)


def test_a_cent_above_it_is_held_and_told_what_would_do() -> None:
    decided = decide(GOOD, Order(400_01, "EUR", 30), POLICY)
    assert (decided.outcome, codes(decided)) == (Outcome.HOLD, ["order_limit"])
    told = {one.kind: one.order for one in decided.alternatives}
    assert (told["smaller"].amount, told["prepaid"].prepaid, told["secured"].secured) == (400_00, 1, 1)


def test_the_parts_of_an_exposure() -> None:
    parts = Exposure(open_items=500, drafts=40, undelivered=30, uninvoiced=20, unapplied=100, securities=90)
    assert parts.total == 400
    assert replace(parts, securities=10_000).total == 0


def test_terms_of_ninety_days_pass_as_thirty() -> None:
    decided = decide(GOOD, Order(100_00, "EUR", 90), POLICY)
    assert codes(decided) == ["order_terms"]
    assert {one.kind: one.order.terms_days for one in decided.alternatives}["shorter"] == 30
    both = decide(GOOD, Order(500_00, "EUR", 90), POLICY)
    assert "prepaid_shorter" in {one.kind for one in both.alternatives}


def test_grade_c_is_for_prepayment_only() -> None:
    decided = decide(replace(GOOD, grade="C"), Order(100_00, "EUR", 30), POLICY)
    assert decided.outcome is Outcome.REFUSE
    told = {one.kind: one.order for one in decided.alternatives}
    assert told["prepaid"].prepaid == 100_00
    assert "smaller" not in told
    assert decide(replace(GOOD, grade="C"), Order(100_00, "EUR", 30, prepaid=100_00), POLICY).outcome is Outcome.RELEASE


def test_a_block_refuses_whatever_is_paid_before() -> None:
    blocked = replace(GOOD, blocks=("sales_block",))
    decided = decide(blocked, Order(100_00, "EUR", prepaid=100_00), POLICY)
    assert (decided.outcome, decided.alternatives) == (Outcome.REFUSE, ())
    person = decide(replace(blocked, natural_person=True), Order(100_00, "EUR"), POLICY)
    assert (person.outcome, codes(person)) == (Outcome.HOLD, ["order_block", "order_person"])


def test_gates_are_set_apart() -> None:
    late = replace(GOOD, overdue=200_00, overdue_days=11)
    assert decide(late, Order(1_00, "EUR", 30), POLICY).outcome is Outcome.HOLD
    assert decide(late, Order(1_00, "EUR", 30), POLICY, Gate.INVOICE).outcome is Outcome.RELEASE
    assert decide(replace(late, overdue_days=10), Order(1_00, "EUR", 30), POLICY).outcome is Outcome.RELEASE
    own = OrderPolicy(checks={Gate.DELIVERY: {Check.OVERDUE: Outcome.REFUSE}})
    assert decide(late, Order(1_00, "EUR", 30), own, Gate.DELIVERY).outcome is Outcome.REFUSE


def test_more_prepaid_than_ordered_is_an_error() -> None:
    with pytest.raises(ValueError, match="prepaid"):
        decide(GOOD, Order(1, "EUR", prepaid=2), POLICY)


MINOR = st.integers(0, 2_000)
BUYERS = st.builds(
    Buyer, st.builds(Exposure, MINOR, MINOR, MINOR, MINOR, MINOR, MINOR), st.none() | MINOR, st.sampled_from(["", *ladders()]),
    st.none() | MINOR, MINOR, MINOR.map(lambda n: n * 100), st.integers(0, 30), st.sampled_from([(), (), ("sales_block",)]),
    st.sampled_from([0, 0, 1]), st.booleans(), st.sampled_from([0, 500]),
)  # fmt: skip
ORDERS = st.builds(Order, st.integers(1, 2_000), st.just("EUR"), st.integers(0, 120))


@given(BUYERS, ORDERS)
def test_every_alternative_passes_and_a_unit_less_would_not(buyer, order) -> None:
    decided = decide(buyer, order, POLICY)
    for kind, other in decided.alternatives:
        assert decide(buyer, other, POLICY).outcome is Outcome.RELEASE
        nearer = {
            "smaller": replace(other, amount=other.amount + 1),
            "prepaid": replace(other, prepaid=max(other.prepaid - 1, 0)),
            "secured": replace(other, secured=max(other.secured - 1, 0)),
            "shorter": replace(other, terms_days=other.terms_days + 1),
        }.get(kind)
        assert nearer is None or decide(buyer, nearer, POLICY).outcome is not Outcome.RELEASE


@given(BUYERS, ORDERS, st.integers(0, 500))
def test_less_is_never_harder(buyer, order, cut) -> None:
    """A smaller order, a higher limit, or one more paid before is never decided harder."""
    outcome = decide(buyer, order, POLICY).outcome
    assert decide(buyer, replace(order, amount=max(order.amount - cut, 1)), POLICY).outcome <= outcome
    assert decide(buyer, replace(order, prepaid=min(order.amount, cut)), POLICY).outcome <= outcome
    if buyer.limit is not None:
        assert decide(replace(buyer, limit=buyer.limit + cut), order, POLICY).outcome <= outcome
