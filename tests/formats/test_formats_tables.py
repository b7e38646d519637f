"""Bytes to raw cells: encodings, dialects, headings, totals, and hostile input."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from fairdue.formats.errors import FormatError
from fairdue.formats.tables import Limits, Table, cell_text, read_table

GERMAN = "Rechnungsnummer;Kunde;Fälligkeit;Betrag\nR-1;Müller & Söhne;31.12.2024;1.234,50\nR-2;Bäckerei Groß;15.01.2025;99,00\n"
CHINESE = "发票号,客户名称,到期日,金额\n00001,上海电力股份有限公司,2024年12月31日,1234.50\n00002,北京汽车集团,2025年1月15日,99.00\n"
RUSSIAN = (
    "Счёт;Покупатель;Срок;Сумма\nA-1;Общество «Ромашка»;31.12.2024;1 234,50\nA-2;Торговый дом Восток;15.01.2025;99,00\n"
)
POLISH = "Faktura;Nabywca;Termin;Kwota\nF-1;Zakład Łódź Sp. z o.o.;31.12.2024;1 234,50\nF-2;Spółka Śląska żółć;15.01.2025;99,00\n"


def cells(table: Table) -> list[tuple[str, ...]]:
    return [table.row_text(row) for row in range(table.row_count)]


def sheet(rows: list[list[object]], name: str = "Items") -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(name)
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            page.write(line, place, value)
    book.close()
    return out.getvalue()


def refused_file(data: bytes, **options: object) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read_table(data, "in.csv", **options)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (GERMAN, "utf-8", "utf-8"),
        (GERMAN, "utf-8-sig", "utf-8"),
        (GERMAN, "utf-16", "utf-16-le"),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        (GERMAN, "cp1252", "cp1252"),
        (CHINESE, "gb18030", "gb18030"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-16", "utf-16-le"),
        (RUSSIAN, "cp1251", "cp1251"),
        (POLISH, "cp1250", "cp1250"),
        ("Αριθμός;Πελάτης;Ποσό\n1;Ελληνική Εταιρεία Τροφίμων;5,00\n2;Αθηναϊκή Ζυθοποιία;6,00\n", "cp1253", "cp1253"),
        ("Fatura;Müşteri;Tutar\n1;Şişecam Çağdaş İnşaat;5,00\n2;Işık Gıda Dağıtım;6,00\n", "cp1254", "cp1254"),
        ("請求書番号,得意先名,金額\n1,トヨタじどうしゃ,5\n2,ソニーグループのかいしゃ,6\n", "cp932", "cp932"),
        ("發票號碼,客戶名稱,金額\n1,台灣積體電路製造股份有限公司,5\n2,中華電信,6\n", "cp950", "cp950"),
    ],
)
def test_encoding_is_told_from_the_whole_file(text: str, encoding: str, named: str) -> None:
    table = read_table(text.encode(encoding), "in.csv")
    assert table.encoding == named
    lines = [tuple(line.replace(";", ",").split(",")) for line in text.splitlines()]
    assert table.headings == lines[0]
    assert table.row_text(0)[1] == lines[1][1]


def test_a_damaged_utf8_file_is_refused_with_line_and_column() -> None:
    data = GERMAN.encode() + b"R-3;Caf\xff;01.02.2025;1,00\n"
    error = refused_file(data)
    assert (error.code.code, error.file, error.line, error.column) == ("encoding_broken", "in.csv", 4, 8)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_dialect_with_quoted_line_ends_and_separators(delimiter: str) -> None:
    text = (
        delimiter.join(["Invoice", "Customer", "Note"])
        + "\r\n"
        + delimiter.join(["1", f'"Smith{delimiter} Sons"', '"two\r\nlines ""quoted"""'])
        + "\r\n\r\n"
        + delimiter.join(["2", "Jones", "plain"])
    )
    table = read_table(text.encode(), "x")
    assert table.dialect is not None
    assert table.dialect.delimiter == delimiter
    assert cells(table) == [("1", f"Smith{delimiter} Sons", 'two\r\nlines "quoted"'), ("2", "Jones", "plain")]
    assert table.lines == [2, 5]


def test_decimal_commas_do_not_pass_for_separators() -> None:
    text = "Rechnung;Betrag\n" + "".join(f"{i};{i},50\n" for i in range(50))
    table = read_table(text.encode(), "x")
    assert table.headings == ("Rechnung", "Betrag")
    assert table.row_text(49) == ("49", "49,50")


def test_separator_announced_by_a_spreadsheet_program() -> None:
    table = read_table(b"sep=;\nInvoice;Amount\n1;2,00\n", "x")
    assert (table.headings, table.lines) == (("Invoice", "Amount"), [3])


