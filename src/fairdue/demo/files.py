"""The demonstration's ledger as the files a credit controller would export, for the tutorial to import.

Three folders (``en``, ``de``, ``zh``) hold the same four files in the headings, number shapes, day shapes and encodings usual
there. Open items are listed as they stood four weeks before the bank data end, payments are those received since: after
importing both, every item is as open as in the ledger. Cells that a spreadsheet program would run are guarded.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from fairdue.demo.company import DemoError
from fairdue.formats.guard import guard
from fairdue.kernel.money import plain
from fairdue.ledger.models import Allocation, Contact, Customer, DueItem, Fact, Payment
from fairdue.ledger.queries import open_amounts, unapplied_payments

PAYMENT_DAYS = 28
LANGUAGES = ("en", "de", "zh")

Cell = str | date | tuple[int, str] | None
"""Text, a day, or an amount in minor units with its currency."""
Columns = tuple[str, ...]

ITEM_COLUMNS = ("document_number", "line_item", "kind", "customer_number", "customer_name", "issued_on", "due_on", "currency",
                "amount", "open_amount", "terms")  # fmt: skip
PAYMENT_COLUMNS = ("payment_number", "paid_on", "customer_number", "customer_name", "document_number", "paid_amount",
                   "currency", "reference")  # fmt: skip
CUSTOMER_COLUMNS = ("customer_number", "customer_name", "street", "postal_code", "city", "region", "country", "vat_no",
                    "registration_no", "language", "group")  # fmt: skip
CONTACT_COLUMNS = ("customer_number", "contact_name", "role", "email", "phone", "language", "channel", "time_zone")


def write_exports(company_id: int, folder: Path) -> list[Path]:
    """Write the files of all three languages under ``folder``, and give their paths. Overwrites what has their names.

    The files are dated by the newest ``bank_data_through`` of the company; raises DemoError where there is none.
    """
    through = _through(company_id)
    tables: dict[str, tuple[Columns, list[list[Cell]]]] = {
        "open_items": (ITEM_COLUMNS, list(_open_items(company_id, through))),
        "payments": (PAYMENT_COLUMNS, list(_payments(company_id, through))),
        "customers": (CUSTOMER_COLUMNS, list(_customers(company_id))),
        "contacts": (CONTACT_COLUMNS, list(_contacts(company_id))),
    }
    written = []
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True, exist_ok=True)
        for name, (columns, rows) in tables.items():
            path = folder / language / shapes()[language]["files"][name]
            _write(path, shapes()[language], columns, rows)
            written.append(path)
    return written


@cache
def shapes() -> dict[str, dict[str, Any]]:
    """Give how files look in each language, from ``exports.yaml``."""
    shapes: dict[str, dict[str, Any]] = yaml.safe_load(
        files("fairdue.demo").joinpath("exports.yaml").read_text(encoding="utf-8")
    )
    return shapes


def _through(company_id: int) -> date:
    facts = Fact.objects.filter(company_id=company_id, kind="bank_data_through", subject=f"company:{company_id}")
    newest = facts.order_by("-value").values_list("value", flat=True).first()
    if newest is None:
        raise DemoError("the company has no bank_data_through; its files cannot be dated")
    return date.fromordinal(newest)


def _open_items(company_id: int, through: date) -> Iterator[list[Cell]]:
    listed = open_amounts(company_id, through)
    since = through - timedelta(days=PAYMENT_DAYS)
    paid = Allocation.objects.filter(company_id=company_id, kind="payment", payment__effective_on__gt=since)
    for item, amount_minor in paid.filter(effective_on__lte=through).values_list("due_item_id", "amount_minor"):
        listed[item] = listed.get(item, 0) + amount_minor
    columns = ("id", "document__number", "seq", "document__kind", "customer__number", "customer__name", "document__issued_on",
               "due_on", "currency", "amount_minor", "document__terms")  # fmt: skip
    rows = DueItem.objects.filter(company_id=company_id).order_by("document_id", "seq").values_list(*columns)
    for item, number, seq, kind, customer, name, issued_on, due_on, currency, amount_minor, terms in rows.iterator():
        if listed.get(item):
            yield [number, str(seq), kind, customer, name, issued_on, due_on, currency, (amount_minor, currency),
                   (listed[item], currency), terms]  # fmt: skip


def _payments(company_id: int, through: date) -> Iterator[list[Cell]]:
    """Give a row per payment and document, and a row without a document for what is not applied."""
    since = through - timedelta(days=PAYMENT_DAYS)
    parts: dict[int, list[tuple[str, int]]] = {}
    applied = Allocation.objects.filter(company_id=company_id, kind="payment", payment__effective_on__gt=since)
    applied = applied.filter(effective_on__lte=through)
    totals: dict[tuple[int, str], int] = {}
    columns = ("payment_id", "due_item__document__number", "amount_minor")
    for payment, number, amount_minor in applied.order_by("payment_id", "id").values_list(*columns):
        totals[payment, number] = totals.get((payment, number), 0) + amount_minor
    for (payment, number), amount_minor in totals.items():
        parts.setdefault(payment, []).append((number, amount_minor))
    for rest in unapplied_payments(company_id, through):
        parts.setdefault(rest.payment_id, []).append(("", rest.rest_minor))
    rows = Payment.objects.filter(company_id=company_id, effective_on__gt=since, effective_on__lte=through).order_by(
        "id"
    )
    fields = ("id", "effective_on", "customer__number", "payer", "currency", "reference")
    for number, (key, paid_on, customer, payer, currency, reference) in enumerate(rows.values_list(*fields), start=1):
        for line, (document, amount_minor) in enumerate(parts.get(key, ()), start=1):
            if amount_minor:
                yield [f"B{number:06d}-{line}", paid_on, customer or "", payer, document, (amount_minor, currency), currency,
                       reference]  # fmt: skip


def _customers(company_id: int) -> Iterator[list[Cell]]:
    columns = ("number", "name", "street", "postal_code", "city", "region", "country", "vat_no", "registration_no", "language",
               "group__code")  # fmt: skip
    rows = Customer.objects.filter(company_id=company_id).order_by("number").values_list(*columns)
    yield from ([*row] for row in rows)


def _contacts(company_id: int) -> Iterator[list[Cell]]:
    columns = ("customer__number", "name", "purpose", "email", "phone", "language", "channel", "time_zone")
    rows = Contact.objects.filter(company_id=company_id).order_by("customer__number", "id").values_list(*columns)
    yield from ([*row] for row in rows)


def _write(path: Path, shape: dict[str, Any], columns: Columns, rows: Sequence[Sequence[Cell]]) -> None:
    words = {"kind": shape["kinds"], "role": shape["purposes"], "channel": shape["channels"]}
    with path.open("w", encoding=shape["encoding"], newline="") as out:
        writer = csv.writer(out, delimiter=shape["delimiter"], lineterminator="\r\n")
        writer.writerow([shape["headings"][column] for column in columns])
        for row in rows:
            writer.writerow([_cell(shape, words.get(name), value) for name, value in zip(columns, row, strict=True)])


def _cell(shape: dict[str, Any], words: dict[str, str] | None, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return amount_text(*value, decimal=shape["decimal"], group=shape["group"])
    if isinstance(value, date):
        return value.strftime(shape["day"])
    return guard(words[value] if words is not None and value in words else value)


def amount_text(amount_minor: int, currency: str, *, decimal: str, group: str) -> str:
    """Write an amount as spreadsheets of a country show it: ``amount_text(-123456, "EUR", decimal=",", group=".")`` is
    ``-1.234,56``."""
    text = plain(amount_minor, currency)
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, rest = text.partition(".")
    return sign + f"{int(whole):,}".replace(",", group) + (decimal + rest if rest else "")
