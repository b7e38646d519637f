"""Writing what was planned, in bulk: payments, allocations, charges, decisions. Numbers are those of docs/algorithms/cash-posting.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fairdue.cash.actions.suspects import clear_further
from fairdue.cash.facts import Of
from fairdue.cash.matching.records import Part
from fairdue.cash.models import Decision, LinePayment, Posting
from fairdue.cash.plan import OWN, Money, Plan, Row
from fairdue.cash.stored import parts_dicts
from fairdue.kernel import chain
from fairdue.ledger import bulk
from fairdue.ledger.models import Allocation, Charge, ChargeKind, Payment
from fairdue.people.actor import Actor

TEXT = 200
PAYMENT_FIELDS = (
    "id", "company_id", "customer_id", "suspected_customer_id", "currency", "amount_minor", "reference", "payer",
    "source_key", "occurrence", "converted_from_id", "effective_on", "recorded_at",
)  # fmt: skip
ALLOCATION_FIELDS = (
    "id", "company_id", "customer_id", "kind", "due_item_id", "payment_id", "credit_item_id", "currency", "amount_minor",
    "reverses_id", "reason", "used_for", "effective_on", "recorded_at",
)  # fmt: skip
DECISION_FIELDS = (
    "id", "company_id", "line_id", "number", "how", "proposal_id", "evidence_class", "agreed", "parts", "parts_count", "charges",
    "holds", "settings_version", "decided_by", "reason", "recorded_at",
)  # fmt: skip
CHARGE_FIELDS = (
    "id", "company_id", "customer_id", "due_item_id", "kind", "currency", "amount_minor", "basis", "notice_key", "effective_on",
    "recorded_at",
)  # fmt: skip
LINK_FIELDS = ("company_id", "line_id", "payment_id", "decision_id")
POSTING_FIELDS = ("company_id", "decision_id", "allocation_id")


class Ready(NamedTuple):
    """A decision that is to be written."""

    of: Of
    plan: Plan
    parts: Sequence[Part]
    how: str
    number: int
    proposal: int | None
    evidence_class: str
    agreed: bool
    reason: str = ""
    holds: tuple[int, ...] = ()
    settings_version: int = 0


def write(actor: Actor, ready: Sequence[Ready], money: Mapping[int, Money]) -> tuple[list[int], list[bytes]]:
    """Write decisions with all that they make; give their numbers and the leaves for the audit (15)."""
    decisions = list(bulk.reserve_ids(Decision, len(ready)))
    own = own_payments(
        actor, [(one.of, one.plan.owner, one.plan.suspected) for one in ready if one.plan.own], money, decided=True
    )
    converted = _converted(actor, ready, own)
    fees = _fees(actor, ready)
    rows, leaves = [], []
    parts = [parts_dicts(one.parts) for one in ready]
    for decision, one, stored in zip(decisions, ready, parts, strict=True):
        rows.append(
            (decision, actor.company_id, one.of.said.id, one.number, one.how, one.proposal, one.evidence_class, one.agreed, stored,
             len(one.parts), fees.get(one.of.said.id, []), list(one.holds), one.settings_version, actor.name[:120], one.reason[:TEXT],
             actor.at)
        )  # fmt: skip
    bulk.insert_rows(Decision, DECISION_FIELDS, rows)
    links = [(actor.company_id, one.of.said.id, payment, decision)
             for decision, one in zip(decisions, ready, strict=True) for payment in converted.get(one.of.said.id, ())]  # fmt: skip
    bulk.insert_rows(LinePayment, LINK_FIELDS, links)
    wanted = [
        (decision, row._replace(payment=_resolved(row, own.get(one.of.said.id), converted.get(one.of.said.id, ()))))
        for decision, one in zip(decisions, ready, strict=True)
        for row in one.plan.rows
    ]
    made = allocate(actor, wanted)
    by: dict[int, list[int]] = {}
    for (decision, _), allocation in zip(wanted, made, strict=True):
        by.setdefault(decision, []).append(allocation)
    for decision, one, stored in zip(decisions, ready, parts, strict=True):
        told = [decision, one.of.said.id, own.get(one.of.said.id, 0), by.get(decision, []), stored]
        leaves.append(chain.canonical(told))
    return decisions, leaves


def _resolved(row: Row, own: int | None, converted: Sequence[int]) -> int | None:
    if row.payment is None:
        return None
    if row.payment == OWN:
        return own
    return row.payment if row.payment > 0 else converted[-row.payment - 1]


def own_payments(
    actor: Actor, wanted: Sequence[tuple[Of, int | None, int | None]], money: Mapping[int, Money], *, decided: bool
) -> dict[int, int]:
    """Book the payment of each line (line, customer, suspected) that has none, and tie the others; give the payments by line (6)."""
    new = [one for one in wanted if one[0].said.id not in money]
    ids = bulk.reserve_ids(Payment, len(new))
    rows, links, found = [], [], {}
    for payment, (of, customer, suspected) in zip(ids, new, strict=True):
        rows.append(_payment(actor, payment, of, customer, suspected, of.said.currency, of.said.amount_minor))
        links.append((actor.company_id, of.said.id, payment, None))
        found[of.said.id] = payment
    bulk.insert_rows(Payment, PAYMENT_FIELDS, rows)
    bulk.insert_rows(LinePayment, LINK_FIELDS, links)
    changed = [
        Payment(pk=money[of.said.id].payment, customer_id=customer, suspected_customer_id=suspected)
        for of, customer, suspected in wanted
        if of.said.id in money and (decided or money[of.said.id].customer != (suspected or 0))
    ]
    tie(changed)
    if decided and changed:
        clear_further(actor.company_id, [payment.pk for payment in changed])
    return found | {of.said.id: money[of.said.id].payment for of, _, _ in wanted if of.said.id in money}


def tie(payments: Sequence[Payment]) -> None:
    """Write whose payments are or may be; nothing else of a payment ever changes."""
    Payment.objects.bulk_update(payments, ["customer", "suspected_customer"], batch_size=200)


def _payment(
    actor: Actor,
    pk: int,
    of: Of,
    customer: int | None,
    suspected: int | None,
    currency: str,
    amount_minor: int,
    converted_from: int | None = None,
) -> tuple[object, ...]:
    return (
        pk, actor.company_id, customer, suspected, currency, amount_minor, of.reference[:TEXT], of.name[:TEXT], "", 1, converted_from,
        of.said.on, actor.at,
    )  # fmt: skip


def _converted(actor: Actor, ready: Sequence[Ready], own: Mapping[int, int]) -> dict[int, list[int]]:
    """Book the payments in the items' currencies (8), by line in their order."""
    wanted = [(one.of, made) for one in ready for made in one.plan.converted]
    ids = bulk.reserve_ids(Payment, len(wanted))
    found: dict[int, list[int]] = {}
    rows = []
    for pk, (of, made) in zip(ids, wanted, strict=True):
        rows.append(_payment(actor, pk, of, made.customer, None, made.currency, made.amount_minor, own.get(of.said.id)))
        found.setdefault(of.said.id, []).append(pk)
    bulk.insert_rows(Payment, PAYMENT_FIELDS, rows)
    return found


