"""The demonstration's credit insurance: a policy, the insurer's list of limits as a file, and what was reported to it so far.

The list is a text in the shape that lists of limits are imported in; the entrance hands it to the room that reads it. One in
two customers with open invoices is insured, some to a part only; a few limits were reduced or withdrawn of late.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fairdue.kernel.money import plain
from fairdue.ledger.models import Customer
from fairdue.ledger.queries import open_items

CURRENCY = "EUR"
ONE_IN = 2
STEP_MINOR = 5_000_00
"""Limits are given in steps of 5,000."""
POLICY: dict[str, str] = {"insurer": "Hanse Kreditversicherung AG", "number": "HK-2026-0417", "currency": CURRENCY}
TERMS: dict[str, Any] = {
    "insured_share_ppm": 900_000, "max_liability_minor": 4_000_000_00, "minimum_minor": 1_000_00, "max_terms_days": 120,
    "max_extension_days": 60, "notify_days": 30, "claim_days": 180, "waiting_days": 150, "stop_days": 60,
    "consent_above_minor": 150_000_00,
}  # fmt: skip
"""Invented for the demonstration; no insurer's conditions."""
REPORTED_AGO = 12
"""Days since the company last reported its overdue buyers; what was overdue then is reported."""
CLAIMED_AGO = 30
FORGOTTEN_ONE_IN = 11


@dataclass(frozen=True, slots=True)
class Report:
    """What the demonstration told its insurer of a buyer: ``kind`` is "notified" or "claimed"."""

    customer_id: int
    kind: str
    on: date
    reference: str


def valid_from(as_of: date) -> date:
    """Give the first day of the demonstration's policy: a year and a half before its day."""
    return as_of - timedelta(days=540)


def limits_csv(company_id: int, as_of: date) -> str:
    """Give the list of limits as CSV: customer, limit, from, reference. The same ledger gives the same list."""
    owed: dict[int, int] = {}
    for item in open_items(company_id, as_of):
        if item.currency == CURRENCY and item.open_minor > 0:
            owed[item.customer_id] = owed.get(item.customer_id, 0) + item.open_minor
    numbers = dict(Customer.objects.filter(company_id=company_id, pk__in=list(owed)).values_list("pk", "number"))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("customer", "limit", "from", "reference"))
    for place, (customer, amount) in enumerate(sorted(owed.items())):
        if place % ONE_IN:
            continue
        limit = max(STEP_MINOR, amount * (12 if place % 4 else 7) // 10 // STEP_MINOR * STEP_MINOR)
        writer.writerow((numbers[customer], plain(limit, CURRENCY), valid_from(as_of).isoformat(), f"L-{place:05d}"))
        if place % 30 == 0:
            cut = 0 if place % 60 else limit // 2
            since = as_of - timedelta(days=25)
            writer.writerow((numbers[customer], plain(cut, CURRENCY), since.isoformat(), f"L-{place:05d}-2"))
    return out.getvalue()


def reports(company_id: int, as_of: date) -> list[Report]:
    """Give what was reported and claimed of insured buyers; one in eleven was forgotten. The same ledger gives the same reports."""
    oldest: dict[int, date] = {}
    for item in open_items(company_id, as_of):
        if item.currency == CURRENCY and item.open_minor > 0:
            oldest[item.customer_id] = min(item.due_on, oldest.get(item.customer_id, item.due_on))
    reported_on, claimed_on = as_of - timedelta(days=REPORTED_AGO), as_of - timedelta(days=CLAIMED_AGO)
    found = []
    for place, (customer, due_on) in enumerate(sorted(oldest.items())):
        if place % ONE_IN or place % FORGOTTEN_ONE_IN == 0:
            continue
        if due_on + timedelta(days=TERMS["claim_days"]) < as_of:
            found.append(Report(customer, "claimed", claimed_on, f"S-{place:05d}"))
        elif due_on < reported_on:
            found.append(Report(customer, "notified", reported_on, f"N-{place:05d}"))
    return found
