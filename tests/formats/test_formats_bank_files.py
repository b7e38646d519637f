"""A bank's file of whatever format, alone or in a ZIP: told by content, read whole or not at all. See docs/algorithms/bank-files.md."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import bank_files
import pytest
from samples import BANK_STATEMENTS, SHARED

from fairdue.formats.bank.files import FORMATS, LIMITS, looks, read_bank_file, told
from fairdue.formats.bank.records import Begin, End, Entry, Part, Statement, statements
from fairdue.formats.errors import FormatError

MADE = {"CAMT": bank_files.camt, "MT940": bank_files.mt940, "CODA": bank_files.coda, "AEB43": bank_files.aeb43,
        "OFX": bank_files.ofx, "BAI2": bank_files.bai2}  # fmt: skip
SAMPLES = {
    "CAMT": "camt/**/*.xml", "MT940": "mt940/**/*.sta", "CODA": "coda/**/*.txt",
}  # fmt: skip
INVOICES = sorted((SHARED / "e-invoices").glob("**/*.xml"))


def made(name: str, entries: int = 2) -> bytes:
    return b"".join(MADE[name](entries))


def zipped(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def read(data: bytes, name: str = "") -> list[Statement]:
    return list(statements(read_bank_file(io.BytesIO(data), name)))


def refused(data: bytes, name: str = "") -> FormatError:
    with pytest.raises(FormatError) as caught:
        read(data, name)
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("name", MADE)
def test_a_format_is_told_by_content_not_by_name(name: str) -> None:
    (statement,) = read(made(name), "statement.pdf")
    assert statement.begin.format.lower().startswith(name.lower())
    assert len(statement.entries) == 2
    # OFX knows no opening balance, so that nothing can be added up.
    expected = ["bank_no_balance"] if name == "OFX" else []
    assert [finding.reason.code for finding in statement.end.findings] == expected


@pytest.mark.parametrize("name", sorted(set(MADE) - {"OFX"}))
def test_what_does_not_add_up_is_said(name: str) -> None:
    data = made(name)
    wrong = data.replace(b"100.01", b"100.02").replace(b"100,01", b"100,02")
    wrong = wrong.replace(b"0000000100010", b"0000000100020").replace(b"210000000001000", b"210000000001001", 1)
    wrong = wrong.replace(b"00000000010001", b"00000000010002").replace(b"16,195,10001,", b"16,195,10002,")
    assert wrong != data
    (statement,) = read(wrong)
    assert "bank_balance_differs" in [finding.reason.code for finding in statement.end.findings]


@pytest.mark.parametrize("name", MADE)
def test_exactly_one_format_takes_a_file(name: str) -> None:
    for data in (made(name), b"\r\n\r\n " + made(name), b"\xef\xbb\xbf" + made(name)):
        taken = told(data[:8192])
        assert taken is not None
        assert taken.name == name
    text = made(name)[:8192].decode()
    others = [one.name for one in FORMATS if one.begins.search(text) and not one.root and one.name != name]
    assert others == []


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_told(name: str) -> None:
    paths = sorted(BANK_STATEMENTS.glob(SAMPLES[name]))
    if not paths:
        pytest.skip("no samples here")
    for path in paths:
        found = told(path.read_bytes()[:8192])
        assert found is not None, path.name
        assert found.name == name, path.name


def test_utf_16_is_told() -> None:
    data = made("CAMT").decode().replace("UTF-8", "UTF-16").encode("utf-16")
    (statement,) = read(data)
    assert len(statement.entries) == 2


def test_a_stream_is_read_from_where_it_stands() -> None:
    stream = io.BytesIO(b"before" + made("CODA"))
    stream.seek(6)
    assert len(list(read_bank_file(stream))) == 4


def test_many_messages_in_a_zip() -> None:
    data = zipped(
        ("2026/camt.053_1.xml", made("CAMT")), ("__MACOSX/._x", b"junk"), ("2026/", b""), ("b.sta", made("MT940", 3))
    )
    first, second = read(data, "c53.zip")
    assert (len(first.entries), len(second.entries)) == (2, 3)
    # Which file a statement stood in is kept with it.
    assert [one.begin.fields[0] for one in (first, second)] == [("file", "2026/camt.053_1.xml"), ("file", "b.sta")]
    assert first.end.findings == second.end.findings == ()


def test_the_sample_zip() -> None:
    path = BANK_STATEMENTS / "oca/account_statement_import_camt/test_files/test-camt053.zip"
    if not path.exists():
        pytest.skip("no samples here")
    found = read(path.read_bytes())
    assert [len(one.entries) for one in found] == [3, 3]
    said = [[finding.reason.code for finding in one.end.findings] for one in found]
    # Their makers changed amounts in both.
    assert said == [["bank_details_differ", "bank_balance_differs"]] * 2


def test_an_error_names_zip_file_and_line() -> None:
    bad = made("CAMT").replace(b"100.01", b"100.0x")
    error = refused(zipped(("a.xml", made("CAMT")), ("b.xml", bad)), "c53.zip")
    assert (error.file, error.code.code) == ("c53.zip/b.xml", "bank_amount")
    assert error.line > 1
    assert refused(bad, "b.xml").file == "b.xml"


def _with_size(data: bytes, name: bytes, size: int) -> bytes:
    """Let a ZIP's directory claim another size for its first file."""
    at = data.index(b"PK\x01\x02")
    assert data[at + 46 : at + 46 + len(name)] == name
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def _broken() -> Iterator[tuple[str, bytes, str]]:
    good = zipped(("a.xml", made("CAMT")))
    yield "cut off", good[:-40], "copy_zip_broken"
    middle = good.index(b"a.xml") + 60
    yield "damaged", good[:middle] + b"\x00\xff\x00" + good[middle + 3 :], "copy_zip_broken"
    yield "a larger size claimed", _with_size(good, b"a.xml", 900_000), "copy_zip_broken"
    yield "a smaller size claimed", _with_size(good, b"a.xml", 900), ""
    yield "nested", zipped(("a.xml", made("CAMT")), ("b.zip", good)), "copy_zip_nested"
    yield "nested under another name", zipped(("b.xml", good)), "copy_zip_nested"
    yield "a bomb", zipped(("a.xml", made("CAMT")[:500] + b" " * 20_000_000)), "copy_zip_too_much"
    yield "huge", _with_size(good, b"a.xml", LIMITS.file_bytes + 1), "copy_too_large"
    yield "nothing in it", zipped(), "bank_no_statement"
    yield "an empty file", zipped(("a.xml", made("CAMT")), ("b.xml", b"")), "file_empty"
    yield "a PDF beside", zipped(("a.xml", made("CAMT")), ("b.pdf", b"%PDF-1.7")), "bank_unknown_format"
    yield "too many", zipped(*[(f"{n}.xml", b"x") for n in range(LIMITS.members + 1)]), "copy_zip_too_much"
    yield "a workbook", zipped(("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<a/>")), "workbook_broken"


