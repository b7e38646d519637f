"""Postal addresses as lines."""

from __future__ import annotations

from fairdue.letters.facts import Address

NUMBER_FIRST = frozenset({"AU", "CA", "FR", "GB", "IE", "IN", "LU", "NZ", "SG", "US", "ZA"})
"""Countries that write the house number before the street."""
TOWN_FIRST = frozenset({"AU", "CA", "GB", "IE", "IN", "NZ", "SG", "US", "ZA"})
"""Countries that write the postal code after the town and region."""


def address_lines(address: Address, country_name: str = "") -> tuple[str, ...]:
    """Give the printed lines below the name; ``country_name`` (for letters abroad) closes them when given.

    Lines written by the party itself are taken as they are. Otherwise: street line, then the town line, each in its
    country's order; China writes from the largest to the smallest.
    """
    return (*(address.lines or _from_parts(address)), *((country_name,) if country_name else ()))


def _from_parts(address: Address) -> tuple[str, ...]:
    if address.country == "CN":
        place = f"{address.region}{address.town}{address.street}{address.house_number}"
        return tuple(line for line in (place, address.postal_code) if line)
    number_first = address.country in NUMBER_FIRST
    street = (address.house_number, address.street) if number_first else (address.street, address.house_number)
    if address.country in TOWN_FIRST:
        town = ", ".join(part for part in (address.town, _join(address.region, address.postal_code)) if part)
        return tuple(line for line in (_join(*street), town) if line)
    return tuple(line for line in (_join(*street), _join(address.postal_code, address.town), address.region) if line)


def _join(*parts: str) -> str:
    return " ".join(part for part in parts if part)
