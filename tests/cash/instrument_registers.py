"""Registers of bills and cheques for tests, and the ledger that they cover; also what a process of its own takes in."""

from __future__ import annotations

import csv
import io
import sys
from datetime import date

HEADINGS = (
    "票据号码",
    "票据类型",
    "票面金额",
    "出票日",
    "到期日",
    "出票人",
    "承兑人",
    "子票区间",
    "客户编号",
    "对应发票",
)


def written(headings, *rows, delimiter: str = ",") -> bytes:
    """Give a table as the bytes of a CSV file."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([headings, *rows])
    return out.getvalue().encode("utf-8")


def sheet(headings, *rows) -> bytes:
    """Give a table as the bytes of an XLSX file."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        made = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate([headings, *rows]):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    made.write_datetime(at, place, cell, day)
                else:
                    made.write(at, place, cell)
    return out.getvalue()


def many(count: int, *, customers: int = 10) -> bytes:
    """Give a register of ``count`` bills of 90.00, each covering the invoice of its number (100.00)."""
    rows = [
        (f"B{n:06d}", "Bank acceptance", "90.00", "EUR", "2026-12-18", f"{n % customers + 1:04d}", f"R-{n}") for n in range(count)
    ]  # fmt: skip
    return written(("Number", "Kind", "Amount", "Currency", "Maturity", "Customer", "Covers"), *rows)


def owe(actor, count: int, *, customers: int = 10) -> None:
    """Book invoices R-0 … of 100.00, each of the customer whose bill ``many`` has for it."""
    from datetime import timedelta

    from fairdue.ledger import bulk
    from fairdue.ledger.models import Customer, Document, DueItem

    own, at, on = actor.company_id, actor.at, date(2026, 10, 1)
    buyers = bulk.reserve_ids(Customer, customers)
    Customer.objects.bulk_create(
        Customer(
            pk=pk, company_id=own, number=f"{n + 1:04d}", number_key=str(n + 1), name=f"Buyer {n}", country="DE", created_at=at
        )
        for n, pk in enumerate(buyers)
    )  # fmt: skip
    documents = bulk.reserve_ids(Document, count)
    bulk.insert_rows(
        Document,
        ("id", "company_id", "customer_id", "kind", "number", "issued_on", "currency", "total_minor", "terms", "order_no",
         "reference", "effective_on", "recorded_at"),
        [(pk, own, buyers[n % customers], "invoice", f"R-{n}", on, "EUR", 100_00, "", "", "", on, at)
         for n, pk in enumerate(documents)],
    )  # fmt: skip
    bulk.insert_rows(
        DueItem,
        ("company_id", "customer_id", "document_id", "seq", "currency", "amount_minor", "due_on", "discount_minor",
         "payment_reference", "source_key", "occurrence", "effective_on", "recorded_at"),
        [(own, buyers[n % customers], pk, 1, "EUR", 100_00, on + timedelta(days=30), 0, "", "", 1, on, at)
         for n, pk in enumerate(documents)],
    )  # fmt: skip


ROWS = 1_200


def main() -> None:
    """Take a register in, or die in the middle of it."""
    from datetime import UTC, datetime

    import django

    from killed import dying_before

    django.setup()
    from django.db import transaction

    from fairdue.cash.actions.import_instruments import do_import_instruments
    from fairdue.ledger.models import Document
    from fairdue.people.actor import Actor
    from fairdue.people.models import Company

    company = Company.objects.get()
    actor = Actor(company.pk, datetime(2026, 11, 2, 9, tzinfo=UTC), name="Test", roles=frozenset({"finance_lead"}))
    if not Document.objects.exists():
        with transaction.atomic():
            owe(actor, ROWS)
    write_to, after = (*sys.argv[1:3], "", "0")[:2]
    with dying_before(write_to, int(after or 0)):
        done = do_import_instruments(actor, many(ROWS), "register.csv")
    sys.stdout.write(f"{done.new} {done.known} {done.covers} {len(done.refused)}\n")


if __name__ == "__main__":
    main()
