"""Reading of the law's data files: CSV rows, percents to ppm, dates, flags. Errors name the file and the row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib.resources import files
from typing import TypeVar

from fairdue.kernel.rounding import PPM

Row = dict[str, str]
T = TypeVar("T")


class Confidence(StrEnum):
    """How well a fact is sourced. LOW never prints and never decides; GAP has no value at all."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    GAP = "gap"

    @property
    def usable(self) -> bool:
        """Say whether a figure resting on this may reach a customer."""
        return self in (Confidence.HIGH, Confidence.MEDIUM)


class LawDataError(ValueError):
    """A data file holds what the law's reader cannot take; the message names file and row."""


def rows(name: str) -> Iterator[Row]:
    """Give the rows of ``data/<name>``; lines that begin with ``#`` are comments."""
    text = files("fairdue.law").joinpath("data", name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    yield from csv.DictReader(lines)


def read(name: str, make: Callable[[Row], T]) -> tuple[T, ...]:
    """Make one value of each row of ``data/<name>``; a failure names the file and the row's number."""
    made = []
    for number, row in enumerate(rows(name), start=1):
        try:
            made.append(make(row))
        except (KeyError, ValueError) as error:
            raise LawDataError(f"law/data/{name}, data row {number}: {error}") from error
    return tuple(made)


def ppm(percent: str) -> int | None:
    """Give a percent figure as ppm, exactly; blank gives None. A figure finer than a ppm is refused."""
    if not percent:
        return None
    try:
        scaled = Decimal(percent) * (PPM // 100)
    except InvalidOperation:
        raise LawDataError(f"{percent!r} is not a percent figure") from None
    if scaled != scaled.to_integral_value():
        raise LawDataError(f"{percent} % is finer than a part per million")
    return int(scaled)


def percent_text(rate_ppm: int) -> str:
    """Write a rate for machines and tables as percent: 102700 ppm is ``10.27``; trailing zeros are dropped."""
    text = format(Decimal(rate_ppm).scaleb(-4), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def day(text: str) -> date | None:
    """Read an ISO date; blank gives None."""
    return date.fromisoformat(text) if text else None


def whole(text: str) -> int | None:
    """Read an integer; blank gives None."""
    return int(text) if text else None


def flag(text: str) -> bool:
    """Read ``1`` or ``0``; anything else is refused."""
    if text not in ("0", "1"):
        raise LawDataError(f"{text!r} is neither 0 nor 1")
    return text == "1"
