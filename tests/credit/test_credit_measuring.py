"""Indicators of a portfolio and of one customer, from a snapshot of the ledger on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fairdue.credit.catalogue import Level, indicators
from fairdue.credit.measuring import measured, of_customer
from fairdue.cycle.indicators import portfolio
from fairdue.ledger.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")]


@pytest.fixture
def two(house):
    """One open invoice 40 days late of 300.00 and one not due of 100.00; another customer who owes 600.00, not due."""
    house.invoice(300_00, due_in=-40)
    house.invoice(100_00, due_in=20)
    other = Customer.objects.create(
        company=house.company, number="200", number_key="200", name="Other", country="DE", created_at=house.at
    )
    mine, house.customer = house.customer, other
    house.invoice(600_00, due_in=20)
    house.customer = mine
    return mine, other


def test_one_customer_is_told_with_inputs_and_levels(house, two):
    with portfolio(house.company, house.today, house.at + timedelta(minutes=1)) as con:
        told = {one.indicator.id: one for one in of_customer(con, two[0].pk, house.today)}
        other = {one.indicator.id: one for one in of_customer(con, two[1].pk, house.today, only="AGE001")}
    assert len(told) == sum(one.works for one in indicators().values())
    # Overdue 300.00 of 400.00; none of the other's.
    assert told["AGE001"].value_micro == 750_000
    assert told["AGE001"].level == Level.RED
    assert told["AGE005"].value_micro == 40_000_000
    assert other["AGE001"].value_micro == 0
    assert list(other) == ["AGE001"]
    # Nothing was ever settled: not enough data is no value, and calm.
    assert told["PAY001"].value_micro is None
    assert told["PAY001"].level == Level.NONE
    assert set(told["PAY001"].inputs) == set(indicators()["PAY001"].inputs)
    # Share of the ledger: 400.00 of 1,000.00.
    assert told["LIM008"].value_micro == 400_000


def test_one_customer_is_what_the_portfolio_says(house, two):
    with portfolio(house.company, house.today, house.at + timedelta(minutes=1)) as con:
        steps = []
        tables = {
            name: table.to_pylist()
            for name, table in measured(con, house.today, progress=lambda done, of: steps.append((done, of)))
        }
        told = of_customer(con, two[0].pk, house.today)
    assert steps[-1][0] == steps[-1][1] == len(tables)
    for one in told:
        rows = [row for row in tables[one.indicator.measure] if row["customer_id"] == two[0].pk]
        assert one.value_micro == (rows[0][one.indicator.id.lower()] if rows else None)


def test_yesterday_gives_what_it_gave_yesterday(house, two):
    day = house.today
    with portfolio(house.company, day, house.at + timedelta(minutes=1)) as con:
        before = [one.value_micro for one in of_customer(con, two[0].pk, day)]
    house.at += timedelta(days=1)
    house.invoice(900_00, due_in=-100)
    with portfolio(house.company, day, house.at - timedelta(hours=12)) as con:
        assert [one.value_micro for one in of_customer(con, two[0].pk, day)] == before
