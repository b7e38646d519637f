"""E-invoices read one after another on one core: files a second, every field kept and every sum checked.

The floor is a bare pass of expat over the same bytes with empty handlers, in the same process. Invoices are made: small ones, and one with
a thousand lines.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

Line = tuple[str, float, str, float | None, float | None]
ROUNDS = 300
LINES = 1_000


def run() -> Iterator[Line]:
    """Measure each syntax."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "formats"))
    import einvoice_files as made

    head, mark, tail = made.ubl(net="100000.00").partition(b"<cac:InvoiceLine>")
    line, end, rest = (mark + tail).partition(b"</cac:InvoiceLine>")
    long = head + (line + end) * LINES + rest
    files = {
        "UBL": made.ubl(), "CII": made.cii(), "FatturaPA": made.fatturapa(), "Chinese digital invoice": made.fapiao(),
        f"UBL of {LINES:,} lines": long,
    }  # fmt: skip
    for name, data in files.items():
        rounds = ROUNDS if len(data) < 100_000 else 10
        yield (f"{name}: e-invoices read, CPU", _rate(data, rounds), "files/s", _bare(data, rounds), None)
    packed = {"Factur-X (PDF)": made.pdf(made.cii()), "Chinese digital invoice (OFD)": made.ofd(made.fapiao())}
    for name, data in packed.items():
        yield (f"{name}: e-invoices read, CPU", _rate(data, ROUNDS), "files/s", None, None)


def _rate(data: bytes, rounds: int) -> float:
    from fairdue.formats.einvoice.files import read_einvoice

    begun = time.process_time()
    for _ in range(rounds):
        (invoice,) = read_einvoice(data, "made")
        if not invoice.fields:
            raise SystemExit("an invoice without fields")
    return rounds / (time.process_time() - begun)


def _bare(data: bytes, rounds: int) -> float:
    begun = time.process_time()
    for _ in range(rounds):
        parser = expat.ParserCreate()
        parser.StartElementHandler = lambda name, attributes: None
        parser.EndElementHandler = lambda name: None
        parser.CharacterDataHandler = lambda data: None
        parser.Parse(data, True)
    return rounds / (time.process_time() - begun)