def test_titles_blank_rows_totals_and_duplicate_headings() -> None:
    text = (
        "Open items as of 31.01.2025;;;\n\nInvoice;Date;Date;Amount\n"
        "1;01.01.2025;31.01.2025;5,00\n;;;\n2;02.01.2025;01.02.2025;6,00\nSumme;;;11,00\n"
    )
    table = read_table(text.encode(), "x")
    assert table.headings == ("Invoice", "Date", "Date (2)", "Amount")
    assert table.titles == ((1, "Open items as of 31.01.2025"),)
    assert table.heading_line == 3
    assert table.lines == [4, 6]
    assert table.totals == ((7, ("Summe", "", "", "11,00")),)
    assert {note.code for note in table.warnings} == {
        "title_skipped",
        "heading_twice",
        "blank_skipped",
        "total_skipped",
    }


@pytest.mark.parametrize(
    "word", ["Total", "Grand Total:", "TOTAL EUR", "合计", "总计：", "小 计", "Summe", "Zwischensumme"]
)
def test_total_words(word: str) -> None:
    table = read_table(f"Invoice,Customer,Amount\n1,ACME,5\n{word},,5\n".encode(), "x")
    assert (table.row_count, len(table.totals)) == (1, 1)


def test_a_customer_called_total_is_a_row() -> None:
    table = read_table(b"Customer,Invoice,Due date,Amount\nTotal,4711,2025-01-01,5\nACME,4712,2025-01-01,6\n", "x")
    assert (table.row_count, table.totals) == (2, ())


def test_rows_that_do_not_fit_are_refused_and_the_others_stay() -> None:
    table = read_table(b"Invoice,Customer,Amount\n1,ACME,5\n2,Smith, Sons,6\n3,Jones\n4,Brown,7,,\n", "x")
    assert cells(table) == [("1", "ACME", "5"), ("4", "Brown", "7")]
    assert table.lines == [2, 5]
    assert [(one.line, one.code, one.cells) for one in table.refused] == [
        (3, "row_long", ("2", "Smith", " Sons", "6")),
        (4, "row_short", ("3", "Jones")),
    ]


def test_no_heading() -> None:
    table = read_table(b"1,2025-01-01,5.00\n2,2025-01-02,6.00\n", "x")
    assert table.headings == ("column 1", "column 2", "column 3")
    assert table.lines == [1, 2]


def test_heading_line_can_be_corrected() -> None:
    table = read_table(b"a,b\nc,d\n1,2\n", "x", heading_line=2)
    assert (table.headings, table.lines) == (("c", "d"), [3])
    assert read_table(b"a,b\nc,d\n1,2\n", "x", heading_line=0).row_count == 3


def test_xlsx_cells_titles_and_sheets() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet("Cover").write(0, 0, "Report")
    page = book.add_worksheet("Items")
    page.write_row(1, 1, ["Invoice", "Amount", "Paid"])
    page.write_row(2, 1, ["A-1", 1234.5, True])
    page.write_row(3, 1, ["A-2", 0.1 + 0.2, False])
    book.close()
    table = read_table(out.getvalue(), "x.csv")
    assert table.sheet == "Items"
    assert table.headings == ("column 1", "Invoice", "Amount", "Paid")
    assert cells(table) == [("", "A-1", "1234.5", "TRUE"), ("", "A-2", "0.3", "FALSE")]
    assert table.lines == [3, 4]
    assert "other_sheets" in {note.code for note in table.warnings}
    error = refused_file(out.getvalue(), sheet="Nope")
    assert error.code.code == "sheet_missing"


MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
)


def ods(content: str, manifest: str = MANIFEST) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Items">%s</table:table></office:spreadsheet></office:body></office:document-content>'
)


def ods_text(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def test_ods() -> None:
    heading = f"<table:table-row>{ods_text('Invoice')}{ods_text('Amount')}</table:table-row>"
    number = '<table:table-cell office:value-type="float" office:value="12.5"><text:p>12,50</text:p></table:table-cell>'
    empty = '<table:table-cell table:number-columns-repeated="16382"/>'
    row = f"<table:table-row>{ods_text('A-1')}{number}{empty}</table:table-row>"
    tail = (
        '<table:table-row table:number-rows-repeated="1048570">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    table = read_table(ods(ODS % (heading + row + tail)), "x.ods")
    assert (table.headings, cells(table)) == (("Invoice", "Amount"), [("A-1", "12.5")])


def test_protected_ods() -> None:
    assert refused_file(
        ods("garbage", MANIFEST.replace("/>", "><manifest:encryption-data/></manifest:manifest>"))
    ).code.code == ("password")


def test_ods_repeat_bomb_is_refused() -> None:
    bomb = ods_text("x", ' table:number-columns-repeated="1000000"')
    assert refused_file(ods(ODS % f"<table:table-row>{bomb}</table:table-row>")).code.code == "zip_bomb"
    rows = f'<table:table-row table:number-rows-repeated="900000">{ods_text("x")}</table:table-row>'
    assert refused_file(ods(ODS % rows)).code.code == "zip_bomb"


def rezip(data: bytes, change: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, old.read(name)))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SMALL = sheet([["Invoice", "Amount"], ["A-1", 5]])


def sheet_xml(data: bytes = SMALL) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(SHEET)


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (sheet_xml().replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1), "xml_entity"),
        (sheet_xml().replace(b'r="B2"', b'r="XFD2"'), "too_many_columns"),
        (sheet_xml().replace(b'r="B2"', b'r="B99999999"'), "too_many_rows"),
        (sheet_xml().replace(b'r="B2"', b'r="OO1040000"'), "zip_bomb"),
        (sheet_xml().decode().encode("utf-16"), "xml_odd"),
        (sheet_xml() + b" " * 300_000_000, "zip_bomb"),
    ],
    ids=["entity", "far column", "far row", "far cell", "utf-16", "packed bomb"],
)
def test_hostile_workbooks(xml: bytes, code: str) -> None:
    assert refused_file(rezip(SMALL, {SHEET: xml})).code.code == code


