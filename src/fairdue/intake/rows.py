"""What a file says, as typed rows: the one shape between reading and planning."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import NamedTuple

KEY_MAX = 200
"""Characters of a row's key in the ledger (``source_key``)."""
CUSTOMER_KEY_MAX = 60
"""Characters of a customer's key in the ledger (``number_key``)."""


class ItemRow(NamedTuple):
    """One listed maturity. Amounts are minor units, negative for a credit note; ``open_minor`` is what remains.

    ``amount_minor`` None: the file gives only what remains. ``settled_on``: the day of settlement in a closed history.
    ``key`` is the row's identity in its source, without the occurrence. ``customer_number`` is empty where the file only
    names the customer. ``disputed`` None: the file says nothing about disputes.
    """

    line: int
    key: str
    customer_number: str
    customer_key: str
    customer_name: str
    document_number: str
    issued_on: date
    due_on: date
    currency: str
    open_minor: int
    amount_minor: int | None = None
    settled_on: date | None = None
    terms: str = ""
    reference: str = ""
    country: str = ""
    disputed: bool | None = None
    email: str = ""
    document_kind: str = ""


class PaymentRow(NamedTuple):
    """One receipt of money. ``document_number`` names what it pays, ``document_key`` its comparable form."""

    line: int
    key: str
    customer_number: str
    customer_key: str
    paid_on: date
    currency: str
    amount_minor: int
    document_number: str = ""
    reference: str = ""
    payer: str = ""
    document_key: str = ""


class PartyRow(NamedTuple):
    """One customer or contact: identity and the fields that the file fills."""

    line: int
    customer_number: str
    customer_key: str
    values: dict[str, str]


class RefusedCells(NamedTuple):
    """What a row that could not be read may have listed: its document's key, or else the keys of all its cells."""

    document_key: str
    cells: frozenset[str]


def item_key(customer_key: str, document_key: str, part: str, content: str) -> str:
    """Give a row's identity: customer, document and part (line item, fiscal year); without a number, its content."""
    key = f"{customer_key}|{document_key}|{part}" if document_key else f"{customer_key}||{content}"
    return key if len(key) <= KEY_MAX else shortened(key, KEY_MAX)


def shortened(text: str, limit: int) -> str:
    """Cut an identity to ``limit`` characters without making two of them equal: its hash replaces what is cut."""
    if len(text) <= limit:
        return text
    return f"{text[: limit - 25]}#{hashlib.sha256(text.encode()).hexdigest()[:24]}"
