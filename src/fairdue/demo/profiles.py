"""The data files of the demonstration: country profiles, clauses, the company itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class City:
    """A place with the shape of its postal code; ``short`` and ``district`` serve Chinese and Japanese names."""

    name: str
    postal_code: str
    region: str = ""
    short: str = ""
    district: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """How customers of one country and language are called, live, pay and are reached."""

    country: str
    weight: int
    language: str
    time_zone: str
    currencies: dict[str, int]
    terms: dict[str, int]
    forms: dict[str, int]
    names: tuple[str, ...]
    group: str
    places: tuple[str, ...]
    trades: tuple[str, ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    streets: tuple[str, ...]
    street: str
    cities: tuple[City, ...]
    registration: str
    vat: str
    phone: tuple[str, ...]
    sole: str = ""
    public: str = ""


def _read(name: str) -> Any:
    return yaml.safe_load(files("fairdue.demo").joinpath(name).read_text(encoding="utf-8"))


@cache
def profiles() -> tuple[Profile, ...]:
    """Give the profiles of ``countries.yaml`` in their order; raises TypeError where a key is missing or unknown."""
    return tuple(_profile(raw) for raw in _read("countries.yaml"))


def _profile(raw: dict[str, Any]) -> Profile:
    lists = {key: tuple(str(value) for value in raw[key]) for key in
             ("names", "places", "trades", "surnames", "given", "streets", "phone")}  # fmt: skip
    cities = tuple(City(*(str(part) for part in city)) for city in raw["cities"])
    return Profile(**{**raw, **lists, "cities": cities})


@cache
def texts() -> dict[str, dict[str, Any]]:
    """Give clauses and mailbox names by language, from ``texts.yaml``."""
    read: dict[str, dict[str, Any]] = _read("texts.yaml")
    return read


@cache
def company_facts() -> dict[str, Any]:
    """Give the company, its accounts, its people and the payment terms it grants, from ``company.yaml``."""
    read: dict[str, Any] = _read("company.yaml")
    return read
