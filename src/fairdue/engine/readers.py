"""How a snapshot reads a database: one transaction, columnar batches, the same rows in the same order on both databases.

A ``Reader`` is opened once per snapshot and gives record batches for one SELECT after another. PostgreSQL, and a copy of the
SQLite file, are read through ADBC, which never makes a Python object of a cell. Where a Django connection is inside a
transaction (a test, or an action that must see its own rows) its cursor is read instead: slower, same result.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc

Argument = int | date | datetime
"""What a source's SELECT may be parametrised with; text is left out on purpose, see ``literals``."""

BATCH_ROWS = 65_536
"""Rows read at a time, and rows of a Parquet row group: bounds memory, and two row groups already feed two threads."""

READING = ".reading-"
"""What the name of a copy has after the database's; the process that reads it follows."""

_ID_MIN = -(2**63)
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")
_ORDER_BY = re.compile(r"\s+ORDER\s+BY\s+[\w.]+\s*;?\s*$", re.IGNORECASE)


class Reader(Protocol):
    """One open transaction on a database."""

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        ...

    def batches(self, select: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """Give the rows of ``select``, ordered by its first column, in ``schema``."""
        ...


def literals(select: str, arguments: Mapping[str, Argument], dialect: str) -> str:
    """Write ``:name`` parameters into ``select`` as literals of integers, dates and timestamps.

    PostgreSQL's COPY takes no parameters, so they are written in; that is safe because only these three types are taken,
    whose writing holds no quote. Raises KeyError for a name without argument, TypeError for another type.
    """
    return _PARAMETER.sub(lambda found: _literal(arguments[found[1]], dialect), select)


def _literal(value: Argument, dialect: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | date):
        raise TypeError(f"a source takes integers, dates and timestamps, not {type(value).__name__}")
    if isinstance(value, int):
        return str(int(value))
    if not isinstance(value, datetime):
        return f"'{value.isoformat()}'"
    if value.tzinfo is None:
        raise TypeError("a timestamp without time zone is no moment")
    moment = value.astimezone(UTC)
    # SQLite keeps timestamps as text without zone, in Django's writing; PostgreSQL needs the zone to be exact.
    return f"'{moment.replace(tzinfo=None)}'" if dialect == "sqlite" else f"'{moment}'"


def ordered(select: str) -> str:
    """Give ``select`` ordered by its first column, the row's id: the one order of every snapshot file."""
    return _ORDER_BY.sub("", select).rstrip().rstrip(";") + "\nORDER BY 1"


def conform(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Give ``batch`` in ``schema``: names by position, text to dates, integers to booleans. Raises ArrowInvalid on a misfit."""
    if batch.num_columns != len(schema):
        raise ValueError(f"the select gives {batch.num_columns} columns, its schema names {len(schema)}")
    columns = [
        column if column.type == field.type else pc.cast(column, field.type)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


@dataclass(slots=True)
class _Sqlite:
    cursor: Any
    dialect: str = "sqlite"

    def batches(self, select: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        # The driver takes a column's type from the first batch, and SQLite has no column types: a column that is empty in
        # its first rows would be read as integer and fail later. A first row of known types, dropped again, settles it.
        self.cursor.execute(f"SELECT {_sample(schema)} UNION ALL {ordered(select)}")
        first = True
        for batch in self.cursor.fetch_record_batch():
            yield conform(batch.slice(1) if first else batch, schema)
            first = False


def _sample(schema: pa.Schema) -> str:
    numbers = [pa.types.is_integer(field.type) or pa.types.is_boolean(field.type) for field in schema]
    return ", ".join([str(_ID_MIN), *("0" if number else "''" for number in numbers[1:])])


@dataclass(slots=True)
class _Postgres:
    cursor: Any
    dialect: str = "postgresql"

    def batches(self, select: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        self.cursor.execute(ordered(select))
        for batch in self.cursor.fetch_record_batch():
            yield conform(batch, schema)


@dataclass(slots=True)
class _Django:
    connection: Any

    @property
    def dialect(self) -> str:
        return str(self.connection.vendor)

    def batches(self, select: str, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        with closing(self.connection.cursor()) as cursor:
            # Without an argument list Django leaves the text alone, percent signs included.
            cursor.execute(ordered(select))
            while rows := cursor.fetchmany(BATCH_ROWS):
                cells = zip(*rows, strict=True)
                columns = [_array(column, field.type) for column, field in zip(cells, schema, strict=True)]
                yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _array(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    if pa.types.is_date(kind):
        return pa.array([date.fromisoformat(value) if isinstance(value, str) else value for value in values], kind)
    if pa.types.is_boolean(kind):
        return pa.array([None if value is None else bool(value) for value in values], kind)
    return pa.array(values, kind)


@contextmanager
def open_reader(place: str, session: Mapping[str, str]) -> Iterator[Reader]:
    """Open ``place`` (a database URL, or the alias of a Django connection) in one read transaction.

    ``session`` holds PostgreSQL settings for this session, such as the scope of row-level security; SQLite has none.
    Raises ValueError for a URL that is neither sqlite:/// nor postgresql://.
    """
    if "://" not in place:
        from django.db import connections

        connection = connections[place]
        if connection.in_atomic_block or _in_memory(connection):
            yield _Django(connection)
            return
        place = _url(connection)
    scheme = urlsplit(place).scheme
    if scheme == "sqlite":
        with _sqlite(unquote(place.removeprefix("sqlite:///"))) as reader:
            yield reader
    elif scheme in {"postgresql", "postgres"}:
        with _postgres(place, session) as reader:
            yield reader
    else:
        raise ValueError(f"a snapshot reads sqlite:/// or postgresql://, not {scheme!r}")


@contextmanager
def _sqlite(path: str) -> Iterator[Reader]:
    """Read a copy of the database as of one moment, through ADBC.

    Never the database itself: the driver brings an SQLite library of its own, and two of them in one process on one file
    lose data. Closing a file drops all locks of the process on it, the other library's too; so the driver would take itself
    for the last reader, fold the write-ahead log and delete it, while our connection goes on writing into the deleted log.
    """
    from adbc_driver_sqlite import StatementOptions, dbapi

    with (
        _copied(path) as copy,
        closing(dbapi.connect(f"file:{quote(copy)}?immutable=1")) as connection,
        closing(connection.cursor()) as cursor,
    ):
        cursor.adbc_statement.set_options(**{StatementOptions.BATCH_ROWS.value: BATCH_ROWS})
        cursor.execute("PRAGMA query_only=ON")
        yield _Sqlite(cursor)
        connection.rollback()


@contextmanager
def _copied(path: str) -> Iterator[str]:
    """Copy an SQLite database beside itself in one read transaction, for a block; others may go on writing."""
    _sweep(path)
    copy = f"{path}{READING}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(path)}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            target.execute("PRAGMA synchronous=OFF")
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        yield copy
    finally:
        Path(copy).unlink(missing_ok=True)


def _sweep(path: str) -> None:
    """Remove copies whose process was killed while it read."""
    for left in Path(path).parent.glob(f"{Path(path).name}{READING}*"):
        owner = left.name.partition(READING)[2].partition("-")[0]
        if not owner.isdigit() or not Path(f"/proc/{owner}").exists():
            left.unlink(missing_ok=True)


@contextmanager
def _postgres(url: str, session: Mapping[str, str]) -> Iterator[Reader]:
    from adbc_driver_postgresql import dbapi

    with closing(dbapi.connect(url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for name, value in session.items():
            if not re.fullmatch(r"[a-z_.]+", name) or not re.fullmatch(r"[\w, .-]*", value):
                raise ValueError(f"session setting {name!r} is not plain text")
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        yield _Postgres(cursor)
        connection.rollback()


def _in_memory(connection: Any) -> bool:
    return connection.vendor == "sqlite" and bool(connection.is_in_memory_db())


def _url(connection: Any) -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(settings['NAME']))}"
    user, password = quote(settings["USER"] or "", safe=""), quote(settings["PASSWORD"] or "", safe="")
    account = f"{user}:{password}@" if password else f"{user}@" if user else ""
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgresql://{account}{settings['HOST']}{port}/{quote(settings['NAME'], safe='')}"
