"""Indicators outside a run: a snapshot of the company as of a day, taken for it and thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb

from fairdue.cover.snapshot import SOURCES as COVER_SOURCES
from fairdue.credit.measuring import fill_in
from fairdue.dunning.snapshot import SOURCES as DUNNING_SOURCES
from fairdue.engine.snapshot import Snapshot
from fairdue.ledger import snapshot as ledger_snapshot
from fairdue.people.days import zone_of
from fairdue.people.models import Company


@contextmanager
def portfolio(
    company: Company, as_of: date, known_at: datetime, *, progress: Callable[[str, int, int], None] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection to everything that indicators read, as of a day and as known at a moment."""
    with tempfile.TemporaryDirectory(prefix="fairdue-indicators-") as folder:
        taken = Path(folder) / "snapshot"
        ledger_snapshot.take(
            company.pk,
            as_of,
            known_at,
            taken,
            more=(*DUNNING_SOURCES, *COVER_SOURCES),
            zone=zone_of(company.time_zone),
            progress=progress,
        )
        con = Snapshot.open(taken).connect()
        try:
            fill_in(con)
            yield con
        finally:
            con.close()
