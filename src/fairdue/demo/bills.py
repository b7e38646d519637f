"""The demonstration's register of bills and cheques, as a table that a person keeps; the entrance hands it to the room that reads it.

Customers in China pay by acceptances of their banks, some in France and India by cheque. A few are due now, one has been forgotten.
"""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from fairdue.demo.chance import fill, one_of, seeded
from fairdue.kernel.money import plain
from fairdue.ledger.models import Customer
from fairdue.ledger.queries import open_items

FILE_NAME = "bills.csv"
HEADINGS = ("number", "kind", "amount", "currency", "maturity", "customer", "acceptor", "covered invoices")
GIVERS = {"CN": ("bank acceptance", 8), "FR": ("cheque", 3), "IN": ("cheque", 3)}
"""By country: the kind, and how many."""
MATURES = (-14, -4, 2, 5, 11, 19, 33, 47, 68, 88, 120, 161, 176, 30)
"""Days from the day of the demonstration to the maturity, in turn."""
ACCEPTORS = ("中国工商银行上海分行", "招商银行深圳分行", "浙商银行杭州分行")


def register_csv(company_id: int, as_of: date, seed: int) -> str:
    """Give the register as CSV; the same ledger and seed give the same text."""
    rng = seeded(seed, "bills")
    rows = Customer.objects.filter(company_id=company_id, country__in=list(GIVERS))
    givers = {pk: (country, number) for pk, country, number in rows.values_list("pk", "country", "number")}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    left, place, seen = {country: count for country, (_, count) in GIVERS.items()}, 0, set[int]()
    for item in open_items(company_id, as_of):
        country, customer = givers.get(item.customer_id, ("", ""))
        fresh = item.open_minor > 0 and not item.held_minor and item.issued_on > as_of - timedelta(days=75)
        if not fresh or item.customer_id in seen or not left.get(country):
            continue
        left[country] -= 1
        seen.add(item.customer_id)
        kind = GIVERS[country][0]
        number = fill(rng, "1" + "#" * 29) if country == "CN" else fill(rng, "#######")
        matures = max(as_of + timedelta(days=MATURES[place % len(MATURES)]), item.issued_on)
        place += 1
        writer.writerow((
            number, kind, plain(item.open_minor, item.currency), item.currency, matures.isoformat(), customer,
            one_of(rng, ACCEPTORS) if country == "CN" else "", item.document_number,
        ))  # fmt: skip
    return out.getvalue()
