"""Looks for a person in every byte: database files with their write-ahead log, tables, and the data folder with what is packed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection
from personal_wish import TRACES


def writings(traces: tuple[str, ...]) -> list[bytes]:
    """Every way in which a trace may be written: plain, folded, escaped in JSON, in UTF-16."""
    forms = {form for one in traces for form in (one, one.upper(), one.lower(), json.dumps(one)[1:-1])}
    return sorted({form.encode() for form in forms} | {one.encode("utf-16-le") for one in traces})


def in_bytes(data: bytes, traces: tuple[str, ...]) -> bool:
    return any(one in data for one in writings(traces))


def in_database(*traces: str) -> list[str]:
    """Give the rows of all tables that say it."""
    wanted = traces or TRACES
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return [line[:80] for line in connection.connection.iterdump() if in_bytes(line.encode(), wanted)]
        found = []
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT CAST(x AS TEXT) FROM "{table}" x')
            found += [f"{table}: {row[0][:80]}" for row in cursor.fetchall() if in_bytes(row[0].encode(), wanted)]
        return found


def in_folder(folder: Path) -> list[str]:
    """Give the files that say it, packed ones unpacked, columns of Parquet decoded."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file() and "fairdue.sqlite3" not in one.name):
        data = path.read_bytes()
        if path.suffix == ".parquet":
            out = io.BytesIO()
            table = pq.read_table(path)
            with pa.ipc.new_stream(out, table.schema) as writer:
                writer.write_table(table)
            data += out.getvalue()
        if data.startswith(b"PK"):
            with zipfile.ZipFile(path) as archive:
                data += b"".join(archive.read(name) for name in archive.namelist())
        if in_bytes(data, TRACES):
            found.append(str(path.relative_to(folder)))
    return found
