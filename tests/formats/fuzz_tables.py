"""Mutated tables: whatever the bytes, reading ends in records, in refusals or in a FormatError, never in a crash.

Run ``python -m tests.formats.fuzz_tables [COUNT] [SEED]`` from the project root, or import ``fuzz``. Seeded and reproducible.
"""

from __future__ import annotations

import io
import random
import sys
import zipfile
from collections import Counter

import xlsxwriter

from fairdue.formats.errors import FormatError
from fairdue.formats.headings import Mapping, recognise
from fairdue.formats.refused import write_refused
from fairdue.formats.tables import Limits, read_table
from fairdue.formats.values.records import read_records

LIMITS = Limits(
    file_bytes=4_000_000, rows=20_000, columns=200, cells=400_000, part_bytes=8_000_000, unpacked_bytes=16_000_000
)
ROWS = (
    ("Invoice No", "Customer", "Due date", "Amount", "Currency", "Country", "D/C", "Text"),
    ("1", "C001", "31/01/2025", "1.234,50", "EUR", "DE", "D", "fine"),
    ("2", "上海电力", "2025年1月31日", "¥1,234.50", "人民币", "中国", "贷", "a,b;c\td|e"),
    ("00003", "Müller", "20250131.0", "(99.00)", "USD", "276", "H", '"quoted" text'),
    ("4.0", "Смирнов", "45688", "5,00-", "$", "Utopia", "", "=cmd()"),
    ("Total", "", "", "1.5E+05", "", "", "", ""),
)
TOKENS = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b"\r\n", b"\n\n", b"\t", b";", b",", b"|", b"'", b"=1+1", b"\xb5\xe7",
    b"99999999999999999999999", b"31/12/9999", b"00000000", b"1e309", b"NaN", b"inf", "１２３．４５".encode(), "\u2028".encode(),
    b"sep=;\n", b"\x1a", b"\xf0\x9f\x92\xb0", b"-", b"%s", b"%(field)s", b"<?xml", b"<!DOCTYPE", b'r="XFD1048576"', b"/>",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Give one file of each dialect, encoding and container."""
    found: list[bytes] = []
    for delimiter in ",;\t|":
        lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS]
        plain = [delimiter.join(cell.replace(delimiter, " ").replace('"', "") for cell in row) for row in ROWS]
        for text in ("\r\n".join(lines), "\n".join(plain)):
            for encoding in ("utf-8-sig", "utf-16", "gb18030", "cp1251", "cp1252"):
                found.append(text.encode(encoding, errors="replace"))
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for line, row in enumerate(ROWS):
        for place, value in enumerate(row):
            page.write(line, place, value if line % 2 else value.replace("=", ""))
    book.close()
    return [*found, out.getvalue(), out.getvalue()]


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Damage a file: bytes changed, parts cut, doubled or swapped, tokens put in; in a workbook, inside its parts too."""
    if data.startswith(b"PK") and chance.random() < 0.7:
        return _mutate_inside(data, chance)
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(damaged) + 1)
        match chance.randrange(6):
            case 0:
                damaged[at:at] = chance.choice(TOKENS)
            case 1:
                del damaged[at : at + chance.randrange(1, 40)]
            case 2:
                damaged[at:at] = damaged[chance.randrange(len(damaged) + 1) :][: chance.randrange(1, 200)]
            case 3 if at < len(damaged):
                damaged[at] = chance.randrange(256)
            case 4:
                del damaged[at:]
            case _:
                damaged[at:at] = chance.choice(TOKENS) * chance.randrange(1, 400)
    return bytes(damaged)


def _mutate_inside(data: bytes, chance: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        target = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name == target:
                part = mutate(part, chance)
            if chance.random() > 0.03:
                new.writestr(name, part)
    return out.getvalue()


def fuzz(count: int, seed: int = 1) -> Counter[str]:
    """Read ``count`` damaged files the whole way and count how each ended."""
    chance = random.Random(seed)
    files = seeds()
    ends: Counter[str] = Counter()
    for _ in range(count):
        data = mutate(chance.choice(files), chance)
        try:
            table = read_table(data, "fuzz", limits=LIMITS)
        except FormatError as error:
            ends[error.code.code if error.remedy else "no remedy"] += 1
            continue
        mapping = recognise(table)
        assert Mapping.from_dict(mapping.as_dict()) == mapping
        if mapping.missing:
            ends["mapping incomplete"] += 1
            continue
        records = read_records(table, mapping, {"currency": "EUR", "date_order": "dmy", "decimal": ","})
        assert records.count + len(records.refusals) == table.row_count + len(table.refused)
        assert all(len(column) == records.count for column in records.columns.values())
        if records.refusals:
            again = read_table(write_refused(table, records.refusals), "again")
            assert again.row_count == len(records.refusals)
        ends["read"] += 1
    return ends


if __name__ == "__main__":
    arguments = [int(word) for word in sys.argv[1:]]
    print(dict(fuzz(*(arguments or [2000])).most_common()))  # noqa: T201
