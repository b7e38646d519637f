"""How a buyer stands now: limits in force, exposure by part, overdue, blocks. A handful of queries; no writes.

Numbers are those of docs/algorithms/order-check.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, Q, Subquery

from fairdue.credit.approval_rules import Vote, in_force
from fairdue.credit.models import CreditLimit, LimitVote, OrderCheck
from fairdue.credit.order_rules import Buyer, Exposure
from fairdue.credit.reasons import CreditError, CreditReason
from fairdue.ledger.models import Customer, Effect, EffectKind, Hold, HoldReason
from fairdue.ledger.queries import open_items, unapplied_payments
from fairdue.ledger.rates import DayRates, Unknown, rates_on
from fairdue.people.models import Company

EXCUSED = frozenset({HoldReason.DISPUTE.value, HoldReason.INSTRUMENT.value, HoldReason.PLAN.value})
"""Holds by which an amount is not overdue for credit; any other only keeps it from being chased (4)."""
BLOCKS = (EffectKind.SALES_BLOCK, EffectKind.DELIVERY_STOP)


def limits_in_force(company_id: int, customer_id: int, on: date) -> list[CreditLimit]:
    """Give the limits that count on a day: the newest own one that was approved, and every temporary addition (2). Two queries."""
    rows = CreditLimit.objects.filter(company_id=company_id, customer_id=customer_id, valid_from__lte=on)
    asked = list(rows.filter(Q(until__isnull=True) | Q(until__gte=on)).order_by("valid_from", "id"))
    votes = votes_of(company_id, [one.pk for one in asked])
    stand = [one for one in asked if in_force(one.approvals, votes.get(one.pk, []))]
    own = [one for one in stand if one.kind == CreditLimit.Kind.OWN][-1:]
    return own + [one for one in stand if one.kind == CreditLimit.Kind.TEMPORARY]


def votes_of(company_id: int, limit_ids: Iterable[int]) -> dict[int, list[Vote]]:
    """Give what persons decided on limits. One query."""
    found: dict[int, list[Vote]] = {}
    rows = LimitVote.objects.filter(company_id=company_id, limit_id__in=list(limit_ids)).order_by("pk")
    for limit, user, approved in rows.values_list("limit_id", "user_id", "approved"):
        found.setdefault(limit, []).append(Vote(user, approved))
    return found


def buyer(company: Company, customer: Customer, on: date, *, apart_from: str = "") -> tuple[Buyer, list[CreditLimit]]:
    """Give what the order check asks of a buyer on a day, an order of the number ``apart_from`` left out, and the limits in force.

    Raises CreditError where an amount is in a currency without a dated rate: an exposure that leaves something out would be wrong.
    """
    rates = rates_on(on)
    owed = given = overdue = 0
    longest = 0
    for item in open_items(company.pk, on, customer_ids=[customer.pk]):
        amount = in_company(rates, item.open_minor, item.currency, company.currency)
        if amount >= 0:
            owed += amount
        else:
            given -= amount
        if item.open_minor > 0 and item.due_on < on:
            held = item.held_minor if EXCUSED.issuperset(item.hold_reasons) else 0
            late = in_company(rates, max(item.open_minor - held, 0), item.currency, company.currency)
            overdue += late
            longest = max(longest, item.days_overdue(on)) if late else longest
    for one in unapplied_payments(company.pk, on, customer_ids=[customer.pk]):
        if one.customer_id == customer.pk:
            given += in_company(rates, one.rest_minor, one.currency, company.currency)
    exposure = Exposure(open_items=owed, undelivered=reserved(company.pk, customer.pk, on, apart_from), unapplied=given)
    limits = limits_in_force(company.pk, customer.pk, on)
    own = any(one.kind == CreditLimit.Kind.OWN for one in limits)
    told = Buyer(
        exposure, sum(one.amount_minor for one in limits) if own else None, grade=next((one.grade for one in limits), ""),
        overdue=overdue, overdue_days=longest, blocks=_blocks(company.pk, customer.pk, on),
        natural_person=customer.natural_person == "yes",
    )  # fmt: skip
    return told, limits


def reserved(company_id: int, customer_id: int, on: date, apart_from: str = "") -> int:
    """Give what orders of a customer reserve on a day: of each order its newest check, while it was not ended (9, 10). One query."""
    newest = OrderCheck.objects.filter(company_id=company_id, order_number=OuterRef("order_number")).order_by(
        "-version"
    )
    rows = OrderCheck.objects.filter(
        company_id=company_id, customer_id=customer_id, reserved_until__gte=on, end=None, pk=Subquery(newest.values("pk")[:1])
    )  # fmt: skip
    return sum(rows.exclude(order_number=apart_from).values_list("reserved_minor", flat=True))


def in_company(rates: DayRates, amount_minor: int, currency: str, company_currency: str) -> int:
    """Give an amount in the company's currency; raises CreditError without a dated rate."""
    found = rates.convert(amount_minor, currency, company_currency)
    if isinstance(found, Unknown):
        raise CreditError(CreditReason.RATE, currency=currency)
    return found.amount_minor


def _blocks(company_id: int, customer_id: int, on: date) -> tuple[str, ...]:
    effects = Effect.objects.filter(company_id=company_id, customer_id=customer_id, kind__in=BLOCKS, since__lte=on)
    found = list(effects.filter(Q(until__isnull=True) | Q(until__gt=on)).order_by("pk").values_list("kind", flat=True))
    holds = Hold.objects.filter(
        company_id=company_id, customer_id=customer_id, reason=HoldReason.INSOLVENCY, since__lte=on
    )
    if holds.filter(Q(released_on__isnull=True) | Q(released_on__gt=on)).exclude(until__lt=on).exists():
        found.append(str(HoldReason.INSOLVENCY))
    return tuple(dict.fromkeys(found))
