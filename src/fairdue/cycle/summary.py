"""What a run leaves for the home page: ageing, due chart and key figures, in the company's currency and per currency.

Amounts of other currencies enter at the rates of the run's day; a currency without a rate is named and left out, never guessed.
A ratio over several currencies is the ratio of the converted sums, rounded once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pyarrow as pa

from fairdue.kernel.rounding import PPM, to_int
from fairdue.ledger.measures import BUCKETS, Conversion, Total

PERIOD_DAYS = 90
"""The period of DSO, collection effectiveness, average days delinquent and turnover (see docs/algorithms/measures.md)."""

RATIOS = (
    ("dso", "dso_classic", 10, "days_e1"),
    ("best_possible_dso", "dso_best_possible", 10, "days_e1"),
    ("cei", "collection_effectiveness", PPM, "ppm"),
    ("add", "average_days_delinquent", 10, "days_e1"),
    ("turnover", "turnover", 100, "times_e2"),
    ("overdue_share", "overdue_share", PPM, "ppm"),
)
"""Code on the page, measure, units of one, unit's name."""


def summarise(results: Mapping[str, pa.Table], rates: Conversion, as_of: date) -> dict[str, Any]:
    """Give the summary of a run from its nightly measures, as integers and text ready to be stored as JSON."""
    ageing = results["ageing"].to_pylist()
    balances = results["customer_balances"].to_pylist()
    opened = [(row["total_minor"], row["currency"]) for row in balances]
    overdue = [(row["overdue_minor"], row["currency"]) for row in balances]
    whole, late = total(rates, opened), total(rates, overdue)
    period = {"from": (as_of - timedelta(days=PERIOD_DAYS - 1)).isoformat(), "to": as_of.isoformat()}
    kpis: list[dict[str, Any]] = [
        {"code": "open", "value": whole.amount_minor, "unit": "minor"},
        {"code": "overdue", "value": late.amount_minor, "unit": "minor"},
    ]
    for code, name, units, unit in RATIOS:
        value = _ratio(results[name], rates, units)
        kpis.append({"code": code, "value": value, "unit": unit, **({} if code == "overdue_share" else period)})
    return {
        "currency": rates.currency,
        "ageing": _buckets(ageing, rates),
        "credit_minor": total(rates, _credits(ageing)).amount_minor,
        "ageing_by_currency": _by_currency(ageing),
        "due": _due(results["due_chart"].to_pylist(), rates),
        "kpis": kpis,
        "countback": _countback(results["dso_countback"].to_pylist()),
        "unconverted": list(whole.without_rate),
        "customers": len({row["customer_id"] for row in balances if row["customer_id"]}),
    }


def total(rates: Conversion, amounts: Iterable[tuple[int, str]]) -> Total:
    """Sum (minor units, currency) pairs as ``rates.total`` does, with one conversion a currency instead of one a pair."""
    sums: dict[str, int] = {}
    for amount_minor, currency in amounts:
        sums[currency] = sums.get(currency, 0) + amount_minor
    return rates.total((amount_minor, currency) for currency, amount_minor in sums.items())


def base_minor(rates: Conversion, amount_minor: int, currency: str) -> int | None:
    """Give an amount in the company's currency, rounded once; None without a rate. Most amounts are in it already."""
    return amount_minor if currency == rates.currency else rates.convert(amount_minor, currency)


def _buckets(rows: list[dict[str, Any]], rates: Conversion) -> list[dict[str, Any]]:
    made = []
    for bucket in BUCKETS:
        here = [row for row in rows if row["bucket"] == bucket.code]
        whole = total(rates, ((row["open_minor"], row["currency"]) for row in here))
        made.append(
            {"bucket": bucket.code, "open_minor": whole.amount_minor, "items": sum(row["items"] for row in here)}
        )
    return made


def _credits(rows: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(row["credit_minor"] + row["unapplied_minor"], row["currency"]) for row in rows if row["bucket_no"] == 0]


def _by_currency(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        held = sums.setdefault((row["currency"], row["bucket"]), [0, 0])
        held[0] += row["open_minor"] + row["credit_minor"] + row["unapplied_minor"]
        held[1] += row["items"]
    return [
        {"currency": currency, "bucket": bucket, "open_minor": amount, "items": items}
        for (currency, bucket), (amount, items) in sorted(sums.items())
    ]


def _due(rows: list[dict[str, Any]], rates: Conversion) -> list[dict[str, Any]]:
    weeks: dict[tuple[date, str], list[tuple[int, str]]] = {}
    for row in rows:
        weeks.setdefault((row["week_on"], row["span"]), []).append((row["open_minor"], row["currency"]))
    return [
        {"week_on": week.isoformat(), "span": span, "open_minor": total(rates, amounts).amount_minor}
        for (week, span), amounts in sorted(weeks.items())
        if span == "week"
    ]


def _ratio(table: pa.Table, rates: Conversion, units: int) -> int | None:
    sums: dict[str, list[int]] = {}
    for row in table.select(["currency", "numerator", "denominator"]).to_pylist():
        held = sums.setdefault(row["currency"], [0, 0])
        held[0] += row["numerator"]
        held[1] += row["denominator"]
    above = below = Fraction(0)
    for currency, (numerator, denominator) in sums.items():
        over, under = rates.exact(numerator, currency), rates.exact(denominator, currency)
        if over is not None and under is not None:
            above, below = above + over, below + under
    return to_int(above / below * units) if below > 0 else None


def _countback(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "currency": row["currency"],
            "value": to_int(Fraction(row["numerator"] * 10, row["denominator"])) if row["denominator"] else None,
            "unit": "days_e1",
            "at_least": row["beyond_minor"] > 0,
        }
        for row in rows
    ]
