"""From a snapshot to the signals that branches test: set by set, and only what some branch asks for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import duckdb

from fairdue.dunning.account import StepState
from fairdue.dunning.policy.branches import Test, tests_of
from fairdue.dunning.policy.shape import Policy
from fairdue.dunning.receipt import DOCUMENT, Answered, Asked, Receipt, by_customer
from fairdue.dunning.rows import rows, run
from fairdue.dunning.signals import NONE, Signals
from fairdue.engine.snapshot import Snapshot
from fairdue.kernel.rounding import share_ppm
from fairdue.ledger.measures.behaviour import behaviours, payment_behaviour

WINDOW_DAYS = 365
PUBLISHED = frozenset({"grade", "probability_late", "warning_level", "payment_index", "days_beyond_terms"})
BEHAVIOUR = frozenset({"payment_index", "days_beyond_terms"})
DISPUTES = frozenset({"disputes", "dispute_share", "unfounded_disputes"})
HUNDREDTHS = 100
TENTHS = 10

AccountKey = tuple[int, str]


def wanted_facts(policies: Iterable[Policy]) -> frozenset[str]:
    """Give the facts that the branches of policies ask for."""
    found: set[str] = set()
    for policy in policies:
        branches = [*policy.branches, *(branch for stage in policy.stages for branch in stage.branches)]
        tests: Iterable[Test] = (test for branch in branches for test in tests_of(branch.when))
        found |= {test.fact for test in tests}
    return frozenset(found)


class SignalsReader:
    """The signals of a snapshot, by account. What nobody asks for is not read and keeps its default."""

    def __init__(self, con: duckdb.DuckDBPyConnection, snapshot: Snapshot, today: date, wanted: frozenset[str]) -> None:
        since = today - timedelta(days=WINDOW_DAYS)
        self._of_customer: dict[int, dict[str, Any]] = defaultdict(dict)
        self._of_account: dict[AccountKey, dict[str, Any]] = defaultdict(dict)
        if wanted & {"key_account", "natural_person", "country"}:
            self._customers(snapshot)
        if wanted & BEHAVIOUR:
            self._behaviour(con, today)
        if wanted & PUBLISHED:
            self._published(con, today)
        if "silence" in wanted:
            for customer_id, contacts in rows(
                run(con, "fairdue.dunning.sql", "silence", as_of=today), "customer_id", "contacts"
            ):
                self._of_customer[customer_id]["silence"] = contacts
        if wanted & DISPUTES:
            self._disputes(con, today, since)
        if "broken_promises" in wanted:
            table = run(con, "fairdue.dunning.sql", "promise_history", as_of=today, from_on=since)
            for customer_id, currency, broken in rows(table, "customer_id", "currency", "broken"):
                self._of_account[customer_id, currency]["broken_promises"] = broken

    def signals(self) -> dict[AccountKey | int, Signals]:
        """Give the signals by account, and by customer for accounts of which nothing special is known."""
        found: dict[AccountKey | int, Signals] = {
            customer_id: NONE._replace(**values) for customer_id, values in self._of_customer.items()
        }
        for key, values in self._of_account.items():
            found[key] = NONE._replace(**{**values, **self._of_customer.get(key[0], {})})
        return found

    def _customers(self, snapshot: Snapshot) -> None:
        columns = ("id", "key_account", "natural_person", "country")
        for customer_id, key_account, natural_person, country in rows(snapshot.table("customers"), *columns):
            self._of_customer[customer_id] |= {
                "key_account": int(bool(key_account)), "natural_person": natural_person, "country": country,
            }  # fmt: skip

    def _published(self, con: duckdb.DuckDBPyConnection, today: date) -> None:
        table = run(con, "fairdue.dunning.sql", "published_facts", as_of=today)
        for customer_id, kind, value in rows(table, "customer_id", "kind", "value"):
            if kind in PUBLISHED:
                whole = _towards_zero(value, HUNDREDTHS) if kind == "days_beyond_terms" else value
                self._of_customer[customer_id][kind] = whole

    def _behaviour(self, con: duckdb.DuckDBPyConnection, today: date) -> None:
        for one in behaviours(payment_behaviour(con, today)):
            values = self._of_account[one.customer_id, one.currency]
            values["payment_index"] = one.index
            if one.days_beyond_tenths is not None:
                values["days_beyond_terms"] = _towards_zero(one.days_beyond_tenths, TENTHS)

    def _disputes(self, con: duckdb.DuckDBPyConnection, today: date, since: date) -> None:
        table = run(con, "fairdue.dunning.sql", "dispute_history", as_of=today, from_on=since)
        names = ("customer_id", "disputes", "unfounded", "disputed_invoices", "invoices")
        for customer_id, disputes, unfounded, disputed, invoices in rows(table, *names):
            self._of_customer[customer_id] |= {
                "disputes": disputes, "unfounded_disputes": unfounded, "dispute_share": share_ppm(disputed, invoices),
            }  # fmt: skip


def _towards_zero(value: int, unit: int) -> int:
    return value // unit if value >= 0 else -(-value // unit)


def receipts(snapshot: Snapshot, states: Mapping[str, StepState], today: date) -> dict[int, Receipt]:
    """Give the receipt of every item that a message asked about or an answer named."""
    notices = {
        row[0]: row[1:]
        for row in rows(
            snapshot.table("dunning_notices"), "id", "customer_id", "document", "state", "written_on", "handed_over_on"
        )
        if row[2] == DOCUMENT
    }
    asked: dict[int, list[Asked]] = defaultdict(list)
    for notice_id, item_id in rows(snapshot.table("dunning_notice_lines"), "notice_id", "due_item_id"):
        if notice_id in notices:
            customer_id, _, word, written, handed = notices[notice_id]
            state = states.get(word, StepState.FAILED)
            asked[customer_id].append(
                Asked(item_id, state, (handed or written) if state is StepState.DONE else written)
            )
    answered: dict[int, list[Answered]] = defaultdict(list)
    names = ("id", "customer_id", "kind", "due_item_ids", "answered_on")
    for _, customer_id, kind, items, on in sorted(rows(snapshot.table("dunning_answers"), *names)):
        answered[customer_id].append(Answered(kind, tuple(json.loads(items or "[]")), on))
    return by_customer(asked, answered, today)
