"""Random portfolios with messages, signs, decisions and published facts on them, and each strategy measure a second time.

The second form is slow and plain and shares no code with the SQL, as in ``reference``.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import pyarrow as pa

from fairdue.dunning.snapshot import SOURCES

from . import portfolios, reference
from .portfolios import Maker, Portfolio, Row

SCHEMAS = {source.name: source.schema for source in SOURCES}
STATES = ("queued", "handed_over", "uncertain", "bounced", "")
CONTACTED = ("notice", "receipt")


class StrategyMaker(Maker):
    """A portfolio whose customers were written to, called, gave signs, were decided about and were graded."""

    def __init__(self, seed: int, customers: int, documents: int) -> None:
        super().__init__(seed, customers, documents)
        for name in SCHEMAS:
            self.rows[name] = []
        self._notices()
        self._decided()
        self._signs()
        self._facts(customers)

    def _notices(self) -> None:
        pick = self.random
        for _ in range(len(self.rows["documents"]) // 2):
            item, day = pick.choice(self.rows["due_items"]), self.day()
            state = pick.choice(STATES)
            handed = self._on(day + pick.randint(0, 3)) if state == "handed_over" else None
            notice = self.add(
                "dunning_notices", day, customer_id=item["customer_id"], currency=item["currency"],
                stage_code=pick.choice(("first", "second", "formal")), document=pick.choice(CONTACTED),
                level=pick.randint(0, 3), written_on=self._on(day), state=state, handed_over_on=handed,
            )  # fmt: skip
            mine = [row for row in self.rows["due_items"] if row["customer_id"] == item["customer_id"]]
            for named in pick.sample(mine, min(len(mine), pick.randint(1, 3))):
                self.add("dunning_notice_lines", day, notice_id=notice["id"], due_item_id=named["id"])
            if handed:
                self.add("dunning_contacted", day, customer_id=item["customer_id"], handed_over_on=handed)

    def _decided(self) -> None:
        pick = self.random
        for _ in range(len(self.rows["documents"]) // 5):
            item, day = pick.choice(self.rows["due_items"]), self.day()
            state = pick.choice(("dropped", "postponed", "released"))
            decided = self.add(
                "dunning_decided", day, customer_id=item["customer_id"], currency=item["currency"],
                stage_code=pick.choice(("first", "second", "formal")), level=1, state=state, decided_on=self._on(day),
                action="call" if state == "released" else "message",
                postponed_until=self._on(day + pick.choice((0, 1, 30, 200))) if state == "postponed" else None,
            )  # fmt: skip
            self.add("dunning_decided_lines", day, proposal_id=decided["id"], due_item_id=item["id"])

    def _signs(self) -> None:
        pick = self.random
        for _ in range(len(self.rows["documents"]) // 2):
            item = pick.choice(self.rows["due_items"])
            near = [
                row["handed_over_on"]
                for row in self.rows["dunning_contacted"]
                if row["customer_id"] == item["customer_id"]
            ]
            on = pick.choice([*near, self._on(self.day())])
            self.add(
                "dunning_signs", self.day(), customer_id=item["customer_id"], happened_on=on,
                kind=pick.choice(("call", "call", "reply", "answer")),
            )  # fmt: skip

    def _facts(self, customers: int) -> None:
        pick = self.random
        for _ in range(customers * 6):
            day = self.day()
            self.add(
                "facts", self._late(day), subject=f"customer:{pick.randint(1, customers)}",
                kind=pick.choice(("grade", "grade", "probability_late", "warning_level")), as_of=self._on(day),
                value=pick.randint(1, 12), unit="rank", source_version=f"v{len(self.rows['facts'])}",
                valid_until=pick.choice((None, self._on(day), self._on(day + 60))),
            )  # fmt: skip
        self.add(
            "facts", 0, subject="company:1", kind="grade", as_of=self._on(0), value=1, unit="rank", source_version="c"
        )


def tables(rows: Portfolio) -> dict[str, pa.Table]:
    """Give the Arrow tables of a snapshot with dunning's beside the ledger's."""
    own = {
        name: pa.table({f.name: pa.array([row.get(f.name) for row in rows[name]], f.type) for f in schema})
        for name, schema in SCHEMAS.items()
    }
    return {**portfolios.tables({name: rows[name] for name in portfolios.SCHEMAS}), **own}


def silence(rows: Portfolio, as_of: date) -> list[Row]:
    found = []
    for customer in (row["id"] for row in rows["customers"]):
        signs = [row["happened_on"] for row in _of(rows, "dunning_signs", customer) if row["kind"] != "call"]
        signs += [row["effective_on"] for row in _of(rows, "payments", customer)]
        signs += [row["since"] for row in _of(rows, "holds", customer) if row["reason"] in ("dispute", "promise")]
        heard = max((on for on in signs if on <= as_of), default=date.min)
        days = {row["handed_over_on"] for row in _of(rows, "dunning_contacted", customer)}
        days |= {row["happened_on"] for row in _of(rows, "dunning_signs", customer) if row["kind"] == "call"}
        if count := sum(heard < on <= as_of for on in days):
            found.append({"customer_id": customer, "contacts": count})
    return found


def dispute_history(rows: Portfolio, as_of: date, from_on: date) -> list[Row]:
    items = {row["id"]: row for row in rows["due_items"]}
    found = []
    for customer in (row["id"] for row in rows["customers"]):
        told = [
            row
            for row in _of(rows, "holds", customer)
            if row["reason"] == "dispute" and from_on < row["since"] <= as_of
        ]
        unfounded = sum(_unfounded(rows, items, hold, as_of) for hold in told)
        named = {_document(items, row) for row in told}
        issued = [
            row["id"] for row in _of(rows, "documents", customer)
            if row["kind"] == "invoice" and from_on < row["issued_on"] <= as_of
        ]  # fmt: skip
        if told or issued:
            found.append(
                {"customer_id": customer, "disputes": len(told), "unfounded": unfounded,
                 "disputed_invoices": sum(one in named for one in issued), "invoices": len(issued)}
            )  # fmt: skip
    return found


def _unfounded(rows: Portfolio, items: dict[int, Row], hold: Row, as_of: date) -> bool:
    if not hold["released_on"] or hold["released_on"] > as_of:
        return False
    document = _document(items, hold)
    given = 0
    for row in rows["allocations"]:
        item = items.get(row.get("due_item_id") or 0)
        if item is None or row["kind"] != "credit" or not hold["since"] <= row["effective_on"] <= as_of:
            continue
        wide = item["customer_id"] == hold["customer_id"] and document in (None, item["document_id"])
        if wide and hold["due_item_id"] in (None, item["id"]):
            given += row["amount_minor"]
    return given <= 0


def _document(items: dict[int, Row], hold: Row) -> int | None:
    """Give the document of a hold's scope; a hold may be recorded before its item is."""
    item = items.get(hold["due_item_id"] or 0)
    return hold["document_id"] or (item["document_id"] if item else None)


