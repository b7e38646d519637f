"""Taking back what was decided or learned. Numbers are those of docs/algorithms/cash-posting.md."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from fairdue.cash import book as reading
from fairdue.cash.actions.suspects import set_further
from fairdue.cash.actions.write import allocate, own_payments
from fairdue.cash.facts import Of, line_of, lines_to_decide, newest_proposals, own_money
from fairdue.cash.models import Decision, LearnedAlias, LinePayment, Posting, Undoing
from fairdue.cash.plan import CONVERTED, SETTLED, Misfit, Row
from fairdue.cash.reasons import CashReason
from fairdue.cash.stored import SUSPECTS_MAX, parts_of, payers, suspects_stored
from fairdue.ledger import audit
from fairdue.ledger.actions import do_release_hold, do_withdraw_charge
from fairdue.ledger.models import Allocation, Payment
from fairdue.people.actor import Actor, Right
from fairdue.people.days import today_of
from fairdue.people.models import Company

TEXT = 200


def do_undo(actor: Actor, line_id: int, *, reason: str, wrong: bool = True) -> Undoing:
    """Take the standing decision of a line back with all that it did (19, 20). Raises Misfit."""
    actor.need(Right.ALLOCATE)
    if not reason.strip():
        raise Misfit(CashReason.NEEDS_REASON)
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=actor.company_id)
        decision = _standing(actor, line_id)
        for charge in decision.charges:
            do_withdraw_charge(actor, charge, reason=reason[:TEXT])
        _take_back(actor, decision, reason[:TEXT])
        for hold in decision.holds:
            do_release_hold(actor, hold, on=today_of(actor), reason=reason[:TEXT])
        undoing = Undoing.objects.create(
            company_id=actor.company_id, decision=decision, wrong=wrong, reason=reason[:TEXT], undone_by=actor.name[:120],
            recorded_at=actor.at,
        )  # fmt: skip
        _suspect_again(actor, line_id, decision)
        _forget(actor, reading.aliases(actor.company_id).filter(decision=decision), reason)
        audit.record(actor, "undo_cash", f"bank_line:{line_id}", decision=decision.pk, wrong=wrong, reason=reason)
        return undoing


def _standing(actor: Actor, line_id: int) -> Decision:
    if line_of(actor.company_id, line_id) is None:
        raise Misfit(CashReason.NO_LINE, line=line_id)
    rows = reading.standing_decisions().filter(company_id=actor.company_id, line_id=line_id)
    found = rows.first()
    if found is None:
        raise Misfit(CashReason.NOT_DECIDED, line=line_id)
    return found


def _take_back(actor: Actor, decision: Decision, reason: str) -> None:
    """Reverse what the decision allocated, each from its own day, and set again what it took back (19)."""
    ids = list(Posting.objects.filter(decision=decision).values_list("allocation_id", flat=True))
    made = list(Allocation.objects.filter(pk__in=ids).select_related("reverses").order_by("pk"))
    reversals = dict(Allocation.objects.filter(reverses_id__in=ids).values_list("reverses_id", "pk"))
    _nothing_rests(decision, reversals.values())
    _nothing_by_hand(decision)
    since: dict[tuple[object, ...], date] = {}
    for one in made:
        since[_sides(one)] = min(one.effective_on, since.get(_sides(one), one.effective_on))
    rows = [
        _reversal(one, since[_sides(one)], reason)
        for one in made
        if one.reverses_id is None and one.pk not in reversals
    ]
    allocate(actor, [(0, row) for row in rows])
    again = [one for one in made if one.reverses is not None]
    originals = dict(
        Posting.objects.filter(allocation_id__in=[one.reverses_id for one in again]).values_list(
            "allocation_id", "decision_id"
        )
    )
    allocate(actor, [(originals.get(one.reverses_id or 0, 0), _again(one, reason)) for one in again])
    converted = LinePayment.objects.filter(decision=decision).select_related("payment")
    allocate(actor, [(0, _used_up(one.payment, reason)) for one in converted])


def _nothing_rests(decision: Decision, reversals: Iterable[int]) -> None:
    """Refuse where a standing decision of another line took an allocation of this one back (20)."""
    later = (
        Posting.objects.filter(allocation_id__in=list(reversals), decision__undoing=None)
        .exclude(decision=decision)
        .values_list("decision__line_id", flat=True)
        .first()
    )
    if later is not None:
        raise Misfit(CashReason.RESTS_ON, line=decision.line_id, other=later)


def _nothing_by_hand(decision: Decision) -> None:
    """Refuse where money of the line was applied by hand beside the decision (20)."""
    payments = LinePayment.objects.filter(line_id=decision.line_id).values_list("payment_id", flat=True)
    standing = Allocation.objects.filter(payment_id__in=list(payments), reverses=None, reversed_by=None)
    ours = Posting.objects.filter(decision__line_id=decision.line_id).values("allocation_id")
    returned = Posting.objects.filter(allocation__payment_id__in=list(payments)).values("allocation_id")
    old = LinePayment.objects.filter(line_id=decision.line_id, decision__undoing__isnull=False).values("payment_id")
    if standing.exclude(pk__in=ours).exclude(pk__in=returned).exclude(payment_id__in=old).exists():
        raise Misfit(CashReason.APPLIED_BY_HAND, line=decision.line_id)


def _sides(one: Allocation) -> tuple[object, ...]:
    """Give what an allocation ties: one that stands again after a return that was undone ties the same as the first."""
    return one.kind, one.due_item_id, one.payment_id, one.credit_item_id


def _reversal(one: Allocation, on: date, reason: str) -> Row:
    return Row(
        one.kind, one.customer_id, one.currency, -one.amount_minor, on, one.due_item_id, one.payment_id,
        one.credit_item_id, one.pk, reason, one.used_for,
    )  # fmt: skip


def _again(one: Allocation, reason: str) -> Row:
    """Give the row that stands for an allocation which ``one`` reversed, from the day of the reversal."""
    return Row(
        one.kind, one.customer_id, one.currency, -one.amount_minor, one.effective_on, one.due_item_id, one.payment_id,
        one.credit_item_id, None, reason, one.used_for,
    )  # fmt: skip


def _used_up(payment: Payment, reason: str) -> Row:
    assert payment.customer_id is not None
    return Row(
        SETTLED, payment.customer_id, payment.currency, payment.amount_minor, payment.effective_on, payment=payment.pk, reason=reason,
        used_for=CONVERTED,
    )  # fmt: skip


def _suspect_again(actor: Actor, line_id: int, decision: Decision) -> None:
    """Hold chasing while the line is in the queue again: its money may be the customer's (6)."""
    money = own_money(actor.company_id, [line_id])
    of: Of | None = lines_to_decide(actor.company_id, [line_id]).get(line_id)
    if of is None or of.said.amount_minor < 0:
        return
    customer = money[line_id].customer if line_id in money else _customer(decision)
    if not customer:
        return
    proposal = newest_proposals(actor.company_id).filter(line_id=line_id).values("parts", "others", "evidence").first()
    told = dict.fromkeys([*payers(parts_of(decision.parts)), *(suspects_stored(proposal) if proposal else ())])
    further = [one for one in told if one != customer][: SUSPECTS_MAX - 1]
    payments = own_payments(actor, [(of, None, customer)], money, decided=True)
    set_further(actor.company_id, {payments[line_id]: further})


def _customer(decision: Decision) -> int | None:
    return next((part.customer for part in parts_of(decision.parts) if part.customer is not None), None)


def do_forget(actor: Actor, alias_id: int, *, reason: str) -> LearnedAlias:
    """Undo what was learned of a payer (18). Raises Misfit."""
    actor.need(Right.ALLOCATE)
    if not reason.strip():
        raise Misfit(CashReason.NEEDS_REASON)
    with transaction.atomic():
        found = list(reading.aliases(actor.company_id).filter(pk=alias_id).select_for_update())
        if not found:
            raise Misfit(CashReason.NO_ALIAS, alias=alias_id)
        _forget(actor, found, reason)
        return found[0]


def _forget(actor: Actor, aliases: Iterable[LearnedAlias], reason: str) -> None:
    for one in aliases:
        one.undone_by, one.undone_reason, one.undone_at = actor.name[:120], reason[:TEXT], actor.at
        one.save(update_fields=["undone_by", "undone_reason", "undone_at"])
        audit.record(actor, "forget_cash_alias", f"cash_alias:{one.pk}", customer=one.customer_id, reason=reason)
