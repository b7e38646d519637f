"""The measures of cover on a snapshot, and a live look through a snapshot taken for the purpose."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from fairdue.cover.snapshot import SOURCES
from fairdue.engine.measures import load, run
from fairdue.engine.snapshot import Snapshot
from fairdue.ledger import snapshot as ledger_snapshot
from fairdue.ledger.measures import Conversion, conversion

PACKAGE = "fairdue.cover.sql"
NIGHTLY = ("cover_items", "cover_deadlines", "cover_exposure", "cover_buyers")
"""What every run measures, and stores under these names."""


def measured(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, pa.Table]:
    """Give the nightly measures of cover by name."""
    return {name: run(con, load(PACKAGE, name), as_of=as_of) for name in NIGHTLY}


def speaks_of_cover(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot holds cover's tables: those of before this room do not."""
    return all(source.name in {file.name for file in snapshot.manifest.files} for source in SOURCES)


def look(company_id: int, as_of: date, known_at: datetime) -> tuple[Mapping[str, pa.Table], Conversion]:
    """Give the measures and the day's rates as of a day, from a snapshot that is thrown away afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix="fairdue-cover-"))
    try:
        ledger_snapshot.take(company_id, as_of, known_at, scratch / "snapshot", more=SOURCES)
        with Snapshot.open(scratch / "snapshot").connect() as con:
            return measured(con, as_of), conversion(con, as_of)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
