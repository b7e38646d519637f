"""Payments listed by a file: booked once, and applied where the file names the invoice.

1. Payments of one key are told apart by day, amount and currency; what a key has beyond the known ones is new. A row that
   agrees with none of its key's payments, while one of those is not listed, contradicts the ledger and is refused.
2. A payment that names an invoice pays it: the customer's own invoice of that number, or, where the file gives no customer
   that the ledger knows, the only customer's that has the number in this currency.
3. A source settlement of the invoice on or after the payment's day was this money: the payment takes its place. Then what
   remains open is paid, the earliest due first. The rest stays unapplied.
4. A payment that names a document which the ledger never held, made by the day of the source's last complete list, paid
   something that is off that list: it counts as used in the source.
5. A payer given by name only is suspected, not assigned; chasing is held meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from fairdue.formats.values.keys import identity
from fairdue.intake import queries
from fairdue.intake.queries import Payable
from fairdue.intake.reasons import IntakeReason
from fairdue.intake.rows import PaymentRow
from fairdue.intake.rules import RefusedRow
from fairdue.intake.write import write_reversals
from fairdue.kernel.reasons import Reason, because
from fairdue.ledger import bulk
from fairdue.ledger.models import Allocation, Payment
from fairdue.people.actor import Actor

KnownPayment = tuple[int, int, str, date]
"""Occurrence, amount in minor units, currency, day."""
FIELDS = (
    "company_id", "customer_id", "kind", "due_item_id", "payment_id", "currency", "amount_minor", "reason",
    "effective_on", "recorded_at",
)  # fmt: skip
PAYMENT, AMOUNT = FIELDS.index("payment_id"), FIELDS.index("amount_minor")


@dataclass(slots=True)
class PaymentPlan:
    """The payments to book, each with its occurrence."""

    new: list[tuple[PaymentRow, int]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """Give the counts a person sees before writing."""
        return {
            "new": len(self.new), "changed": 0, "unchanged": self.unchanged, "vanished": 0, "refused": len(self.refused),
        }  # fmt: skip


def plan_payments(rows: Iterable[PaymentRow], known: Mapping[str, Sequence[KnownPayment]]) -> PaymentPlan:
    """Tell new payments from known ones (rule 1). What is not money received is refused."""
    plan = PaymentPlan()
    groups: dict[str, list[PaymentRow]] = {}
    for row in rows:
        if row.amount_minor <= 0:
            named = row.reference or row.document_number or row.key
            plan.refused.append(RefusedRow(row.line, because(IntakeReason.PAYMENT_NOT_POSITIVE, payment=named)))
        else:
            groups.setdefault(row.key, []).append(row)
    for key, listed in groups.items():
        held = list(known.get(key, ()))
        occurrence = max((one[0] for one in held), default=0)
        more = []
        for row in sorted(listed, key=lambda r: (r.paid_on, r.amount_minor, r.line)):
            same = next((one for one in held if one[1:] == (row.amount_minor, row.currency, row.paid_on)), None)
            if same is None:
                more.append(row)
            else:
                held.remove(same)
                plan.unchanged += 1
        for row in more:
            if held:
                held.pop(0)
                plan.refused.append(RefusedRow(row.line, because(IntakeReason.PAYMENT_CHANGED, payment=row.key)))
            else:
                occurrence += 1
                plan.new.append((row, occurrence))
    plan.new.sort(key=lambda pair: pair[0].line)
    return plan


def write_payments(actor: Actor, source_id: int, plan: PaymentPlan, last_list: date | None) -> list[Reason]:
    """Book the new payments and apply those that name an invoice; give notes."""
    rows = [row for row, _ in plan.new]
    ids = bulk.reserve_ids(Payment, len(rows))
    customers = queries.customer_ids(actor.company_id)
    names = _names(actor.company_id, rows)
    work = _Application(actor, ids, last_list)
    if any(row.document_number for row in rows):
        numbers = {_number(row) for row in rows if row.document_number}
        work.apply(rows, queries.payables(actor.company_id, numbers), customers)
    booked = []
    for payment_id, (row, occurrence) in zip(ids, plan.new, strict=True):
        owner = customers.get(row.customer_key) if row.customer_key else None
        owner = owner or work.owners.get(payment_id)
        suspected = None if owner or row.customer_key else customers.get(names.get(identity(row.payer), ""))
        booked.append(
            (payment_id, actor.company_id, owner, suspected, row.currency, row.amount_minor, row.reference[:200],
             row.payer[:200], source_id, row.key, occurrence, row.paid_on, actor.at)
        )  # fmt: skip
    bulk.insert_rows(
        Payment,
        ("id", "company_id", "customer_id", "suspected_customer_id", "currency", "amount_minor", "reference", "payer",
         "source_id", "source_key", "occurrence", "effective_on", "recorded_at"),
        booked,
    )  # fmt: skip
    work.write()
    notes = work.told(rows)
    return [*notes, because(IntakeReason.PAYMENTS_OF_THE_PAST, count=work.past)] if work.past else notes


def _number(row: PaymentRow) -> str:
    return row.document_key or (identity(row.document_number) if row.document_number else "")


def _names(company_id: int, rows: Iterable[PaymentRow]) -> dict[str, str]:
    wanted = any(row.payer and not row.customer_key for row in rows)
    return queries.customers_by_name(company_id) if wanted else {}


class _Application:
    """Rules 2 to 4 over one file: what is allocated and what is taken back, collected and written at once."""

    def __init__(self, actor: Actor, ids: Sequence[int], last_list: date | None) -> None:
        self.actor, self.ids, self.last_list = actor, ids, last_list
        self.allocated: list[tuple[object, ...]] = []
        self.touched: dict[int, Payable] = {}
        self.reversed: list[tuple[int, date]] = []
        self.owners: dict[int, int] = {}
        self.past = 0
        self.listed: dict[str, int] = {}
        """By currency: money that a list of open items had taken off already."""

    def apply(
        self, rows: Sequence[PaymentRow], items: Mapping[tuple[str, str], list[Payable]], customers: Mapping[str, int]
    ) -> None:
        """Apply each payment to the items it names."""
        for payment_id, row in zip(self.ids, rows, strict=True):
            if not row.document_number:
                continue
            found = items.get((_number(row), row.currency), [])
            if row.customer_key in customers:
                mine = [item for item in found if item.customer_key == row.customer_key]
            else:
                mine = found if len({item.customer_id for item in found}) == 1 else []
            rest = self._pay(payment_id, row, mine)
            if mine:
                self.owners[payment_id] = mine[0].customer_id
            elif not found and row.customer_key in customers and self.last_list and row.paid_on <= self.last_list:
                self.past += 1
                self._use("source_settlement", customers[row.customer_key], None, payment_id, row, rest, self.last_list)

    def _pay(self, payment_id: int, row: PaymentRow, items: list[Payable]) -> int:
        rest = row.amount_minor
        for item in items:
            for n, one in enumerate(item.settlements):
                if rest and one.amount_minor and one.on >= row.paid_on:
                    part = min(rest, one.amount_minor)
                    self._replace(item, n, part)
                    self.listed[row.currency] = self.listed.get(row.currency, 0) + part
                    self._use("payment", item.customer_id, item.due_item_id, payment_id, row, part, row.paid_on)
                    rest -= part
        for item in items:
            part = min(rest, item.rest_minor)
            if part > 0:
                self._use("payment", item.customer_id, item.due_item_id, payment_id, row, part, row.paid_on)
                item.rest_minor -= part
                rest -= part
        return rest

    def _replace(self, item: Payable, place: int, part: int) -> None:
        """Take ``part`` out of a settlement: it is reversed on its own day, and what is left of it booked again (at the end)."""
        one = item.settlements[place]
        if one.allocation_id:
            self.reversed.append((one.allocation_id, one.on))
        item.settlements[place] = one._replace(allocation_id=0, amount_minor=one.amount_minor - part)
        self.touched[item.due_item_id] = item

    def _use(
        self, kind: str, customer_id: int, item_id: int | None, payment_id: int, row: PaymentRow, part: int, on: date
    ) -> None:
        self.allocated.append(
            (self.actor.company_id, customer_id, kind, item_id, payment_id, row.currency, part, "", on, self.actor.at)
        )

    def told(self, rows: Sequence[PaymentRow]) -> list[Reason]:
        """Say by currency how much of the new payments was used and how much stays unapplied."""
        rests = {payment_id: row.amount_minor for payment_id, row in zip(self.ids, rows, strict=True)}
        for allocated in self.allocated:
            rests[cast("int", allocated[PAYMENT])] -= cast("int", allocated[AMOUNT])
        sums: dict[str, list[int]] = {}
        for row, rest in zip(rows, rests.values(), strict=True):
            held = sums.setdefault(row.currency, [0, 0, 0])
            held[0] += row.amount_minor
            held[1] += rest
            held[2] += 1 if rest else 0
        applied = [
            because(
                IntakeReason.PAYMENTS_APPLIED, currency=currency, amount_minor=amount, applied_minor=amount - rest,
                rest_minor=rest, count=count,
            )
            for currency, (amount, rest, count) in sorted(sums.items())
        ]  # fmt: skip
        listed = [
            because(IntakeReason.PAYMENTS_LISTED, currency=currency, amount_minor=amount)
            for currency, amount in sorted(self.listed.items())
        ]
        return applied + listed

    def write(self) -> None:
        """Write what was collected: what is taken back first, so that no item is ever allocated too much."""
        write_reversals(self.actor, self.reversed, "replaced by its payment")
        again = [
            (self.actor.company_id, item.customer_id, "source_settlement", item.due_item_id, None, item.currency,
             one.amount_minor, "", one.on, self.actor.at)
            for item in self.touched.values()
            for one in item.settlements
            if one.amount_minor and not one.allocation_id
        ]  # fmt: skip
        bulk.insert_rows(Allocation, FIELDS, [*again, *self.allocated])