def test_formatted_empty_cells_far_out_are_no_bomb() -> None:
    xml = sheet_xml().replace(b"</row></sheetData>", b'<c r="XFD2" s="1"/></row></sheetData>')
    assert read_table(rezip(SMALL, {SHEET: xml}), "x").row_count == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf \r\n", "file_empty"),
        (b"a,b\n1,\x002\n", "nul_byte"),
        (b"%PDF-1.7 ...", "file_not_a_table"),
        (b"\xef\xbb\xbf<!DOCTYPE html><html><table></table>", "file_not_a_table"),
        (b"<?xml version='1.0'?><Workbook/>", "file_not_a_table"),
        (b"a,b\n", "no_rows"),
        (b'a,b\n1,"x"\n1,"never closed\n2,3\n4,5\n', "quotes_broken"),
        (SMALL[:200], "zip_broken"),
        (SMALL[:-30], "zip_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "workbook_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_files_that_are_no_tables(data: bytes, code: str) -> None:
    error = refused_file(data)
    assert error.code.code == code
    assert error.remedy
    assert str(error).startswith("in.csv")


def test_limits() -> None:
    small = Limits(file_bytes=100, rows=3, columns=4, cell_characters=10)
    assert refused_file(b"a,b\n" + b"1,2\n" * 50, limits=small).code.code == "file_too_large"
    rows = refused_file(b"a,b\n1,2\n3,4\n5,6\n7,8\n", limits=small)
    assert (rows.code.code, rows.line) == ("too_many_rows", 4)
    wide = refused_file(b"a,b\n1,2,3,4,5,6\n", limits=small)
    assert (wide.code.code, wide.line, wide.column) == ("too_many_columns", 2, 5)
    long_ = refused_file(b"a,b\n1,12345678901\n", limits=small)
    assert (long_.code.code, long_.line, long_.column) == ("cell_too_long", 2, 2)


def test_text_behind_a_closing_quote_is_read_when_the_width_holds() -> None:
    table = read_table(b'Date,Text,Amount\n2025-01-01,"a, b"\t,5\n2025-01-02,"c"\t,6\n', "x")
    assert cells(table) == [("2025-01-01", "a, b\t", "5"), ("2025-01-02", "c\t", "6")]


TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\x85"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(TEXT, TEXT, TEXT), min_size=3, max_size=12),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
)
def test_what_is_written_is_read(rows: list[tuple[str, str, str]], delimiter: str, encoding: str) -> None:
    import csv

    rows = [(f"x{a}", b, c) for a, b, c in rows]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("Invoice", "Customer", "Text"), *rows])
    table = read_table(
        out.getvalue().encode(encoding), "x", delimiter=delimiter, encoding=encoding if "be" in encoding else ""
    )
    assert cells(table) == rows


def test_cell_text_of_numbers() -> None:
    assert [cell_text(value) for value in (1.0, 0.1 + 0.2, 1e-7, 123456789012345.0, 1234.56, -5.0)] == [
        "1", "0.3", "0.0000001", "123456789012345", "1234.56", "-5",
    ]  # fmt: skip


def test_gb18030_with_names_in_many_scripts_is_recognised() -> None:
    text = "客户编号,客户名称,城市\n" + "".join(
        f"{n},{name}\n"
        for n, name in enumerate(
            [
                "上海某某有限公司,上海",
                "Müller & Söhne GmbH,Köln",
                "شركة الأمل للتجارة,الرياض",
                "Łódź Metal,Łódź",
                "東京部品株式会社,東京",
            ]
            * 4
        )
    )
    assert read_table(text.encode("gb18030")).encoding == "gb18030"
    assert read_table(text.encode("gb18030")).columns[1][2] == "شركة الأمل للتجارة"


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_workbook_packed_as_no_program_packs_is_refused(method: int):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SMALL)) as old, zipfile.ZipFile(out, "w", method) as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    assert refused_file(out.getvalue()).code.code == "zip_broken"
