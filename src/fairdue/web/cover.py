"""Cover as the latest run measured it: read once a run, then looked up by customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from fairdue.cover.measures import NIGHTLY
from fairdue.cover.rules import Kind
from fairdue.cover.standing import Deadline, Standing, deadlines, standings
from fairdue.cycle.line import folder_of
from fairdue.cycle.models import Run
from fairdue.ledger.measures import Conversion

RUNS_KEPT = 4
SOON_DAYS = 7
"""Deadlines within a week are told on the first page."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What a run says of the insurance: its day, all deadlines by day, and every insured buyer."""

    as_of: date
    deadlines: tuple[Deadline, ...]
    standings: tuple[Standing, ...]

    def of_customer(self, customer_id: int) -> list[Standing]:
        """Give the buyers that a customer belongs to."""
        return [one for one in self.standings if customer_id in one.customer_ids]


class Shown(StrEnum):
    """Which deadlines a page shows."""

    COMING = "coming"
    MISSED = "missed"
    STOP = "stop"
    """Days from which nothing may be shipped: a state that lasts, not a day to be kept."""


def sorted_apart(found: Iterable[Deadline], as_of: date) -> dict[Shown, list[Deadline]]:
    """Part deadlines into those to come, the next day and the largest amount first; those missed, the latest first, for they may
    still be mended; and stops of shipping, the largest amount first.
    """
    parts: dict[Shown, list[Deadline]] = {shown: [] for shown in Shown}
    for one in found:
        late = Shown.MISSED if one.day < as_of else Shown.COMING
        parts[Shown.STOP if one.kind is Kind.STOP else late].append(one)
    parts[Shown.COMING].sort(key=lambda one: (one.act_by, one.day, -one.at_risk_minor, one.customer_id))
    parts[Shown.MISSED].sort(key=lambda one: (-one.day.toordinal(), -one.at_risk_minor, one.customer_id))
    parts[Shown.STOP].sort(key=lambda one: (-one.at_risk_minor, one.day, one.customer_id))
    return parts


def upcoming(found: Covered | None, today: date) -> tuple[int, int] | None:
    """Count the insurer's deadlines to be kept within a week, and those missed; None where no cover is measured."""
    if found is None or not found.deadlines:
        return None
    parts = sorted_apart(found.deadlines, today)
    last = today + timedelta(days=SOON_DAYS)
    return sum(one.act_by <= last for one in parts[Shown.COMING]), len(parts[Shown.MISSED])


def covered(run: Run | None, country: str) -> Covered | None:
    """Give what a run measured of cover; None where no run did, or its files are gone."""
    if run is None:
        return None
    folder = folder_of(run) / "measures"
    if not all((folder / f"{name}.parquet").is_file() for name in (*NIGHTLY, "exchange")):
        return None
    return _covered(folder, (folder / f"{NIGHTLY[0]}.parquet").stat().st_mtime_ns, run.as_of, country)


@lru_cache(maxsize=RUNS_KEPT)
def _covered(folder: Path, _written_ns: int, as_of: date, country: str) -> Covered | None:
    results = {name: pq.read_table(folder / f"{name}.parquet") for name in NIGHTLY}
    quotes = pq.read_table(folder / "exchange.parquet").to_pylist()
    if not quotes:
        return None
    rates = Conversion(
        quotes[0]["company_currency"],
        {row["currency"]: (row["numerator"], row["denominator"], row["quoted_on"]) for row in quotes},
    )
    found = deadlines(results, rates, as_of, country)
    return Covered(as_of, tuple(found), tuple(standings(results, rates, as_of)))
