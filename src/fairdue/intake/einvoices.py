"""E-invoices of this company into the ledger: documents, due items, copies. Numbers are those of docs/algorithms/e-invoices.md.

Order of locks: the company. A file goes in whole or not at all; the same file again changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from fairdue.formats.copies.media import is_zip, media_type
from fairdue.formats.copies.reasons import CopyReason
from fairdue.formats.einvoice.files import read_einvoice
from fairdue.formats.einvoice.records import EInvoice, Party
from fairdue.formats.errors import FormatError, shorten
from fairdue.formats.values.keys import identity
from fairdue.intake import queries
from fairdue.intake.einvoice_rules import Meaning, meaning, numbers_of, tax_key, tax_numbers
from fairdue.intake.erased import without_erased
from fairdue.intake.parties import write_customers
from fairdue.intake.reasons import EInvoiceReason
from fairdue.intake.rows import PartyRow
from fairdue.intake.write import ensure_customers
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger.actions import Maturity, do_allocate, do_book_document
from fairdue.ledger.file_actions import NewFile, do_add_files
from fairdue.ledger.models import AllocationKind, CopyKind, Customer, Document, DocumentKind, FileOrigin
from fairdue.ledger.pdf_reader import PdfProcess
from fairdue.ledger.queries import open_items
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

PDF = "application/pdf"
XML, OFD, OTHER_MEDIA = "application/xml", "application/ofd", "application/octet-stream"


@dataclass(slots=True)
class Booked:
    """What became of one invoice. ``new`` is False for one that was in the ledger already."""

    invoice: EInvoice
    document: Document
    new: bool
    new_customer: bool = False
    notes: list[Reason] = field(default_factory=list)


def do_bring_einvoice(actor: Actor, data: bytes, file_name: str, *, ours: bool = False) -> list[Booked]:
    """Book the invoices of a file (13 to 20). ``ours`` says that the seller is this company although its numbers do not say so.

    Raises FormatError where the file is refused, or what it says contradicts the ledger; nothing is written then.
    """
    actor.need(Right.IMPORT)
    xml = data
    if data[:1024].lstrip().startswith(b"%PDF-"):
        with PdfProcess() as reader, PdfProcess(wants="invoice") as process:
            try:
                reader.read(data)
                xml = process.invoice(data)
            except FormatError as error:
                raise error.in_file(file_name) from None
    invoices = read_einvoice(xml, file_name)
    carried = _media(invoices)
    try:
        with transaction.atomic():
            company = Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
            book = _Book(actor, company, ours)
            done = [book.take(invoice) for invoice in invoices]
            _keep(actor, done, data, xml, file_name, carried)
            return done
    except FormatError as error:
        raise error.in_file(file_name) from None


class _Book:
    """The ledger as one file of invoices finds it."""

    def __init__(self, actor: Actor, company: Company, ours: bool) -> None:
        self.actor, self.company, self.ours = actor, company, ours
        self.by_tax: dict[str, set[int]] = defaultdict(set)
        rows = Customer.objects.filter(company=company).values_list("id", "vat_no", "registration_no")
        for customer_id, vat, register in rows:
            for text in (vat, register):
                if key := tax_key(text):
                    self.by_tax[key].add(customer_id)
        self.by_number = queries.customer_ids(company.pk)
        self.by_name = queries.customers_by_name(company.pk)

    def take(self, invoice: EInvoice) -> Booked:
        """Book one invoice, or find it in the ledger."""
        self._check_seller(invoice.seller)
        meant = meaning(invoice)
        if meant is None:
            raise FormatError(EInvoiceReason.NO_AMOUNT, number=invoice.number)
        customer_id, new_customer = self._customer(invoice)
        kind = DocumentKind.CREDIT_NOTE if meant.credit else DocumentKind.INVOICE
        rows = Document.objects.filter(company=self.company, number=invoice.number[:80], kind=kind)
        known = list(rows.filter(issued_on__year=invoice.issued_on.year).order_by("id"))
        if known:
            return Booked(invoice, self._same(known, invoice, meant, customer_id), False)
        document = self._book(invoice, meant, kind, customer_id)
        done = Booked(invoice, document, True, new_customer, list(meant.notes))
        if meant.credit:
            self._tie(done)
        return done

    def _check_seller(self, seller: Party) -> None:
        own = {key for text in (self.company.vat_no, self.company.registration_no) if (key := tax_key(text))}
        named = {identity(name) for name in (seller.name, seller.legal_name) if name}
        if not self.ours and not own & tax_numbers(seller) and identity(self.company.name) not in named:
            raise FormatError(EInvoiceReason.NOT_OURS, seller=seller.name or seller.legal_name or seller.vat)

    def _customer(self, invoice: EInvoice) -> tuple[int, bool]:
        """Find the buyer (17): by tax and register numbers, by our own number of it, by name; else make the customer."""
        buyer = invoice.buyer
        found = set[int]().union(*(self.by_tax.get(key, set()) for key in tax_numbers(buyer)))
        if not found:
            found = {self.by_number[key] for key in numbers_of(buyer) if key in self.by_number}
        if not found:
            keys = {
                self.by_name[key]
                for name in (buyer.name, buyer.legal_name)
                if name and (key := identity(name)) in self.by_name
            }
            found = {self.by_number[key] for key in keys if key in self.by_number}
        if len(found) > 1:
            raise FormatError(EInvoiceReason.BUYERS, count=len(found), number=invoice.number)
        if found:
            return next(iter(found)), False
        name = buyer.name or buyer.legal_name
        number = (
            next((one.value for one in buyer.identifiers if one.value), "") or buyer.vat or buyer.legal.value or name
        )
        if not number:
            raise FormatError(EInvoiceReason.NO_BUYER, number=invoice.number)
        return self._new_customer(buyer, number[:60], name or number), True

    def _new_customer(self, buyer: Party, number: str, name: str) -> int:
        key = identity(number)
        values = {
            "customer_name": name, "street": ", ".join(buyer.street), "postcode": buyer.postcode, "city": buyer.city,
            "region": buyer.region, "country": buyer.country, "vat_id": buyer.vat, "email": buyer.email, "phone": buyer.phone,
            "registration_number": buyer.legal.value or buyer.tax_number, "contact_name": buyer.contact,
        }  # fmt: skip
        row = PartyRow(0, number, key, {field: value for field, value in values.items() if value})
        made = ensure_customers(self.actor, [(key, number, name, buyer.country)])[key]
        kept, _ = without_erased(self.company.pk, [row])
        if kept:  # An erased buyer stays the pseudonym.
            write_customers(self.actor, kept)
        self.by_number[key] = made
        for tax in tax_numbers(buyer):
            self.by_tax[tax].add(made)
        return made

    def _same(self, known: Sequence[Document], invoice: EInvoice, meant: Meaning, customer_id: int) -> Document:
        """Give the document that an invoice is already (18); FormatError where the ledger has another under its number."""
        sign = -1 if meant.credit else 1
        wanted = (customer_id, invoice.currency, invoice.issued_on, sign * meant.total_minor)
        for one in known:
            if (one.customer_id, one.currency, one.issued_on, one.total_minor) == wanted:
                return one
        raise FormatError(EInvoiceReason.CHANGED, number=invoice.number)

    def _book(self, invoice: EInvoice, meant: Meaning, kind: str, customer_id: int) -> Document:
        orders = [one.number for one in invoice.references if one.kind == "order" and one.number]
        before = [one.number for one in invoice.references if one.kind == "preceding" and one.number]
        return do_book_document(
            self.actor, customer_id=customer_id, kind=kind, number=invoice.number[:80], issued_on=invoice.issued_on,
            currency=invoice.currency, terms=" ".join(invoice.terms.split()), delivered_on=invoice.delivered_on,
            maturities=[Maturity(due.on, due.amount_minor, due.discount_until, due.discount_minor) for due in meant.dues],
            payment_reference=next((one.reference for one in invoice.means if one.reference), "")[:35],
            order_no=next(iter(orders), ""), reference=next(iter(before), "") or invoice.buyer_reference,
        )  # fmt: skip

    def _tie(self, done: Booked) -> None:
        """Apply a credit note to the invoice that it names (19), as far as that is open; the rest stays credit."""
        numbers = [one.number for one in done.invoice.references if one.kind == "preceding" and one.number]
        left = -done.document.total_minor
        credit = done.document.due_items.get()
        today = max(today_of(self.actor), done.invoice.issued_on)
        rows = open_items(self.company.pk, today, customer_ids=[done.document.customer_id]) if numbers else []
        may = self.actor.may(Right.ALLOCATE)
        for item in rows:
            amount = min(left, item.open_minor) if item.document_number in numbers else 0
            if amount > 0 and item.currency == done.document.currency and may:
                do_allocate(
                    self.actor, kind=AllocationKind.CREDIT, amount_minor=amount, due_item_id=item.due_item_id, credit_item_id=credit.pk,
                    effective_on=done.invoice.issued_on, reason="named by the credit note",
                )  # fmt: skip
                left -= amount
        if numbers and left:
            done.notes.append(because(EInvoiceReason.CREDIT_WAITS, number=numbers[0]))


def _media(invoices: Sequence[EInvoice]) -> dict[str, str]:
    """Give the media type of what invoices carry, by hash: of a PDF that runs something the empty text, for it is not kept."""
    found: dict[str, str] = {}
    with PdfProcess() as reader:
        for one in (each for invoice in invoices for each in invoice.attachments if each.data):
            media = media_type(one.data) or OTHER_MEDIA
            if media == PDF:
                try:
                    reader.read(one.data)
                except FormatError as error:
                    media = "" if error.code is CopyReason.ACTIVE else OTHER_MEDIA
            found[one.sha256] = media
    return found


def _keep(
    actor: Actor, done: Sequence[Booked], data: bytes, xml: bytes, file_name: str, carried: Mapping[str, str]
) -> None:
    """Keep the file as it came, and what it carries, with each document (20)."""
    files = []
    for one in done:
        media = media_type(data) if data is not xml else OFD if is_zip(data) else XML
        kind = CopyKind.INVOICE if data is not xml else CopyKind.OTHER
        owner = (one.document.customer_id, one.document.pk)
        files.append(NewFile(*owner, kind, file_name, data, media, FileOrigin.FILE))
        for attached in one.invoice.attachments:
            if not attached.data:
                continue
            name, media = attached.name or "file", carried[attached.sha256]
            if media:
                files.append(NewFile(*owner, CopyKind.OTHER, name, attached.data, media, FileOrigin.FILE))
            else:
                one.notes.append(because(EInvoiceReason.NOT_KEPT, name=shorten(name)))
    do_add_files(actor, files)
