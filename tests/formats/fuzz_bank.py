"""Mutated bank files: whatever the bytes, reading ends in records or in a FormatError, in time, and never in a crash.

Run ``python tests/formats/fuzz_bank.py [--inputs N] [--folder FOLDER]`` from the project root, or import ``fuzz``. Seeded; with a folder
it goes on where it was stopped. Seeds are files made here and, where they are, the samples from outside.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import bank_files  # noqa: E402
from samples import BANK_STATEMENTS  # noqa: E402

from fairdue.formats.aeb43 import read_aeb43  # noqa: E402
from fairdue.formats.bai2 import read_bai2  # noqa: E402
from fairdue.formats.bank.checks import checked  # noqa: E402
from fairdue.formats.bank.records import Begin, End, Entry  # noqa: E402
from fairdue.formats.banktable import read_bank_table  # noqa: E402
from fairdue.formats.camt import read_camt  # noqa: E402
from fairdue.formats.coda import read_coda  # noqa: E402
from fairdue.formats.errors import FormatError  # noqa: E402
from fairdue.formats.mt940 import read_mt940  # noqa: E402
from fairdue.formats.ofx import read_ofx  # noqa: E402

Reader = Callable[[BinaryIO], Iterator[Any]]
READERS: dict[str, tuple[Reader, str]] = {
    "aeb43": (read_aeb43, "aeb43/**/*.txt"),
    "bai2": (read_bai2, "bai2/**/*.txt"),
    "csv": (partial(read_bank_table, currency="EUR"), "csv/**/*.[cCx][slL]*"),
    "camt": (read_camt, "camt/**/*.xml"),
    "coda": (read_coda, "coda/**/*.txt"),
    "mt940": (read_mt940, "mt940/**/*.sta"),
    "ofx": (read_ofx, "**/*.[oq]fx"),
}
"""Format: its reader, and which samples are its seeds."""
SECONDS_MAX = 5
"""No input of these sizes may take longer."""
TOKENS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\n\n", b":", b":61:", b":86:", b":62F:", b"-\r\n", b"-}", b"{4:", b"?20", b"/EREF/",
    b"99999999999999999999999", b"0000-00-00", b"1e309", b"NaN", b"-1", b",", b"<!DOCTYPE x>", b"&amp;", b"&#0;", b"&lol;", b"]]>",
    b"<Ntry>", b"</Ntry>", b"<TxDtls>", b"<Amt Ccy='XXX'>", b"CRDT", b"\xc3\x28", b"\xf0\x9f\x92\xb0", b"<a>" * 70, b"9" * 4097,
)  # fmt: skip


def seeds(pattern: str, made: Callable[[int], Iterator[bytes]] | None) -> list[bytes]:
    """Give the files that are damaged."""
    found = [b"".join(made(entries)) for entries in (0, 1, 3)] if made else []
    return found + [
        path.read_bytes() for path in sorted(BANK_STATEMENTS.glob(pattern)) if path.stat().st_size < 100_000
    ]


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Damage a file: bytes changed, parts cut out, doubled or moved, tokens put in, its end cut off."""
    damaged = bytearray(data)
    if chance.random() < 0.5:
        return _gently(damaged, chance)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(damaged) + 1)
        match chance.randrange(6):
            case 0:
                damaged[at:at] = chance.choice(TOKENS)
            case 1:
                del damaged[at : at + chance.randrange(1, 60)]
            case 2:
                damaged[at:at] = damaged[chance.randrange(len(damaged) + 1) :][: chance.randrange(1, 400)]
            case 3 if at < len(damaged):
                damaged[at] = chance.randrange(256)
            case 4 if chance.random() < 0.3:
                del damaged[at:]
            case _:
                lines = damaged.split(b"\n")
                chance.shuffle(lines) if chance.random() < 0.1 else lines.insert(0, chance.choice(lines))
                damaged = bytearray(b"\n".join(lines))
    return bytes(damaged)


def _gently(damaged: bytearray, chance: random.Random) -> bytes:
    """Change a few letters and digits to others of their kind: most of it stays a file of its format."""
    places, inside = [], False
    for at, byte in enumerate(damaged):
        if damaged[:1] == b"<":
            inside = byte == ord("<") or (inside and byte != ord(">"))
        if not inside and byte < 128 and chr(byte).isalnum():
            places.append(at)
    for at in chance.sample(places, min(len(places), chance.choice((1, 2, 5)))):
        damaged[at] = chance.choice(b"0123456789") if chr(damaged[at]).isdigit() else chance.choice(b"ACDEFNRX")
    return bytes(damaged)


def read_once(reader: Reader, data: bytes) -> str:
    """Read one file whole; say how it ended. Statements that were given must each have begun and ended."""
    open_ = 0
    try:
        for part in checked(reader(io.BytesIO(data))):
            if isinstance(part, Begin):
                assert open_ == 0
                open_ = 1
            elif isinstance(part, End):
                assert open_ == 1
                open_ = 0
            else:
                assert isinstance(part, Entry)
                assert open_ == 1
    except FormatError as error:
        return error.code.code if error.remedy and len(error.describe()) < 1000 else "no good error"
    assert open_ == 0
    return "read"


def _too_slow(_number: int, _frame: object) -> None:
    raise TimeoutError


def fuzz(name: str, count: int, seed: int = 1) -> Counter[str]:
    """Read ``count`` damaged files of a format and count how each ended; nothing where there is no file to damage."""
    reader, pattern = READERS[name]
    chance = random.Random(f"{name} {seed}")
    files = seeds(pattern, getattr(bank_files, name, None))
    ends: Counter[str] = Counter()
    if not files:
        return ends
    before = signal.signal(signal.SIGALRM, _too_slow)
    try:
        for _ in range(count):
            data = mutate(chance.choice(files), chance)
            signal.alarm(SECONDS_MAX)
            try:
                ends[read_once(reader, data)] += 1
            except Exception as error:
                error.add_note(f"input: {data!r}")
                raise
            finally:
                signal.alarm(0)
    finally:
        signal.signal(signal.SIGALRM, before)
    return ends


def main() -> None:
    """Fuzz every format in rounds of a thousand, going on where it was stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=2000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    state = given.folder / "state.json" if given.folder else None
    done: dict[str, dict[str, int]] = json.loads(state.read_text()) if state and state.exists() else {}
    rounds = max(1, -(-given.inputs // (1000 * len(READERS))))
    each = min(1000, given.inputs)
    for name in READERS:
        for seed in range(rounds):
            key = f"{name} {seed}"
            if key not in done:
                done[key] = dict(fuzz(name, each, seed))
                if state:
                    state.parent.mkdir(parents=True, exist_ok=True)
                    state.write_text(json.dumps(done))
    total: Counter[str] = Counter()
    for ends in done.values():
        total.update(ends)
    sys.stdout.write(
        json.dumps({"inputs": total.total(), "read": total["read"], "refused": total.total() - total["read"]}) + "\n"
    )


if __name__ == "__main__":
    main()
