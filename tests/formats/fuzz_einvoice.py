"""Damaged e-invoices: each is read or refused with a good error, in time. ``python tests/formats/fuzz_einvoice.py --inputs 20000``."""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import einvoice_files as made
from fuzz_bank import SECONDS_MAX, mutate
from samples import E_INVOICES

from fairdue.formats.einvoice.files import read_einvoice
from fairdue.formats.errors import FormatError

ROUND = 1000


def seeds() -> list[bytes]:
    """Give the files that are damaged: small ones of every syntax, made here and from outside."""
    found = [made.ubl(), made.ubl(credit=True), made.cii(), made.fatturapa(), made.pdf(made.cii())]
    found += [made.fapiao(), made.fapiao(red="26312000000000000001"), made.old_fapiao(), made.ofd(made.fapiao())]
    found += [made.p7m(made.fatturapa()), made.p7m(made.fatturapa(), pem=True), made.p7m_in_pieces(made.fatturapa())]
    outside = sorted(
        path for path in E_INVOICES.rglob("*") if path.suffix.lower() == ".xml" and path.stat().st_size < 20_000
    )
    return found + [path.read_bytes() for path in outside]


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"an input took more than {SECONDS_MAX} seconds")


def fuzz(count: int, seed: int = 1) -> Counter[str]:
    """Read ``count`` damaged files and count how each ended: read, or by the code of its error."""
    chance, files, ends = random.Random(f"e-invoice {seed}"), seeds(), Counter[str]()
    before = signal.signal(signal.SIGALRM, _too_slow)
    try:
        for _ in range(count):
            data = mutate(chance.choice(files), chance)
            signal.alarm(SECONDS_MAX)
            try:
                for one in read_einvoice(data, "fuzzed"):
                    assert one.number
                ends["read"] += 1
            except FormatError as error:
                ends[error.code.code if error.file == "fuzzed" and error.describe() else "no good error"] += 1
            except BaseException:
                sys.stderr.write(f"input: {data!r}\n")
                raise
            finally:
                signal.alarm(0)
    finally:
        signal.signal(signal.SIGALRM, before)
    return ends


def main() -> None:
    """Fuzz in rounds, going on where it was stopped. A tenth of the inputs asked for: an invoice is a larger thing than a line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    state = given.folder / "state.json" if given.folder else None
    done: dict[str, dict[str, int]] = json.loads(state.read_text()) if state and state.exists() else {}
    for seed in range(max(1, given.inputs // (10 * ROUND))):
        if str(seed) not in done:
            done[str(seed)] = dict(fuzz(min(ROUND, given.inputs), seed))
            if state:
                state.parent.mkdir(parents=True, exist_ok=True)
                state.write_text(json.dumps(done))
    total = Counter[str]()
    for ends in done.values():
        total.update(ends)
    told = {"inputs": total.total(), "read": total["read"], "refused": total.total() - total["read"]}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
