"""Random portfolios: whole ledgers made from a seed, with everything that makes ageing hard."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from fairdue.ledger.snapshot import SOURCES

Row = dict[str, Any]
Portfolio = dict[str, list[Row]]

START = date(2025, 1, 1)
SPAN_DAYS = 420
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "JPY")
REASONS = ("dispute", "promise", "promise", "plan", "manual")
SCHEMAS = {source.name: source.schema for source in SOURCES}


def moment(day: int) -> datetime:
    """Noon of a day counted from START."""
    return datetime.combine(START + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=12)


class Maker:
    """Makes one portfolio. Every row carries ``recorded_at``; ``known`` cuts by it, as the sources do."""

    def __init__(self, seed: int, customers: int, documents: int) -> None:
        self.random = random.Random(seed)
        self.rows: Portfolio = {name: [] for name in SCHEMAS}
        self.rows["company"].append({"id": 1, "currency": self.random.choice(("EUR", "EUR", "USD", "CHF"))})
        for number in range(1, customers + 1):
            group = self.random.choice((None, 1, 2))
            self.rows["customers"].append({"id": number, "group_id": group, "group_code": f"G{group}" if group else ""})
        for _ in range(documents):
            self._document()
        self._payments()
        self._credits()
        self._reversals()
        self._changes()
        self._holds()
        self._charges()
        self._rates()

    def add(self, table: str, recorded_day: int, **values: Any) -> Row:
        row = {"id": len(self.rows[table]) + 1, "recorded_at": moment(recorded_day), **values}
        self.rows[table].append(row)
        return row

    def day(self, low: int = 0, high: int = SPAN_DAYS) -> int:
        return self.random.randint(low, max(low, high))

    def _on(self, day: int) -> date:
        return START + timedelta(days=day)

    def _late(self, day: int) -> int:
        """Most rows are recorded on their day, some later, some before they take effect."""
        return max(0, day + self.random.choice((0, 0, 0, 0, 2, 30, -20)))

    def _document(self) -> None:
        pick = self.random
        issued, customer = self.day(), pick.randint(1, len(self.rows["customers"]))
        kind = pick.choices(("invoice", "debit_note", "credit_note"), (8, 1, 2))[0]
        recorded, currency = self._late(issued), pick.choice(CURRENCIES)
        document = self.add(
            "documents", recorded, customer_id=customer, kind=kind, number=f"D{len(self.rows['documents'])}",
            issued_on=self._on(issued), currency=currency, terms="net 30", effective_on=self._on(issued),
        )  # fmt: skip
        for seq in range(1, pick.choice((1, 1, 1, 2, 3)) + 1):
            amount = pick.choice((0, 1, 99, 1000, 12_345, 10**9)) if pick.random() < 0.3 else pick.randint(1, 50_000)
            self.add(
                "due_items", recorded, customer_id=customer, document_id=document["id"], seq=seq, currency=currency,
                amount_minor=-amount if kind == "credit_note" else amount, effective_on=self._on(issued),
                due_on=self._on(issued + pick.choice((0, 14, 30, 30, 60, 30 * seq))),
            )  # fmt: skip

    def _open(self, item: Row, side: str) -> int:
        used = sum(row["amount_minor"] for row in self.rows["allocations"] if row.get(side) == item["id"])
        return abs(item["amount_minor"]) - used

    def _allocate(self, item: Row, amount: int, day: int, kind: str, **means: int) -> None:
        if amount > 0:
            self.add(
                "allocations", self._late(day), customer_id=item["customer_id"], kind=kind, due_item_id=item["id"],
                currency=item["currency"], amount_minor=amount, effective_on=self._on(day), **means,
            )  # fmt: skip

    def _payments(self) -> None:
        pick = self.random
        for item in [row for row in self.rows["due_items"] if row["amount_minor"] > 0]:
            for _ in range(pick.choice((0, 1, 1, 2))):
                rest = self._open(item, "due_item_id")
                part = rest if pick.random() < 0.6 else pick.randint(0, rest)
                day = max(0, (item["due_on"] - START).days + pick.randint(-40, 90))
                kind = pick.choices(("payment", "source_settlement", "discount", "write_off"), (10, 2, 1, 1))[0]
                if kind != "payment":
                    self._allocate(item, part, day, kind)
                    continue
                extra = pick.choice((0, 0, 0, 500))
                if part + extra == 0:
                    continue
                customer = None if pick.random() < 0.05 else item["customer_id"]
                payment = self.add(
                    "payments", self._late(day), customer_id=customer, currency=item["currency"],
                    amount_minor=part + extra, effective_on=self._on(day),
                )  # fmt: skip
                self._allocate(item, part, day + pick.choice((0, 0, 5)), "payment", payment_id=payment["id"])

    def _credits(self) -> None:
        pick = self.random
        for credit in [row for row in self.rows["due_items"] if row["amount_minor"] < 0]:
            same = [
                row for row in self.rows["due_items"]
                if row["amount_minor"] > 0 and row["customer_id"] == credit["customer_id"]
                and row["currency"] == credit["currency"]
            ]  # fmt: skip
            for item in pick.sample(same, min(len(same), 2)):
                part = min(self._open(credit, "credit_item_id"), self._open(item, "due_item_id"))
                self._allocate(item, part, self.day(), "credit", credit_item_id=credit["id"])
            if pick.random() < 0.1 and (rest := self._open(credit, "credit_item_id")):
                day = self.day()
                self.add(
                    "allocations", self._late(day), customer_id=credit["customer_id"], kind="source_settlement",
                    credit_item_id=credit["id"], currency=credit["currency"], amount_minor=rest, effective_on=self._on(day),
                )  # fmt: skip

    def _reversals(self) -> None:
        for row in list(self.rows["allocations"]):
            if self.random.random() < 0.12:
                day = (row["effective_on"] - START).days + self.random.choice((0, 1, 20))
                same = {
                    name: row.get(name) for name in ("kind", "due_item_id", "payment_id", "credit_item_id", "charge_id")
                }
                self.add(
                    "allocations", max(self._late(day), (row["recorded_at"].date() - START).days),
                    customer_id=row["customer_id"], currency=row["currency"], amount_minor=-row["amount_minor"],
                    reverses_id=row["id"], effective_on=self._on(day), **same,
                )  # fmt: skip
                item = next((one for one in self.rows["due_items"] if one["id"] == row.get("due_item_id")), None)
                if item and self.random.random() < 0.5:
                    self._allocate(item, self._open(item, "due_item_id"), day, "source_settlement")

    def _changes(self) -> None:
        for item in self.random.sample(self.rows["due_items"], len(self.rows["due_items"]) // 6):
            for _ in range(self.random.choice((1, 2))):
                day = self.day()
                self.add(
                    "due_date_changes", self._late(day), due_item_id=item["id"], effective_on=self._on(day),
                    due_on=item["due_on"] + timedelta(days=self.random.randint(-10, 90)), reason="agreed",
                )  # fmt: skip

    def _holds(self) -> None:
        pick = self.random
        for _ in range(len(self.rows["documents"]) // 4):
            item, day = pick.choice(self.rows["due_items"]), self.day()
            scope = pick.choice(("item", "item", "document", "customer"))
            amount = pick.choice((None, None, pick.randint(1, 60_000)))
            until = pick.choice((None, day + 7, day + 30, day + 200))
            released = pick.choice((None, None, None, day + pick.randint(0, 60)))
            self.add(
                "holds", self._late(day), customer_id=item["customer_id"],
                document_id=item["document_id"] if scope == "document" else None,
                due_item_id=item["id"] if scope == "item" else None, reason=pick.choice(REASONS), amount_minor=amount,
                currency=pick.choice(("", item["currency"])), since=self._on(day),
                until=None if until is None else self._on(until),
                released_on=None if released is None else self._on(released),
            )  # fmt: skip

    def _charges(self) -> None:
        pick = self.random
        for item in pick.sample(self.rows["due_items"], len(self.rows["due_items"]) // 10):
            day, amount = self.day(), pick.randint(1, 5_000)
            charge = self.add(
                "charges", self._late(day), customer_id=item["customer_id"], due_item_id=item["id"], currency=item["currency"],
                kind=pick.choice(("interest", "fee", "compensation")), amount_minor=amount, effective_on=self._on(day),
            )  # fmt: skip
            if pick.random() < 0.5:
                self.add(
                    "allocations", self._late(day), customer_id=item["customer_id"], kind="waiver", charge_id=charge["id"],
                    currency=item["currency"], amount_minor=pick.randint(1, amount), effective_on=self._on(day + 3),
                )  # fmt: skip

    def _rates(self) -> None:
        for currency, per_euro in (("USD", 1_080_000), ("JPY", 163_000_000), ("CHF", 950_000)):
            for day in range(0, SPAN_DAYS + 60):
                if self.random.random() < 0.4:
                    self.add(
                        "exchange_rates", 0, currency=currency, quoted_on=self._on(day), per_euro_micro=per_euro + day
                    )


def known(rows: Portfolio, known_at: datetime) -> Portfolio:
    """Give what was recorded by ``known_at``; customers, the company and rates are always known."""
    return {
        name: [row for row in table if row.get("recorded_at", known_at) <= known_at] for name, table in rows.items()
    }


def tables(rows: Portfolio) -> dict[str, pa.Table]:
    """Give the Arrow tables of a snapshot; columns a row does not name are empty."""
    return {
        name: pa.table(
            {field.name: pa.array([row.get(field.name) for row in rows[name]], field.type) for field in schema}
        )
        for name, schema in SCHEMAS.items()
    }
