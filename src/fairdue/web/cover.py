"""Cover as the latest run measured it: read once a run, then looked up by customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from fairdue.cover.measures import NIGHTLY
from fairdue.cover.standing import Deadline, Standing, deadlines, standings
from fairdue.cycle.line import folder_of
from fairdue.cycle.models import Run
from fairdue.ledger.measures import Conversion

RUNS_KEPT = 4


@dataclass(frozen=True, slots=True)
class Covered:
    """What a run says of the insurance: its day, all deadlines by day, and every insured buyer."""

    as_of: date
    deadlines: tuple[Deadline, ...]
    standings: tuple[Standing, ...]

    def of_customer(self, customer_id: int) -> list[Standing]:
        """Give the buyers that a customer belongs to."""
        return [one for one in self.standings if customer_id in one.customer_ids]


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
