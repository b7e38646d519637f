"""Parameters that many addresses share, and what they mean: a customer's number, a day, a key, a page."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import Http404
from django.utils.translation import gettext
from ninja import Header, Query

from fairdue.api.door import ApiRequest
from fairdue.api.once import KEY_CHARS_MAX
from fairdue.api.paging import LIMIT, LIMIT_MAX
from fairdue.api.problems import wrong
from fairdue.ledger.models import Customer, Document
from fairdue.people.days import today_of

FIRST_YEAR, LAST_YEAR = 1990, 2199
Limit = Annotated[int, Query(LIMIT, ge=1, le=LIMIT_MAX, description="rows of a page")]
Cursor = Annotated[str, Query("", max_length=300, description="`next` of the page before")]
OfCustomer = Annotated[str, Query("", max_length=60, description="customer number")]
OfDocument = Annotated[str, Query("", max_length=80, description="document number")]
AsOf = Annotated[date | None, Query(None, description="day; today unless said")]
Key = Annotated[
    str,
    Header(
        ..., alias="Idempotency-Key", min_length=1, max_length=KEY_CHARS_MAX, pattern=r"^[\x21-\x7e]+$",
        description="chosen by the program, new for each piece of work; the same request with it again does nothing new",
    ),
]  # fmt: skip


def day(request: ApiRequest, as_of: date | None) -> date:
    """Give the day that is asked for, else today; raises Problem for one that no ledger speaks of."""
    found = as_of or today_of(request.acting)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise wrong("as_of", gettext("The day lies outside the years that a ledger speaks of."))
    return found


def clean(field: str, text: str) -> str:
    """Give a text without blanks around it; raises Problem for a NUL character, which no database keeps."""
    if "\0" in text:
        raise wrong(field, gettext("A NUL character stands in the text."))
    return text.strip()


def customer_by(request: ApiRequest, number: str) -> Customer:
    """Give the company's customer with a number, with or without zeros in front; raises Http404."""
    rows = Customer.objects.filter(company_id=request.acting.company_id)
    text = clean("customer", number)
    key = text.lstrip("0").casefold() or "0"
    found = rows.filter(number=text).first() or rows.filter(number_key=key).first()
    if found is None:
        raise Http404
    return found


def filtered_customer(request: ApiRequest, number: str) -> int | None:
    """Give the id of the customer that a list is filtered by; None for all; raises Problem for an unknown one."""
    if not number:
        return None
    try:
        return customer_by(request, number).pk
    except Http404:
        raise wrong("customer", gettext("There is no customer %(number)s.") % {"number": number}, "unknown") from None


def document_by(request: ApiRequest, number: str, customer_id: int | None) -> Document | None:
    """Give the one document with a number; None for an empty number; raises Problem for none or several."""
    if not number:
        return None
    rows = Document.objects.filter(company_id=request.acting.company_id, number=clean("document", number))
    found = list((rows if customer_id is None else rows.filter(customer_id=customer_id))[:2])
    if len(found) != 1:
        text = gettext("%(number)s is the number of no document, or of several.") % {"number": number}
        raise wrong("document", text, "unknown")
    return found[0]
