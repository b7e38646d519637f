"""Tables of measures as rows of Python values, column by column: no record is loaded by the ORM."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from fairdue.engine import measures


def run(con: duckdb.DuckDBPyConnection, package: str, name: str, **params: date) -> pa.Table:
    """Compute a measure on a snapshot's connection."""
    return measures.run(con, measures.load(package, name), **params)


def rows(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """Give the rows of some columns."""
    return list(zip(*(values(table.column(name)) for name in names), strict=True))


def values(column: pa.ChunkedArray) -> list[Any]:
    """Give a column as Python values. Days and texts repeat, so each distinct one is made once: ten times to_pylist."""
    if pa.types.is_integer(column.type) and not column.null_count:
        return list(column.to_numpy().tolist())
    if pa.types.is_date32(column.type) or pa.types.is_string(column.type):
        encoded = column.combine_chunks().dictionary_encode()
        known = [*encoded.dictionary.to_pylist(), None]
        return [known[index] for index in encoded.indices.fill_null(len(known) - 1).to_numpy().tolist()]
    return list(column.to_pylist())