def _fees(actor: Actor, ready: Sequence[Ready]) -> dict[int, list[int]]:
    """Charge the bank's cost of returns on (13), by line."""
    wanted = [(one.of.said, fee) for one in ready for fee in one.plan.fees]
    ids = bulk.reserve_ids(Charge, len(wanted))
    found: dict[int, list[int]] = {}
    rows = []
    for pk, (said, fee) in zip(ids, wanted, strict=True):
        rows.append(
            (pk, actor.company_id, fee.customer, fee.item, ChargeKind.FEE.value, said.currency, fee.amount_minor,
             {"cause": "returned payment", "bank_line": said.id}, "", said.on, actor.at)
        )  # fmt: skip
        found.setdefault(said.id, []).append(pk)
    bulk.insert_rows(Charge, CHARGE_FIELDS, rows)
    return found


def allocate(actor: Actor, wanted: Sequence[tuple[int, Row]]) -> list[int]:
    """Write allocations (decision, row): what gives room first. Give their numbers in the order asked; decision 0 posts nothing."""
    ids = list(bulk.reserve_ids(Allocation, len(wanted)))
    rows = [
        (pk, actor.company_id, row.customer, row.kind, row.item, row.payment, row.credit_item, row.currency, row.amount_minor,
         row.reverses, row.reason[:TEXT], row.used_for, row.on, actor.at)
        for pk, (_, row) in zip(ids, wanted, strict=True)
    ]  # fmt: skip
    reverses = ALLOCATION_FIELDS.index("reverses_id")
    bulk.insert_rows(Allocation, ALLOCATION_FIELDS, sorted(rows, key=lambda row: row[reverses] is None))
    bulk.insert_rows(Posting, POSTING_FIELDS, list(_postings(actor, wanted, ids)))
    return ids


def _postings(actor: Actor, wanted: Iterable[tuple[int, Row]], ids: Iterable[int]) -> Iterator[tuple[object, ...]]:
    for (decision, _), allocation in zip(wanted, ids, strict=True):
        if decision:
            yield actor.company_id, decision, allocation
