"""A damaged backup is refused, wherever the damage sits; no byte of it comes back changed."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from fairdue.cli.archive import MANIFEST, ArchiveError, unpack

FILES = {
    "database.sqlite3": b"SQLite format 3\0" + bytes(range(256)) * 4,
    "blobs/ab/letter": b"%PDF-1.7 " + b"Dear customer, " * 20,
    "snapshots/2026-10-30/run": b"",
}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """A whole backup of three files."""
    target = tmp_path / "backup.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
        archive.writestr(MANIFEST, json.dumps({"fairdue": "1", "database": "sqlite", "files": sums}))
    return target


def read(source: Path, folder: Path) -> dict[str, bytes] | None:
    """What comes out of a backup; nothing where it is refused."""
    try:
        body = unpack(source, folder)
    except ArchiveError:
        return None
    return {name: (folder / name).read_bytes() for name in body["files"]}


def test_a_whole_backup_comes_back(backup: Path, tmp_path: Path) -> None:
    assert read(backup, tmp_path / "out") == FILES


def test_a_flipped_bit_is_refused_or_without_effect(backup: Path, tmp_path: Path) -> None:
    """A flipped bit in a ZIP may sit where no reader looks (the time of a member): then every file is what it was."""
    whole, damaged, refused = backup.read_bytes(), tmp_path / "damaged.zip", 0
    for place in range(len(whole)):
        for bit in (0, 3, 7):
            bytes_ = bytearray(whole)
            bytes_[place] ^= 1 << bit
            damaged.write_bytes(bytes_)
            got = read(damaged, tmp_path / "out")
            assert got is None or got == FILES, (place, bit)
            refused += got is None
    assert refused > len(whole)


def test_a_cut_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    whole, cut = backup.read_bytes(), tmp_path / "cut.zip"
    for size in range(0, len(whole), 7):
        cut.write_bytes(whole[:size])
        assert read(cut, tmp_path / "out") is None, size


def test_a_path_outside_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("../outside", b"x")
        archive.writestr(
            MANIFEST, json.dumps({"database": "sqlite", "files": {"../outside": hashlib.sha256(b"x").hexdigest()}})
        )
    with pytest.raises(ArchiveError, match="outside its folder"):
        unpack(target, tmp_path / "out")
    assert not (tmp_path / "outside").exists()
