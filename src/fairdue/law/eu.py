"""Membership of the European Union, from ``data/eu.csv``."""

from __future__ import annotations

from functools import cache

from fairdue.law.tables import read


@cache
def members() -> frozenset[str]:
    """Give the ISO codes of the member states."""
    return frozenset(read("eu.csv", lambda row: row["country"]))


def is_eu(country: str) -> bool:
    """Say whether ``country`` (ISO 3166-1 alpha-2) is a member state."""
    return country in members()
