"""Snapshots: the ledger as Parquet files at one ``as_of`` date, as known at one moment, with a manifest. Immutable.

1. All sources are read in one transaction, so that no row of a later moment slips in.
2. Every file is ordered by its first column and cut into row groups of one size: same rows, same bytes.
3. The manifest names each file's rows and SHA-256, the hash of each SELECT and the library versions.
4. The folder is written beside its place and moved there when whole: a killed run leaves no half snapshot.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fairdue.engine import duck
from fairdue.engine.readers import BATCH_ROWS, Argument, Reader, literals, open_reader
from fairdue.engine.reasons import SnapshotError as SnapshotError

MANIFEST = "manifest.json"
LIBRARIES = ("duckdb", "pyarrow", "sqlglot")
DAYS_OF_MONTH_BEFORE = 31

Progress = Callable[[str, int, int], None]
"""Called with a source's name, how many sources are done and how many there are."""


@dataclass(frozen=True, slots=True)
class SnapshotSource:
    """One table of a snapshot: a SELECT that runs on SQLite and PostgreSQL, and the Arrow schema of its columns.

    The first column is the row's integer id, unique in the result; the engine orders by it. Parameters are written
    ``:company_id``, ``:as_of``, ``:known_at`` and ``:month_before`` (31 days before ``as_of``). Types are int64, int32,
    bool, date32 and string; JSON and timestamps are cast to text in the SELECT. ``moments`` are columns whose text is a moment in
    UTC and whose day is wanted: the calendar day in the time zone of the snapshot, date32 in the schema.
    """

    name: str
    select: str
    schema: pa.Schema
    moments: tuple[str, ...] = ()

    @property
    def selected(self) -> pa.Schema:
        """The schema of what the SELECT gives: moments as text."""
        return pa.schema([one.with_type(pa.string()) if one.name in self.moments else one for one in self.schema])


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """One file of a manifest. ``sha256`` is of the file's bytes, ``select_sha256`` of the source's SELECT."""

    name: str
    rows: int
    sha256: str
    select_sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot holds. ``libraries`` and ``versions`` say what made it; ``sha256`` names the whole of it."""

    company_id: int
    as_of: date
    known_at: datetime
    files: tuple[SnapshotFile, ...]
    libraries: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Give the stored form."""
        return {
            "company_id": self.company_id,
            "as_of": self.as_of.isoformat(),
            "known_at": self.known_at.astimezone(UTC).isoformat(),
            "files": {
                file.name: {"rows": file.rows, "sha256": file.sha256, "select_sha256": file.select_sha256}
                for file in self.files
            },
            "libraries": dict(self.libraries),
            "versions": dict(self.versions),
        }

    def text(self) -> str:
        """Give the one writing of the manifest."""
        return json.dumps(self.as_dict(), sort_keys=True, indent=1) + "\n"

    @property
    def sha256(self) -> str:
        """The hash that run records and anchors name."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def rows(self, name: str) -> int:
        """Give the rows of one file; raises KeyError where the snapshot has no such file."""
        return {file.name: file.rows for file in self.files}[name]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of ``folder``; raises SnapshotError where there is none."""
        try:
            stored = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SnapshotError("snapshot_absent", folder=folder.name, file=MANIFEST) from None
        return cls(
            company_id=stored["company_id"],
            as_of=date.fromisoformat(stored["as_of"]),
            known_at=datetime.fromisoformat(stored["known_at"]),
            files=tuple(SnapshotFile(name, **file) for name, file in sorted(stored["files"].items())),
            libraries=tuple(sorted(stored["libraries"].items())),
            versions=tuple(sorted(stored["versions"].items())),
        )


