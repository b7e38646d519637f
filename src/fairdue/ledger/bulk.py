"""Many rows in one go: COPY on PostgreSQL, executemany on SQLite. The database's guards stay on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date
from typing import Any

from django.db import connection, models

from fairdue.kernel.plain_json import as_json
from fairdue.ledger.sealed import SealedJSONField, SealedTextField, seal

Row = tuple[Any, ...]
ANALYZE_MIN = 10_000
"""From so many rows on PostgreSQL counts a table anew at once: the planner's figures are from before them."""
LOOK_MIN = 500
"""From so many rows on it is asked whether a table was never counted, or has grown by half since."""
_OUTGROWN = """
SELECT c.reltuples < 0 OR COALESCE(s.n_mod_since_analyze, 0) > GREATEST(c.reltuples / 2, %s)
FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid WHERE c.oid = %s::regclass
"""


def reserve_ids(model: type[models.Model], count: int) -> range | list[int]:
    """Reserve ``count`` primary keys of ``model`` inside the caller's transaction, ascending; use them in ``insert_rows``.

    PostgreSQL takes them from the sequence (never reused, even after a rollback). SQLite has one writer: the next
    numbers are taken from its sequence table, which the transaction's lock protects.
    """
    if count <= 0:
        return range(0)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return sorted(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
        first = (found[0] if found else 0) + 1
        if found:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [first + count - 1, table])
        else:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first + count - 1])
        return range(first, first + count)


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert ``rows`` (values in the order of ``fields``; a foreign key is its ``…_id`` with the plain id).

    Dates are ``date``, moments aware ``datetime``, JSON fields plain Python values, or ``Json`` where they are written
    already. Database defaults do not apply: every column that is not null must be named. Raises IntegrityError as
    single inserts would; nothing is written then.
    """
    if not rows:
        return
    concrete = {field.attname: field for field in model._meta.concrete_fields}
    columns = [concrete[name] for name in fields]
    converters = [(i, convert) for i, field in enumerate(columns) if (convert := _converter(field)) is not None]
    prepared = _convert(rows, converters) if converters else rows
    quoted = ", ".join(connection.ops.quote_name(str(field.column)) for field in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, table, quoted, prepared)
            _count_anew(cursor, table, len(rows))
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", prepared)


def _count_anew(cursor: Any, table: str, written: int) -> None:
    """Refresh the planner's figures of a table that many rows went into, unless somebody else is at it.

    A table that was never counted is planned as if hardly any row met a condition: work in portions, each portion looking at what the
    ones before it wrote, would then cost their square.
    """
    if written < LOOK_MIN:
        return
    if written < ANALYZE_MIN:
        cursor.execute(_OUTGROWN, [ANALYZE_MIN, table])
        if not cursor.fetchone()[0]:
            return
    cursor.execute(f"ANALYZE (SKIP_LOCKED) {table}")


def _copy(cursor: Any, table: str, columns: str, rows: Sequence[Any]) -> None:
    """COPY rows in. PostgreSQL refuses COPY where row-level security binds the role, so there they pass through a
    temporary table, and the INSERT that follows is checked against the wall between companies row by row.
    """
    cursor.execute("SELECT row_security_active(%s)", [table])
    walled = bool(cursor.fetchone()[0])
    target = "fairdue_incoming" if walled else table
    if walled:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{target}")
        cursor.execute(f"CREATE TEMPORARY TABLE {target} AS SELECT {columns} FROM {table} WITH NO DATA")
    with connection.wrap_database_errors, cursor.copy(f"COPY {target} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    if walled:
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {target}")
        cursor.execute(f"DROP TABLE {target}")


def _convert(rows: Sequence[Row], converters: list[tuple[int, Callable[[Any], Any]]]) -> list[Row]:
    """Convert column by column, each distinct value once where values can be told apart by hash (dates repeat a lot)."""
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for index, convert in converters:
        column = columns[index]
        try:
            known = {value: None if value is None else convert(value) for value in set(column)}
        except TypeError:  # JSON values have no hash.
            columns[index] = [None if value is None else convert(value) for value in column]
        else:
            columns[index] = [known[value] for value in column]
    return list(zip(*columns, strict=True))


def _sealed(field: models.Field[Any, Any], value: Any) -> Any:
    """Give a sealed value as COPY writes it: JSON as its text."""
    if isinstance(field, SealedTextField):
        return seal(value) if value else value
    plain = json.dumps(value, ensure_ascii=False)
    return json.dumps(seal(plain)) if value else plain


def _converter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, SealedTextField | SealedJSONField):
        return lambda value: _sealed(field, value)
    if isinstance(field, models.JSONField):
        return as_json
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.DateTimeField):
        return lambda value: str(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(field, models.DateField):
        return date.isoformat
    return None
