"""Copies of documents for the demonstration: invoices and contracts of the customers who owe the most, drawn as PDF.

Of every fourth invoice the copy is left out, and of every third customer the contract, so that missing copies are seen too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from babel import Locale

from fairdue.ledger.file_actions import NewFile, do_add_files
from fairdue.ledger.models import AcceptedTerms, Customer
from fairdue.ledger.queries import OpenItem, open_items
from fairdue.letters.figures import Figures
from fairdue.letters.fonts import families, font_folders
from fairdue.people.actor import Actor
from fairdue.people.models import BankAccount, Company

CUSTOMERS, INVOICES_EACH = 40, 5
INVOICE_LEFT_OUT, CONTRACT_LEFT_OUT = 4, 3
ENGLISH = Figures(Locale("en"))
Progress = Callable[[int, int], None]


def add_copies(actor: Actor, as_of: date, progress: Progress | None = None) -> int:
    """Draw and record copies for the customers with the largest overdue amounts; give how many files. Always the same ones."""
    company = Company.objects.get(pk=actor.company_id)
    chosen = _chosen(company, as_of)
    customers = Customer.objects.in_bulk(list(chosen))
    banks = {bank.currency: bank for bank in BankAccount.objects.filter(company=company)}
    terms = {
        row.customer_id: row
        for row in AcceptedTerms.objects.filter(customer_id__in=chosen).order_by("valid_from", "id")
    }
    press, made = _Press(company), list[NewFile]()
    for done, (customer_id, items) in enumerate(chosen.items()):
        if progress:
            progress(done, len(chosen))
        buyer = customers[customer_id]
        made += _invoices(press, buyer, items, banks)
        if done % CONTRACT_LEFT_OUT and customer_id in terms:
            made.append(_contract(press, buyer, terms[customer_id]))
    added = do_add_files(actor, made)
    if progress:
        progress(len(chosen), len(chosen))
    return added.new


def _chosen(company: Company, as_of: date) -> dict[int, list[OpenItem]]:
    """Give the customers with the largest overdue amounts in the company's currency, each with its oldest invoices."""
    overdue: dict[int, list[OpenItem]] = defaultdict(list)
    for item in open_items(company.pk, as_of):
        if item.open_minor > 0 and item.currency == company.currency and item.days_overdue(as_of) > 0:
            overdue[item.customer_id].append(item)
    ranked = sorted(overdue, key=lambda one: (-sum(item.open_minor for item in overdue[one]), one))[:CUSTOMERS]
    return {one: list({item.document_id: item for item in overdue[one]}.values())[:INVOICES_EACH] for one in ranked}


class _Press:
    """Draws the pages; fonts are read once."""

    def __init__(self, company: Company) -> None:
        folders: Any = [str(path) for path in font_folders()]
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
        root = Path(str(files("fairdue.demo")))
        self._template = (root / "invoice.typ").read_bytes()
        no_sources: Any = {"main.typ": b""}
        self._compiler = typst.Compiler(no_sources, root=str(root), font_paths=fonts)
        place = f"{company.postal_code} {company.city}"
        self._seller = {"name": company.name, "lines": [company.street, place, company.vat_no, company.email]}

    def draw(self, data: dict[str, Any], on: date) -> bytes:
        data = {"seller": self._seller, "fonts": families("en"), "lang": "en", "rows": [], "paragraphs": [], **data}
        sources: Any = {"main.typ": self._template, "data.json": json.dumps(data).encode()}
        made = self._compiler.compile(input=sources, format="pdf", timestamp=datetime.combine(on, time(), UTC))
        if not isinstance(made, bytes):
            raise TypeError("the compiler gave no single file")
        return made


def _invoices(
    press: _Press, buyer: Customer, items: list[OpenItem], banks: dict[str, BankAccount]
) -> Iterator[NewFile]:
    for place, item in enumerate(items, start=1):
        if place % INVOICE_LEFT_OUT == 0:
            continue
        bank = banks[item.currency]
        amount = ENGLISH.money(item.amount_minor, item.currency)
        pairs = [
            ("Invoice number", item.document_number), ("Invoice date", ENGLISH.long_date(item.issued_on)),
            ("Customer number", buyer.number), ("Due", ENGLISH.long_date(item.due_on)),
            ("Bank", f"{bank.bank_name} · {bank.iban or bank.account_number}"),
        ]  # fmt: skip
        data = {
            "title": f"Invoice {item.document_number}", "buyer": _address(buyer), "pairs": pairs,
            "rows": [("Components as ordered and delivered", amount), ("Amount due", amount)],
        }  # fmt: skip
        yield _file(buyer, item.document_id, "invoice", f"{item.document_number}.pdf", press.draw(data, item.issued_on))


def _contract(press: _Press, buyer: Customer, terms: AcceptedTerms) -> NewFile:
    on = terms.accepted_on
    pairs = [("Customer number", buyer.number), ("Version", terms.version), ("Payment", terms.payment_terms)]
    if on is not None:
        pairs.append(("Accepted", f"{ENGLISH.long_date(on)}, {terms.accepted_by}"))
    data = {"title": "Supply agreement", "buyer": _address(buyer), "pairs": pairs, "paragraphs": [terms.clause]}
    return _file(
        buyer, None, "contract", f"{buyer.number} supply agreement.pdf", press.draw(data, on or terms.valid_from)
    )


def _address(buyer: Customer) -> list[str]:
    lines = (buyer.name, buyer.street, f"{buyer.postal_code} {buyer.city}".strip(), buyer.country)
    return [line for line in lines if line]


def _file(buyer: Customer, document_id: int | None, kind: str, name: str, data: bytes) -> NewFile:
    return NewFile(buyer.pk, document_id, kind, name, data, "application/pdf", "made")
