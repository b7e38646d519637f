"""The worked examples of docs/algorithms/measures.md, and interest in bulk beside the law."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from fairdue.engine.check import reference_page
from fairdue.kernel.rounding import PPM
from fairdue.law.interest import InterestRequest, accrue
from fairdue.law.portfolio import rate_rows, simple_regimes
from fairdue.ledger import measures
from fairdue.ledger.measures import exchange
from fairdue.ledger.measures.indicators import period_table

from .portfolios import SCHEMAS
from .test_measures_portfolio import opened

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")

DOCS = Path(__file__).parents[2] / "docs"
AS_OF = date(2026, 6, 30)


def worked(heading: str) -> list[list[str]]:
    """Give the rows of the table whose first heading is ``heading``."""
    lines = (DOCS / "algorithms" / "measures.md").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {heading}"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def ledger(**tables):
    return {name: tables.get(name, []) for name in SCHEMAS}


def item(number, amount, effective_on, due_on):
    return {
        "id": number, "customer_id": 1, "document_id": number, "seq": 1, "currency": "EUR", "amount_minor": amount,
        "effective_on": effective_on, "due_on": due_on,
    }  # fmt: skip


@pytest.fixture(scope="module")
def quarter():
    """Receivables 1.2 m, 0.3 m of it overdue, opening 1.1 m, sales 0.6, 0.45 and 0.5 m in April, May, June."""
    april, may, june, later = date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10), date(2026, 7, 31)
    items = [
        item(1, 110_000_000, date(2026, 1, 5), date(2026, 2, 4)),
        item(2, 60_000_000, april, later),
        item(3, 45_000_000, may, later),
        item(4, 50_000_000, june, later),
    ]
    payments = [{"id": 1, "customer_id": 1, "currency": "EUR", "amount_minor": 145_000_000, "effective_on": june}]
    allocations = [
        {"id": number, "customer_id": 1, "kind": "payment", "due_item_id": due_item, "payment_id": 1, "currency": "EUR",
         "amount_minor": amount, "effective_on": june}
        for number, (due_item, amount) in enumerate([(1, 80_000_000), (2, 60_000_000), (3, 5_000_000)], 1)
    ]  # fmt: skip
    return opened(ledger(due_items=items, payments=payments, allocations=allocations), AS_OF)


@pytest.mark.parametrize(("name", "numerator", "denominator", "shown"), worked("worked figure"))
def test_an_indicator_of_the_quarter(quarter, name, numerator, denominator, shown):
    more = {} if name in ("overdue_share", "dso_countback") else {"period_days": 91}
    ratio = getattr(measures, name)(quarter, AS_OF, **more)["EUR"]
    assert (ratio.numerator, ratio.denominator) == (int(numerator), int(denominator))
    units = 10_000 if shown.endswith("%") else 100
    assert ratio.scaled(units) == int(Decimal(shown.rstrip("% ")) * 100)
    assert ratio.beyond_minor == 0


def test_countback_says_at_least_when_sales_run_out(quarter):
    from fairdue.engine.measures import hand_in, run

    hand_in(quarter, periods=period_table(AS_OF, 1))
    row = run(quarter, measures.measure("dso_countback"), as_of=AS_OF).to_pylist()[0]
    assert (row["numerator"], row["denominator"], row["beyond_minor"]) == (30, 1, 70_000_000)


@pytest.mark.parametrize(("days", "weight"), worked("worked days beyond terms"))
def test_a_weight_of_the_payment_index(days, weight):
    table = measures.index_weights().to_pydict()
    weights = dict(zip(table["days"], table["weight_milli"], strict=True))
    assert weights[min(max(int(days), -30), 180)] == int(weight) * 1_000


def test_behaviour_divides_once():
    due_on = date(2026, 1, 31)
    items = [item(1, 10_000, date(2026, 1, 1), due_on), item(2, 30_000, date(2026, 1, 1), due_on)]
    allocations = [
        {"id": 1, "customer_id": 1, "kind": "payment", "due_item_id": 1, "payment_id": 1, "currency": "EUR",
         "amount_minor": 10_000, "effective_on": due_on + timedelta(days=15)},
        {"id": 2, "customer_id": 1, "kind": "payment", "due_item_id": 2, "payment_id": 1, "currency": "EUR",
         "amount_minor": 30_000, "effective_on": due_on},
    ]  # fmt: skip
    con = opened(ledger(due_items=items, allocations=allocations), AS_OF)
    found = list(measures.behaviours(measures.payment_behaviour(con, AS_OF)))
    # (10,000 x 15 + 30,000 x 0) / 40,000 = 3.75 days; (10,000 x 70 + 30,000 x 80) / 40,000 = 77.5 points
    assert found == [measures.Behaviour(1, "EUR", 2, 38, 78, 750_000, None)]


@pytest.mark.parametrize(("amount", "currency", "quote", "company", "own_quote", "result"), worked("worked amount"))
def test_an_exchanged_amount(amount, currency, quote, company, own_quote, result):
    quotes = {currency: quote, company: own_quote}
    rates = [
        {
            "id": number,
            "currency": name,
            "quoted_on": AS_OF - timedelta(days=7),
            "per_euro_micro": int(Decimal(value) * PPM),
        }
        for number, (name, value) in enumerate(quotes.items(), 1)
        if name != "EUR"
    ]
    con = opened(ledger(company=[{"id": 1, "currency": company}], exchange_rates=rates), AS_OF)
    rate = measures.conversion(con, AS_OF)
    assert rate.convert(int(amount), currency) == int(result)
    assert rate.total([(int(amount), currency), (1, "GBP")]) == exchange.Total(int(result), company, ("GBP",))
    assert measures.conversion(con, AS_OF + timedelta(days=1)).convert(1, "GBP") is None


def test_a_quote_is_good_for_seven_days():
    rates = [{"id": 1, "currency": "USD", "quoted_on": AS_OF, "per_euro_micro": 1_250_000}]
    con = opened(ledger(company=[{"id": 1, "currency": "EUR"}], exchange_rates=rates), AS_OF)
    assert measures.conversion(con, AS_OF + timedelta(days=7)).convert(100, "USD") == 80
    assert measures.conversion(con, AS_OF + timedelta(days=8)).convert(100, "USD") is None
    assert measures.conversion(con, AS_OF - timedelta(days=1)).convert(100, "USD") is None


def test_interest_in_bulk_equals_the_law():
    """Every simple regime, ten items each with part payments, to the minor unit; unknown where the law says unknown."""
    as_of, items, allocations, regimes = date(2026, 3, 2), [], [], {}
    for number, regime in enumerate(name for name in simple_regimes() for _ in range(10)):
        due_on = date(2023, 1, 5) + timedelta(days=number * 37 % 1_100)
        items.append(item(number + 1, 1_000_000 + number * 7_919, date(2022, 12, 1), due_on))
        regimes[number + 1] = regime
        for step in range(number % 4):
            paid_on = due_on + timedelta(days=17 * step - 5)
            allocations.append(
                {"id": len(allocations) + 1, "customer_id": 1, "kind": "payment", "due_item_id": number + 1, "payment_id": 1,
                 "currency": "EUR", "amount_minor": 100_003, "effective_on": paid_on}
            )  # fmt: skip
    con = opened(ledger(due_items=items, allocations=allocations), as_of)
    levels = measures.interest_levels(con, as_of, measures.regime_table(regimes), measures.rate_table(rate_rows()))
    bulk = measures.interest_minor(levels)
    served = 0
    for one in items:
        balances = [(one["effective_on"], one["amount_minor"])]
        for row in allocations:
            if row["due_item_id"] == one["id"] and row["effective_on"] <= as_of:
                balances.append((row["effective_on"], balances[-1][1] - row["amount_minor"]))
        result = accrue(InterestRequest(regimes[one["id"]], one["due_on"], as_of, tuple(balances), "EUR"))
        if bulk.get(one["id"], 0) is None:
            assert result.unknown_from is not None, one
            continue
        assert (bulk.get(one["id"], 0), result.unknown_from) == (result.amount_minor, None), (regimes[one["id"]], one)
        served += 1
    assert served > len(items) * 3 // 4


def test_the_reference_page_is_the_headers():
    page = (DOCS / "reference" / "measures.md").read_text(encoding="utf-8")
    assert page.endswith(reference_page("fairdue.ledger.sql"))


@pytest.mark.parametrize(
    ("as_of", "held"),
    [(date(2026, 2, 28), 0), (date(2026, 3, 1), 100), (date(2026, 3, 10), 100), (date(2026, 3, 11), 0)],
)
def test_a_hold_counts_on_its_first_and_on_its_last_day(as_of, held):
    hold = {
        "id": 1,
        "customer_id": 1,
        "due_item_id": 1,
        "reason": "dispute",
        "since": date(2026, 3, 1),
        "until": date(2026, 3, 10),
    }
    document = {"id": 1, "customer_id": 1, "kind": "invoice", "number": "R", "currency": "EUR"}
    items = [item(1, 100, date(2026, 1, 1), date(2026, 1, 31))]
    con = opened(ledger(documents=[document], due_items=items, holds=[hold]), as_of)
    assert measures.chase_items(con, as_of).to_pylist()[0]["held_minor"] == held
    hold |= {"until": None, "released_on": date(2026, 3, 11)}
    con = opened(ledger(documents=[document], due_items=items, holds=[hold]), as_of)
    assert measures.chase_items(con, as_of).to_pylist()[0]["held_minor"] == held


@pytest.mark.parametrize(
    ("days", "bucket", "overdue", "over_90"),
    [(0, "not_due", 0, 0), (1, "1_30", 7, 0), (30, "1_30", 7, 0), (31, "31_60", 7, 0), (90, "61_90", 7, 0), (91, "91_120", 7, 7),
     (120, "91_120", 7, 7), (121, "over_120", 7, 7)],
)  # fmt: skip
def test_the_edges_of_the_buckets(days, bucket, overdue, over_90):
    con = opened(ledger(due_items=[item(1, 7, date(2025, 1, 1), AS_OF - timedelta(days=days))]), AS_OF)
    assert measures.ageing(con, AS_OF).to_pylist()[0]["bucket"] == bucket
    balance = measures.customer_balances(con, AS_OF).to_pylist()[0]
    assert (balance["overdue_minor"], balance["over_90_minor"]) == (overdue, over_90)
