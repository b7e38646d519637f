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
_TYPES = {pa.int64(): "BIGINT", pa.string(): "VARCHAR", pa.date32(): "DATE"}
"""DuckDB's names of the types that columns of a snapshot have."""


def measured(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, pa.Table]:
    """Give the nightly measures of cover by name; a snapshot of before a column was added speaks of it as empty."""
    _complete(con)
    return {name: run(con, load(PACKAGE, name), as_of=as_of) for name in NIGHTLY}


def _complete(con: duckdb.DuckDBPyConnection) -> None:
    """Give the tables of an older snapshot the columns that they lack, empty: nobody could have filled them then."""
    for source in SOURCES:
        told = con.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [source.name]).fetchall()
        lacking = [field for field in source.schema if field.name not in {name for (name,) in told}]
        if lacking:
            empty = ", ".join(f'CAST(NULL AS {_TYPES[field.type]}) AS "{field.name}"' for field in lacking)
            con.execute(f'CREATE TEMP TABLE "{source.name}" AS SELECT *, {empty} FROM main."{source.name}"')


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
