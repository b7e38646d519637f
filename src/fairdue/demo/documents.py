"""Invoices and debit notes of two years with their due items, numbered in the order of issue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random

from fairdue.demo.chance import PPM, below, between, happens, seeded
from fairdue.demo.drafts import Book, CustomerDraft, DocumentDraft, ItemDraft
from fairdue.demo.parties import HISTORY_DAYS
from fairdue.demo.profiles import company_facts
from fairdue.kernel.rounding import divide
from fairdue.kernel.terms import Base, Terms, due_dates, parse

MONTH_PPM = (880, 920, 1000, 980, 960, 1000, 900, 620, 980, 1000, 1000, 640)
"""How busy the months are, January first, in thousandths: a dip in August and at the end of the year."""
MILESTONES_FROM_MINOR = 2_000_000
"""Milestones are agreed for larger deliveries only."""
EURO_CENTS_IN = {"EUR": (1, 1), "CHF": (95, 100), "GBP": (86, 100), "USD": (11, 10), "JPY": (17, 10)}
"""Rough price of a euro cent in minor units (yen has none), to give believable amounts; not an exchange rate."""

PREFIX = {"invoice": "INV", "debit_note": "DN", "credit_note": "CN"}


@cache
def parsed(text: str) -> Terms:
    """Read terms once."""
    return parse(text)


def add_documents(book: Book, seed: int, step: Callable[[int], None]) -> None:
    """Add invoices and debit notes of every customer; ``step`` is told how many customers are done."""
    for place, customer in enumerate(book.customers):
        rng = seeded(seed, f"documents {customer.number}")
        for issued_on in _issue_dates(rng, customer, book.as_of):
            _add_document(book, rng, place, customer, issued_on)
        step(place + 1)


def _issue_dates(rng: Random, customer: CustomerDraft, as_of: date) -> list[date]:
    span = (as_of - customer.since).days
    wanted = max(1, divide(customer.documents * span, HISTORY_DAYS))
    found = []
    for _ in range(wanted):
        on = customer.since + timedelta(days=between(rng, 0, span))
        if below(rng, 1000) >= MONTH_PPM[on.month - 1]:
            on = customer.since + timedelta(days=between(rng, 0, span))
        on -= timedelta(days=max(0, on.weekday() - 4))
        if customer.since <= on and customer.payer.buys_on(on):
            found.append(on)
    return sorted(found)


def _add_document(book: Book, rng: Random, place: int, customer: CustomerDraft, issued_on: date) -> None:
    kind = "debit_note" if happens(rng, 6_000) else "invoice"
    currency = customer.currency
    if customer.second_currency and happens(rng, 250_000):
        currency = customer.second_currency
    euro_cents = between(rng, 700, 11_000) * customer.price_factor + below(rng, 100)
    numerator, denominator = EURO_CENTS_IN[currency]
    total_minor = max(1, divide(euro_cents * numerator, denominator * (100 if currency == "JPY" else 1)))
    text = customer.terms_text
    if euro_cents > MILESTONES_FROM_MINOR and happens(rng, 200_000):
        text = company_facts()["terms"]["milestones"]
    delivered_on = issued_on + timedelta(days=between(rng, 0, 4))
    terms = parsed(text)
    needed = terms.base is Base.DELIVERY or bool(terms.milestones)
    draft = DocumentDraft(place, kind, issued_on, currency, total_minor, text)
    draft.delivered_on = delivered_on if needed or (delivered_on <= book.as_of and below(rng, PPM) < 700_000) else None
    draft.order_no = f"PO-{between(rng, 10_000, 99_999)}" if happens(rng, 800_000) else ""
    book.documents.append(draft)
    for part in due_dates(terms, issued_on, draft.delivered_on, total_minor, currency):
        book.items.append(
            ItemDraft(len(book.documents) - 1, part.seq, part.amount_minor, part.due_on, part.discount_until, part.discount_minor)
        )  # fmt: skip


def number_documents(book: Book) -> None:
    """Give every document the next number of its kind and year, in the order of issue."""
    last: dict[tuple[str, int], int] = {}
    order = sorted(range(len(book.documents)), key=lambda place: (book.documents[place].issued_on, place))
    for place in order:
        document = book.documents[place]
        key = (PREFIX[document.kind], document.issued_on.year)
        last[key] = last.get(key, 0) + 1
        document.number = f"{key[0]}-{key[1]}-{last[key]:05d}"