def take(
    place: str,
    sources: Sequence[SnapshotSource],
    *,
    company_id: int,
    as_of: date,
    known_at: datetime,
    folder: Path,
    versions: Mapping[str, str],
    session: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
    progress: Progress | None = None,
) -> Manifest:
    """Write ``sources`` of ``place`` (a database URL or a Django alias) to ``folder`` and give the manifest.

    ``versions`` says which code and policies asked; ``session`` are PostgreSQL session settings (row-level security); ``zone`` is
    the time zone in which a moment has its day.
    Raises SnapshotError where the folder already holds a snapshot: a snapshot is never overwritten.
    """
    if folder.exists():
        raise SnapshotError("snapshot_taken", folder=folder.name)
    arguments: dict[str, Argument] = {
        "company_id": company_id,
        "as_of": as_of,
        "known_at": known_at,
        "month_before": as_of - timedelta(days=DAYS_OF_MONTH_BEFORE),
    }
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with open_reader(place, session or {}) as reader:
        files = _write_all(reader, sources, arguments, part, zone, progress)
    manifest = _manifest(company_id, as_of, known_at, files, versions)
    (part / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    part.rename(folder)
    return manifest


def write_tables(
    tables: Mapping[str, pa.Table],
    *,
    company_id: int,
    as_of: date,
    known_at: datetime,
    folder: Path,
    versions: Mapping[str, str] | None = None,
) -> Manifest:
    """Write ready tables as a snapshot: portfolios made by a program (tests, benchmarks, the simulator)."""
    folder.mkdir(parents=True)
    files = []
    for name, table in tables.items():
        rows = _write(table.to_batches(), table.schema, folder / f"{name}.parquet")
        files.append(SnapshotFile(name, rows, file_sha256(folder / f"{name}.parquet"), ""))
    manifest = _manifest(company_id, as_of, known_at, files, versions or {})
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return manifest


def _manifest(
    company_id: int, as_of: date, known_at: datetime, files: list[SnapshotFile], versions: Mapping[str, str]
) -> Manifest:
    return Manifest(
        company_id=company_id,
        as_of=as_of,
        known_at=known_at,
        files=tuple(sorted(files, key=lambda file: file.name)),
        libraries=tuple((name, version(name)) for name in sorted(LIBRARIES)),
        versions=tuple(sorted(versions.items())),
    )


def _write_all(
    reader: Reader,
    sources: Sequence[SnapshotSource],
    arguments: Mapping[str, Argument],
    folder: Path,
    zone: tzinfo,
    progress: Progress | None,
) -> list[SnapshotFile]:
    names = [source.name for source in sources]
    if len(set(names)) != len(names):
        raise ValueError("two sources of a snapshot have one name")
    files = []
    for done, source in enumerate(sources):
        if progress:
            progress(source.name, done, len(sources))
        path = folder / f"{source.name}.parquet"
        select = literals(source.select, arguments, reader.dialect)
        batches = (in_days(batch, source, zone) for batch in reader.batches(select, source.selected))
        rows = _write(batches, source.schema, path)
        files.append(
            SnapshotFile(source.name, rows, file_sha256(path), hashlib.sha256(source.select.encode()).hexdigest())
        )
    if progress:
        progress("", len(sources), len(sources))
    return files


def in_days(batch: pa.RecordBatch, source: SnapshotSource, zone: tzinfo) -> pa.RecordBatch:
    """Turn a source's moments into days. Each minute that occurs is looked up once: no zone's offset has seconds any more."""
    if not source.moments:
        return batch
    columns = list(batch.columns)
    for name in source.moments:
        at = source.schema.get_field_index(name)
        minutes = pc.dictionary_encode(pc.utf8_slice_codeunits(columns[at], 0, len("2026-03-02 09:00")))
        moments = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in minutes.dictionary.to_pylist())
        days = pa.array([moment.astimezone(zone).date() for moment in moments], pa.date32())
        columns[at] = days.take(minutes.indices)
    return pa.RecordBatch.from_arrays(columns, schema=source.schema)


def _write(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> int:
    rows = 0
    plain = schema.remove_metadata()
    with pq.ParquetWriter(path, plain, compression="zstd", compression_level=1, write_statistics=True) as writer:
        for group in _groups(batches, plain):
            writer.write_table(group, row_group_size=BATCH_ROWS)
            rows += group.num_rows
    return rows


def _groups(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Cut batches of any size into tables of BATCH_ROWS rows: the bytes must not depend on how a driver cuts."""
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += batch.num_rows
        while count >= BATCH_ROWS:
            table = pa.Table.from_batches(waiting, schema)
            yield table.slice(0, BATCH_ROWS)
            rest = table.slice(BATCH_ROWS)
            waiting, count = rest.to_batches(), rest.num_rows
    if count:
        yield pa.Table.from_batches(waiting, schema)


def file_sha256(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An opened snapshot whose files were checked against the manifest."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> Snapshot:
        """Open and verify; raises SnapshotError naming the file that is missing or differs from the manifest."""
        manifest = Manifest.read(folder)
        for file in manifest.files:
            path = folder / f"{file.name}.parquet"
            if not path.is_file():
                raise SnapshotError("snapshot_file_missing", file=path.name)
            if file_sha256(path) != file.sha256:
                raise SnapshotError("snapshot_file_differs", file=path.name)
        return cls(folder, manifest)

    @property
    def as_of(self) -> date:
        """The day the snapshot speaks of."""
        return self.manifest.as_of

    def path(self, name: str) -> Path:
        """Give the file of one source; raises KeyError where the snapshot has none."""
        self.manifest.rows(name)
        return self.folder / f"{name}.parquet"

    def table(self, name: str) -> pa.Table:
        """Read one source whole."""
        return pq.read_table(self.path(name))

    def connect(self, threads: int = 2, memory: str = duck.MEMORY) -> duckdb.DuckDBPyConnection:
        """Open DuckDB with a view per source; it can read this folder and nothing else."""
        return duck.connect({file.name: self.path(file.name) for file in self.manifest.files}, threads, memory)
