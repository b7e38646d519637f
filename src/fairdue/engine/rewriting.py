"""A snapshot written anew with fewer columns: the folder is swapped whole, and the new one names the manifest it came from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fairdue.engine.snapshot import MANIFEST, Manifest, file_sha256

ORIGIN = "rewritten-from.txt"


def rewrite(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    """Put ``tables`` in the place of the snapshot's files of these names, and a manifest that fits.

    Built beside the folder and swapped by two renames; ``recover`` makes good what a kill between them leaves.
    """
    fresh, aside = _beside(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(folder, fresh, copy_function=os.link)
    manifest = Manifest.read(folder)
    files = []
    for file in manifest.files:
        if file.name in tables:
            path = fresh / f"{file.name}.parquet"
            path.unlink()
            table = tables[file.name].replace_schema_metadata()
            pq.write_table(table, path, compression="zstd", compression_level=1, row_group_size=65_536)
            file = replace(file, sha256=file_sha256(path))
        files.append(file)
    after = replace(manifest, files=tuple(files))
    for name, text in ((MANIFEST, after.text()), (ORIGIN, manifest.sha256 + "\n")):
        (fresh / name).unlink(missing_ok=True)
        (fresh / name).write_text(text, encoding="utf-8")
    folder.rename(aside)
    fresh.rename(folder)
    shutil.rmtree(aside)


def recover(folder: Path) -> None:
    """Make good what a kill left: a folder between two renames gets its new content, remains of the old one go."""
    fresh, aside = _beside(folder)
    if aside.exists() and not folder.exists():
        (fresh if (fresh / ORIGIN).is_file() else aside).rename(folder)
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(fresh, ignore_errors=True)


def origin(folder: Path) -> str:
    """Give the hash of the manifest that a rewritten snapshot came from; empty for one that was not rewritten."""
    path = folder / ORIGIN
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _beside(folder: Path) -> tuple[Path, Path]:
    return folder.with_name(f"{folder.name}.rewriting"), folder.with_name(f"{folder.name}.replaced")
