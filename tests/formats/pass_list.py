"""Every bank sample from outside: what it is, whether it is valid, and whether it is read whole. Run as a program it prints the table.

Entries are counted by searching the bytes, not by our parsers; a statement's own balances and totals are held against its entries by
``formats.bank.checks``, whose findings are named.
"""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import python_calamine
from samples import BANK_STATEMENTS

from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import End, Entry
from fairdue.formats.errors import FormatError

PATTERNS = {
    "CAMT": ("camt/**/*.xml", rb"<(?:\w+:)?Ntry>"),
    "MT940": ("mt940/**/*.sta", rb"(?m)^:61:"),
    "OFX": ("**/*.[oq]fx", rb"(?i)<STMTTRN>"),
    "BAI2": ("bai2/**/*.txt", rb"(?m)(?:^|/\s+)16,"),
    "CODA": ("coda/**/*.txt", rb"(?m)^21\d{4}0000"),
    "table": ("**/*.*", b""),
}
"""Format: where its samples are, and what begins an entry."""
TABLES = {".csv", ".dat", ".xls", ".xlsx"}
_DAY = re.compile(
    r"(?m)^(?:[^,;|\t\n]*[,;|\t]){0,8}[ \t\"]*(?:\d{4}[-/.]\d\d[-/.]\d\d\.?(?: \d\d:\d\d:\d\d)?"
    r"|\d{1,2}[/.]\d\d[/.]\d{2,4}|\d\d-[A-Z][a-z]{2}-\d{4}"
    r"|20\d{6}|Pending)[ \t\"]*[,;|\t\n]"
)
"""A line of a table with a day in a cell of its own."""
SAID = {
    "2019-03-02_11-50-46_bunq-statement.csv": "EUR", "balance.csv": "EUR", "debit_credit.csv": "EUR",
    "debit_credit_amount.csv": "EUR", "original_currency_empty.csv": "EUR",
}  # fmt: skip
"""Tables that name no currency: what a person would say."""
NO_HEADINGS = "no headings, and two columns of amounts without a sign: nothing says which is money in"
SNIPPET = "a piece of a message, made to test one field"
NOT_A_STATEMENT = (
    "another answer of OFX: accounts, sign-on, an error, or an investment account (some with movements of cash)"
)
INVALID = {
    "camt053.v2.wrong.xml": "no statement in it",
    **dict.fromkeys(
        ("account_balance_credit.sta", "account_balance_debit.sta", "account_identification_iban.sta",
         "account_identification_legacy.sta", "available_balance.sta", "closing_balance.sta", "reference.sta",
         "statement_details.sta", "statement_line.sta", "statement_number.sta", "amount_formats.sta", "currency_in_25.sta",
         "empty_86.sta", "empty_entry_date.sta", "empty_line.sta", "missing_crlf_at_end.sta"), SNIPPET,
    ),
    "sepa_snippet_broken.sta": "field 25 where field 86 belongs",
    "cmxl/mt940.sta": "in marks (DEM) of 2013, which ended in 2002",
    **dict.fromkeys(
        ("account_listing_aggregation.ofx", "error_message.ofx", "fidelity-savings.ofx", "fidelity.ofx",
         "investment_401k.ofx", "investment_medium.ofx", "signon_fail.ofx", "signon_success.ofx",
         "signon_success_no_message.ofx", "td_ameritrade.ofx", "tiaacref.ofx", "vanguard.ofx", "vanguard401k.ofx"),
        NOT_A_STATEMENT,
    ),
    "bank_small.ofx": "empty",
    "date_missing.ofx": "an entry without its day",
    "decimal_error.ofx": "an amount with a dollar sign",
    "empty-tags-curdef-fitid-name.ofx": "no currency",
    "test_ofx_wrong.ofx": "no currency",
    "Makefile.ofx": "no OFX",
    "sample-parseError.txt": "a record 00",
    "Coda_faulty_version.txt": "version 5, which there is not",
    "test_delimiter_tab.csv": NO_HEADINGS,
    "test_row_format_default.csv": NO_HEADINGS,
    "test_raiffeisen_01.csv": "a sentence among its lines, put there by a test",
    "test_regex_123456_87654321_1234_21_12.csv": "a sentence among its lines, put there by a test",
    "kta_ei.dat": "the text of a program of its own, without headings",
    "TH_20180101-20180523_strana_1.csv": "every digit made a 1: days of the year 1111",
    "test_swedebank_statement.xls": "in litas of 2014, which ended in that year",
    "original_currency_no_header.csv": "no headings, and two columns of amounts",
    "empty_statement_en.csv": "no line in it",
    "empty_statement_en.xlsx": "no line in it",
}  # fmt: skip
"""Samples that are not valid by their own standard, by name, and why."""


class Sample(NamedTuple):
    """One sample and how it was read. ``entries`` is None where it was refused."""

    format: str
    path: Path
    invalid: str
    listed: int
    entries: int | None
    findings: tuple[str, ...]
    error: str


def samples() -> list[Sample]:
    """Read every sample."""
    found = []
    for name, (pattern, entry) in PATTERNS.items():
        for path in sorted(BANK_STATEMENTS.glob(pattern)):
            if name == "table" and path.suffix.lower() not in TABLES:
                continue
            data = path.read_bytes()
            why = INVALID.get(f"{path.parent.name}/{path.name}") or INVALID.get(path.name, "")
            listed = len(_DAY.findall(_text(data))) if name == "table" else len(re.findall(entry, data))
            found.append(Sample(name, path, why, listed, *_read(path)))
    return found


def _text(data: bytes) -> str:
    """Give a table as text, a workbook's cells with bars between."""
    if not data.startswith((b"PK", b"\xd0\xcf")):
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return data.decode(encoding).replace("\r", "")
            except UnicodeDecodeError:
                continue
        return data.decode("latin-1").replace("\r", "")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    rows = [row for name in book.sheet_names[:1] for row in book.get_sheet_by_name(name).to_python()]
    return "".join("|".join(map(str, row)) + "|\n" for row in rows)


def _read(path: Path) -> tuple[int | None, tuple[str, ...], str]:
    entries = 0
    findings: list[str] = []
    try:
        with path.open("rb") as stream:
            for part in read_bank_file(stream, path.name, currency=SAID.get(path.name, "")):
                entries += isinstance(part, Entry)
                findings += [one.reason.code for one in part.findings] if isinstance(part, End) else []
    except FormatError as error:
        return None, (), str(error)
    return entries, tuple(findings), ""


def main() -> None:
    """Print the table, a line a format and a line a file that is not read."""
    found = samples()
    for name in PATTERNS:
        mine = [one for one in found if one.format == name]
        valid = [one for one in mine if not one.invalid]
        read = [one for one in valid if one.entries == one.listed]
        findings = Counter(code for one in valid for code in one.findings)
        told = ", ".join(f"{code} {count}" for code, count in sorted(findings.items()))
        sys.stdout.write(
            f"{name:6} {len(mine):3} files, {len(valid):3} valid, {len(read):3} read whole; {told or 'no findings'}\n"
        )
    for one in found:
        if one.invalid or one.entries != one.listed:
            why = one.invalid or f"READ {one.entries} OF {one.listed}: {one.error}"
            sys.stdout.write(f"  {one.path.relative_to(BANK_STATEMENTS)}: {why}\n")


if __name__ == "__main__":
    main()
