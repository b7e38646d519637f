"""Where a customer is: its country's time zones, as data. Pure."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fairdue.contact.facts import Place


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
def place(country: str, time_zone: str, company_zone: str) -> Place:
    """Give a place from what is known, best first: the own time zone, the country's, else the company's.

    A time zone that does not exist is treated as unknown.
    """
    if time_zone and known_zone(time_zone):
        zones: tuple[str, ...] = (time_zone,)
    else:
        fallback = (company_zone,) if known_zone(company_zone) else ("UTC",)
        zones = _zones_of_countries().get(country, fallback)
    return Place(country or None, zones)
