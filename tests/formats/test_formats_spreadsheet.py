"""Written tables: exact numbers, real dates, nothing that runs, equal bytes for equal contents."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from fairdue.formats.spreadsheet import Column, ColumnKind, Sheet, write_csv, write_xlsx
from fairdue.formats.tables import read_table
from fairdue.kernel.money import Money

COLUMNS = [
    Column("Customer"),
    Column("Amount", ColumnKind.MONEY, currency="EUR"),
    Column("Due", ColumnKind.DATE),
    Column("Days", ColumnKind.INTEGER),
    Column("Rate", ColumnKind.DECIMAL),
    Column("Held", ColumnKind.BOOLEAN),
]
ROWS = [
    ["=cmd|' /C calc'!A0", 123450, date(2025, 1, 31), 5, Decimal("9.12"), True],
    ["上海电力", Money(1234, "JPY"), None, -3, None, False],
    ["@x", -99, date(1890, 1, 1), 0, Decimal("0"), None],
]


def test_csv() -> None:
    assert write_csv(COLUMNS, ROWS).decode("utf-8-sig").split("\r\n") == [
        "Customer,Amount,Due,Days,Rate,Held",
        "'=cmd|' /C calc'!A0,1234.50,2025-01-31,5,9.12,yes",
        "上海电力,1234,,-3,,no",
        "'@x,-0.99,1890-01-01,0,0,",
        "",
    ]


def test_xlsx() -> None:
    data = write_xlsx(
        [
            Sheet("Items: all", COLUMNS, ROWS),
            Sheet("items  all"[:5], COLUMNS[:1], []),
            Sheet("Items: all", COLUMNS[:1], []),
        ]
    )
    table = read_table(data, "x.xlsx")
    assert table.sheet == "Items  all"
    assert table.columns[0] == ["=cmd|' /C calc'!A0", "上海电力", "@x"]
    assert table.columns[1] == [1234.5, 1234.0, -0.99]
    assert table.columns[2] == [date(2025, 1, 31), "", "1890-01-01"]
    assert table.columns[3] == [5.0, -3.0, 0.0]
    assert table.columns[5] == [True, False, ""]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        styles = archive.read("xl/styles.xml")
    assert b"<f>" not in sheet
    assert b"#,##0.00" in styles


def test_amounts_beyond_fifteen_digits_stay_exact_as_text() -> None:
    data = write_xlsx([Sheet("x", [Column("Invoice"), COLUMNS[1]], [["a", 10**17 + 1], ["b", 10**15 - 1]])])
    assert read_table(data, "x").columns[1] == ["1000000000000000.01", 9999999999999.99]


def test_equal_contents_give_equal_bytes() -> None:
    assert write_xlsx([Sheet("x", COLUMNS, ROWS)]) == write_xlsx([Sheet("x", COLUMNS, ROWS)])


def test_mistakes_of_the_caller_are_refused() -> None:
    with pytest.raises(ValueError, match="names no currency"):
        write_csv([Column("Amount", ColumnKind.MONEY)], [[5]])
    with pytest.raises(TypeError, match="not money"):
        write_xlsx([Sheet("x", [COLUMNS[1]], [["5"]])])
    with pytest.raises(ValueError, match="needs a sheet"):
        write_xlsx([])
    with pytest.raises(ValueError):
        write_csv(COLUMNS, [["too short"]])
