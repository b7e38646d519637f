"""The catalogue of indicators: what each is, from when on it warns, and which measure computes it. Pure.

The numbers are those of docs/algorithms/indicators.md.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files

from fairdue.engine.measures import load

PACKAGE = "fairdue.credit.sql"
MICRO = 1_000_000
_GIVEN = re.compile(r"([A-Z]{3}\d{3}) \(([^)]*)\)")


class Level(IntEnum):
    """What an indicator says of a customer; NONE is calm."""

    NONE = 0
    YELLOW = 1
    ORANGE = 2
    RED = 3


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. Thresholds are in millionths of its unit, None where a level is never reached; ``inputs`` are columns."""

    id: str
    family: str
    family_zh: str
    tier: str
    name_en: str
    name_zh: str
    formula: str
    source: str
    high_is_risk: bool
    thresholds: tuple[int | None, int | None, int | None]
    reason: str
    horizon_days: int
    min_data: str
    measure: str
    inputs: tuple[str, ...]

    @property
    def works(self) -> bool:
        """Say whether a measure computes it."""
        return bool(self.measure)

    def level(self, value_micro: int) -> Level:
        """Give the highest level whose threshold the value reaches (5)."""
        reached = Level.NONE
        for level, threshold in zip((Level.YELLOW, Level.ORANGE, Level.RED), self.thresholds, strict=True):
            if threshold is not None and (value_micro >= threshold if self.high_is_risk else value_micro <= threshold):
                reached = level
        return reached


@cache
def indicators() -> dict[str, Indicator]:
    """Give the core pack by id, in the catalogue's order."""
    text = files("fairdue.credit").joinpath("data/indicators.csv").read_text(encoding="utf-8")
    given = _given()
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["id"]: _indicator(row, *given.get(row["id"], ("", ()))) for row in rows}


def measure_names() -> tuple[str, ...]:
    """Give the measures that compute indicators, in alphabetical order."""
    found = (path.name.removesuffix(".sql") for path in files(PACKAGE).iterdir() if path.name.endswith(".sql"))
    return tuple(sorted(name for name in found if not name.startswith("credit_")))


@cache
def _given() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Read from the headers which measure gives which indicator from which columns (``Gives: PAY001 (days_90, amount_90)``)."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name in measure_names():
        head = "\n".join(
            line[2:].strip()
            for line in files(PACKAGE).joinpath(f"{name}.sql").read_text(encoding="utf-8").splitlines()
            if line.startswith("--")
        )
        load(PACKAGE, name)
        for code, columns in _GIVEN.findall(head.partition("Gives: ")[2]):
            if code in found:
                raise ValueError(f"{code} is given by {found[code][0]} and by {name}")
            found[code] = name, tuple(one.strip() for one in columns.replace("\n", " ").split(",") if one.strip())
    return found


def _indicator(row: dict[str, str], measure: str, inputs: tuple[str, ...]) -> Indicator:
    texts = (row["yellow"], row["orange"], row["red"])
    return Indicator(
        row["id"], row["family"], row["family_zh"], row["data_tier"], row["name_en"], row["name_zh"], row["formula"],
        row["formula_source"], row["direction"] == "higher_is_riskier", tuple(_threshold(one) for one in texts),  # type: ignore[arg-type]
        row["threshold_reason"], int(row["horizon_days"]), row["min_data"], measure, inputs,
    )  # fmt: skip


def _threshold(text: str) -> int | None:
    """Read ``>=0.25`` or ``<=1.5`` in millionths; none where that level is never reached."""
    if text in ("", "none"):
        return None
    whole, _, part = text.removeprefix(">=").removeprefix("<=").lstrip("-").partition(".")
    micro = int(whole) * MICRO + int((part + "000000")[:6])
    return -micro if "-" in text else micro
