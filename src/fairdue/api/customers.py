"""Customers, what they owe, what holds it, and why something goes out to them or not. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Query, Router

from fairdue.api.door import ApiRequest, Scoped
from fairdue.api.fields import AsOf, Cursor, Limit, OfCustomer, customer_by, day, filtered_customer
from fairdue.api.once import told
from fairdue.api.paging import after, cut
from fairdue.api.shapes import CustomerPage, CustomerShape, HoldPage, HoldShape, OpenItemPage, OpenItemShape
from fairdue.dunning.why import why as ask
from fairdue.ledger.models import Customer, Hold
from fairdue.ledger.queries import open_items_after
from fairdue.wording import names
from fairdue.wording.why import as_data

router = Router(tags=["Customers"], auth=Scoped("read"))


def _shape(row: Customer) -> CustomerShape:
    return CustomerShape(
        id=row.pk, number=row.number, name=row.name, country=row.country, language=row.language, city=row.city,
        policy=row.policy_code, key_account=row.key_account,
    )  # fmt: skip


@router.get("/customers", response=CustomerPage, summary="List customers", operation_id="list_customers")
def customers(request: ApiRequest, limit: Limit, cursor: Cursor) -> HttpResponse:
    """List the company's customers in the order in which they came."""
    rows = Customer.objects.filter(company_id=request.acting.company_id, pk__gt=after(cursor)).order_by("pk")
    rows = rows.only("number", "name", "country", "language", "city", "policy_code", "key_account")
    kept, following = cut(list(rows[: limit + 1]), limit, lambda row: (row.pk,))
    return told(CustomerPage.model_construct(items=[_shape(row) for row in kept], next=following))


@router.get(
    "/customers/{path:number}/why", response=dict[str, Any], summary="Why something goes out or not", operation_id="why"
)
def why(request: ApiRequest, number: str, as_of: AsOf) -> dict[str, Any]:
    """Say what would go out to a customer on a day, and why or why not: the policy's step, then each check of the gate.

    Codes with their values, and their texts beside; the same as `fairdue gate why --json`.
    """
    found, today = customer_by(request, number), day(request, as_of)
    answer = ask(request.creditor, found.pk, today, datetime.combine(today, request.acting.at.timetz()))
    return as_data(answer, found)


@router.get("/customers/{path:number}", response=CustomerShape, summary="One customer", operation_id="get_customer")
def customer(request: ApiRequest, number: str) -> HttpResponse:
    """Give the customer with a number; zeros in front do not matter."""
    return told(_shape(customer_by(request, number)))


@router.get("/open-items", response=OpenItemPage, summary="List open items", operation_id="list_open_items")
def open_items(request: ApiRequest, limit: Limit, cursor: Cursor, customer: OfCustomer, as_of: AsOf) -> HttpResponse:
    """List the due items with a balance on a day, with the part on hold."""
    today, owner = day(request, as_of), filtered_customer(request, customer)
    rows = open_items_after(
        request.acting.company_id, today, after_id=after(cursor), limit=limit + 1, customer_id=owner
    )
    kept, following = cut(rows, limit, lambda row: (row.due_item_id,))
    owners = {row.customer_id for row in kept}
    numbers = dict(Customer.objects.filter(pk__in=owners).values_list("pk", "number"))
    items = [
        OpenItemShape.model_construct(
            id=row.due_item_id, customer=numbers[row.customer_id], document=row.document_number, kind=row.kind,
            issued_on=row.issued_on, due_on=row.due_on, days_overdue=row.days_overdue(today), currency=row.currency,
            amount_minor=row.amount_minor, open_minor=row.open_minor, held_minor=row.held_minor,
            hold_reasons=list(row.hold_reasons),
        )
        for row in kept
    ]  # fmt: skip
    return told(OpenItemPage.model_construct(as_of=today, items=items, next=following))


@router.get("/holds", response=HoldPage, summary="List holds", operation_id="list_holds")
def holds(
    request: ApiRequest, limit: Limit, cursor: Cursor, customer: OfCustomer,
    in_force: Annotated[bool, Query(True, description="only those that were not released")],
) -> HttpResponse:  # fmt: skip
    """List holds: what is not chased, why, and until when. Notes of persons stay inside."""
    rows = Hold.objects.filter(company_id=request.acting.company_id, pk__gt=after(cursor))
    if (owner := filtered_customer(request, customer)) is not None:
        rows = rows.filter(customer_id=owner)
    if in_force:
        rows = rows.filter(released_on__isnull=True)
    found = list(rows.select_related("customer", "document").order_by("pk")[: limit + 1])
    kept, following = cut(found, limit, lambda row: (row.pk,))
    items = [
        HoldShape.model_construct(
            id=row.pk, customer=row.customer.number, document=row.document.number if row.document else None,
            item=row.due_item_id, reason=row.reason, reason_text=names.hold(row.reason), amount_minor=row.amount_minor,
            currency=row.currency, since=row.since, until=row.until, released_on=row.released_on,
        )
        for row in kept
    ]  # fmt: skip
    return told(HoldPage.model_construct(items=items, next=following))
