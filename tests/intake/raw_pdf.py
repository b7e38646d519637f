"""PDFs written byte by byte, as no library writes them: other generations, names behind references, tables that hide things."""

from __future__ import annotations

CATALOG = b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
HARMLESS = b"<< /S /URI /URI (https://example.com/) >>"
Objects = dict[tuple[int, int], bytes]


def objects(action: bytes = b"4 0 R", **more: bytes) -> Objects:
    """Give a page and its catalog; ``o4``, ``o5g1`` … are further objects, by number and generation."""
    made = {(1, 0): CATALOG % action, (2, 0): PAGES, (3, 0): PAGE}
    for name, body in more.items():
        number, _, generation = name[1:].partition("g")
        made[int(number), int(generation or 0)] = body
    return made


def raw(*revisions: Objects, before_table: bytes = b"", gap: bytes = b" ") -> bytes:
    """Write revisions, each with its own table. ``before_table`` lies in no table."""
    out, last = bytearray(b"%PDF-1.7\n"), 0
    for revision in revisions:
        places = {}
        for (number, generation), body in revision.items():
            places[number, generation] = len(out)
            out += b"%d%s%d obj\n%s\nendobj\n" % (number, gap, generation, body)
        out += before_table
        start = len(out)
        out += b"xref\n0 1\n0000000000 65535 f \n"
        for (number, generation), place in places.items():
            out += b"%d 1\n%010d %05d n \n" % (number, place, generation)
        chain = b"/Prev %d " % last if last else b""
        out += b"trailer\n<< /Size 20 /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (chain, start)
        last = start
    return bytes(out)


def packed(action: bytes) -> bytes:
    """Write a PDF whose action lies in an object stream, found by a table that is a stream itself."""
    out, places = bytearray(b"%PDF-1.7\n"), {}
    inner = b"4 0 " + action
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n%s\nendstream" % (len(inner), inner)
    for (number, _), body in {**objects(), (5, 0): stream}.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = places[6] = len(out)
    rows = bytearray(b"\x00\x00\x00\xff")
    for number in range(1, 7):
        rows += b"\x02\x00\x05\x00" if number == 4 else b"\x01" + places[number].to_bytes(2, "big") + b"\x00"
    table = b"<< /Type /XRef /Size 7 /W [1 2 1] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream" % (len(rows), rows)
    out += b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, start)
    return bytes(out)
