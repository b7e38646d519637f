"""The company in memory before it has row ids: other drafts are named by their place in the lists of ``Book``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fairdue.demo.behaviour import Payer


@dataclass(slots=True)
class CustomerDraft:
    """A customer with everything that its history is made from. ``group`` is a place in ``Book.groups``."""

    number: str
    name: str
    country: str
    language: str
    time_zone: str
    street: str
    postal_code: str
    city: str
    region: str
    registration_no: str
    vat_no: str
    natural_person: str
    public_body: str
    size: str
    key_account: bool
    owner: str
    group: int | None
    since: date
    currency: str
    second_currency: str
    terms_text: str
    price_factor: int
    documents: int
    payer: Payer


@dataclass(slots=True)
class ContactDraft:
    """A contact of the customer at place ``customer``."""

    customer: int
    purpose: str
    name: str
    language: str
    channel: str
    email: str
    phone: str
    consent: str
    consent_on: date | None
    bounced_on: date | None
    bounce_reason: str


@dataclass(slots=True)
class TermsDraft:
    """An accepted version of the terms of sale."""

    customer: int
    version: str
    clause: str
    language: str
    accepted_by: str
    accepted_on: date
    accepted_how: str
    governing_law: str
    payment_terms: str
    interest_rate_ppm: int | None
    retention_of_title: bool


@dataclass(slots=True)
class DocumentDraft:
    """A document; ``total_minor`` is negative for a credit note. ``number`` is given once all documents are in order."""

    customer: int
    kind: str
    issued_on: date
    currency: str
    total_minor: int
    terms: str
    delivered_on: date | None = None
    number: str = ""
    order_no: str = ""


@dataclass(slots=True)
class ItemDraft:
    """A due item of the document at place ``document``."""

    document: int
    seq: int
    amount_minor: int
    due_on: date
    discount_until: date | None
    discount_minor: int


@dataclass(slots=True)
class PaymentDraft:
    """Money received; ``customer`` is empty where nobody knew whose it was."""

    customer: int | None
    suspected: int | None
    currency: str
    amount_minor: int
    on: date
    payer: str
    reference: str


@dataclass(slots=True)
class AllocationDraft:
    """A part of a payment or credit note applied to a due item; ``reverses`` is the place of the allocation taken back."""

    kind: str
    customer: int
    item: int
    currency: str
    amount_minor: int
    on: date
    payment: int | None = None
    credit_item: int | None = None
    reverses: int | None = None
    reason: str = ""


@dataclass(slots=True)
class HoldDraft:
    """A hold on a due item, or on the whole customer where ``item`` is empty."""

    customer: int
    reason: str
    since: date
    item: int | None = None
    amount_minor: int | None = None
    currency: str = ""
    until: date | None = None
    note: str = ""
    released_on: date | None = None
    release_reason: str = ""


@dataclass(slots=True)
class ExtensionDraft:
    """A later agreed due date of an item."""

    item: int
    due_on: date
    reason: str
    on: date


@dataclass(slots=True)
class EffectDraft:
    """A consequence in force for a customer."""

    customer: int
    kind: str
    since: date
    cause: str


@dataclass(slots=True)
class Book:
    """The whole company in memory, dated ``as_of``: nothing in it lies after that day."""

    as_of: date
    groups: list[tuple[str, str]] = field(default_factory=list)
    customers: list[CustomerDraft] = field(default_factory=list)
    contacts: list[ContactDraft] = field(default_factory=list)
    terms: list[TermsDraft] = field(default_factory=list)
    documents: list[DocumentDraft] = field(default_factory=list)
    items: list[ItemDraft] = field(default_factory=list)
    payments: list[PaymentDraft] = field(default_factory=list)
    allocations: list[AllocationDraft] = field(default_factory=list)
    holds: list[HoldDraft] = field(default_factory=list)
    extensions: list[ExtensionDraft] = field(default_factory=list)
    effects: list[EffectDraft] = field(default_factory=list)
