"""Business-day calendars per country and subdivision. Pure: rules of the ``holidays`` library and ``weekends.csv``.

1. A day is a business day when it is neither a weekly rest day nor a public holiday; a rest day that the country
declares a working day (China's 调休, some bridge days in Hungary, Russia and elsewhere) is one.
2. Public holidays and such make-up days are what the ``holidays`` library knows. China's make-up days are announced by
the State Council late in the year before; years the library does not hold yet have none, and lunar holidays of far
years are computed, not announced. Holidays fixed by moonsighting are estimates.
3. A country the library does not know has weekly rest days only. ``None`` stands for Saturday and Sunday without
holidays.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

DAYS_MAX = 36_600
"""A hundred years: no count of business days goes further, so that a bad calendar cannot loop for ever."""
SATURDAY_SUNDAY = frozenset({5, 6})


class CalendarError(ValueError):
    """A country, subdivision or count that no calendar can serve; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class _Year:
    """One year of one calendar: a byte for each day, 1 for a business day, and how many business days it has."""

    first: int
    open: bytes
    count: int


@cache
def _weekend_rows() -> dict[str, tuple[tuple[date, frozenset[int]], ...]]:
    text = files("fairdue.kernel").joinpath("weekends.csv").read_text(encoding="utf-8")
    found: dict[str, list[tuple[date, frozenset[int]]]] = {}
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        rest = frozenset(int(number) for number in row["rest_days"].split())
        found.setdefault(row["country"], []).append((date.fromisoformat(row["valid_from"]), rest))
    return {country: tuple(sorted(rows, key=lambda row: row[0])) for country, rows in found.items()}


def rest_days(country: str | None, on: date) -> frozenset[int]:
    """Give the weekly rest days (0 = Monday … 6 = Sunday) of ``country`` in force on ``on``."""
    rest = SATURDAY_SUNDAY
    for valid_from, days in _weekend_rows().get(country or "", ()):
        if valid_from <= on:
            rest = days
    return rest


@cache
def _known() -> dict[str, frozenset[str]]:
    import holidays

    return {country: frozenset(parts) for country, parts in holidays.list_supported_countries().items()}


def check(country: str | None, subdivision: str | None = None) -> None:
    """Raise CalendarError for a subdivision the calendar of ``country`` does not have."""
    if subdivision is None or country is None:
        return
    if subdivision not in _known().get(country, frozenset()):
        raise CalendarError(f"{subdivision!r} is not a part of {country} with own holidays; leave it out")


@cache
def _parts_by_name(country: str) -> dict[str, str]:
    """Give the parts of a country by code and by name, in small letters."""
    import holidays

    found = {part.casefold(): part for part in _known()[country]}
    aliases = getattr(getattr(holidays, country, None), "subdivisions_aliases", {})
    found.update((name.casefold(), part) for name, part in aliases.items() if part in _known()[country])
    return found


@cache
def subdivision_of(country: str | None, text: str) -> str | None:
    """Read a part of ``country`` from its code ("CA", "US-CA") or name ("California"); None where it is not known."""
    name = text.strip().casefold()
    if not name or country is None or country not in _known():
        return None
    return _parts_by_name(country).get(name.removeprefix(f"{country.casefold()}-"))


@cache
def _special(country: str | None, subdivision: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Give the public holidays and the declared working days of one year."""
    if country is None or country not in _known():
        return frozenset(), frozenset()
    import holidays

    part = subdivision if subdivision in _known()[country] else None
    held = holidays.country_holidays(country, subdiv=part, years=year)
    return frozenset(on for on in held if on.year == year), frozenset(held.weekend_workdays)


@cache
def _year(country: str | None, subdivision: str | None, year: int) -> _Year:
    closed, made_up = _special(country, subdivision, year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    marks = bytearray()
    on = first
    for _ in range(last.toordinal() - first.toordinal() + 1):
        works = on not in closed and (on.weekday() not in rest_days(country, on) or on in made_up)
        marks.append(1 if works else 0)
        on = on + timedelta(days=1) if on < last else on
    return _Year(first.toordinal(), bytes(marks), sum(marks))


def is_business_day(on: date, country: str | None, subdivision: str | None = None) -> bool:
    """Say whether ``on`` is a business day; an unknown subdivision takes the country's own calendar."""
    year = _year(country, subdivision, on.year)
    return year.open[on.toordinal() - year.first] == 1


def holidays_of(country: str | None, year: int, subdivision: str | None = None) -> frozenset[date]:
    """Give the public holidays of a year (weekly rest days are not among them)."""
    return _special(country, subdivision, year)[0]


def next_business_day(on: date, country: str | None, subdivision: str | None = None) -> date:
    """Give ``on`` if it is a business day, else the first one after it ("following")."""
    for _ in range(366):
        if is_business_day(on, country, subdivision):
            return on
        on += timedelta(days=1)
    raise CalendarError(f"the calendar of {country} has no business day in a year")


def previous_business_day(on: date, country: str | None, subdivision: str | None = None) -> date:
    """Give ``on`` if it is a business day, else the last one before it ("preceding")."""
    for _ in range(366):
        if is_business_day(on, country, subdivision):
            return on
        on -= timedelta(days=1)
    raise CalendarError(f"the calendar of {country} has no business day in a year")


def add_business_days(on: date, days: int, country: str | None, subdivision: str | None = None) -> date:
    """Give the day ``days`` business days after ``on`` (before it when negative); ``on`` itself is never counted.

    Zero gives ``on`` unchanged, business day or not. Raises CalendarError beyond DAYS_MAX.
    """
    if abs(days) > DAYS_MAX:
        raise CalendarError(f"{days} business days are more than a hundred years")
    step = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        on += step
        if is_business_day(on, country, subdivision):
            left -= 1
    return on


def business_days_between(start_on: date, end_on: date, country: str | None, subdivision: str | None = None) -> int:
    """Count the business days after ``start_on`` through ``end_on``; negative when the order is reversed."""
    if end_on < start_on:
        return -business_days_between(end_on, start_on, country, subdivision)
    total = 0
    for number in range(start_on.year, end_on.year + 1):
        year = _year(country, subdivision, number)
        low = start_on.toordinal() + 1 - year.first if number == start_on.year else 0
        high = end_on.toordinal() + 1 - year.first if number == end_on.year else len(year.open)
        whole = low == 0 and high == len(year.open)
        total += year.count if whole else sum(year.open[low:high])
    return total
