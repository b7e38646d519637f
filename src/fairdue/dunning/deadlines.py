"""The day until which a letter asks for payment. Pure; countries' minimums are ``data/minimum_deadlines.csv``."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from fairdue.kernel.calendars import next_business_day

USABLE = frozenset({"high", "medium"})


class Minimum(NamedTuple):
    """The least days of one country for some documents."""

    country: str
    natural_person: bool
    documents: frozenset[str]
    days: int


@cache
def minimums() -> tuple[Minimum, ...]:
    """Give the usable rows of the data file."""
    text = files("fairdue.dunning").joinpath("data", "minimum_deadlines.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        Minimum(row["country"], row["natural_person"] == "yes", frozenset(row["documents"].split()), int(row["days"]))
        for row in rows
        if row["confidence"] in USABLE
    )


def minimum_days(country: str, natural_person: str, document: str) -> int:
    """Give the least days that a country's rules leave; 0 where there is none. An unknown person counts as natural."""
    found = [
        row.days
        for row in minimums()
        if row.country == country and document in row.documents and (not row.natural_person or natural_person != "no")
    ]
    return max(found, default=0)


def deadline(today: date, days: int, country: str, natural_person: str, document: str) -> date:
    """Give ``today`` plus ``days``, at least the country's minimum, moved on to a business day of the customer's country."""
    least = minimum_days(country, natural_person, document)
    return next_business_day(today + timedelta(days=max(days, least)), country or None)
