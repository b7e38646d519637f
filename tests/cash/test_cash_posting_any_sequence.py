"""Posting and taking back in any sequence leaves the ledger as it was: drawn portfolios, drawn acts, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from cash_desk import DAY, Desk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fairdue.cash.actions import do_assign, do_confirm, do_post, do_undo
from fairdue.cash.book import standing_decisions
from fairdue.cash.matching.records import Difference, Kind, Part
from fairdue.cash.models import BankLine
from fairdue.cash.plan import Misfit
from fairdue.ledger.queries import open_amounts, open_charges, unapplied_payments
from fairdue.people.actor import Actor
from fairdue.people.models import Company

END = date(2026, 12, 31)
ACTS = st.lists(
    st.tuples(
        st.sampled_from(("say", "say", "propose", "post", "post", "confirm", "assign", "undo", "return")),
        st.integers(0, 5), st.integers(0, 5), st.integers(1, 120),
        st.sampled_from((Difference.NONE, Difference.DISCOUNT, Difference.ROUNDING, Difference.OPEN, "write_off", "dispute")),
    ),
    max_size=20,
)  # fmt: skip


class Sequences(TestCase):
    """Hypothesis rolls each example back."""

    @given(ACTS)
    @settings(max_examples=30)
    def test_everything_undone_is_nothing_done(self, acts):
        company = Company.objects.create(code="acme", name="A", country="DE", currency="EUR", language="de")
        desk = Desk(Actor(company.pk, datetime(2026, 3, 2, 9, tzinfo=UTC), name="T", roles=frozenset({"finance_lead"})))
        items = [desk.item(amount, customer=f"K{n % 2}") for n, amount in enumerate((100, 100, 60, 30))]
        items += [desk.item(-40, customer="K0"), desk.item(110, customer="K1", currency="USD")]
        lines = [desk.line(amount) for amount in (100, 60, 100, 30, 150, 20)]
        before = desk.open()
        for what, one, at, amount, difference in acts:
            act(desk, what, lines[one], items, at, amount, difference)
            now = desk.open()
            for item in items:
                assert 0 <= now.get(item.pk, 0) * (1 if item.amount_minor > 0 else -1) <= abs(item.amount_minor)
            for line in lines:
                assert line.payments.filter(decision=None).count() <= 1
        undo_all(desk)
        assert desk.open() == before
        for day in (DAY - timedelta(days=2), DAY, DAY + timedelta(days=3)):
            assert open_amounts(desk.company_id, day) == before
        assert open_charges(desk.company_id, END) == {}
        rests = {
            one.payment_id: (one.currency, one.rest_minor, one.customer_id)
            for one in unapplied_payments(desk.company_id, END)
        }
        own = {
            line.payments.get(decision=None).payment_id: line for line in lines if line.payments.filter(decision=None)
        }
        assert rests == {payment: ("EUR", line.amount_minor, None) for payment, line in own.items()}


def parts_for(line, items, at: int, amount: int, difference: str) -> list[Part]:
    """Give parts that may or may not be possible: an item, with a credit note at times, and the rest on account or another item."""
    item = items[at]
    if item.amount_minor < 0:
        return [Part(items[0].pk, None, line.amount_minor + 40), Part(item.pk, None, -40, Kind.CREDIT)]
    if item.currency == "USD":
        return [Part(item.pk, None, line.amount_minor, item_minor=amount, difference=Difference.EXCHANGE)]
    paid = min(amount, line.amount_minor)
    missing = max(0, item.amount_minor - paid) if difference != Difference.NONE else 0
    rest = line.amount_minor - paid
    kinds = (Kind.ON_ACCOUNT, Kind.NOT_CUSTOMER)
    more = [Part(None, item.customer_id if not amount % 2 else None, rest, kinds[amount % 2])] if rest else []
    return [Part(item.pk, item.customer_id, paid, difference=difference, difference_minor=missing), *more]


def act(desk: Desk, what: str, line, items, at: int, amount: int, difference: str) -> None:
    parts = parts_for(line, items, at, amount, difference)
    try:
        if what == "say":
            desk.says(line, *parts, state=("posted", "waiting")[amount % 2])
        elif what == "propose":
            desk.propose()
        elif what == "post":
            desk.propose()
            do_post(desk.actor)
        elif what == "confirm":
            do_confirm(desk.actor, line.pk)
        elif what == "assign":
            do_assign(desk.actor, line.pk, parts, reason="agreed")
        elif what == "undo":
            do_undo(desk.actor, line.pk, reason="wrong")
        elif items[at].amount_minor > 0:
            back = desk.line(-amount, on=DAY + timedelta(days=3))
            fee = [Part(None, None, -3, Kind.CHARGE)] if amount > 3 else []
            returned = Part(items[at].pk, None, -amount + (3 if fee else 0), Kind.RETURN)
            do_assign(desk.actor, back.pk, [returned, *fee], learn=False)
    except Misfit:
        pass


def undo_all(desk: Desk) -> None:
    """Take back what stands, the latest first: what rests on another goes before it."""
    for line_id in list(standing_decisions().order_by("-id").values_list("line_id", flat=True)):
        do_undo(desk.actor, line_id, reason="all")
    assert BankLine.objects.filter(decisions__undoing=None, decisions__isnull=False).count() == 0
