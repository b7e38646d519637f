"""The five kinds of tables and their fields. The names are those of the records handed on (see import-tables.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a table lists."""

    OPEN_ITEMS = "open_items"
    CLOSED_ITEMS = "closed_items"
    """History with the date each item was settled; a row without it is still open."""
    PAYMENTS = "payments"
    CUSTOMERS = "customers"
    CONTACTS = "contacts"


class Type(StrEnum):
    """How the cells of a field are read."""

    TEXT = "text"
    NAME = "name"
    """Text with words in it, not codes."""
    KEY = "key"
    """An identifier: kept as written, and normalised for identity."""
    DATE = "date"
    AMOUNT = "amount"
    CURRENCY = "currency"
    COUNTRY = "country"
    BOOLEAN = "boolean"
    KNOWN = "known"
    """Yes, no or unknown, kept as these words; an empty cell says nothing."""
    SIZE = "size"
    """Size of a business: one of micro, small, medium, large, unknown."""
    SIDE = "side"
    DOCUMENT_TYPE = "document_type"
    EMAIL = "email"
    IBAN = "iban"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``strict``: an unreadable cell refuses the row; else it is left empty and noted."""

    name: str
    type: Type
    strict: bool = True
    needed: bool = False
    """Every row must have it."""


@dataclass(frozen=True, slots=True)
class KindFields:
    """The fields of a kind, and groups of which at least one column must be there."""

    fields: tuple[Field, ...]
    one_of: tuple[tuple[str, ...], ...]


_TEXT, _NAME, _KEY, _DATE, _AMOUNT = Type.TEXT, Type.NAME, Type.KEY, Type.DATE, Type.AMOUNT

_ITEM = (
    Field("document_number", _KEY),
    Field("customer_number", _KEY),
    Field("customer_name", _NAME),
    Field("issued_on", _DATE),
    Field("posted_on", _DATE, strict=False),
    Field("baseline_on", _DATE, strict=False),
    Field("due_on", _DATE),
    Field("settled_on", _DATE),
    Field("amount", _AMOUNT),
    Field("open_amount", _AMOUNT),
    Field("debit", _AMOUNT),
    Field("credit", _AMOUNT),
    Field("currency", Type.CURRENCY),
    Field("side", Type.SIDE),
    Field("document_type", Type.DOCUMENT_TYPE),
    Field("terms", _TEXT),
    Field("company_code", _KEY),
    Field("fiscal_year", _KEY),
    Field("line_item", _KEY),
    Field("reference", _TEXT),
    Field("country", Type.COUNTRY),
    Field("disputed", Type.BOOLEAN),
    Field("is_open", Type.BOOLEAN),
    Field("text", _TEXT),
    Field("email", Type.EMAIL, strict=False),
)
_ITEM_NEEDS = (
    ("customer_number", "customer_name"),
    ("amount", "open_amount", "debit", "credit"),
    ("due_on", "issued_on", "baseline_on"),
)
_PLACE = (
    Field("street", _TEXT),
    Field("postcode", _KEY),
    Field("city", _TEXT),
    Field("region", _TEXT),
    Field("country", Type.COUNTRY),
)
_FACTS = (
    Field("natural_person", Type.KNOWN),
    Field("public_body", Type.KNOWN),
    Field("size", Type.SIZE),
    Field("public_health", Type.KNOWN),
    Field("federal_agency", Type.KNOWN),
    Field("size_declared", Type.KNOWN),
    Field("subcontract", Type.KNOWN),
    Field("agri_food", Type.KNOWN),
)
"""Facts on a customer that law asks for; the names are those of the ledger."""

KINDS: MappingProxyType[Kind, KindFields] = MappingProxyType(
    {
        Kind.OPEN_ITEMS: KindFields(_ITEM, _ITEM_NEEDS),
        Kind.CLOSED_ITEMS: KindFields(_ITEM, (*_ITEM_NEEDS, ("settled_on",))),
        Kind.PAYMENTS: KindFields(
            (
                Field("paid_on", _DATE, needed=True),
                Field("paid_amount", _AMOUNT),
                Field("debit", _AMOUNT),
                Field("credit", _AMOUNT),
                Field("currency", Type.CURRENCY),
                Field("side", Type.SIDE),
                Field("customer_number", _KEY),
                Field("customer_name", _NAME),
                Field("document_number", _KEY),
                Field("payment_number", _KEY),
                Field("reference", _TEXT),
                Field("payer_iban", Type.IBAN, strict=False),
                Field("company_code", _KEY),
                Field("text", _TEXT),
            ),
            (("paid_on",), ("paid_amount", "debit", "credit")),
        ),
        Kind.CUSTOMERS: KindFields(
            (
                Field("customer_number", _KEY, needed=True),
                Field("customer_name", _NAME, needed=True),
                *_PLACE,
                Field("email", Type.EMAIL, strict=False),
                Field("phone", _KEY),
                Field("payer_iban", Type.IBAN, strict=False),
                Field("vat_id", _KEY),
                Field("registration_number", _KEY),
                Field("language", _TEXT),
                Field("terms", _TEXT),
                Field("credit_limit", _AMOUNT),
                Field("currency", Type.CURRENCY),
                Field("group_number", _KEY),
                Field("company_code", _KEY),
                Field("contact_name", _NAME),
                *_FACTS,
            ),
            (("customer_number",), ("customer_name",)),
        ),
        Kind.CONTACTS: KindFields(
            (
                Field("customer_number", _KEY, needed=True),
                Field("contact_name", _NAME),
                Field("customer_name", _NAME),
                Field("role", _TEXT),
                Field("email", Type.EMAIL, strict=False),
                Field("phone", _KEY),
                Field("language", _TEXT),
                Field("channel", _TEXT),
                Field("time_zone", _TEXT),
                Field("country", Type.COUNTRY),
                Field("company_code", _KEY),
            ),
            (("customer_number",), ("contact_name", "email", "phone")),
        ),
    }
)


def fields_of(kind: Kind) -> dict[str, Field]:
    """Give the fields of ``kind`` by name."""
    return {field.name: field for field in KINDS[kind].fields}