def promise_history(rows: Portfolio, as_of: date, from_on: date) -> list[Row]:
    broken = Counter(
        (row["customer_id"], row["currency"])
        for row in reference.promises(rows, as_of)
        if row["state"] == "broken" and row["until"] > from_on
    )
    return [{"customer_id": who, "currency": cur, "broken": count} for (who, cur), count in sorted(broken.items())]


def published_facts(rows: Portfolio, as_of: date) -> list[Row]:
    newest: dict[tuple[int, str], Row] = {}
    for row in sorted(rows["facts"], key=lambda row: (row["as_of"], row["id"])):
        if row["subject"].startswith("customer:") and row["as_of"] <= as_of <= (row["valid_until"] or as_of):
            newest[int(row["subject"].split(":")[1]), row["kind"]] = row
    return [{"customer_id": who, "kind": kind, "value": row["value"]} for (who, kind), row in sorted(newest.items())]


def told_items(rows: Portfolio, as_of: date) -> list[Row]:
    notices, decided = ({row["id"]: row for row in rows[name]} for name in ("dunning_notices", "dunning_decided"))
    found = []
    for item in (row["due_item_id"] for row in reference.open_items(rows, as_of)):
        for line in rows["dunning_notice_lines"]:
            if line["due_item_id"] == item:
                notice = notices[line["notice_id"]]
                found.append((item, notice["stage_code"], notice["state"], notice["id"]))
        for line in rows["dunning_decided_lines"]:
            one = decided[line["proposal_id"]]
            still = one["state"] == "dropped" or (one["state"] == "postponed" and one["postponed_until"] > as_of)
            if line["due_item_id"] == item and still:
                found.append((item, one["stage_code"], one["state"], -one["id"]))
    names = ("due_item_id", "stage_code", "state", "notice_id")
    return [dict(zip(names, row, strict=True)) for row in sorted(found, key=lambda row: (row[0], row[3]))]


def broken_promises(rows: Portfolio, as_of: date) -> list[Row]:
    found: dict[tuple[int, str], date] = {}
    for item in reference.open_items(rows, as_of):
        if item["open_minor"] <= 0 or item["days_overdue"] <= 0:
            continue
        for hold in _of(rows, "holds", item["customer_id"]):
            inside = hold["due_item_id"] in (None, item["due_item_id"]) and hold["document_id"] in (
                None,
                item["document_id"],
            )
            past = hold["until"] and hold["until"] < as_of and not hold["released_on"]
            if hold["reason"] == "promise" and inside and past:
                key = item["customer_id"], item["currency"]
                found[key] = max(found.get(key, date.min), hold["until"])
    return [{"customer_id": who, "currency": cur, "broken_on": on} for (who, cur), on in sorted(found.items())]


def overdue_since(rows: Portfolio, as_of: date) -> list[Row]:
    """Walk back day by day, by the due dates of today, until nothing was overdue."""
    late = []
    for item in rows["due_items"]:
        due_on = reference._due_on(rows, item, as_of)
        if item["amount_minor"] > 0 and item["effective_on"] <= as_of and due_on < as_of:
            late.append((item, due_on))
    found = []
    for who, cur in sorted({(item["customer_id"], item["currency"]) for item, _ in late}):
        mine = [(item, due_on) for item, due_on in late if (item["customer_id"], item["currency"]) == (who, cur)]
        day, since = as_of, None
        while sum(
            reference._open(rows, item, day) for item, due_on in mine if due_on < day and item["effective_on"] <= day
        ):
            since, day = day, day - reference.DAY
        if since is not None:
            found.append({"customer_id": who, "currency": cur, "overdue_since": since})
    return found


def _of(rows: Portfolio, table: str, customer: int) -> list[Row]:
    return [row for row in rows[table] if row["customer_id"] == customer]