@pytest.mark.parametrize(("data", "code"), [pytest.param(*rest, id=name) for name, *rest in _broken()])
def test_a_zip_is_refused_whole(data: bytes, code: str) -> None:
    error = refused(data)
    assert error.code.code == code or (not code and error.code.code)


def test_a_zip_behind_a_password_is_refused() -> None:
    data = bytearray(zipped(("a.xml", made("CAMT"))))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    error = refused(bytes(data))
    assert dict(error.reason.values) == {"detail": "password"}


UNKNOWN = {
    "PDF": b"%PDF-1.7\n", "HTML": b"<!DOCTYPE html><html><body>",
    "gzip": b"\x1f\x8b\x08\x00", "QIF": b"!Type:Bank\nD1/1/2026\n", "JSON": b'{"a": 1}',
    "UBL (Invoice)": b"<?xml version='1.0'?><!-- a --><Invoice xmlns='urn:x'/>",
    "CII (CrossIndustryInvoice)": b"<rsm:CrossIndustryInvoice xmlns:rsm='urn:x'/>",
    "FatturaPA (FatturaElettronica)": b"\xef\xbb\xbf<?xml version='1.0'?><p:FatturaElettronica xmlns:p='urn:x'/>",
    "pain.001.001.03": b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'><x/></Document>",
    "XML <odoo>": b"<?xml version='1.0'?><odoo/>", "交易明细": "交易明细\n\n".encode(),
}  # fmt: skip


@pytest.mark.parametrize("what", UNKNOWN)
def test_anything_else_is_refused_with_what_it_looks_like(what: str) -> None:
    error = refused(UNKNOWN[what], "x.xml")
    assert error.code.code == "bank_unknown_format"
    assert dict(error.reason.values) == {"what": what}


def test_a_table_that_is_none_of_a_bank_is_refused_as_one() -> None:
    assert refused(b"Konto 1\nTag;Text;Betrag\n1;2;3\n").code.code == "bank_no_headings"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)).code.code == "workbook_broken"


@pytest.mark.parametrize("data", [b"", b"\r\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    assert refused(data).code.code == "file_empty"


def test_a_part_of_an_mt940_says_what_is_missing() -> None:
    error = refused(b":60F:C100318EUR380115,12\r\n")
    assert (error.code.code, error.line) == ("bank_missing", 1)


@pytest.mark.parametrize("path", INVOICES[:: max(1, len(INVOICES) // 12)], ids=lambda path: path.name)
def test_e_invoices_are_said_to_be_e_invoices(path: Path) -> None:
    assert told(path.read_bytes()[:8192]) is None
    assert looks(path.read_bytes()[:8192]).startswith(("UBL", "CII", "FatturaPA"))


def test_damaged_zips_end_in_records_or_in_an_error() -> None:
    chance = random.Random(7)
    good = zipped(("a.xml", made("CAMT", 3)), ("b.sta", made("MT940", 3)), ("c.cod", made("CODA", 3)))
    ends: Counter[str] = Counter()
    for _ in range(1500):
        data = bytearray(good)
        for _ in range(chance.choice((1, 1, 3))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            parts: list[Part] = list(read_bank_file(io.BytesIO(data)))
        except FormatError as error:
            ends[error.code.code] += 1
            continue
        ends["read"] += 1
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # A damaged name may turn a file into a folder, or into what is passed over.
            files = [one for one in archive.namelist() if not one.startswith(".") and not one.endswith("/")]
        assert sum(isinstance(one, Begin) for one in parts) == sum(isinstance(one, End) for one in parts) == len(files)
        assert sum(isinstance(one, Entry) for one in parts) == 3 * len(files)
    assert ends["read"] > 50
    assert ends["copy_zip_broken"] > 100
