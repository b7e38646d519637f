"""Bank files of 100,000 entries, every field kept and every sum checked: entries a second on one core, and memory.

Each file is read in a process of its own. The floor of CAMT is a bare pass of expat over the same file with empty handlers, that of the
others its lines decoded and nothing else; both in the same process, before.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

ENTRIES = {"aeb43": 99_999}
"""How many entries the file has, where the format cannot count to ``MOST``."""
MOST = 100_000
LIMITS = {"camt": 20_000, "mt940": 40_000, "coda": None, "aeb43": None, "bai2": None, "ofx": None, "csv": None}
"""Entries a second that must be read at least."""
WHOLE = ("ofx", "csv")
"""Formats that are read into memory, and so have no limit of that."""
MEMORY_MB = 100
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure each format."""
    with tempfile.TemporaryDirectory() as folder:
        for name, limit in LIMITS.items():
            path = _written(Path(folder), name)
            command = [sys.executable, "-m", "bench.bank", name, str(path)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            told: dict[str, float] = json.loads(done.stdout)
            yield (
                f"{name}: {ENTRIES.get(name, MOST):,} entries read and checked, CPU",
                told["rate"],
                "entries/s",
                told["floor"],
                limit,
            )
            yield f"{name}: file", told["size_mb"], "MB", None, None
            most = None if name in WHOLE else MEMORY_MB
            yield f"{name}: peak memory of the process", told["memory_mb"], "MB", None, most


def _written(folder: Path, name: str) -> Path:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "formats"))
    import bank_files

    path = folder / name
    with path.open("wb") as out:
        for part in getattr(bank_files, name)(ENTRIES.get(name, MOST)):
            out.write(part)
    return path


def _bare_camt(stream: BinaryIO) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: None
    parser.EndElementHandler = lambda name: None
    parser.CharacterDataHandler = lambda data: None
    parser.ParseFile(stream)


def _bare_lines(stream: BinaryIO) -> None:
    for line in stream:
        line.decode()


def _measure(name: str, path: Path) -> dict[str, float]:
    from fairdue.formats.bank.files import read_bank_file
    from fairdue.formats.bank.records import End, Entry

    bare = {"camt": _bare_camt}.get(name, _bare_lines)
    with path.open("rb") as stream:
        begun = time.process_time()
        bare(stream)
        floor_s = time.process_time() - begun
    entries = wrong = 0
    with path.open("rb") as stream:
        begun = time.process_time()
        for part in read_bank_file(stream, path.name):
            entries += isinstance(part, Entry)
            wrong += len(part.findings) if isinstance(part, End) else 0
        took_s = time.process_time() - begun
    if (entries, wrong) != (ENTRIES.get(name, MOST), 1 if name == "ofx" else 0):
        raise SystemExit(f"{name}: {entries} entries, {wrong} findings")
    return {
        "rate": entries / took_s, "floor": entries / floor_s, "size_mb": path.stat().st_size / 1e6,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
