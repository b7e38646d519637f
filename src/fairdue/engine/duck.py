"""DuckDB, closed: no extension, no network, no file but the snapshot's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY = "1GB"
"""What DuckDB may hold; it leaves room for Arrow under the run's limit of 1.5 GB."""

_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def connect(files: Mapping[str, Path], threads: int = 2, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """Open DuckDB in memory with a view per Parquet file. It can read these files' folders and nothing else.

    The settings are locked afterwards, so that no SQL can open the door again.
    """
    con = duckdb.connect(":memory:", config={**_SETTINGS, "threads": str(threads), "memory_limit": memory})
    folders = sorted({str(path.parent.resolve()) for path in files.values()})
    con.execute(f"SET allowed_directories = [{', '.join(_quoted(folder) for folder in folders)}]")
    con.execute("SET enable_external_access = false")
    con.execute("SET enable_progress_bar = false")
    # Without this DuckDB 2.0 hands the sorted rows of ``execute(…).to_arrow_table()`` over chunk by chunk in any order.
    con.execute("SET preserve_insertion_order = true")
    con.execute("SET lock_configuration = true")
    for name, path in files.items():
        if not name.isidentifier():
            raise ValueError(f"{name!r} cannot name a view")
        con.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet({_quoted(str(path.resolve()))})')
    return con


@contextmanager
def kept(con: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Hold these columns of files in memory, under the files' names, for a block that reads them many times.

    Inside the block the other columns of these files cannot be read.
    """
    for name, wanted in columns.items():
        chosen = ", ".join(f'"{column}"' for column in wanted)
        con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT {chosen} FROM main."{name}"')
    try:
        yield
    finally:
        for name in columns:
            con.execute(f'DROP TABLE temp."{name}"')


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
