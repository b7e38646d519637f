"""What lies on the desk when letters are written: everything about a few customers, read in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count

from fairdue.contact.facts import GateFacts
from fairdue.contact.models import MessageState, OutboxMessage
from fairdue.contact.queries import gate_facts
from fairdue.dunning.charges import OpenCharge
from fairdue.dunning.models import Notice
from fairdue.ledger.file_queries import Copy, copies_of
from fairdue.ledger.insured import consent_needed, last_days
from fairdue.ledger.models import AcceptedTerms, Allocation, Charge, Contact, Customer, DueItem
from fairdue.ledger.queries import (
    OpenItem,
    Unapplied,
    open_charges,
    open_items,
    unapplied_payments,
    withdrawn_charges,
)
from fairdue.people.days import company_day
from fairdue.people.models import BankAccount, Company

AccountKey = tuple[int, str]


class Charged(NamedTuple):
    """What was already claimed on an item: ``period_to`` is the last day that bore charged interest."""

    kind: str
    amount_minor: int
    period_to: date | None
    charge_id: int = 0


class Said(NamedTuple):
    """An earlier notice that arrived."""

    on: date
    deadline_on: date | None
    level: int


@dataclass(frozen=True, slots=True)
class Desk:
    """Facts for writing to the customers of ``customers``, as they stand now."""

    company: Company
    today: date
    banks: dict[str, BankAccount]
    customers: dict[int, Customer]
    contacts: dict[int, Contact]
    terms: dict[int, AcceptedTerms]
    items: dict[AccountKey, list[OpenItem]]
    unapplied: dict[AccountKey, list[Unapplied]]
    movements: dict[int, list[tuple[date, int]]]
    in_parts: frozenset[int]
    references: dict[int, str]
    charged: dict[int, list[Charged]]
    """What was claimed on an item and not withdrawn."""
    open_charges: dict[AccountKey, list[OpenCharge]]
    """What earlier notices charged and is still open, oldest first."""
    said: dict[AccountKey, list[Said]]
    gates: dict[int, GateFacts]
    copies: dict[int, list[Copy]]
    base_url: str
    last_days: dict[int, date]
    """Per due item the last day to which the insurer lets payment be put off; items without a bound are absent."""
    consent_needed: frozenset[int]
    """Customers for whom any plan needs the insurer's consent first."""


def lay_out(company_id: int, customer_ids: Collection[int], today: date, at: datetime) -> Desk:
    """Read what is needed to write to these customers. About twenty queries, however many customers there are."""
    ids = sorted(set(customer_ids))
    items: dict[AccountKey, list[OpenItem]] = defaultdict(list)
    for item in open_items(company_id, today, customer_ids=ids):
        items[item.customer_id, item.currency].append(item)
    open_ids = [item.due_item_id for group in items.values() for item in group]
    unapplied: dict[AccountKey, list[Unapplied]] = defaultdict(list)
    for payment in unapplied_payments(company_id, today, customer_ids=ids):
        if payment.customer_id is not None:
            unapplied[payment.customer_id, payment.currency].append(payment)
    customers = Customer.objects.filter(company_id=company_id).select_related("account_owner").in_bulk(ids)
    company = Company.objects.get(pk=company_id)
    return Desk(
        company=company,
        today=today,
        banks={bank.currency: bank for bank in BankAccount.objects.filter(company_id=company_id)},
        customers=customers,
        contacts={contact.pk: contact for contact in Contact.objects.filter(customer_id__in=ids)},
        terms=_terms(ids, today),
        items=items,
        unapplied=unapplied,
        movements=_movements(open_ids, today),
        in_parts=_in_parts({item.document_id for group in items.values() for item in group}),
        references=_references(open_ids),
        charged=_charged(open_ids),
        open_charges=_open_charges(company_id, ids, today),
        said=_said(ids, company),
        gates=gate_facts(company_id, ids, at, with_items=True),
        copies=copies_of(company_id, ids),
        base_url=settings.BASE_URL,
        last_days=last_days(company_id, open_ids, today),
        consent_needed=consent_needed(company_id, ids, today),
    )


def _terms(ids: list[int], today: date) -> dict[int, AcceptedTerms]:
    rows = AcceptedTerms.objects.filter(customer_id__in=ids, valid_from__lte=today)
    return {terms.customer_id: terms for terms in rows.order_by("valid_from", "id")}


def _movements(open_ids: list[int], today: date) -> dict[int, list[tuple[date, int]]]:
    """Give what was applied to each item, by day (a reversal is negative)."""
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = Allocation.objects.filter(due_item_id__in=open_ids, effective_on__lte=today).order_by("effective_on", "id")
    for item_id, on, amount in rows.values_list("due_item_id", "effective_on", "amount_minor"):
        found[item_id].append((on, amount))
    return found


def _in_parts(document_ids: Collection[int]) -> frozenset[int]:
    rows = DueItem.objects.filter(document_id__in=list(document_ids)).values("document_id").annotate(count=Count("id"))
    return frozenset(row["document_id"] for row in rows if row["count"] > 1)


def _references(open_ids: list[int]) -> dict[int, str]:
    rows = DueItem.objects.filter(pk__in=open_ids).exclude(payment_reference="")
    return dict(rows.values_list("id", "payment_reference"))


def _charged(open_ids: list[int]) -> dict[int, list[Charged]]:
    found: dict[int, list[Charged]] = defaultdict(list)
    rows = list(Charge.objects.filter(due_item_id__in=open_ids).order_by("id"))
    gone = withdrawn_charges([row.pk for row in rows])
    for row in rows:
        if row.pk not in gone and row.due_item_id is not None:
            found[row.due_item_id].append(Charged(row.kind, row.amount_minor, row.period_to, row.pk))
    return found


def _open_charges(company_id: int, ids: list[int], today: date) -> dict[AccountKey, list[OpenCharge]]:
    found: dict[AccountKey, list[OpenCharge]] = defaultdict(list)
    left = open_charges(company_id, today, customer_ids=ids)
    for row in Charge.objects.filter(pk__in=left).select_related("due_item__document").order_by("effective_on", "id"):
        number = row.due_item.document.number if row.due_item else ""
        found[row.customer_id, row.currency].append(
            OpenCharge(
                row.pk, row.kind, number, left[row.pk][3], str(row.basis.get("basis", "")), row.effective_on,
                row.period_from, row.period_to,
            )
        )  # fmt: skip
    return found


def _said(ids: list[int], company: Company) -> dict[AccountKey, list[Said]]:
    """Give the notices of each account whose message was handed over, oldest first."""
    rows = list(
        Notice.objects.filter(customer_id__in=ids, level__gt=0)
        .order_by("written_on", "id")
        .values_list("customer_id", "currency", "message_key", "written_on", "deadline_on", "level")
    )
    messages = OutboxMessage.objects.filter(customer_id__in=ids, state=MessageState.HANDED_OVER)
    handed = dict(messages.values_list("step_key", "handed_over_at"))
    found: dict[AccountKey, list[Said]] = defaultdict(list)
    for customer_id, currency, key, written_on, deadline_on, level in rows:
        if key in handed:
            moment = handed[key]
            found[customer_id, currency].append(
                Said(company_day(company, moment) if moment else written_on, deadline_on, level)
            )
    return found
