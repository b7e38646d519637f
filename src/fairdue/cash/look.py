"""Everything the bank said of one line, read again from the kept bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator

from fairdue.cash.models import BankLine
from fairdue.formats.bank.files import read_bank_file
from fairdue.formats.bank.records import Begin, Detail, Entry, Fields
from fairdue.ledger import store


def all_fields(line: BankLine) -> list[tuple[str, Fields]]:
    """Give the records of the file that a line comes from, each with its values in the file's order: statement, entry, parts, and within.

    Reads the file up to the line. Raises BlobError where its bytes are gone.
    """
    file = line.statement.file
    data = store.get(line.company_id, file.sha256)
    ordinal = 0
    head: Begin | None = None
    # A table may leave the currency to who took it in.
    currency = line.statement.account.currency
    for part in read_bank_file(io.BytesIO(data), file.file_name, currency=currency):
        if isinstance(part, Begin):
            ordinal += 1
            head = part
        elif isinstance(part, Entry) and ordinal == line.statement.ordinal and part.ordinal == line.entry:
            return [("statement", head.fields if head else ()), *_of_entry(part, line.part)]
    return []


def _of_entry(entry: Entry, wanted: int) -> Iterator[tuple[str, Fields]]:
    yield "entry", entry.fields
    yield from (("charge", charge.fields) for charge in entry.charges)
    for place, detail in enumerate(entry.details, start=1):
        if wanted in (0, place):
            yield from _of_detail(detail, place)


def _of_detail(detail: Detail, place: int) -> Iterator[tuple[str, Fields]]:
    yield f"part {place}", detail.fields
    yield from ((f"part {place} remittance", one.fields) for one in detail.structured)
    yield from ((f"part {place} charge", one.fields) for one in detail.charges)
