"""Checking orders and reserving what they need. Numbers are those of docs/algorithms/order-check.md."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from fairdue.credit.models import OrderCheck, OrderEnd
from fairdue.credit.order_rules import Buyer, Decided, Gate, Order, OrderPolicy, Outcome, decide
from fairdue.credit.reasons import CreditError, CreditReason
from fairdue.credit.standing import buyer, in_company
from fairdue.ledger import audit
from fairdue.ledger.models import Customer
from fairdue.ledger.rates import rates_on
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company


@dataclass(frozen=True, slots=True)
class AskedOrder:
    """An order as it is asked for; amounts are minor units of ``currency``."""

    customer: int
    number: str
    amount_minor: int
    currency: str
    terms_days: int = 0
    prepaid_minor: int = 0
    secured_minor: int = 0
    gate: Gate = Gate.ORDER


class Checked(NamedTuple):
    """What became of a check, with what it looked at."""

    row: OrderCheck
    decided: Decided
    buyer: Buyer


def do_check_order(actor: Actor, asked: AskedOrder, policy: OrderPolicy | None = None) -> Checked:
    """Decide an order and, where it is released, reserve what it needs (1 to 10). Raises CreditError; nothing is written then.

    Two checks at once see each other: the second waits for the first.
    """
    actor.need(Right.VIEW)
    policy, number = policy or OrderPolicy(), asked.number.strip()[:60]
    if not number:
        raise CreditError(CreditReason.NUMBER)
    if min(asked.amount_minor, asked.prepaid_minor, asked.secured_minor, asked.terms_days) < 0:
        raise CreditError(CreditReason.AMOUNT)
    if asked.prepaid_minor > asked.amount_minor:
        raise CreditError(CreditReason.PREPAID)
    today = today_of(actor)
    with transaction.atomic():
        company = Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        customer = Customer.objects.filter(company=company, pk=asked.customer).first()
        if customer is None:
            raise CreditError(CreditReason.NO_CUSTOMER, customer=asked.customer)
        before = OrderCheck.objects.filter(company=company, order_number=number).order_by("-version").first()
        if before is not None and before.customer_id != customer.pk:
            raise CreditError(CreditReason.OTHER, number=number)
        rates = rates_on(today)
        amounts = (
            in_company(rates, one, asked.currency, company.currency)
            for one in (asked.amount_minor, asked.prepaid_minor, asked.secured_minor)
        )
        amount, prepaid, secured = amounts
        order = Order(amount, company.currency, asked.terms_days, prepaid, secured)
        known, _limits = buyer(company, customer, today, apart_from=number)
        decided = decide(known, order, policy, asked.gate)
        released = decided.outcome is Outcome.RELEASE and asked.gate is not Gate.INVOICE
        row = OrderCheck.objects.create(
            company=company, customer=customer, order_number=number, version=before.version + 1 if before else 1, gate=asked.gate.value,
            currency=asked.currency, amount_minor=amount, prepaid_minor=prepaid, secured_minor=secured, terms_days=asked.terms_days,
            outcome=decided.outcome.name.lower(), reasons=[one.as_dict() for one in decided.reasons],
            alternatives=[{"kind": one.kind, **_changed(order, one.order)} for one in decided.alternatives],
            exposure=asdict(known.exposure), limit_minor=known.limit, reserved_minor=order.on_credit if released else 0,
            reserved_until=today + timedelta(days=policy.reserve_days) if released else None, recorded_by=actor.name[:120],
            recorded_at=actor.at,
        )  # fmt: skip
        audit.record(
            actor, "check_order", f"order:{number}"[:80], version=row.version, outcome=row.outcome, amount_minor=amount,
            currency=company.currency, reserved_minor=row.reserved_minor,
        )  # fmt: skip
        return Checked(row, decided, known)


def _changed(order: Order, other: Order) -> dict[str, int]:
    return {
        name: value for name, value in asdict(other).items() if isinstance(value, int) and value != getattr(order, name)
    }


def do_end_order(actor: Actor, number: str, kind: str) -> OrderEnd:
    """End an order's reservation: it was invoiced, or cancelled (9). Raises CreditError where none stands."""
    actor.need(Right.HOLD)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        rows = OrderCheck.objects.filter(company_id=actor.company_id, order_number=number.strip()[:60])
        newest = rows.order_by("-version").first()
        if newest is None or not newest.reserved_minor or OrderEnd.objects.filter(order=newest).exists():
            raise CreditError(CreditReason.NO_ORDER, number=number[:60])
        made = OrderEnd.objects.create(
            company_id=actor.company_id, order=newest, kind=OrderEnd.Kind(kind), effective_on=today_of(actor),
            recorded_by=actor.name[:120], recorded_at=actor.at,
        )  # fmt: skip
        audit.record(actor, "end_order", f"order:{newest.order_number}"[:80], kind=made.kind)
        return made
