"""Where a customer is: its country's time zones, as data. Pure."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fairdue.contact.facts import Place
from fairdue.kernel.calendars import subdivision_of


@cache
def _zones_of_countries() -> dict[str, tuple[str, ...]]:
    """Give the zones of each country: the first line of ``zone.tab``, or the own list for countries with several."""
    found: dict[str, tuple[str, ...]] = {}
    for line in files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found.setdefault(country, (zone,))
    own = files("fairdue.contact").joinpath("data/time_zones.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(line for line in own if not line.startswith("#")):
        found[row["country"]] = tuple(row["zones"].split())
    return found


@cache
def known_zone(name: str) -> bool:
    """Tell whether a time zone of this name exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@cache
def _zones_of_parts() -> dict[str, tuple[str, ...]]:
    text = files("fairdue.contact").joinpath("data/subdivision_zones.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["subdivision"]: tuple(row["zones"].split()) for row in rows}


@cache
def place(country: str, time_zone: str, company_zone: str, region: str = "") -> Place:
    """Give a place from what is known, best first: the own time zone, the region's, the country's, else the company's.

    A region is read as a part of the country with holidays or law of its own, by code or by name ("US-CA", "CA",
    "California"). A time zone or region that does not exist is treated as unknown.
    """
    part = subdivision_of(country or None, region)
    if time_zone and known_zone(time_zone):
        zones: tuple[str, ...] = (time_zone,)
    else:
        fallback = (company_zone,) if known_zone(company_zone) else ("UTC",)
        zones = _zones_of_parts().get(f"{country}-{part}") or _zones_of_countries().get(country, fallback)
    return Place(country or None, zones, part)
