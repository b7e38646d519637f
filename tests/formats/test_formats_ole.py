"""XLS files that would take all memory are refused before a library opens them; the smallest of each kind, made here."""

from __future__ import annotations

from struct import pack

import pytest

from fairdue.formats.errors import FormatError
from fairdue.formats.tables import LIMITS, read_table
from fairdue.formats.tables.ole import check_xls

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
BOF = pack("<HHHHHHII", 0x0809, 16, 0x0600, 0x0005, 0, 0, 0, 0)
EOF = pack("<HH", 0x000A, 0)


def container(book: bytes, *, chain: dict[int, int] | None = None) -> bytes:
    """Make a file system of one stream, "Workbook": sector 0 the table, 1 the directory, the book behind it."""
    book = book.ljust(-(-max(len(book), 4096) // 512) * 512, b"\0")
    sectors = len(book) // 512
    table = [FAT, END, *range(3, 2 + sectors), END]
    for at, to in (chain or {}).items():
        table[at] = to
    table += [FREE] * (128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += pack("<IIIIIIIII", 1, 1, 0, 4096, END, 0, END, 0, 0) + pack("<108I", *[FREE] * 108)
    root = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + pack("<HBBIII", 22, 5, 1, FREE, FREE, 2) + bytes(36)
    stream = "Workbook".encode("utf-16-le").ljust(64, b"\0") + pack("<HBBIII", 18, 2, 1, FREE, FREE, FREE) + bytes(36)
    directory = root + pack("<IQ", END, 0) + stream + pack("<IQ", 2, len(book)) + bytes(256)
    return header + pack("<128I", *table) + directory + book


def sheet(*records: bytes) -> bytes:
    """Make a book of one sheet."""
    bound = pack("<IHBB", 0, 0, 1, 0) + b"a"
    start = len(BOF) + 4 + len(bound) + len(EOF)
    head = BOF + pack("<HH", 0x0085, len(bound)) + pack("<I", start) + bound[4:] + EOF
    return head + BOF + b"".join(records) + EOF


def number(row: int, column: int) -> bytes:
    return pack("<HHHHHd", 0x0203, 14, row, column, 0, 1.0)


def dimensions(rows: int, columns: int) -> bytes:
    return pack("<HHIIHHH", 0x0200, 14, 0, rows, 0, columns, 0)


def test_a_whole_one_is_let_through() -> None:
    check_xls(container(sheet(dimensions(3, 3), number(2, 2))), LIMITS)


@pytest.mark.parametrize("chain", [{1: 1}, {3: 2}, {4: 4}, {5: 4000}])
def test_a_chain_without_an_end_is_refused(chain: dict[int, int]) -> None:
    with pytest.raises(FormatError) as caught:
        read_table(container(sheet(number(0, 0)), chain=chain), "x.xls")
    assert caught.value.code.code == "workbook_broken"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (dimensions(0xFFFFFFF0, 2), "too_many_rows"),
        (dimensions(60_000, 250), "too_many_rows"),
        (number(65_535, 255), "too_many_rows"),
        (number(0, 60_000), "too_many_columns"),
        (dimensions(3, 60_000), "too_many_columns"),
    ],
)
def test_a_sheet_of_far_cells_is_refused(record: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_table(container(sheet(record)), "x.xls")
    assert caught.value.code.code == code


def test_a_list_of_strings_longer_than_the_book_is_refused() -> None:
    book = BOF + pack("<HHII", 0x00FC, 8, 1, 0x7FFFFFFF) + EOF
    with pytest.raises(FormatError) as caught:
        read_table(container(book), "x.xls")
    assert caught.value.code.code == "workbook_broken"


@pytest.mark.parametrize("length", [8, 40, 512, 700, 1100])
def test_a_file_cut_off_is_refused(length: int) -> None:
    with pytest.raises(FormatError):
        read_table(container(sheet(number(0, 0)))[:length], "x.xls")
