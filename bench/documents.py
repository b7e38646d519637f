"""2,000 copies named by invoice number taken into a ledger of 20,000 documents, and the copies of 10,000 notices looked up.

A ZIP first, the same ZIP again, then a folder of 2,000 others; three of four are PDFs, the rest pictures. The floor is reading, hashing and
writing the bytes of the same ZIP in the same run, without sealing, sorting or ledger.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.databases import found_on_both

CUSTOMERS, DOCUMENTS, FILES = 10_000, 20_000, 2_000
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
FILES_A_SECOND = 10
LOOK_UP_S, MEMORY_MB = 10.0, 600
Line = tuple[str, float, str, float | None, float | None]


def run() -> Iterator[Line]:
    """Measure both databases, each in a process of its own."""
    for label, found in found_on_both("bench.documents"):
        yield from _lines(label, found)


def _lines(label: str, found: dict[str, Any]) -> Iterator[Line]:
    yield (f"{label}: ZIP of {FILES:,} copies, wall", found["zip"], "s", found["floor"], None)
    yield (f"{label}: of that, CPU of the process", found["cpu"], "s", None, None)
    yield (f"{label}: ZIP, files a second", FILES / found["zip"], "files/s", None, FILES_A_SECOND)
    yield (f"{label}: folder, files a second", FILES / found["folder"], "files/s", None, FILES_A_SECOND)
    yield (f"{label}: the same ZIP again, files a second", FILES / found["again"], "files/s", None, 4 * FILES_A_SECOND)
    yield (f"{label}: queries a new file", found["queries"], "queries", None, 8.0)
    yield (f"{label}: missing copies of {CUSTOMERS:,} notices", found["missing"], "s", None, LOOK_UP_S)
    yield (f"{label}: queries of that", found["missing_queries"], "queries", None, 12)
    yield (f"{label}: peak memory", found["peak_mb"], "MB", None, MEMORY_MB)


def fill() -> Any:
    """Make the company: two open invoices a customer. The same every time."""
    from fairdue.ledger.models import Customer, Document, DueItem
    from fairdue.people.models import Company
    from fairdue.people.scope import set_scope

    company = Company.objects.create(code="bench", name="Bench", country="DE", currency="EUR")
    set_scope([company.pk])
    day, common = date(2026, 4, 1), {"company": company}
    stored = {"currency": "EUR", "effective_on": day, "recorded_at": AT, **common}
    Customer.objects.bulk_create(
        [
            Customer(pk=n, number=f"K{n}", number_key=f"k{n}", name=f"Kunde {n}", created_at=AT, **common)
            for n in range(1, CUSTOMERS + 1)
        ],
        2_000,
    )
    rows = [(k, 1 + k % CUSTOMERS) for k in range(DOCUMENTS)]
    Document.objects.bulk_create(
        [
            Document(
                pk=k + 1, customer_id=n, kind="invoice", number=number(k), issued_on=day, total_minor=100, **stored
            )
            for k, n in rows
        ],
        2_000,
    )
    DueItem.objects.bulk_create(
        [DueItem(pk=k + 1, customer_id=n, document_id=k + 1, amount_minor=100, due_on=day, **stored) for k, n in rows],
        2_000,
    )
    return company


def number(k: int) -> str:
    """Give the number of the document at a place."""
    return f"RE-{200_000 + k}"


def made_pdf(k: int) -> bytes:
    """Give a whole PDF of one page that says its number, with a table of its objects and 20 KB of its own."""
    said = f"BT /F1 12 Tf 72 720 Td (Rechnung {number(k)}) Tj ET".encode()
    picture = random.Random(k).randbytes(20_000)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</I 6 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(said), said),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/XObject/Subtype/Image/Width 200/Height 100/ColorSpace/DeviceGray/BitsPerComponent 8/Length 20000>>\nstream\n"
        + picture + b"\nendstream",
    ]  # fmt: skip
    out, places = bytearray(b"%PDF-1.4\n"), []
    for at, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (at, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table)
    return bytes(out)


def made_png(k: int) -> bytes:
    """Give a grey picture of 120 by 160 points."""
    rng = random.Random(k)
    rows = b"".join(b"\0" + rng.randbytes(120) for _ in range(160))

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 120, 160, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")


def files(first: int) -> Iterator[tuple[str, bytes]]:
    """Give the copies of the documents from ``first`` on, by name."""
    for k in range(first, first + FILES):
        yield (f"{number(k)}.png", made_png(k)) if k % 4 == 3 else (f"Rechnung_{number(k)}.pdf", made_pdf(k))


def floor(packed: Path, folder: Path) -> None:
    """Read each file of the ZIP, hash its bytes and write them."""
    folder.mkdir()
    with zipfile.ZipFile(packed) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            (folder / hashlib.sha256(data).hexdigest()).write_bytes(data)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def measure(place: str) -> dict[str, Any]:
    """Fill the database of the environment, take the copies in, and look up what is missing."""
    import resource

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from fairdue.dunning.missing import missing_now
    from fairdue.intake.files import do_bring_paths
    from fairdue.people.actor import Actor

    call_command("migrate", verbosity=0)
    company = fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    packed, folder = Path(place) / "copies.zip", Path(place) / "copies"
    folder.mkdir()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files(0):
            archive.writestr(name, data)
    for name, data in files(FILES):
        (folder / name).write_bytes(data)
    asked = [0]

    def count(execute: Any, *args: Any) -> Any:
        asked[0] += 1
        return execute(*args)

    bare, _ = _timed(lambda: floor(packed, Path(place) / "floor"))
    actor = Actor(company.pk, AT, name="Bench", roles=frozenset({"finance_lead"}))
    cpu = time.process_time()
    with connection.execute_wrapper(count):
        wall, report = _timed(lambda: do_bring_paths(actor, [packed]))
        cpu, queries, asked[0] = time.process_time() - cpu, asked[0], 0
        assert (report.new, report.known, report.refused) == (FILES, 0, []), report
        from_folder, report = _timed(lambda: do_bring_paths(actor, [folder]))
        assert (report.new, report.known, report.refused) == (FILES, 0, []), report
        again, report = _timed(lambda: do_bring_paths(actor, [packed]))
        assert (report.new, report.known, report.refused) == (0, FILES, []), report
        asked[0], notices = 0, range(1, CUSTOMERS + 1)
        looked, found = _timed(
            lambda: missing_now(company.pk, AT.date(), customer_ids=notices, kinds=("invoice", "contract"))
        )
    assert len(found) == DOCUMENTS - 2 * FILES + CUSTOMERS, len(found)
    return {
        "zip": wall, "cpu": cpu, "floor": bare, "folder": from_folder, "again": again, "queries": queries / FILES,
        "missing": looked, "missing_queries": asked[0], "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


if __name__ == "__main__" and "--measure" in sys.argv:
    print(json.dumps(measure(sys.argv[-1])))
