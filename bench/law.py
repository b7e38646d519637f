"""Late interest: microseconds of processor time an item, by the kind of rule; and business-day questions."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

from fairdue.kernel.calendars import add_business_days, is_business_day
from fairdue.law.interest import InterestRequest, accrue_many

ITEMS = 20_000
SIMPLE_LIMIT_US = 15.0
"""The bulk target of a simple item; a hundred thousand items then take under two seconds."""

Line = tuple[str, float, str, float | None, float | None]


def requests(regime: str, *, payments: int = 0) -> list[InterestRequest]:
    """Give ``ITEMS`` different due items, overdue up to nine months on 2026-09-30, each with some part payments."""
    made = []
    for number in range(ITEMS):
        due_on = date(2026, 1, 1) + timedelta(days=number % 250)
        balances = [(due_on - timedelta(days=30), 10_000 + number)]
        balances += [(due_on + timedelta(days=7 * k + 7), 10_000 + number - 1_000 * (k + 1)) for k in range(payments)]
        made.append(InterestRequest(regime, due_on, date(2026, 9, 30), tuple(balances), "EUR"))
    return made


def best_us(work: Callable[[], object], count: int, rounds: int = 5) -> float:
    """Give the least processor time of ``rounds`` runs, in microseconds for one of ``count``."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return min(times) / count * 1e6


def run() -> list[Line]:
    """Measure simple, locked, part-paid and capitalised items, and the calendar."""
    lines: list[Line] = []
    for label, regime, payments, limit in (
        ("interest, simple, floating", "DE_BGB288", 0, SIMPLE_LIMIT_US),
        ("interest, simple, locked", "GB_LPCDA1998", 0, SIMPLE_LIMIT_US),
        ("interest, simple, two part payments", "DE_BGB288", 2, None),
        ("interest, capitalised yearly", "NL_6_119a", 0, None),
        ("interest, monthly rests", "IN_MSMED16", 0, None),
    ):
        made = requests(regime, payments=payments)
        lines.append((label, best_us(lambda made=made: accrue_many(made), ITEMS), "us", None, limit))
    days = [date(2026, 1, 1) + timedelta(days=number % 365) for number in range(ITEMS)]
    lines.append(
        ("is a business day", best_us(lambda: [is_business_day(on, "DE") for on in days], ITEMS), "us", None, 2)
    )
    lines.append(
        (
            "five business days later",
            best_us(lambda: [add_business_days(on, 5, "DE") for on in days], ITEMS),
            "us",
            None,
            20,
        )
    )
    return lines


if __name__ == "__main__":
    for line in run():
        print(line)
