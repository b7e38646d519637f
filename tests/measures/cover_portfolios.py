"""Random portfolios with insurance on them, and the slow answer of ``cover.rules`` for each open invoice."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from fairdue.cover.rules import Dates, Invoice, Limit, Terms, Told, judge
from fairdue.cover.snapshot import SOURCES

from . import portfolios, reference
from .portfolios import Maker, Portfolio

SCHEMAS = {source.name: source.schema for source in SOURCES}


class CoverMaker(Maker):
    """A portfolio with two policies, limits of customers and groups that rise, fall and are withdrawn, and records."""

    def __init__(self, seed: int, customers: int, documents: int) -> None:
        super().__init__(seed, customers, documents)
        for name in SCHEMAS:
            self.rows[name] = []
        self._deliveries()
        self._terms()
        self._limits(customers)
        self._records()

    def _deliveries(self) -> None:
        """Deliver many on a day on which the customer pays, or on the edge of the stop days of another invoice."""
        pick, edges = self.random, defaultdict(list)
        for row in self.rows["allocations"]:
            edges[row["customer_id"]].append(row["effective_on"])
        for row in self.rows["due_items"]:
            edges[row["customer_id"]] += [row["due_on"] + timedelta(days=stop + 1) for stop in (-1, 0, 10, 60)]
        for row in self.rows["documents"]:
            if pick.random() < 0.7:
                near = [day for day in edges[row["customer_id"]] if 0 <= (day - row["issued_on"]).days <= 60]
                row["delivered_on"] = pick.choice([*near, row["issued_on"] + timedelta(days=pick.randint(0, 9))])

    def _terms(self) -> None:
        pick = self.random
        for policy in (1, 2):
            for version in range(1, pick.randint(1, 3) + 1):
                start = self.day(-50, 60)
                end = pick.choice((None, None, start + pick.randint(60, 365)))
                self.add(
                    "cover_terms", 0, policy_id=policy, currency=("EUR", "USD")[policy - 1], version=version,
                    valid_from=self._on(start), valid_to=None if end is None else self._on(end),
                    insured_share_ppm=pick.choice((850_000, 900_000, 950_000)), minimum_minor=pick.choice((0, 500)),
                    max_terms_days=pick.choice((None, 25, 60)), max_extension_days=pick.choice((None, 0, 30, 60)),
                    notify_days=pick.choice((None, 30, 60)), claim_days=pick.choice((None, 180)),
                    stop_days=pick.choice((None, 0, 10, 10, 60)), consent_beyond_days=pick.choice((None, 20, 90)),
                )  # fmt: skip

    def _limits(self, customers: int) -> None:
        pick = self.random
        shipped = [row.get("delivered_on") or row["issued_on"] for row in self.rows["documents"]]
        for _ in range(customers * 3):
            start, whole = self.day(-60, 120), pick.random() < 0.25
            self.add(
                "cover_limits", 0, policy_id=pick.choice((1, 1, 2)), group_id=pick.choice((1, 2)) if whole else None,
                customer_id=None if whole else pick.randint(1, customers), effect_on=self._on(start),
                until=pick.choice((None, None, max(self._on(start), pick.choice(shipped)))),
                limit_minor=pick.choice((0, 50_000, 1_000_000)), share_ppm=pick.choice((None, 800_000)),
                max_extension_days=pick.choice((None, None, 0, 45)),
            )  # fmt: skip

    def _records(self) -> None:
        pick = self.random
        for _ in range(len(self.rows["documents"]) // 3):
            item, day = pick.choice(self.rows["due_items"]), self.day()
            kind = pick.choice(("notified", "claimed", "consent"))
            self.add(
                "cover_records", 0, customer_id=item["customer_id"], kind=kind, on_day=self._on(day),
                due_item_id=pick.choice((item["id"], None)),
                until=self._on(day + pick.randint(0, 150)) if kind == "consent" else None,
            )  # fmt: skip


def tables(rows: Portfolio) -> dict[str, pa.Table]:
    """Give the Arrow tables of a snapshot with cover's beside the ledger's."""
    own = {
        name: pa.table({f.name: pa.array([row.get(f.name) for row in rows[name]], f.type) for f in schema})
        for name, schema in SCHEMAS.items()
    }
    return {**portfolios.tables({name: rows[name] for name in portfolios.SCHEMAS}), **own}


def judged(rows: Portfolio, as_of: date) -> dict[int, Dates]:
    """Give the rules' answer for every open invoice of a customer that has a limit: one by one, slowly."""
    documents = {row["id"]: row for row in rows["documents"]}
    opened = {row["due_item_id"]: row for row in reference.open_items(rows, as_of)}
    settled = _settled(rows, as_of)
    invoices: dict[int, list[Invoice]] = defaultdict(list)
    for item in rows["due_items"]:
        if item["amount_minor"] <= 0 or item["effective_on"] > as_of:
            continue
        document, now = documents[item["document_id"]], opened.get(item["id"])
        left = now is not None and now["open_minor"] > 0
        invoices[item["customer_id"]].append(
            Invoice(
                item["id"], document["issued_on"], document.get("delivered_on") or document["issued_on"], item["due_on"],
                now["due_on"] if now else item["due_on"], now["open_minor"] if now else 0,
                None if left else settled.get(item["id"], item["effective_on"]),
            )
        )  # fmt: skip
    terms = [_terms(row) for row in rows["cover_terms"]]
    found = {}
    for customer in rows["customers"]:
        limits = _limits(rows, customer)
        told = [
            Told(row["id"], row["kind"], row["due_item_id"], row["on_day"], row["until"])
            for row in rows["cover_records"]
            if row["customer_id"] == customer["id"]
        ]
        mine = invoices[customer["id"]] if limits else []
        for invoice in mine:
            if invoice.open_minor > 0:
                found[invoice.due_item_id] = judge(invoice, mine, limits, terms, told, as_of)
    return found


def _settled(rows: Portfolio, as_of: date) -> dict[int, date]:
    """Give the last day on which the allocations of an item do not sum to zero."""
    days: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows["allocations"]:
        if row.get("due_item_id") and row["effective_on"] <= as_of:
            days[row["due_item_id"]][row["effective_on"]] += row["amount_minor"]
    return {item: max(on for on, sum_ in moved.items() if sum_) for item, moved in days.items() if any(moved.values())}


def _limits(rows: Portfolio, customer: dict[str, Any]) -> list[Limit]:
    return [
        Limit(row["id"], row["policy_id"], row["customer_id"] is not None, row["effect_on"], row["until"], row["limit_minor"],
              row["max_extension_days"])
        for row in rows["cover_limits"]
        if row["customer_id"] == customer["id"]
        or (row["customer_id"] is None and row["group_id"] == customer["group_id"])
    ]  # fmt: skip


def _terms(row: dict[str, Any]) -> Terms:
    return Terms(
        row["id"], row["policy_id"], row["version"], row["valid_from"], row["valid_to"], row["max_terms_days"],
        row["max_extension_days"], row["notify_days"], row["claim_days"], row["stop_days"], row["consent_beyond_days"],
    )  # fmt: skip
