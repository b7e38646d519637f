"""From a snapshot to the accounts that the rules decide on: columns are walked once, no record is loaded by the ORM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow as pa

from fairdue.dunning.account import Account, Item, Step, StepState
from fairdue.dunning.rows import rows, run
from fairdue.dunning.signals import NONE, Signals
from fairdue.dunning.signals_reader import SignalsReader, receipts
from fairdue.engine.snapshot import Snapshot

MESSAGE_STATES = {
    "handed_over": StepState.DONE,
    "queued": StepState.WAITING,
    "claimed": StepState.WAITING,
    "uncertain": StepState.WAITING,
    "dropped": StepState.DROPPED,
    "postponed": StepState.POSTPONED,
}
"""What a message's or decision's state means for its step; everything else (bounced, blocked, cancelled) has failed."""

AccountKey = tuple[int, str]


class Customer(NamedTuple):
    """What the run needs of a customer beside its accounts."""

    customer_id: int
    country: str
    language: str
    policy_code: str
    address_complete: bool


class Recipient(NamedTuple):
    """A contact that may be written to."""

    contact_id: int
    purpose: str
    language: str
    email: bool


@dataclass(frozen=True, slots=True)
class Book:
    """All facts of a run, ready to be walked account by account."""

    customers: dict[int, Customer]
    recipients: dict[int, tuple[Recipient, ...]]
    rows: list[tuple[Any, ...]]
    since: dict[AccountKey, date]
    unapplied: dict[AccountKey, int]
    steps: dict[AccountKey, list[Step]]
    told: dict[int, list[tuple[str, StepState]]]
    promises: dict[AccountKey, date]
    signals: Mapping[AccountKey | int, Signals] = field(default_factory=dict)
    receipts: Mapping[int, str] = field(default_factory=dict)

    def signals_of(self, account: Account) -> Signals:
        """Give what branches can see of an account's customer."""
        key = (account.customer_id, account.currency)
        return self.signals.get(key) or self.signals.get(account.customer_id) or NONE

    def accounts(self) -> Iterator[Account]:
        """Give the accounts in order of customer and currency."""
        group: list[Item] = []
        key: AccountKey | None = None
        for row in self.rows:
            if row[:2] != key:
                if key is not None:
                    yield self._account(key, group)
                key, group = row[:2], []
            told = self.told.get(row[2])
            reasons = tuple(row[7].split(",")) if row[7] else ()
            receipt = self.receipts.get(row[2], "") if self.receipts else ""
            group.append(Item(row[2], row[3], row[4], row[5], row[6], reasons, tuple(told) if told else (), receipt))
        if key is not None:
            yield self._account(key, group)

    def _account(self, key: AccountKey, items: list[Item]) -> Account:
        customer = self.customers.get(key[0])
        return Account(
            key[0],
            key[1],
            customer.country if customer else "",
            tuple(items),
            self.since.get(key),
            self.unapplied.get(key, 0),
            tuple(self.steps.get(key, ())),
            self.promises.get(key),
        )


def read_book(snapshot: Snapshot, today: date, wanted: frozenset[str] = frozenset()) -> Book:
    """Read everything that ``decide`` needs from the snapshot, set by set; ``wanted`` names the facts branches ask for."""
    with snapshot.connect() as con:
        chase = run(con, "fairdue.ledger.sql", "chase_items", as_of=today)
        since = run(con, "fairdue.dunning.sql", "overdue_since", as_of=today)
        credit = run(con, "fairdue.ledger.sql", "open_credit", as_of=today)
        told = run(con, "fairdue.dunning.sql", "told_items", as_of=today)
        promises = run(con, "fairdue.dunning.sql", "broken_promises", as_of=today)
        signals = SignalsReader(con, snapshot, today, wanted).signals() if wanted else {}
    unapplied: dict[AccountKey, int] = {}
    for customer_id, currency, amount in rows(credit, "customer_id", "currency", "unapplied_minor"):
        if customer_id and amount > 0:
            unapplied[customer_id, currency] = unapplied.get((customer_id, currency), 0) + amount
    columns = (
        "customer_id",
        "currency",
        "due_item_id",
        "issued_on",
        "due_on",
        "open_minor",
        "held_minor",
        "hold_reasons",
    )
    return Book(
        customers=_customers(snapshot.table("customers")),
        recipients=_recipients(snapshot.table("contacts")),
        rows=in_order(rows(chase, *columns)),
        since={(c, k): on for c, k, on in rows(since, "customer_id", "currency", "overdue_since")},
        unapplied=unapplied,
        steps=_steps(snapshot),
        told=_told(told),
        promises={(c, k): on for c, k, on in rows(promises, "customer_id", "currency", "broken_on")},
        signals=signals,
        receipts=receipts(snapshot, MESSAGE_STATES, today) if "receipt" in wanted else {},
    )


