"""A slow, day-by-day reference for late interest, written from the numbered sentences and not from the engine.

It reads the same data files with the csv module alone, walks one day at a time, and keeps exact fractions.
"""

import csv
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[2] / "src" / "fairdue" / "law" / "data"
ONE = timedelta(days=1)


@cache
def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).open(encoding="utf-8")))


@cache
def regime(name: str) -> dict[str, str]:
    return next(row for row in table("regimes.csv") if row["regime"] == name)


@cache
def value(series: str, on: date) -> Fraction | None:
    """The percent value of a series on a day, None when unknown (sentence 14)."""
    about = next(row for row in table("series.csv") if row["series"] == series)
    if on.isoformat() > about["verified_through"]:
        return None
    rows = [r for r in table("reference_rates.csv") if r["series"] == series and r["effective_on"] <= on.isoformat()]
    if not rows or rows[-1]["confidence"] not in ("high", "medium"):
        return None
    last = date.fromisoformat(rows[-1]["effective_on"])
    if about["carry"] == "half_year" and (on.year, on.month > 6) != (last.year, last.month > 6):
        return None
    return Fraction(rows[-1]["value_percent"])


def half_year(on: date) -> date:
    return date(on.year, 7 if on.month > 6 else 1, 1)


def up(number: Fraction, step: str) -> Fraction:
    return -(-number // Fraction(step)) * Fraction(step)


@cache
def percent(name: str, on: date, first: date) -> Fraction | None:
    """The yearly rate in percent of a rule on a day (sentences 11 to 13)."""
    rule = regime(name)
    if rule["valid_by"] == "period":
        members = [
            r
            for r in table("regimes.csv")
            if r["family"] == rule["family"] and (r["valid_from"] or "0") <= on.isoformat() <= (r["valid_to"] or "9999")
        ]
        if not members:
            return None
        rule = members[0]
    elif rule["valid_from"] and (first if rule["reset"] == "locked" else on).isoformat() < rule["valid_from"]:
        return None
    if rule["fixed_percent"]:
        return Fraction(rule["fixed_percent"])
    if rule["per_day_percent"]:
        return Fraction(rule["per_day_percent"]) * 365
    sample = {
        "half_year": half_year(on),
        "year": date(on.year, 1, 1),
        "on_change": on,
        "locked": half_year(first) if rule["locked_sample"] == "half_year_start" else first,
    }[rule["reset"]]
    reference = value(rule["series"], sample)
    if reference is None:
        return None
    if rule["round_what"] == "reference":
        reference = up(reference, rule["round_step_percent"])
    rate = reference * Fraction(rule["multiplier"] or "1") + Fraction(rule["margin_percent"] or "0")
    return up(rate, rule["round_step_percent"]) if rule["round_what"] == "rate" else rate


def shift(on: date, months: int) -> date:
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day, on.day))
        except ValueError:
            continue
    raise AssertionError


def rest_bounds(rule: dict[str, str], first: date, on: date) -> tuple[date, date]:
    """The rest of capitalisation that holds a day (sentence 18)."""
    number = 0
    while True:
        if rule["compounding"] == "days_30":
            low, high = first + 30 * number * ONE, first + 30 * (number + 1) * ONE
        else:
            months = 12 if rule["compounding"] == "year" else 1
            low, high = shift(first, months * number), shift(first, months * (number + 1))
        if low <= on < high:
            return low, high
        number += 1


def open_at_end(balances: tuple[tuple[date, int], ...], on: date) -> int:
    held = [amount for day, amount in balances if day <= on]
    return held[-1] if held else 0


def slow_interest(
    name: str, due_on: date, as_of: date, balances: tuple[tuple[date, int], ...]
) -> tuple[Fraction, date | None]:
    """Interest in minor units before rounding and the first unknown day; no minimum is applied."""
    rule = regime(name)
    first = due_on + int(rule["start_after_days"]) * ONE
    accrued, base_interest = Fraction(0), Fraction(0)
    day = first
    while day <= as_of:
        if rule["stop_after_months"] and day >= shift(first, int(rule["stop_after_months"])):
            break
        counted = open_at_end(balances, day - ONE if rule["payment_day_counts"] == "1" else day)
        year = Fraction({"act_360": 360}.get(rule["day_count"], 365))
        if rule["compounding"] != "none":
            low, high = rest_bounds(rule, first, day)
            if day == low:
                base_interest = accrued
            if rule["day_count"] == "monthly_rests":
                year = Fraction(12 * (high - low).days)
        if counted:
            rate = percent(name, day, first)
            if rate is None:
                return accrued, day
            gained = (counted + base_interest) * rate / 100 / year
            if rule["in_duplum"] == "1":
                gained = min(gained, max(Fraction(0), counted - accrued))
            accrued += gained
        day += ONE
    return accrued, None
