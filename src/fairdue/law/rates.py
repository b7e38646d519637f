"""Reference rates over time. A series answers "unknown" after the day through which it was verified; never a guess."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from fairdue.kernel.reasons import Reason, because
from fairdue.law.reasons import LawReason
from fairdue.law.tables import Confidence, LawDataError, Row, day, ppm, read


@dataclass(frozen=True, slots=True)
class Rate:
    """One value of a series: in force from ``effective_on``, in ppm a year, with its source."""

    series: str
    effective_on: date
    rate_ppm: int
    confidence: Confidence
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No usable value from ``from_on`` onwards, and why."""

    from_on: date
    reason: Reason


@dataclass(frozen=True, slots=True)
class Point:
    """One row of a series; ``rate`` is None for a gap that the data name."""

    effective_on: date
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class Series:
    """A rate series: its points in order of time, and the day through which they were verified."""

    id: str
    name: str
    verified_through: date
    half_year_only: bool
    """A sparse series: a value holds only within the half-year in which it starts."""
    points: tuple[Point, ...]


def half_year_start(on: date) -> date:
    """Give 1 January or 1 July of the half-year that holds ``on``."""
    return date(on.year, 1 if on.month <= 6 else 7, 1)


def next_half_year(on: date) -> date:
    """Give the first day of the half-year after the one that holds ``on``."""
    return date(on.year, 7, 1) if on.month <= 6 else date(on.year + 1, 1, 1)


def _point(row: Row) -> tuple[str, Point]:
    effective_on = date.fromisoformat(row["effective_on"])
    rate_ppm = ppm(row["value_percent"])
    confidence = Confidence(row["confidence"])
    if (rate_ppm is None) != (confidence is Confidence.GAP):
        raise LawDataError("a gap has no value, and only a gap")
    rate = None
    if rate_ppm is not None:
        rate = Rate(row["series"], effective_on, rate_ppm, confidence, row["source"], row["note"])
    return row["series"], Point(effective_on, rate)


@cache
def all_series() -> dict[str, Series]:
    """Give every series by id. Raises LawDataError when points are out of order or a series has no verified date."""
    points: dict[str, list[Point]] = {}
    for name, point in read("reference_rates.csv", _point):
        points.setdefault(name, []).append(point)

    def make(row: Row) -> Series:
        own = points.pop(row["series"])
        if any(a.effective_on >= b.effective_on for a, b in pairwise(own)):
            raise LawDataError(f"{row['series']}: points are not in order of time")
        verified = day(row["verified_through"])
        if verified is None:
            raise LawDataError(f"{row['series']}: verified_through is blank")
        return Series(row["series"], row["name"], verified, row["carry"] == "half_year", tuple(own))

    made = {series.id: series for series in read("series.csv", make)}
    if points:
        raise LawDataError(f"law/data/reference_rates.csv: series {sorted(points)} are not in series.csv")
    return made


@cache
def _starts(series: str) -> tuple[date, ...]:
    return tuple(point.effective_on for point in all_series()[series].points)


def rate_on(series: str, on: date) -> Rate | Unknown:
    """Give the value of ``series`` in force on ``on``, or Unknown.

    Unknown: before the first point, in a gap, after ``verified_through``, after the half-year of a sparse value, and
    where the value's confidence is low. Raises KeyError for a series that does not exist.
    """
    held = all_series()[series]
    if on > held.verified_through:
        after = held.verified_through + timedelta(days=1)
        return Unknown(
            after,
            because(
                LawReason.RATE_UNVERIFIED,
                series=series,
                verified_through=held.verified_through.isoformat(),
                from_on=after.isoformat(),
            ),
        )
    index = bisect_right(_starts(series), on) - 1
    if index < 0:
        return Unknown(date.min, because(LawReason.RATE_GAP, series=series, on=on.isoformat()))
    point = held.points[index]
    if point.rate is None:
        return Unknown(point.effective_on, because(LawReason.RATE_GAP, series=series, on=on.isoformat()))
    if held.half_year_only and on >= next_half_year(point.effective_on):
        return Unknown(
            next_half_year(point.effective_on), because(LawReason.RATE_GAP, series=series, on=on.isoformat())
        )
    if not point.rate.confidence.usable:
        return Unknown(point.effective_on, because(LawReason.RATE_LOW_CONFIDENCE, series=series, on=on.isoformat()))
    return point.rate
