"""The record every e-invoice is read into.

1. Amounts are minor units of the invoice's currency with the sign the document gives them; a credit note's are positive as it writes them
   (``kind`` says what it is). Quantities, prices and rates are exact decimal text.
2. ``fields`` holds everything the file says, as path and value in its order, also what a typed field repeats; the bytes of attachments
   stand in ``attachments`` only, and their field gives the SHA-256.
3. An absent text is "", an absent day or amount None.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from fairdue.kernel.reasons import Reason

Fields = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """What the document is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PREPAYMENT = "prepayment"
    CORRECTION = "correction"
    SELF_BILLED = "self_billed"


class Identifier(NamedTuple):
    """An identifier and its scheme as the file names it (``0088``, ``VA``, ``Partita IVA``)."""

    value: str
    scheme: str = ""


class Party(NamedTuple):
    """Seller, buyer or payee."""

    name: str = ""
    legal_name: str = ""
    vat: str = ""
    tax_number: str = ""
    legal: Identifier = Identifier("")
    """The number in a register."""
    identifiers: tuple[Identifier, ...] = ()
    endpoint: Identifier = Identifier("")
    street: tuple[str, ...] = ()
    city: str = ""
    postcode: str = ""
    region: str = ""
    country: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


class Reference(NamedTuple):
    """Another document: ``order``, ``contract``, ``project``, ``preceding``, ``despatch``, ``receipt``, ``tender``, ``object``, …"""

    kind: str
    number: str
    on: date | None = None


class Due(NamedTuple):
    """One maturity. ``amount_minor`` is None for all that is payable."""

    on: date | None
    amount_minor: int | None = None


class Discount(NamedTuple):
    """An early-payment discount. Either ``percent`` or ``amount_minor`` says how much, ``days`` or ``until`` how long."""

    percent: str = ""
    amount_minor: int | None = None
    days: int | None = None
    until: date | None = None
    basis_minor: int | None = None


class Means(NamedTuple):
    """A way to pay: the code of UNTDID 4461 (or the country's own), the account, and what the payer shall write."""

    code: str = ""
    account: str = ""
    account_name: str = ""
    bank: str = ""
    reference: str = ""
    mandate: str = ""
    payer_account: str = ""


class Tax(NamedTuple):
    """One row of the tax breakdown."""

    category: str
    rate: str
    basis_minor: int | None
    tax_minor: int | None
    exemption: str = ""


class Item(NamedTuple):
    """One line. ``net_minor`` is None where the file gives a fraction of a minor unit: it stands in ``net``."""

    id: str
    name: str
    net_minor: int | None
    net: str
    quantity: str = ""
    unit: str = ""
    price: str = ""
    category: str = ""
    rate: str = ""
    order_line: str = ""


class Totals(NamedTuple):
    """The document's own totals; None where it gives none. ``rounding_minor`` is what was added to make the payable amount even."""

    lines_minor: int | None = None
    allowances_minor: int | None = None
    charges_minor: int | None = None
    net_minor: int | None = None
    tax_minor: int | None = None
    gross_minor: int | None = None
    prepaid_minor: int | None = None
    rounding_minor: int | None = None
    payable_minor: int | None = None
    third_party_minor: int | None = None
    """What is collected for others beside the invoice (XRechnung's extension, BG-DEX-09)."""
    withheld_minor: int | None = None
    """Tax that the buyer keeps back by law (Italy)."""


class Attachment(NamedTuple):
    """A file inside; or, with no bytes, where it lies."""

    name: str
    media: str
    data: bytes = b""
    sha256: str = ""
    address: str = ""
    description: str = ""


class Finding(NamedTuple):
    """Something that does not keep to the standard; never silent, never an error. ``rule`` is the standard's own name of it."""

    reason: Reason
    rule: str = ""
    line: int = 0


class EInvoice(NamedTuple):
    """One invoice or credit note."""

    format: str
    """``ubl``, ``cii``, ``fatturapa``, ``fapiao``."""
    profile: str
    """What the document says it keeps to."""
    kind: str
    type_code: str
    number: str
    issued_on: date
    currency: str
    seller: Party
    buyer: Party
    payee: Party = Party()
    delivered_on: date | None = None
    buyer_reference: str = ""
    references: tuple[Reference, ...] = ()
    terms: str = ""
    dues: tuple[Due, ...] = ()
    discounts: tuple[Discount, ...] = ()
    means: tuple[Means, ...] = ()
    items: tuple[Item, ...] = ()
    taxes: tuple[Tax, ...] = ()
    totals: Totals = Totals()
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    findings: tuple[Finding, ...] = ()
    fields: Fields = ()
