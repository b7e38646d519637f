"""Parts of a country whose law differs from the rest of it: read from how people write them in an address. Pure."""

from __future__ import annotations

from functools import cache

from fairdue.law.tables import Row, read


@cache
def _parts() -> dict[tuple[str, str], str]:
    """Give the part's code by country and by every way it is written, in small letters."""
    found: dict[tuple[str, str], str] = {}

    def keep(row: Row) -> None:
        country, _, part = row["code"].partition("-")
        for word in (row["code"], part, row["name"]):
            found[country, word.lower()] = part

    read("subdivisions.csv", keep)
    return found


def subdivision_of(country: str, region: str) -> str | None:
    """Give the part of a country (CA) that a region names ("California", "CA", "US-CA"); None where it is none that is known."""
    return _parts().get((country, " ".join(region.split()).lower())) if region else None
