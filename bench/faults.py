"""Fault runs: ``python -m bench.faults [--kills N] [--inputs N] [--only run-sqlite]``. Each kills real processes and judges what is left.

``fuzz-…`` kill nothing: they give damaged files to the parsers, of bank formats the same number to each, of e-invoices a tenth.
``run-…`` kill whole runs (the line, the release of everything, the hand-over), ``dispatch-…`` dispatchers alone; three of four
kills are of whole runs. Resumable: an interrupted one goes on where it stopped (``var/faults/<name>/state.json``); a finished
one starts afresh.
Says what it ran; the exit code is 1 when a run failed, 2 when one could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from bench.server import NAME, use_ordinary_role

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / "var" / "faults"
RUNS = {
    "run-sqlite": ("tests/faults/kill_run.py", False, 4),
    "run-postgresql": ("tests/faults/kill_run.py", True, 2),
    "dispatch-sqlite": ("tests/faults/kill_dispatch.py", False, 1),
    "dispatch-postgresql": ("tests/faults/kill_dispatch.py", True, 1),
}
"""Name, harness, whether it needs a PostgreSQL server, its part of the kills.

A harness takes --folder, --kills, --postgres and prints JSON last.
"""
FUZZ = {"fuzz-bank": "tests/formats/fuzz_bank.py", "fuzz-einvoice": "tests/formats/fuzz_einvoice.py"}
"""Name and harness of the fuzz runs; one takes --folder and --inputs and prints JSON last."""
INPUTS = 100_000
KILLS = 280
"""At least two hundred of them hit whole runs."""


def main() -> int:
    """Run all fault runs, or the ones named; each does its share of the kills."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults")
    parser.add_argument("--kills", type=int, default=KILLS, help="kills in all, shared by the runs")
    parser.add_argument("--inputs", type=int, default=INPUTS, help="damaged files in all")
    parser.add_argument(
        "--only", action="append", choices=sorted([*RUNS, *FUZZ]), help="this run only (may be repeated)"
    )
    given = parser.parse_args()
    use_ordinary_role()
    names = [name for name in given.only or RUNS if name in RUNS]
    parts = sum(RUNS[name][2] for name in names)
    shares = [max(1, given.kills * RUNS[name][2] // parts) for name in names]
    worst = 0
    for name, kills in zip(names, shares, strict=True):
        worst = max(worst, _run(name, kills))
    for name in (name for name in given.only or FUZZ if name in FUZZ):
        print(f"{name}: {given.inputs} inputs", flush=True)
        worst = max(worst, _judged(name, [sys.executable, str(ROOT / FUZZ[name]), "--inputs", str(given.inputs)]))
    return worst


def _run(name: str, kills: int) -> int:
    harness, needs_postgres, _ = RUNS[name]
    if needs_postgres and not _postgres_answers():
        print(f"{name}: NOT RUN (no PostgreSQL server at {os.environ[NAME]})", flush=True)
        return 2
    folder = STATE / name
    state = folder / "state.json"
    done = json.loads(state.read_text())["kills"] if state.exists() else 0
    print(f"{name}: {kills} kills" + (f", {done} of them done before" if done else ""), flush=True)
    command = [sys.executable, str(ROOT / harness), "--kills", str(kills)]
    command += ["--postgres", os.environ[NAME]] if needs_postgres else []
    return _judged(name, command)


def _judged(name: str, command: list[str]) -> int:
    """Run a harness in its folder and say how it ended."""
    folder = STATE / name
    started = time.monotonic()
    finished = subprocess.run(
        [*command, "--folder", str(folder)], check=False, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    if finished.returncode != 0:
        print(f"{name}: FAILED; what was left lies in {folder}", flush=True)
        return 1
    print(f"{name}: {finished.stdout.splitlines()[-1]} in {time.monotonic() - started:.0f} s", flush=True)
    shutil.rmtree(folder)
    return 0


def _postgres_answers() -> bool:
    try:
        psycopg.connect(os.environ[NAME], connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
