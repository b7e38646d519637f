"""What a person decides of a line. Numbers are those of docs/algorithms/cash-posting.md."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from fairdue.cash import book as reading
from fairdue.cash.actions.write import Ready, write
from fairdue.cash.company_settings import settings_of
from fairdue.cash.facts import Of, decision_numbers, line_of, lines_to_decide, newest_proposals, planner
from fairdue.cash.matching.records import Kind, Part
from fairdue.cash.models import Decision, LearnedAlias, Proposal
from fairdue.cash.plan import DISCOUNT, DISPUTE, SETTLES, Misfit, Plan
from fairdue.cash.reasons import CashReason
from fairdue.cash.stored import parts_of, same_parts
from fairdue.ledger import audit
from fairdue.ledger.actions import do_hold
from fairdue.ledger.models import Customer, DueItem, HoldReason
from fairdue.ledger.rates import Unknown, convert
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company


def do_confirm(actor: Actor, line_id: int, *, other: int | None = None, learn: bool = True) -> Decision:
    """Post what was proposed of a line, or one of its other explanations (from 1), as a person's decision (16, 18). Raises Misfit."""
    actor.need(Right.ALLOCATE)
    with transaction.atomic():
        of = _lock(actor, line_id)
        proposal = newest_proposals(actor.company_id).filter(line_id=line_id).first()
        choices = [proposal.parts, *proposal.others] if proposal else []
        wanted = other or 0
        if proposal is None or not 0 <= wanted < len(choices) or not choices[wanted]:
            raise Misfit(CashReason.NO_PROPOSAL, line=line_id)
        how = Decision.How.ASSIGNED if wanted else Decision.How.CONFIRMED
        return _decide(actor, of, parts_of(choices[wanted]), how, proposal, "", learn, third_party=False)


def do_assign(
    actor: Actor,
    line_id: int,
    parts: Sequence[Part],
    *,
    reason: str = "",
    learn: bool = True,
    third_party: bool = False,
) -> Decision:
    """Decide a line by parts that a person chose (16 to 18). ``third_party``: the payer is another than the customer. Raises Misfit.

    A part's ``difference`` says what becomes of ``difference_minor``, the rest of its item: nothing, ``discount``, ``write_off`` or
    ``dispute``.
    """
    actor.need(Right.ALLOCATE)
    with transaction.atomic():
        of = _lock(actor, line_id)
        _own_customers(actor, parts)
        proposal = newest_proposals(actor.company_id).filter(line_id=line_id).first()
        _within_limits(actor, parts, reason)
        return _decide(actor, of, tuple(parts), Decision.How.ASSIGNED, proposal, reason, learn, third_party=third_party)


def _lock(actor: Actor, line_id: int) -> Of:
    Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
    found = lines_to_decide(actor.company_id, [line_id]).get(line_id)
    if found is None:
        known = line_of(actor.company_id, line_id)
        if known is None:
            raise Misfit(CashReason.NO_LINE, line=line_id)
        decided = reading.standing_decisions().filter(line=known).exists()
        raise Misfit(CashReason.DECIDED if decided else CashReason.APPLIED_BY_HAND, line=line_id)
    return found


def _own_customers(actor: Actor, parts: Sequence[Part]) -> None:
    """Refuse customers of other companies; items are looked up within the company."""
    wanted = {part.customer for part in parts if part.customer is not None}
    known = set(Customer.objects.filter(company_id=actor.company_id, pk__in=wanted).values_list("pk", flat=True))
    if missing := sorted(wanted - known):
        raise Misfit(CashReason.NO_CUSTOMER, customer=missing[0])
    if any(part.kind == Kind.ON_ACCOUNT and part.customer is None for part in parts):
        raise Misfit(CashReason.NO_CUSTOMER, customer=0)


