"""Run the benchmarks: ``python -m bench [name …]``. Each module of this folder with a ``run()`` is one.

A line is ``(name, value, unit, floor, limit)``: ``floor`` is what the value is held against in the same run (or None), ``limit``
the most (or, for units that end in "/s", the least) that the value may be.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

from bench.server import use_ordinary_role

HERE = Path(__file__).resolve().parent
APART = {"__init__", "__main__", "databases", "faults", "server"}


def main() -> int:
    """Run the named benchmarks, or all; give 1 when a limit was missed."""
    wanted = sys.argv[1:] or sorted(path.stem for path in HERE.glob("*.py") if path.stem not in APART)
    use_ordinary_role()
    missed = 0
    for name in wanted:
        module = importlib.import_module(f"bench.{name}")
        started = time.monotonic()
        print(f"# {name}", flush=True)
        for line in module.run():
            missed += _show(*line)
        print(f"  ({time.monotonic() - started:.0f} s)", flush=True)
    print(json.dumps({"missed": missed}))
    return 1 if missed else 0


def _show(what: str, value: float, unit: str, floor: float | None = None, limit: float | None = None) -> int:
    ratio = f"  {value / floor:6.2f} x floor {floor:.4g}" if floor else ""
    verdict, missed = "", 0
    if limit is not None:
        good = value >= limit if unit.endswith("/s") else value <= limit
        verdict, missed = (f"  limit {limit:g}: {'ok' if good else 'MISSED'}", 0 if good else 1)
    print(f"  {what:<58} {value:10.4g} {unit}{ratio}{verdict}", flush=True)
    return missed


if __name__ == "__main__":
    raise SystemExit(main())