def in_order(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Give the item rows by customer, currency, due date and item.

    An account torn apart would be chased twice, so the order is made here and not taken on trust from an engine; sorting
    what is sorted costs next to nothing.
    """
    return sorted(rows, key=itemgetter(0, 1, 4, 2))


def _customers(table: pa.Table) -> dict[int, Customer]:
    if "address_complete" not in table.column_names:
        return _customers_with_addresses(table)
    columns = ("id", "country", "language", "policy_code", "address_complete")
    return {row[0]: Customer._make(row) for row in rows(table, *columns)}


def _customers_with_addresses(table: pa.Table) -> dict[int, Customer]:
    """Read the customers of a snapshot taken before snapshots left personal columns out."""
    columns = ("id", "country", "language", "policy_code", "street", "city", "postal_code")
    return {
        row[0]: Customer._make((*row[:4], bool(row[1] and row[5] and (row[4] or row[6]))))
        for row in rows(table, *columns)
    }


def _recipients(table: pa.Table) -> dict[int, tuple[Recipient, ...]]:
    """Keep the contacts that may be written to: active, not bounced, not opted out."""
    email = "has_email" if "has_email" in table.column_names else "email"
    columns = ("customer_id", "id", "purpose", "language", email, "channel", "consent", "bounced_on", "active")
    found: dict[int, tuple[Recipient, ...]] = {}
    for customer_id, contact_id, purpose, language, mailbox, _, consent, bounced_on, active in rows(table, *columns):
        if active and consent != "refused":
            mail = bool(mailbox) and bounced_on is None
            found[customer_id] = (*found.get(customer_id, ()), Recipient(contact_id, purpose, language, mail))
    return found


_NOTICE_COLUMNS = (
    "customer_id", "currency", "stage_code", "level", "state", "written_on", "handed_over_on", "deadline_on",
)  # fmt: skip
_DECIDED_COLUMNS = (
    "customer_id", "currency", "stage_code", "level", "action", "state", "decided_on", "postponed_until", "task_done_on",
)  # fmt: skip


def _steps(snapshot: Snapshot) -> dict[AccountKey, list[Step]]:
    """Collect the steps of each account from notices and decisions, oldest first."""
    found: dict[AccountKey, list[Step]] = {}
    for customer_id, currency, stage, level, word, written, handed, deadline in rows(
        snapshot.table("dunning_notices"), *_NOTICE_COLUMNS
    ):
        state = MESSAGE_STATES.get(word, StepState.FAILED)
        on = (handed or written) if state is StepState.DONE else written
        found.setdefault((customer_id, currency), []).append(Step(stage, level, state, on, True, deadline))
    for row in rows(snapshot.table("dunning_decided"), *_DECIDED_COLUMNS):
        found.setdefault(row[:2], []).append(_decided(*row[2:]))
    for steps in found.values():
        steps.sort(key=lambda step: (step.on, step.stage_code, step.state.value))
    return found


def _decided(
    stage: str, level: int, action: str, word: str, decided_on: date, until: date | None, done_on: date | None
) -> Step:
    message = action not in ("call", "task")
    if word == "postponed" and until is not None:
        return Step(stage, level, StepState.POSTPONED, until, message)
    if word == "dropped":
        return Step(stage, level, StepState.DROPPED, decided_on, message)
    if done_on is not None:
        return Step(stage, level, StepState.DONE, done_on, message)
    return Step(stage, level, StepState.OPEN, decided_on, message)


def _told(table: pa.Table) -> dict[int, list[tuple[str, StepState]]]:
    found: dict[int, list[tuple[str, StepState]]] = {}
    for item_id, stage, word in rows(table, "due_item_id", "stage_code", "state"):
        found.setdefault(item_id, []).append((stage, MESSAGE_STATES.get(word, StepState.FAILED)))
    return found