def _within_limits(actor: Actor, parts: Sequence[Part], reason: str) -> None:
    """Hold what is written off against the right and the limit of who acts (17)."""
    if any(part.difference == DISPUTE for part in parts):
        actor.need(Right.HOLD)
    written = _written_off(actor, parts)
    if not written:
        return
    actor.need(Right.WAIVE)
    if not reason.strip():
        raise Misfit(CashReason.NEEDS_REASON)
    if actor.release_limit_minor is None:
        return
    own = Company.objects.values_list("currency", flat=True).get(pk=actor.company_id)
    total = 0
    for amount_minor, currency in written:
        worth = convert(amount_minor, currency, own, today_of(actor))
        if isinstance(worth, Unknown):
            raise Misfit(CashReason.NO_RATE, currency=currency)
        total += worth.amount_minor
    if total > actor.release_limit_minor:
        raise Misfit(CashReason.OVER_LIMIT, amount_minor=total, currency=own)


def _written_off(actor: Actor, parts: Sequence[Part]) -> list[tuple[int, str]]:
    """Give what falls from items without money: amount and currency. A discount within the item's own terms is none (17)."""
    settled = [part for part in parts if part.difference in SETTLES and part.difference_minor > 0]
    rows = DueItem.objects.filter(company_id=actor.company_id, pk__in=[part.item or 0 for part in settled])
    items = {
        pk: (currency, discount) for pk, currency, discount in rows.values_list("pk", "currency", "discount_minor")
    }
    found = []
    for part in settled:
        if part.item not in items:
            raise Misfit(CashReason.NO_ITEM, item=part.item or 0)
        currency, agreed = items[part.item]
        more = part.difference_minor - (agreed if SETTLES[part.difference] == DISCOUNT else 0)
        if more > 0:
            found.append((more, currency))
    return found


def _decide(
    actor: Actor, of: Of, parts: Sequence[Part], how: Decision.How, proposal: Proposal | None, reason: str, learn: bool, *,
    third_party: bool,
) -> Decision:  # fmt: skip
    line = of.said.id
    plans = planner(actor.company_id, [line], parts)
    plan = plans.plan(of.said, parts)
    holds = _holds(actor, of, plan)
    agreed = proposal is not None and same_parts(parts_of(proposal.parts), parts)
    number = decision_numbers([line]).get(line, 0) + 1
    ready = Ready(
        of, plan, parts, how.value, number, proposal.pk if proposal else None, proposal.evidence_class if proposal else "", agreed,
        reason, holds, settings_of(actor.company_id).version,
    )  # fmt: skip
    (pk,), leaves = write(actor, [ready], plans.money)
    audit.record_bulk(
        actor, "decide_cash", f"bank_line:{line}", leaves, source=how.value, count=len(parts), reason=reason
    )
    decision = Decision.objects.get(pk=pk)
    if learn:
        _learn(actor, of, parts, decision, third_party=third_party)
    return decision


def _holds(actor: Actor, of: Of, plan: Plan) -> tuple[int, ...]:
    """Hold what is sent to dispute (16)."""
    made = [
        do_hold(
            actor, customer_id=one.customer, reason=HoldReason.DISPUTE, since=of.said.on, due_item_id=one.item,
            amount_minor=one.amount_minor, currency=one.currency, note=one.said,
        )
        for one in plan.disputes
    ]  # fmt: skip
    return tuple(hold.pk for hold in made)


def _learn(actor: Actor, of: Of, parts: Sequence[Part], decision: Decision, *, third_party: bool) -> None:
    """Learn that the payer is the customer, where the line is of one customer and says something new (18)."""
    customers = {part.customer for part in parts if part.kind in (Kind.PAYMENT, Kind.ON_ACCOUNT)}
    if len(customers) != 1 or None in customers or not (of.name or of.account):
        return
    (customer,) = customers
    assert customer is not None
    told = of.name.strip().casefold()
    named = [
        pk
        for pk, *names in Customer.objects.filter(
            company_id=actor.company_id, name__iexact=of.name.strip()
        ).values_list("pk", "name")
        if told in (name.casefold() for name in names)
    ]
    if named and customer not in named and not third_party:
        return
    known = reading.aliases(actor.company_id).filter(customer_id=customer, name=of.name, account_number=of.account)
    if known.exists() or (customer in named and not of.account):
        return
    alias = LearnedAlias.objects.create(
        company_id=actor.company_id, customer_id=customer, name=of.name, account_number=of.account, decision=decision,
        learned_by=actor.name[:120], recorded_at=actor.at,
    )  # fmt: skip
    audit.record(actor, "learn_cash_alias", f"cash_alias:{alias.pk}", customer=customer, decision=decision.pk)
