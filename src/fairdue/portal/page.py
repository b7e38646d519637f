"""What the debtor's page shows, put together from the ledger. Seven queries, one more for charges, three for a balance to confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fairdue.contact.models import PortalAnswer, PortalLink
from fairdue.ledger.file_queries import Copy, copies_of
from fairdue.ledger.models import Charge, Customer
from fairdue.ledger.queries import OpenItem, open_charges, open_items
from fairdue.letters.catalogue import Choice, choose
from fairdue.letters.figures import Figures
from fairdue.letters.references import spaced
from fairdue.people.days import company_day
from fairdue.people.models import BankAccount, Company
from fairdue.portal.balance import Balance, balances
from fairdue.portal.words import Words

ITEMS_MAX = 500
"""Items shown; a customer with more sees the sums of all and the oldest of these."""


@dataclass(frozen=True, slots=True)
class CopyLink:
    """A copy that the debtor may save: what it is, and the file."""

    file_id: int
    kind: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Line:
    """One open item as the debtor reads it."""

    due_item_id: int
    number: str
    issued: str
    due: str
    amount: str
    open: str
    currency: str
    days_overdue: int
    credit: bool
    copies: tuple[CopyLink, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """What is left of a charge that a letter asked for: what it is, on which ground, since when."""

    kind: str
    number: str
    basis: str
    on: str
    open: str
    currency: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What is open and overdue in one currency, and where to pay it."""

    currency: str
    open: str
    overdue: str
    bank: BankAccount | None
    iban: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer given through this link before."""

    answer: str
    on: str


@dataclass(frozen=True, slots=True)
class Page:
    """All of the page."""

    company: Company
    customer: Customer
    choice: Choice
    words: Words
    as_of: str
    lines: tuple[Line, ...]
    sums: tuple[Sum, ...]
    charges: tuple[ChargeLine, ...]
    """Open charges of letters; they stand beside the sums, which are of invoices."""
    copies: tuple[CopyLink, ...]
    """Those that belong to the customer as a whole, such as its contract."""
    given: tuple[Given, ...]
    balances: tuple[Balance, ...]
    more: str


def read_page(link: PortalLink, at: datetime) -> Page:
    """Put the page together for an open link, in the contact's language, else the customer's, else the company's."""
    company, customer = link.company, link.customer
    own = link.contact.language if link.contact is not None else ""
    choice = choose(own or customer.language or company.language, "en")
    words, figures = Words(choice), Figures(choice.locale)
    today = company_day(company, at)
    items = open_items(company.pk, today, customer_ids=[customer.pk])
    kept = copies_of(company.pk, [customer.pk]).get(customer.pk, [])
    answers = PortalAnswer.objects.filter(link=link).order_by("-id")[:10]
    return Page(
        company=company,
        customer=customer,
        choice=choice,
        words=words,
        as_of=words.as_of % {"day": figures.long_date(today)},
        lines=tuple(_line(item, today, figures, _links(kept, item.document_id, words)) for item in items[:ITEMS_MAX]),
        sums=_sums(company, items, today, figures),
        charges=_charges(company, customer, today, words, figures),
        copies=_links(kept, None, words),
        given=tuple(Given(words.answer(a.kind), figures.short_date(company_day(company, a.at))) for a in answers),
        balances=balances(company.pk, customer.pk, words, figures),
        more=words.more_items % {"n": figures.count(rest)} if (rest := len(items) - ITEMS_MAX) > 0 else "",
    )


def _links(kept: list[Copy], document_id: int | None, words: Words) -> tuple[CopyLink, ...]:
    return tuple(
        CopyLink(copy.file_id, words.copy(copy.kind), copy.file_name)
        for copy in reversed(kept)
        if copy.document_id == document_id
    )


def offered(link: PortalLink, file_id: int, at: datetime) -> Copy | None:
    """Give a file that the page behind a link offers: of the customer itself, or of a document it lists. Any other is none."""
    company, customer = link.company, link.customer
    kept = copies_of(company.pk, [customer.pk]).get(customer.pk, [])
    wanted = next((copy for copy in kept if copy.file_id == file_id), None)
    if wanted is None or wanted.document_id is None:
        return wanted
    items = open_items(company.pk, company_day(company, at), customer_ids=[customer.pk])
    return wanted if any(item.document_id == wanted.document_id for item in items[:ITEMS_MAX]) else None


def _line(item: OpenItem, today: date, figures: Figures, copies: tuple[CopyLink, ...]) -> Line:
    return Line(
        due_item_id=item.due_item_id,
        number=item.document_number,
        issued=figures.short_date(item.issued_on),
        due=figures.short_date(item.due_on),
        amount=figures.number(item.amount_minor, item.currency),
        open=figures.number(item.open_minor, item.currency),
        currency=item.currency,
        days_overdue=max(0, item.days_overdue(today)) if item.open_minor > 0 else 0,
        credit=item.amount_minor < 0,
        copies=copies,
    )


def _charges(
    company: Company, customer: Customer, today: date, words: Words, figures: Figures
) -> tuple[ChargeLine, ...]:
    """Give the charges that a letter asks for again: those not paid, waived or withdrawn, oldest first. Two queries, one where none."""
    left = open_charges(company.pk, today, customer_ids=[customer.pk])
    if not left:
        return ()
    rows = Charge.objects.filter(pk__in=left, company=company).select_related("due_item__document")
    return tuple(
        ChargeLine(
            kind=words.charge(row.kind),
            number=row.due_item.document.number if row.due_item else "",
            basis=str(row.basis.get("basis", "")),
            on=words.charged_on % {"day": figures.short_date(row.effective_on)},
            open=figures.number(left[row.pk][3], row.currency),
            currency=row.currency,
        )
        for row in rows.order_by("effective_on", "id")
    )


def _sums(company: Company, items: list[OpenItem], today: date, figures: Figures) -> tuple[Sum, ...]:
    banks = {account.currency: account for account in company.bank_accounts.all()}
    found = []
    for currency in sorted({item.currency for item in items}):
        mine = [item for item in items if item.currency == currency]
        overdue = sum(item.open_minor for item in mine if item.open_minor > 0 and item.days_overdue(today) > 0)
        bank = banks.get(currency)
        found.append(
            Sum(
                currency,
                figures.number(sum(item.open_minor for item in mine), currency),
                figures.number(overdue, currency),
                bank,
                spaced(bank.iban) if bank is not None and bank.iban else "",
            )
        )
    return tuple(found)
